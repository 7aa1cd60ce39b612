"""The breakpoint list in pages, in part and as a table: nothing twice, nothing lost, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.listing.selection import Wanted, check, select
from api.listing.sheets import COLUMNS, findings_csv, safe
from api.routes.paging import page
from graph.errors import UsageError
from graph.framework import Framework
from graph.records import EdgeRow, NodeRow, Ref
from graph.subgraph import Label
from queries.breakpoints import KINDS
from queries.finding import BreakpointList, Finding, FindingCounts, ListRevision

CHECKS = settings(max_examples=60, deadline=None, derandomize=True)
NAMES = ["unowned_control", "unmonitored", "no_deputy"]
TEXT = Label(zh="甲", en="a")
UNITS = [None, "OrgUnit:P1", "OrgUnit:C1", "OrgUnit:P2"]
FRAMEWORK = Framework(
    [NodeRow("OrgUnit", unit, {}) for unit in ("HQ", "P1", "P2", "C1")],
    [
        EdgeRow("PART_OF", Ref("OrgUnit", low), Ref("OrgUnit", high), {})
        for low, high in (("P1", "HQ"), ("P2", "HQ"), ("C1", "P1"))
    ],
    1,
    "UTC",
)


def _finding(number: int, severity: int, complaints: float, kind: str, unit: str | None, message: str) -> Finding:
    return Finding(
        key=f"{kind}|X:{number}", class_=KINDS[kind].class_, kind=kind, severity=severity, nodes=(f"X:{number}", "Y:1"),
        message=Label(zh=message, en=message), rule=TEXT, clause=message, complaints=complaints, measure=TEXT, unit=unit, owner=None,
        first_seen="2026-01-01", last_seen="2026-01-01",
    )  # fmt: skip


def _list(findings: list[Finding]) -> BreakpointList:
    ordered = tuple(sorted(findings, key=lambda f: (-f.severity, -f.complaints, f.key)))
    counts = FindingCounts(by_class={"breakpoint": 0, "blind_spot": 0, "risk": 0}, by_kind=dict.fromkeys(NAMES, 0))
    return BreakpointList(
        as_of="2026-01-01", revision=ListRevision(framework=1, facts=1), computed_at="2026-01-01T00:00:00.000000Z",
        counts=counts, findings=ordered,
    )  # fmt: skip


_FINDINGS = st.lists(
    st.tuples(
        st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.25, 3.0]), st.sampled_from(NAMES), st.sampled_from(UNITS),
        st.text(max_size=12),
    ),
    max_size=25,
).map(lambda rows: _list([_finding(number, *row) for number, row in enumerate(rows)]))  # fmt: skip


@CHECKS
@given(_FINDINGS, st.integers(1, 9))
def test_pages_are_the_list(whole: BreakpointList, limit: int) -> None:
    found: list[Finding] = []
    after: str | None = None
    for _ in range(len(whole.findings) + 1):
        answer = page(whole, limit, after)
        found += answer.findings
        after = answer.next
        if after is None:
            break
        assert len(answer.findings) == limit
    assert after is None
    assert tuple(found) == whole.findings


@CHECKS
@given(_FINDINGS)
def test_a_cursor_outlives_the_finding_it_was_made_of(whole: BreakpointList) -> None:
    if len(whole.findings) < 3:
        return
    cursor = page(whole, 2, None).next
    shorter = whole.model_copy(update={"findings": (whole.findings[0], *whole.findings[2:])})
    assert page(shorter, 100, cursor).findings == whole.findings[2:]


@CHECKS
@given(
    _FINDINGS, st.sets(st.sampled_from(["breakpoint", "blind_spot", "risk"])), st.sets(st.sampled_from(NAMES)),
    st.sets(st.integers(1, 4)), st.sampled_from([None, "HQ", "P1", "C1", "P2"]),
)  # fmt: skip
def test_a_selection_is_what_meets_every_part(
    whole: BreakpointList, classes: set[str], kinds: set[str], severities: set[int], unit: str | None
) -> None:
    below = {"HQ": {"HQ", "P1", "P2", "C1"}, "P1": {"P1", "C1"}, "C1": {"C1"}, "P2": {"P2"}}
    expected = []
    for finding in whole.findings:
        if (classes and finding.class_ not in classes) or (kinds and finding.kind not in kinds):
            continue
        if severities and finding.severity not in severities:
            continue
        if unit is not None and (finding.unit or "OrgUnit:").removeprefix("OrgUnit:") not in below[unit]:
            continue
        expected.append(finding)
    place = Ref("OrgUnit", unit) if unit is not None else None
    answer = select(whole, Wanted(classes, kinds, severities, unit), place, FRAMEWORK)  # type: ignore[arg-type]
    assert list(answer.findings) == expected
    assert sum(answer.counts.by_class.values()) == sum(answer.counts.by_kind.values()) == len(expected)
    for name, number in answer.counts.by_kind.items():
        assert number == sum(finding.kind == name for finding in expected)


@CHECKS
@given(_FINDINGS)
def test_rows_are_findings_and_no_cell_is_a_formula(whole: BreakpointList) -> None:
    raw = findings_csv(whole)
    assert raw.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert tuple(heading) == COLUMNS
    assert [row[0] for row in rows] == [finding.key for finding in whole.findings]
    for row, finding in zip(rows, whole.findings, strict=True):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")]
        by_name = dict(zip(heading, row, strict=True))
        assert by_name["message_zh"].removeprefix("'") == finding.message.zh.replace("\0", "\\0").removeprefix("'")
        assert by_name["nodes"] == ";".join(finding.nodes)
        assert by_name["unit"] == (finding.unit or "")
        assert float(by_name["complaints"]) == finding.complaints


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"])
def test_formulas_are_disarmed(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_numbers_and_plain_text_stay() -> None:
    assert [safe(cell) for cell in ("甲=乙", 3, 1.5, None)] == ["甲=乙", 3, 1.5, ""]


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        check(Wanted(kinds=["unmonitord"]))
    assert "unmonitored" in caught.value.mend.zh
