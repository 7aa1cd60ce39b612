"""The rules of the house as small checks of the syntax trees; each lists every violation and says why the rule is there."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from graph.store import Store, WriteSession
from tests.architecture.house import Module, at, modules, product, text_files

LONGER_MODULES = {
    "graph/schema.py": "the one vocabulary: declarations without logic, which a reader wants on one page",
}
OWN_FILES = {
    "api/access/database.py": "the file of accounts, sessions and the audit, which is no part of the graph",
    "ingest/sources/jsonl_spool.py": "puts the lines of one file in order in a temporary database of its own, never in the store",
    "ingest/sources/event_spool.py": "puts the events of a log in order in a temporary database of its own, never in the store",
    "ingest/sources/ocel_sqlite.py": "reads an event log whose standard form is an SQLite file, never the store",
}
MAIN_MODULES = ("api", "bench", "ingest/demo")


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called(node: ast.AST) -> str:
    """The dotted name that a call calls, empty for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def test_every_module_says_its_one_responsibility() -> None:
    """A reader decides by the first sentence whether this is the file; two files with the same sentence have the same job."""
    first = {m.path: (ast.get_docstring(m.tree) or "").split("\n")[0].strip() for m in product() if m.text.strip()}
    assert [path for path, sentence in first.items() if len(sentence) < 20] == []
    assert [path for path, sentence in first.items() if list(first.values()).count(sentence) > 1] == []


def test_modules_stay_short() -> None:
    """Past 400 lines a file has begun to do two things; the exceptions are named with their reason and must still need it."""
    long = {m.path for m in modules("graph", "ingest", "queries", "viz", "api", "bench") if m.text.count("\n") > 400}
    assert sorted(long) == sorted(LONGER_MODULES)


def test_functions_stay_short() -> None:
    """Past 60 lines nobody holds a function in mind at once."""
    long = [
        f"{at(m, f)} {f.name}: {f.end_lineno - f.lineno + 1} lines"
        for m in modules("graph", "ingest", "queries", "viz", "api", "bench")
        for f in functions(m)
        if f.end_lineno and f.end_lineno - f.lineno >= 60
    ]
    assert long == []


def test_nothing_is_swallowed() -> None:
    """A broad ``except`` hides defects as bad input: only the outermost edge, ``api``, may have one; a clean-up re-raises."""
    broad = []
    for module in modules("graph", "ingest", "queries", "viz", "bench"):
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            names = (
                {ast.unparse(n) for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"Exception"}
            )
            reraises = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if "Exception" in names or ("BaseException" in names and not reraises):
                broad.append(at(module, node))
    assert broad == []


def test_time_is_passed_in() -> None:
    """Same input, same bytes: the clock is read only where a request comes in, and by benchmarks."""
    clocks = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
    read = [
        f"{at(m, node)} {called(node)}"
        for m in modules("graph", "ingest", "queries", "viz")
        for node in ast.walk(m.tree)
        if clocks.search(called(node))
    ]
    assert read == []


def test_chance_has_a_seed() -> None:
    """An unseeded generator, or the module's shared one, makes two runs differ."""
    loose = []
    for module in modules("graph", "ingest", "queries", "viz", "api", "bench"):
        for node in ast.walk(module.tree):
            name = called(node)
            shared = re.fullmatch(r"random\.(?!Random$|SystemRandom$)\w+", name)
            unseeded = name in (
                "Random",
                "random.Random",
                "default_rng",
                "np.random.default_rng",
                "numpy.random.default_rng",
            )
            if shared or (unseeded and isinstance(node, ast.Call) and not node.args and not node.keywords):
                loose.append(f"{at(module, node)} {name}")
    assert loose == []


def test_only_ways_in_print() -> None:
    """Answers go to stdout and everything else to stderr: a library that prints breaks ``--json``."""
    printed = [
        at(m, node)
        for m in product()
        if not m.within(*MAIN_MODULES)
        for node in ast.walk(m.tree)
        if called(node) == "print"
    ]
    assert printed == []


