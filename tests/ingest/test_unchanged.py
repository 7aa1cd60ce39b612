"""A load that was made before is recognised, and says what reading everything again would have said, byte for byte."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ingest.fingerprint
import ingest.pipeline
import ingest.run
import ingest.unchanged
from graph.errors import StoreLocked, UsageError, Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.settings import said
from graph.store import Store
from graph.stores import open_store
from graph.text import Text
from ingest import catalogue, demo
from ingest.fingerprint import fingerprint
from ingest.mapping import MappingFile
from ingest.opening import Input
from ingest.pipeline import load
from ingest.report import IngestReport, Notes
from ingest.run import ingest_paths
from ingest.unchanged import UNCHANGED, Unchanged

DATA = Path(__file__).resolve().parents[1] / "data"
AT = "2026-03-01T00:00:00.000000Z"
MAPPING = """version: 1
kind: Complaint
properties: {id: 单号, event_at: 时间}
references: {type: {kind: Category, id: 类别, create: true}}
edges: {IN_CATEGORY: type}
"""
FRAMEWORK = {
    "Category.csv": "id,name,null_rate\nK1,k,0.1\nK2,k,\n",
    "ControlPoint.csv": "id,name\nP1,p\nP2,p\n",
    "POINTS_TO.csv": "from,to,weight\nK1,P1,0.5\nK1,P2,0.4\nK2,P1,1\n",
    "CAUSED_BY.csv": "from,to,weight,confirmed_at,confirmed_by\nP1,P2,1,2026-03-01 10:00,me\n",
}
FACTS = {
    "Product.csv": "id,name\nX1,x\n",
    "Campaign.csv": "id,name\nM1,m\n",
    "Complaint.csv": "id,event_at,text,IN_CATEGORY,ABOUT,REPEATS\nC1,2026-03-01 10:00,a,K1,M1,C2\nC2,2026-03-01,13812345678,K2;K1,X1,\n",
}


def known(report: IngestReport) -> bool:
    return UNCHANGED.zh in [note.zh for note in report.notes]


def plain(report: IngestReport) -> str:
    """The report as JSON, without the remark of a recognised load."""
    notes = [note for note in report.notes if note.zh != UNCHANGED.zh]
    return report.model_copy(update={"notes": notes}).model_dump_json()


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rerun(store: Store, paths: list[Path], **how: Any) -> bool:
    """Load twice; where the second run is recognised, it must say what a full one says. Returns whether it was."""
    ingest_paths(store, paths, **how)
    fast = ingest_paths(store, paths, **how)
    if not known(fast):
        return False
    before = store.revision()
    full = ingest_paths(store, paths, again=True, **how)
    assert not known(full)
    assert plain(fast) == plain(full)
    assert store.revision() == before
    return True


# ── which second runs are recognised ────────────────────────────────────────────────────────────────
def test_native_tables_of_framework_and_facts(store: Store, tmp_path: Path) -> None:
    assert rerun(store, [written(tmp_path / "in", FRAMEWORK | FACTS)])


def test_links_of_their_own_tables(store: Store, tmp_path: Path) -> None:
    tables = {"Complaint.csv": "id,event_at\nC1,2026-03-01\nC2,2026-03-01\n", "REPEATS.csv": "from,to\nC2,C1\n"}
    assert rerun(store, [written(tmp_path / "in", tables)])


def test_lines_of_the_interchange_format(store: Store, tmp_path: Path) -> None:
    assert rerun(store, [written(tmp_path / "in", {"g.jsonl": jsonl()})])


def test_a_workbook(store: Store, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        for name, text in (FRAMEWORK | FACTS).items():
            sheet = book.add_worksheet(name.removesuffix(".csv"))
            for at, line in enumerate(text.splitlines()):
                sheet.write_row(at, 0, line.split(","))
    assert rerun(store, [tmp_path / "book.xlsx"])


def test_a_mapped_table(store: Store, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAPPING)
    written(tmp_path / "in", {"t.csv": "单号,时间,类别,其他\n1,2026-03-01,资费,x\n2,2026-03-02,资费,y\n"})
    assert rerun(store, [tmp_path / "in"], mapping=mapping)


@pytest.mark.slow
def test_the_demo_province(store: Store, tmp_path: Path) -> None:
    tables = demo.generate(tmp_path / "demo", 2025).tables
    load(store, catalogue.records(plan_only=False), source="catalogue")
    assert rerun(store, [tables])


def test_several_sources_at_once_that_say_other_things(store: Store, tmp_path: Path) -> None:
    paths = [
        written(tmp_path / name, {f"{kind}.csv": "id,name\nA,a\n"})
        for name, kind in (("a", "Product"), ("b", "Campaign"))
    ]
    assert rerun(store, paths)


def test_a_load_that_was_broken_off_and_completed(store: Store, tmp_path: Path) -> None:
    rows = [f"C{n},2026-03-01\n" for n in range(40)]
    written(tmp_path / "in", {"Complaint.csv": "id,event_at\n" + "".join(rows[:25])})
    ingest_paths(store, [tmp_path / "in"])
    written(tmp_path / "in", {"Complaint.csv": "id,event_at\n" + "".join(rows)})
    assert rerun(store, [tmp_path / "in"])


# ── which are not: the first run that changes nothing is the one after which it is known ────────────
def third(store: Store, paths: list[Path], **how: Any) -> None:
    """The second run reads everything; the third need not."""
    assert not rerun(store, paths, **how)
    assert rerun(store, paths, **how)


def test_weights_that_were_filled(
    store: Store, new_store: Callable[[], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of a whole is summed up in the order of what is stored by then: in the last digit a rerun may find another share."""
    tables = {
        "Category.csv": "id,name\nK1,k\n",
        "ControlPoint.csv": "id,name\nP1,p\nP2,p\nP3,p\nP4,p\n",
        "POINTS_TO.csv": "from,to,weight\nK1,P3,0.3\nK1,P2,0.2\nK1,P1,0.1\nK1,P4,\n",
    }
    paths = [written(tmp_path / "in", tables)]
    assert not rerun(store, paths)
    assert ingest_paths(store, paths).total.changed == 0
    assert rerun(store, paths)
    with monkeypatch.context() as unprotected:
        unprotected.setattr(ingest.unchanged, "_filled", lambda report: False)
        with pytest.raises(AssertionError):
            rerun(new_store(), paths)


