"""The page of a measured document, in Chinese and English: which bars are met, then everything by area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.registry import AREAS

_FigureOf = Mapping[str, Any]


def page(found: Mapping[str, Any]) -> str:
    """Markdown; the same document gives the same page."""
    figures: Sequence[_FigureOf] = found["figures"]
    areas = [area for area in AREAS if any(f["area"] == area for f in figures)]
    lines = [*_head(found), *_bars(figures)]
    for area in areas:
        lines += _area(area, [f for f in figures if f["area"] == area])
    return "\n".join(lines) + "\n"


def _head(found: Mapping[str, Any]) -> list[str]:
    plan = found["plan"]
    size = f", {plan['complaints']:,} complaints" if plan["complaints"] else ""
    command = _command(found)
    took = sum(found["seconds"].values()) / 60
    return [
        "# 代价几何 · What it costs",
        "",
        f"由 `{command}` 生成，勿手改。请看比值，不看绝对时间：对手在同一次运行中交替测得。",
        f"Written by `{command}`, not by hand. Trust ratios, not absolute times: rivals were measured in the same run, in turn.",
        "",
        f"{_revisions(found)} · seed {plan['seed']}{size} · {took:.0f} min · "
        + " · ".join(f"{name} {value}" for name, value in found["machine"].items()),
        "",
    ]


def _revisions(found: Mapping[str, Any]) -> str:
    """The revision of the program, and of which areas where they were measured at several."""
    areas: dict[str, list[str]] = {}
    for area, revision in found["revisions"].items():
        areas.setdefault(revision, []).append(area)
    if len(areas) == 1:
        return f"revision `{next(iter(areas))}`"
    return "revisions " + ", ".join(f"`{revision}` ({', '.join(of)})" for revision, of in areas.items())


def _command(found: Mapping[str, Any]) -> str:
    """What was run: everything, or the areas that were asked for."""
    full, areas = found["plan"]["full"], list(found["seconds"])
    if set(areas) == set(AREAS):
        return "make bench-full" if full else "make bench"
    return " ".join(["python -m bench", *(["--full"] if full else []), *areas])


def _bars(figures: Sequence[_FigureOf]) -> list[str]:
    aimed = [f for f in figures if f["aim"]]
    met = sum(bool(f["met"]) for f in aimed)
    return [
        f"## 指标 · Bars: {met} / {len(aimed)}",
        "",
        "| 领域 area | 量什么 what | 目标 aim | 实测 figure | 达到 met |",
        "|---|---|---|---|---|",
        *(
            f"| {f['area']} | {_what(f)} | {f['aim']} | {_value(f)} | {'✓ yes' if f['met'] else '✕ no'} |"
            for f in aimed
        ),
        "",
    ]


def _area(area: str, figures: Sequence[_FigureOf]) -> list[str]:
    about = AREAS[area].about
    lines = [f"## {area}", "", f"{about.zh}。{about.en}.", "", "| what | figure | detail |", "|---|---|---|"]
    for f in figures:
        detail = "; ".join(f"{name} {value}" for name, value in f["detail"].items())
        lines.append(f"| {_what(f)} | {_value(f)} | {detail} |")
    return [*lines, ""]


def _what(figure: _FigureOf) -> str:
    against = f", against {figure['rival']}" if figure["rival"] else ""
    return f"{figure['what']}{against}".replace("|", "\\|")


def _value(figure: _FigureOf) -> str:
    value, unit = figure["value"], figure["unit"]
    return f"{value:,.0f} {unit}" if abs(value) >= 1000 else f"{value:.3g} {unit}"
