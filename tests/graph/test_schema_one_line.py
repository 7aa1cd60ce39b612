"""Adding a property is one line in one place: the line is added to a copy of ``graph/`` and everything derived follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import graph
from graph.errors import Where
from graph.records import NodeRow, Record
from graph.stores import open_store

ANCHOR = '    customer: str | None = prop("客户化名", "Customer pseudonym")\n'
LINE = '    mood: int | None = prop("情绪", "Mood", le=5)\n'
WITH_THE_LINE = """
import json, sys
from graph import errors, schema, schema_page, stores
from graph.errors import Where
from graph.records import NodeRow, Record

url, seen = sys.argv[1], {}
prop = schema.KINDS["Complaint"].properties["mood"]
seen["headings"], seen["bound"] = list(prop.names), prop.le
seen["json_schema"] = sorted(schema.json_schema()["$defs"]["Complaint"]["properties"]["mood"]["anyOf"][0].items())
seen["page"] = [line for line in schema_page.page().splitlines() if "`mood`" in line]
try:
    stores.open_store(url)
except errors.StoreOutdated as error:
    seen["before"] = error.mend.en
with_column = stores.open_store(url, create=True)
seen["upgraded"] = [with_column.initialise(), with_column.initialise()]
with_column.close()
store = stores.open_store(url)
with store.session() as session:
    session.write([Record(NodeRow("Complaint", "C2", {"event_at": "2026-03-01T00:00:00.000000Z", "mood": 4}, ("test",)), (), Where())])
seen["stored"] = {row.id: row.props.get("mood") for row in store.nodes("Complaint")}
store.close()
print(json.dumps(seen))
"""


def run_with_the_line(folder: Path, url: str) -> dict[str, Any]:
    """What a program sees that was started from a copy of ``graph/`` with one more line in ``schema.py``."""
    assert graph.__file__ is not None
    shutil.copytree(Path(graph.__file__).parent, folder / "graph", ignore=shutil.ignore_patterns("__pycache__"))
    declarations = folder / "graph" / "schema.py"
    source = declarations.read_text(encoding="utf-8")
    assert source.count(ANCHOR) == 1
    declarations.write_text(source.replace(ANCHOR, ANCHOR + LINE), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", WITH_THE_LINE, url],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_one_line_reaches_headings_json_schema_reference_page_and_an_existing_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    store = open_store(url, create=True)
    assert store.initialise()
    with store.session() as session:
        session.write(
            [Record(NodeRow("Complaint", "C1", {"event_at": "2026-03-01T00:00:00.000000Z"}, ("test",)), (), Where())]
        )
    store.close()

    seen = run_with_the_line(tmp_path, url)

    assert seen["headings"] == ["mood", "情绪", "Mood"]
    assert seen["bound"] == 5
    assert dict(seen["json_schema"]) == {"type": "integer", "maximum": 5}
    assert seen["page"] == ["| `mood` | 情绪 | Mood | 整数 · whole number | … 5 |"]
    assert "suyuan init" in seen["before"]
    assert seen["upgraded"] == [True, False]
    assert seen["stored"] == {"C1": None, "C2": 4}