def test_tickets(store: Store) -> None:
    third(store, [DATA / "tmf621" / "v5_list.json"])


def test_a_replacing_load(store: Store, tmp_path: Path) -> None:
    third(store, [written(tmp_path / "in", FACTS | FRAMEWORK)], replace=True)


def test_two_sources_that_disagree(store: Store, tmp_path: Path) -> None:
    third(store, [written(tmp_path / name, {"Product.csv": f"id,name\nA,{name}\n"}) for name in ("a", "b")])


def test_a_row_that_changes_what_was_stored(store: Store, tmp_path: Path) -> None:
    ingest_paths(store, [written(tmp_path / "old", FACTS | FRAMEWORK)], source="s")
    new = {"CAUSED_BY.csv": "from,to,weight,confirmed_at,confirmed_by\nP1,P2,1,2026-04-01 10:00,me\n"}
    third(store, [written(tmp_path / "new", new)], source="s")


def test_tables_beside_lines(store: Store, tmp_path: Path) -> None:
    third(store, [written(tmp_path / "in", {"g.jsonl": jsonl(), "Stage.csv": "id,name\nS1,s\n"})])


def test_a_link_in_a_row_and_in_a_table(store: Store, tmp_path: Path) -> None:
    tables = FRAMEWORK | FACTS | {"ABOUT.csv": "from,to\nC1,Campaign:M1\nC1,Product:X1\n"}
    third(store, [written(tmp_path / "in", tables)])


@pytest.mark.parametrize(
    "more",
    [{"Product.csv": "id,name\nX1,x\nX1,y\n"}, {"REPEATS.csv": "from,to\nC1,C9\n"}],
    ids=["duplicate", "end missing"],
)
def test_refused_rows_are_read_every_time(store: Store, tmp_path: Path, more: dict[str, str]) -> None:
    written(tmp_path / "in", FRAMEWORK | FACTS | more)
    for _ in range(3):
        assert not known(ingest_paths(store, [tmp_path / "in"], rejects=tmp_path / "rejects.csv"))
        assert (tmp_path / "rejects.csv").exists()


def test_a_check_is_neither_noted_nor_recognised(store: Store, tmp_path: Path) -> None:
    paths = [written(tmp_path / "in", FRAMEWORK | FACTS)]
    ingest_paths(store, paths, dry_run=True)
    assert dict(store.loads) == {}
    ingest_paths(store, paths)
    checked = ingest_paths(store, paths, dry_run=True)
    assert (known(checked), checked.dry_run, checked.diff is not None) == (False, True, True)


