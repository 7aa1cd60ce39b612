"""Whatever the bytes, the answer is an InputError or exact counts; never a traceback, never a lost row."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.stores import open_store
from ingest.report import IngestReport
from ingest.run import ingest_paths
from ingest.yaml_tree import YamlTree

FUZZ = settings(max_examples=40, deadline=None, derandomize=True)


def load(name: str, data: bytes) -> IngestReport | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        store = open_store(f"sqlite:///{folder}/store.db", create=True)
        store.initialise()
        refused: InputError | None = None
        try:
            report = ingest_paths(store, [path], source="s", rejects=Path(folder, "rejects.csv"))
        except InputError as error:
            refused = error
        finally:
            store.close()
        if refused is not None:
            assert refused.message("zh")
            assert refused.message("en")
            return None
        total = report.total
        assert total.read == total.added + total.changed + total.unchanged + total.refused
        return report


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_as_a_table(data: bytes) -> None:
    load("Complaint.csv", data)
    load("Complaint.csv", b"id,event_at,text,ABOUT\n" + data)


@FUZZ
@given(st.text(st.sampled_from('",;\r\n\t ax1:-｜；“=\ufeff\u3000'), max_size=60))
def test_any_row_is_counted(rows: str) -> None:
    report = load("Complaint.csv", b"id,event_at,text,ABOUT\n" + rows.encode())
    assert report is not None
    assert report.total.added == 0  # no such row has a date


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LINE = st.fixed_dictionaries(
    {"type": st.sampled_from(["node", "relationship"]) | JSON},
    optional={
        "id": JSON, "label": st.sampled_from(["AT", "OF"]) | JSON, "labels": st.sampled_from([["Stage"], ["Review"]]) | JSON,
        "properties": st.dictionaries(st.sampled_from(["id", "name", "order", "sources"]), JSON) | JSON,
        "start": st.fixed_dictionaries({"id": JSON}, optional={"labels": JSON}) | JSON, "end": st.just({"id": "Stage:S1"}) | JSON,
    },
)  # fmt: skip


@FUZZ
@given(st.lists(LINE, min_size=1, max_size=5))
def test_any_json_line_is_counted(lines: list[dict[str, Any]]) -> None:
    report = load("g.jsonl", "\n".join(map(json.dumps, lines)).encode())
    assert report is not None
    assert report.total.read == len(lines)


@FUZZ
@given(st.binary(max_size=60))
def test_any_bytes_as_interchange_lines(data: bytes) -> None:
    load("g.jsonl", b'{"type":"node"}\n' + data)


@FUZZ
@given(st.text(st.sampled_from("a:{}[]-?|>&*!%@`'\"#,\n \t1~\x00\ud800"), max_size=40))
def test_any_text_as_yaml(text: str) -> None:
    try:
        tree = YamlTree(text, "map.yaml")
    except InputError:
        return
    assert tree.line(()) >= 0


def test_deep_yaml_is_an_input_error() -> None:
    with pytest.raises(InputError):
        YamlTree("[" * 100_000, "map.yaml")
