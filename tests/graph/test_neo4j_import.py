"""``suyuan export --neo4j-import``: the files, and what Neo4j's own tool makes of them: at once a store of ours with the same answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.errors import StoreLocked, UsageError
from graph.records import Revision
from graph.stores import integrity, neo4j_import, open_store
from graph.stores.neo4j_import import ARGUMENTS, SCRIPT, write_import
from graph.stores.sqlite import SqliteStore
from ingest import catalogue
from ingest.pipeline import load
from tests.contract.foreign import foreign_world
from tests.contract.notation import record, tallies
from tests.faults.child import suyuan
from tests.faults.world import records, silent
from tests.neo4j.fixtures import NewServer, entered, environment

AT = "2026-02-03T04:05:06.000007Z"
ODD = (
    "quoted \"twice\" and 'once'",
    "line\nbreak",
    "comma, semicolon; tab\tand \\ backslash",
    "“中文”，𠮷",
    "\ufffe\u200b|",
    " blank ",
)


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A store with the plan, a small world of ours, one of nobody's, and texts that a table may trip over."""
    url = f"sqlite:///{tmp_path / 'source.db'}"
    store = open_store(url, create=True)
    store.initialise()
    load(store, catalogue.records(False), source=catalogue.SOURCE)
    for name in ("a", "b"):
        rows = [row for row in records() if row.node is not None and row.node.sources == (name,)]
        said = load(store, rows, source=name).total
        assert said.added + said.changed > 0
    assert load(store, foreign_world(5), source="foreign").total.added > 100
    with store.session(unmasked={"odd": AT}) as session:
        session.write(
            [record({"node": f"Policy:odd{n}", "props": {"note": text}, "source": "odd"}) for n, text in enumerate(ODD)]
            + [record({"node": "Complaint:odd", "props": {"event_at": AT, "recorded_at": AT, "text": ODD[0]}, "edges": [["ABOUT", "Product:P1"]], "source": "odd"})]
            + [record({"node": "Indicator:odd", "props": {"domains": ["a;b", 'c"d', "e,f"]}, "source": ["odd", "z\"s"]})]
        )  # fmt: skip
    store.close()
    return url


def written(url: str, folder: Path) -> Path:
    store = open_store(url)
    write_import(store, folder)
    store.close()
    return folder


def test_the_same_store_gives_the_same_files(source: str, tmp_path: Path) -> None:
    one, other = (written(source, tmp_path / name) for name in ("one", "other"))
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {path.name: path.read_bytes() for path in other.iterdir()}  # fmt: skip
    assert "--multiline-fields=true" in (one / ARGUMENTS).read_text()
    assert "CREATE FULLTEXT INDEX" in (one / SCRIPT).read_text()
    named = {
        line.strip('"').rpartition("=")[2] for line in (one / ARGUMENTS).read_text().splitlines() if ".csv" in line
    }
    assert named == {path.name for path in one.glob("*.csv")}
    assert [path for path in tmp_path.iterdir() if path.name.endswith(".partial")] == []


def test_a_folder_in_use_is_left_alone(source: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    said = suyuan("export", "--neo4j-import", str(tmp_path / "mine"), store=source)
    assert (said.code, "no empty folder" in said.err) == (2, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    for words in ((), ("a.jsonl", "--neo4j-import", "x"), ("--neo4j-import", "x", "--kind", "Stage")):
        assert suyuan("export", *words, store=source).code == 2
    assert suyuan("export", "--neo4j-import", str(tmp_path / "new"), store=source, lang="zh").err.count("已写入") == 1


def test_nothing_half_written_appears(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph that changes meanwhile, and a disk that is full."""
    store = open_store(source)
    moving = iter(range(9))
    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "revision", lambda self: Revision(1, next(moving)))
        with pytest.raises(StoreLocked):
            write_import(store, tmp_path / "torn")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(neo4j_import._Writing, "helps", full)
    with pytest.raises(UsageError, match="No space"):
        write_import(store, tmp_path / "torn")
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == []


def test_a_long_list_is_cut_into_nodes_that_fit_the_tools_buffer(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neo4j_import, "_LISTED", 3)
    lines = (written(source, tmp_path / "cut") / "_Episodes.csv").read_text(encoding="utf-8").split("\n")
    assert max(line.count("\x1d") for line in lines) == 6


@pytest.mark.slow
def test_own_server_filled_by_neo4js_tool_gives_the_answers_of_its_source(
    new_neo4j_server: NewServer, source: str, tmp_path: Path
) -> None:
    folder = written(source, tmp_path / "files")
    server = new_neo4j_server(
        heap="512m",
        prepare=lambda one: one.administer("database", "import", "full", "neo4j", f"@{ARGUMENTS}", folder=folder),
    )
    env = environment(server)
    with entered(server):
        store, reference = open_store(server.url, create=True), open_store(source)
        assert store.initialise(), "makes constraints and indexes"
        assert not store.initialise()
        assert store.revision() == reference.revision()
        assert store.unmasked == reference.unmasked == {"odd": AT}
        assert store.counts() == reference.counts()
        assert tallies(store) == tallies(reference)
        assert list(store.tallies(per="month")) == list(reference.tallies(per="month")) != []
        assert list(store.cases()) == list(reference.cases())
        assert list(store.nodes("Complaint", text="套餐")) == list(reference.nodes("Complaint", text="套餐"))
        for name in ("all.jsonl", "traces.jsonl"):
            words = ("export",) if name.startswith("all") else ("trace", "--all", "--as-of", "2026-06-01", "--out")
            for url, side in ((server.url, "server"), (source, "file")):
                assert suyuan(*words, str(tmp_path / f"{side}-{name}"), store=url, env=env).code == 0
            assert (tmp_path / f"server-{name}").read_bytes() == (tmp_path / f"file-{name}").read_bytes()
        lists = [json.loads(suyuan("breakpoints", "--json", "--as-of", "2026-06-01", store=url, env=env).out) for url in (server.url, source)]  # fmt: skip
        assert [one.pop("computed_at") for one in lists]
        assert lists[0] == lists[1]
        # It goes on as any other: the same words change nothing, new ones are counted.
        again = load(store, foreign_world(5), source="foreign").total
        assert (again.added, again.changed) == (0, 0)
        with store.session() as session:
            for day in range(1, 4):
                at = f"2026-02-{day:02}T00:00:00.000000Z"
                session.write([record({"node": f"Complaint:new{day}", "props": {"event_at": at, "recorded_at": at}, "edges": [["ABOUT", "Campaign:M1"]]})])  # fmt: skip
        store.close()
        reference.close()
        assert list(integrity(server.url, silent)) == []