# ── at random ───────────────────────────────────────────────────────────────────────────────────────
def jsonl(count: int = 3, props: Callable[[int], dict[str, Any]] = lambda n: {}) -> str:
    lines: list[dict[str, Any]] = [
        {"type": "node", "id": "Category:K1", "labels": ["Category"], "properties": {"id": "K1"}}
    ]
    for n in range(count):
        said_ = {"id": f"C{n}", "event_at": AT, "recorded_at": AT, **props(n)}
        lines.append({"type": "node", "id": f"Complaint:C{n}", "labels": ["Complaint"], "properties": said_})
        ends = {"start": {"id": f"Complaint:C{n}"}, "end": {"id": "Category:K1"}}
        lines.append({"type": "relationship", "id": str(n), "label": "IN_CATEGORY", **ends, "properties": {}})
    return "".join(json.dumps(line) + "\n" for line in lines)


def random_records(rnd: random.Random) -> list[Record]:
    """Rows as no reader need hand them out: some contradict each other, state a link twice, own links that others state, name what comes later."""
    mixed, filled, lone = rnd.random() < 0.2, rnd.random() < 0.2, rnd.choice([0, 0.2])

    def by() -> tuple[str, ...]:
        return rnd.choice([("a",), ("a",), ("a",), ("b",), ("a", "b")]) if mixed else ("a",)

    def edge(name: str, source: Ref, target: Ref, sources: tuple[str, ...]) -> EdgeRow:
        props: dict[str, Any] = {}
        if name == "POINTS_TO":
            props = {} if filled and rnd.random() < 0.5 else {"weight": rnd.choice([0.1, 0.2, 0.25])}
        if name in ("POINTS_TO", "ABOUT") and rnd.random() < 0.1:
            props |= {"basis": rnd.choice("xy")}
        return EdgeRow(name, source, target, props, sources)

    def node(kind: str, n: int, ends: dict[str, list[Ref]]) -> Record:
        sources, ref = by(), Ref(kind, f"{kind[:2]}{n}")
        edges = tuple(
            edge(name, ref, target, sources)
            for name, targets in ends.items()
            for target in rnd.sample(targets, rnd.randrange(3))
        )
        props: dict[str, Any] = {"name": rnd.choice("xxy")}
        if kind == "Complaint":
            props |= {"event_at": AT, "recorded_at": AT}
        owns = tuple(name for name in ends if rnd.random() < 0.5)
        return Record(NodeRow(kind, ref.id, props, sources), edges, Where("f", "", n), owns)

    categories, points, products, complaints = (
        [Ref(kind, f"{kind[:2]}{n}") for n in range(3)] for kind in ("Category", "ControlPoint", "Product", "Complaint")
    )
    ends = {
        "Category": {"POINTS_TO": points},
        "ControlPoint": {},
        "Product": {},
        "Complaint": {"ABOUT": products, "IN_CATEGORY": categories, "REPEATS": complaints},
    }
    found = [node(kind, n, ends[kind]) for kind in ends for n in range(3) if rnd.random() < 0.97]
    for name, starts, targets in [
        ("POINTS_TO", categories, points),
        ("ABOUT", complaints, products),
        ("REPEATS", complaints, complaints),
    ]:
        for start in starts:
            if rnd.random() < lone:
                found.append(
                    Record(
                        None,
                        (edge(name, start, rnd.choice([end for end in targets if end != start]), by()),),
                        Where("f", "", 9),
                    )
                )
    if rnd.random() < 0.3:
        rnd.shuffle(found)
    return found


def outcomes(tmp_path: Path, count: int) -> Iterator[bool]:
    """Load random rows into stores that hold others, and look in every case what the second run says."""
    empty = tmp_path / "empty.db"
    made = open_store(f"sqlite:///{empty}", create=True)
    made.initialise()
    made.close()
    for seed in range(count):
        rnd = random.Random(seed)
        store = open_store(f"sqlite:///{shutil.copy(empty, tmp_path / f'{seed}.db')}")
        if rnd.random() < 0.3:
            load(store, random_records(rnd), source="a")
        records, replace = random_records(rnd), rnd.random() < 0.1
        before = Unchanged(store, lambda: "this", replace=replace, since=store.revision())
        report = load(store, records, source=["a", "b"], replace=replace, watch=before.watch)
        before.keep(report, by_store=False)
        fast = before.known(1)
        if fast is not None:
            at = store.revision()
            assert plain(fast) == plain(load(store, records, source=["a", "b"], replace=replace)), seed
            assert store.revision() == at
        yield fast is not None
        store.close()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.pipeline, "BATCH", 3)