def test_queries_in_another_language_are_never_made_of_user_text() -> None:
    """SQL and Cypher live in ``graph/stores`` with parameters; elsewhere neither a driver nor a built statement appears."""
    statement = re.compile(
        r"\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|MATCH|CREATE|DROP|ALTER|WITH|UNWIND|CALL|PRAGMA|ATTACH)\s+[\w(\"`*]"
    )
    found = []
    for module in modules("ingest", "queries", "viz", "api"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and module.path not in OWN_FILES:
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                found += [
                    f"{at(module, node)} imports {n}" for n in sorted(names) if n.split(".")[0] in ("sqlite3", "neo4j")
                ]
            parts = node.values if isinstance(node, ast.JoinedStr) else []
            built = parts and isinstance(parts[0], ast.Constant) and statement.match(str(parts[0].value))
            if built and any(isinstance(part, ast.FormattedValue) for part in parts):
                found.append(f"{at(module, node)} {ast.unparse(node)[:60]}")
    assert found == []


def test_no_path_enumeration() -> None:
    """Enumerating simple paths is exponential: it once ran 20 hours on 1,500 nodes. Count, dominate or search instead."""
    assert [
        m.path for m in modules("graph", "ingest", "queries", "viz", "api", "bench") if "all_simple_" in m.text
    ] == []


def test_identifiers_are_english() -> None:
    """Chinese belongs in data and texts; a name that half the readers cannot type is not a name."""
    foreign = set()
    for module in modules("graph", "ingest", "queries", "viz", "api", "bench", "tests"):
        for node in ast.walk(module.tree):
            for attribute in ("id", "name", "attr", "arg", "asname"):
                value = getattr(node, attribute, None)
                if isinstance(value, str) and not value.isascii():
                    foreign.add(f"{at(module, node)} {value}")
    assert sorted(foreign) == []


def test_messages_are_in_both_languages() -> None:
    """``Text(zh, en)``: swapped or copied halves would reach a reader in the wrong language."""
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = []
    for module in product():
        for node in ast.walk(module.tree):
            if called(node) not in ("Text", "Label") or not isinstance(node, ast.Call):
                continue
            halves = (
                list(node.args)
                if len(node.args) == 2
                else [k.value for k in sorted(node.keywords, key=lambda k: str(k.arg), reverse=True)]
            )
            if len(halves) != 2:
                continue
            zh, en = (
                "".join(
                    str(n.value) for n in ast.walk(half) if isinstance(n, ast.Constant) and isinstance(n.value, str)
                )
                for half in halves
            )
            composed = any(isinstance(n, ast.FormattedValue) for n in ast.walk(halves[0]))
            if chinese.search(en) or (
                re.search(r"[A-Za-z]{3} [a-z]{2}", en) and not composed and not chinese.search(zh)
            ):
                wrong.append(at(module, node))
    assert wrong == []


def test_nothing_is_left_for_later() -> None:
    """Unfinished work belongs in an issue, where somebody sees it."""
    mark = re.compile(r"#.*\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b")
    assert [
        f"{path}:{n}"
        for path, text in text_files()
        if path.endswith(".py")
        for n, line in enumerate(text.splitlines(), 1)
        if mark.search(line)
    ] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    """A path of the author's machine works nowhere else, and a registry's host belongs to the reader's own set-up."""
    places = re.compile(r"(?<![\w.])/(work|root|home|Users)/[\w.]{2}")
    hosts = re.compile(r"py[p]i\.org|python[h]osted|registry\.npm[j]s|maven\.[o]rg|crates\.[i]o")
    found = [
        f"{path}:{number} {line.strip()[:80]}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if places.search(line) or hosts.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("protocol", [Store, WriteSession])
def test_a_store_stays_small_enough_to_write_another_in_an_afternoon(protocol: type) -> None:
    """Fat back-end interfaces rot: a second back end then says "not implemented" dozens of times."""
    methods = [name for name, _ in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")]
    assert 1 < len(methods) <= 10