@pytest.mark.usefixtures("small_batches")
def test_what_is_foretold_is_what_a_full_rerun_says(tmp_path: Path) -> None:
    found = list(outcomes(tmp_path, 120))
    assert 10 < sum(found) < 110, "loads of both sorts"


def always(report: IngestReport) -> IngestReport:
    """The report of a load that changed nothing that it had to know of."""
    return report.model_copy(update={"total": report.total.model_copy(update={"changed": 0}), "conflict_count": 0})


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("protection", ["apart", "changed"])
def test_without_its_conditions_the_report_is_foretold_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protection: str
) -> None:
    """A protection removed: rows that touch each other's links, or that changed something."""
    if protection == "apart":
        monkeypatch.setattr(ingest.unchanged._Watching, "apart", True)
    else:
        real: Any = Unchanged.keep
        monkeypatch.setattr(
            Unchanged, "keep", lambda self, report, by_store: real(self, always(report), by_store=by_store)
        )
    with pytest.raises(AssertionError):
        list(outcomes(tmp_path, 120))


# ── what the fingerprint covers ─────────────────────────────────────────────────────────────────────
def test_whatever_decides_what_a_load_does_is_in_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "in", FACTS) / "Product.csv"
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAPPING)

    def one(
        entry: Input | None = None, chosen: MappingFile | None = None, encoding: str | None = None, **how: Any
    ) -> str:
        entries = [entry or Input(file, "in/Product.csv", "s"), *how.get("more", [])]
        found = fingerprint(
            entries, chosen, encoding, replace=how.get("replace", False), remarks=how.get("remarks", [])
        )
        assert found is not None
        return found

    notes = Notes()
    notes.add(UNCHANGED)
    seen = [
        one(),
        one(Input(file, "x", "s")),
        one(Input(file, "in/Product.csv", "t")),
        one(encoding="big5"),
        one(replace=True),
        one(remarks=notes.lines()),
        one(chosen=MappingFile(mapping)),
    ]
    mapping.write_text(MAPPING + "# more\n")
    seen.append(one(chosen=MappingFile(mapping)))
    other = Input(written(tmp_path / "in", {"Campaign.csv": "id\nM\n"}) / "Campaign.csv", "c", "s")
    seen += [
        one(more=[other]),
        one(other, more=[Input(file, "in/Product.csv", "s")]),
    ]
    file = file.rename(tmp_path / "in" / "Stage.csv")
    seen.append(one())
    for values in ({"timezone": "UTC"}, {"mask": False}, {"mask_key": "one"}, {"mask_key": "two"}):
        with said(**values):
            seen.append(one())
    with monkeypatch.context() as patch:
        patch.setattr(ingest.fingerprint, "_PROGRAM", "another version")
        seen.append(one())
    with monkeypatch.context() as patch:
        patch.setattr(ingest.fingerprint, "_libraries", lambda: ("another",))
        seen.append(one())
    zones = tmp_path / "zones" / "Asia"
    zones.mkdir(parents=True)
    (zones / "Shanghai").write_bytes(b"other rules")
    with monkeypatch.context() as patch:
        patch.setattr("zoneinfo.TZPATH", (str(tmp_path / "zones"),))
        seen.append(one())
    file.write_text(file.read_text() + "X2,x\n")
    seen.append(one())
    assert len(set(seen)) == len(seen)
    assert one() == seen[-1]
    assert "one" not in "".join(seen)
    file.unlink()
    assert fingerprint([Input(file, "x", "s")], None, None, replace=False, remarks=[]) is None


@pytest.mark.parametrize("package", ["graph", "ingest"])
def test_a_changed_line_of_the_program_is_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    before = ingest.fingerprint._program()
    assert before == ingest.fingerprint._PROGRAM
    module = getattr(ingest.fingerprint, package)
    copied = shutil.copytree(module.__path__[0], tmp_path / package)
    monkeypatch.setattr(module, "__path__", [str(copied)])
    assert ingest.fingerprint._program() == before
    (copied / "__pycache__" / "x.pyc").write_bytes(b"")
    assert ingest.fingerprint._program() == before
    with (copied / "text.py" if package == "graph" else copied / "mappings" / "cfpb_complaints.yaml").open(
        "a"
    ) as stream:
        stream.write("# one more line\n")
    assert ingest.fingerprint._program() != before


def test_a_file_that_changes_while_it_is_loaded_is_not_noted(store: Store, tmp_path: Path) -> None:
    paths = [written(tmp_path / "in", FACTS)]

    def change(_rows: int) -> None:
        written(tmp_path / "in", {"Product.csv": "id,name\nX1,other\n"})

    ingest_paths(store, paths, progress=change)
    assert dict(store.loads) == {}
    report = ingest_paths(store, paths)
    assert (known(report), report.total.changed) == (False, 1)


# ── what else a recognised load does ────────────────────────────────────────────────────────────────
def test_the_rejects_of_another_run_go_and_progress_is_told(store: Store, tmp_path: Path) -> None:
    paths, rejects = [written(tmp_path / "in", FACTS | FRAMEWORK)], tmp_path / "rejects.csv"
    ingest_paths(store, paths)
    rejects.write_text("file,sheet,row,field,reason,content\n")
    rows: list[int] = []
    report = ingest_paths(store, paths, rejects=rejects, progress=rows.append)
    assert (known(report), rejects.exists(), rows) == (True, False, [report.total.read])
    with pytest.raises(UsageError):
        ingest_paths(store, paths, rejects=tmp_path / "nowhere" / "r.csv")


def test_a_recognised_load_reads_no_row_and_again_reads_all(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [written(tmp_path / "in", FACTS | FRAMEWORK)]
    first = ingest_paths(store, paths)
    assert [note.en for note in first.notes] == ["personal data masked: mobile phone"]
    with sqlite3.connect(tmp_path / "store0.db") as db:  # past the program: no counter moves
        db.execute("UPDATE Complaint SET text = 'spoilt' WHERE id = 'C1'")
    monkeypatch.setattr(ingest.run, "_segments", None)
    fast = ingest_paths(store, paths)
    assert [(note.en, note.count) for note in fast.notes] == [
        (first.notes[0].en, 1),
        (UNCHANGED.en, len(FACTS | FRAMEWORK)),
    ]
    monkeypatch.undo()
    mended = ingest_paths(store, paths, again=True)
    assert (known(mended), mended.total.changed) == (False, 1)
    db.close()


def test_a_note_that_the_disk_changed_is_none(store: Store, tmp_path: Path) -> None:
    paths = [written(tmp_path / "in", FACTS | FRAMEWORK)]
    ingest_paths(store, paths)
    with sqlite3.connect(tmp_path / "store0.db") as db:
        assert db.execute(
            "UPDATE meta SET value = replace(value, '\\\"read\\\":', '\\\"reax\\\":') WHERE key = 'loads'"
        ).rowcount
    db.close()
    assert dict(store.loads) == {}
    assert not known(ingest_paths(store, paths))


def test_a_store_that_cannot_take_the_note_has_taken_the_load(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any) -> bool:
        raise StoreLocked(Text("", ""), Text("", ""))

    with store.session() as session:
        monkeypatch.setattr(type(session), "note", locked)
    report = ingest_paths(store, [written(tmp_path / "in", FACTS | FRAMEWORK)])
    assert (report.total.refused, dict(store.loads)) == (0, {})


def test_a_store_that_went_back_knows_only_what_it_holds(tmp_path: Path) -> None:
    """From one backup two other loads lead to equal counters: the notes went back with the file."""
    file, backup = tmp_path / "s.db", tmp_path / "backup.db"
    one, other = (written(tmp_path / name, {"Product.csv": f"id,name\n{name},x\n"}) for name in ("one", "other"))
    made = open_store(f"sqlite:///{file}", create=True)
    made.initialise()
    made.close()
    shutil.copy(file, backup)
    revisions = []
    for folder in (one, other):
        store = open_store(f"sqlite:///{file}")
        report = ingest_paths(store, [folder])
        assert (known(report), report.total.added) == (False, 1)
        if folder is other:
            report = ingest_paths(store, [one])
            assert (known(report), report.total.added) == (False, 1)
        else:
            revisions.append(store.revision())
            assert known(ingest_paths(store, [one]))
        store.close()
        shutil.copy(backup, file)
    store = open_store(f"sqlite:///{file}")
    ingest_paths(store, [other])
    assert [store.revision()] == revisions
    store.close()


def test_an_unmasked_load_is_known_as_such(store: Store, tmp_path: Path) -> None:
    paths = [written(tmp_path / "in", FACTS | FRAMEWORK)]
    with said(mask=False):
        ingest_paths(store, paths, at=AT)
        assert known(ingest_paths(store, paths, at="2026-04-01T00:00:00.000000Z"))
    assert dict(store.unmasked) == {"in": AT}
    assert not known(ingest_paths(store, paths))
