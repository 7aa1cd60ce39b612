"""The store on a Neo4j server: any number of readers and writers on any number of machines; writers take turns."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from graph.case import Case
from graph.errors import StoreDamaged, StoreError, StoreOutdated, StoreTooNew
from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Revision, Tally
from graph.schema import SCHEMA_VERSION
from graph.segments import asked
from graph.settings import settings
from graph.stores.neo4j_cases import CaseReader
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_read import Neo4jReader, Transacting, not_initialised
from graph.stores.neo4j_schema import META, Part, missing
from graph.stores.neo4j_write import Neo4jSession
from graph.text import Text

_MAKE_META = (
    f"MERGE (m:{META} {{id: 'store'}}) ON CREATE SET m.timezone = $timezone, m.framework = 0, m.facts = 0, m.schema_version = $version"
    f" MERGE (t:{META} {{id: 'turn'}})"
    " WITH m WHERE m.schema_version <> $version SET m.schema_version = $version"
)


class Neo4jStore:
    """The store protocol over one database; see ``graph/store.py`` for what each method answers."""

    def __init__(self, url: str, *, create: bool = False) -> None:
        self._connection = Connection(url)
        self._local = threading.local()
        try:
            self._timezone = self._check(create)
        except BaseException:
            self._connection.close()
            raise
        self._reader = Neo4jReader(self._connection, self._timezone)

    # ── opening ───────────────────────────────────────────────────────────────────────────────────
    def _check(self, create: bool) -> str:
        """Refuse a database that is not ours or not of a version we can use; the zone its days are counted in."""
        where = self._connection.where
        meta = self._connection.values(f"MATCH (m:{META} {{id: 'store'}}) RETURN properties(m)")
        if not meta:
            if not create:
                raise not_initialised(where)
            if self._connection.values("MATCH (n) RETURN 1 LIMIT 1"):
                raise StoreDamaged(
                    Text(f"数据库中已有不属于溯源的数据：{where}", f"the database holds data that are not SuYuan's: {where}"),
                    Text("请用 SUYUAN_NEO4J_DATABASE 指定一个空的数据库；该数据库未被改动", "Name an empty one with SUYUAN_NEO4J_DATABASE; this one was left as it is"),
                )  # fmt: skip
            return settings().timezone
        version, timezone = meta[0][0]["schema_version"], meta[0][0]["timezone"]
        if version > SCHEMA_VERSION:
            raise StoreTooNew(
                Text(f"存储由更新的版本写入（{version} > {SCHEMA_VERSION}）：{where}", f"written by a newer version ({version} > {SCHEMA_VERSION}): {where}"),
                Text("请升级 suyuan 再打开", "Upgrade suyuan, then open it again"),
            )  # fmt: skip
        if not create and (version < SCHEMA_VERSION or self.missing()):
            raise StoreOutdated(
                Text(f"存储由较旧的版本写入，或缺少约束、索引：{where}", f"written by an older version, or constraints and indexes are missing: {where}"),
                Text(
                    "请运行 suyuan init 升级并更新目录，或 suyuan init --empty 只升级",
                    "Run `suyuan init` to upgrade it and its catalogue, or `suyuan init --empty` to upgrade alone",
                ),
            )  # fmt: skip
        if timezone != settings().timezone:
            raise StoreError(
                Text(f"存储按时区 {timezone} 计日，当前设置为 {settings().timezone}",
                     f"the store counts days in {timezone}, the setting says {settings().timezone}"),
                Text(f"请设置 SUYUAN_TIMEZONE={timezone}，或新建存储", f"Set SUYUAN_TIMEZONE={timezone} or make a new store"),
            )  # fmt: skip
        return str(timezone)

    def missing(self) -> list[Part]:
        """The constraints and indexes that the server lacks."""
        return self._connection.read(missing)

    def initialise(self) -> bool:
        """Create what is not there and bring an older database up to date; True when anything was done."""
        lacking = self.missing()
        for part in lacking:
            self._connection.write(part.make)
        if lacking:
            self._connection.values("CALL db.awaitIndexes(300)")
            self._refuse_taken_names()
        done = self._connection.write(self._make_meta)
        return bool(lacking) or done

    def _make_meta(self, tx: Transacting) -> bool:
        summary = tx.run(_MAKE_META, timezone=self._timezone, version=SCHEMA_VERSION).consume()
        return bool(summary.counters.contains_updates)

    def _refuse_taken_names(self) -> None:
        """``IF NOT EXISTS`` says nothing where a name is taken by something else: look."""
        still = self.missing()
        if still:
            names = ", ".join(part.text for part in still)
            raise StoreDamaged(
                Text(f"无法建立约束或索引：{names}", f"constraints or indexes could not be made: {names}"),
                Text(
                    "同名（suyuan_…）或同属性的约束、索引已存在；请删除后再运行 suyuan init",
                    "Others of the same name (suyuan_…) or property exist; drop them, then run `suyuan init` again",
                ),
            )

    # ── reading ───────────────────────────────────────────────────────────────────────────────────
    def revision(self) -> Revision:
        """The two counters."""
        return self._reader.revision()

    def framework(self) -> Framework:
        """The whole framework at one revision."""
        return self._reader.framework()

    def cases(self, ids: Sequence[str] | None = None) -> Iterator[Case]:
        """The named complaints in the order given, or all in id order."""
        reader: CaseReader | None = getattr(self._local, "cases", None)
        if reader is None:
            reader = self._local.cases = CaseReader(self._connection, self._reader)
        yield from reader.cases(ids)

    def nodes(self, kind: str, ids: Sequence[str] | None = None, *, text: str | None = None) -> Iterator[NodeRow]:
        """Nodes of a kind in id order: all, the named ones, those whose full text answers a question."""
        yield from self._reader.nodes(kind, ids, asked(kind, text))

    def edges(self, edge_type: str) -> Iterator[EdgeRow]:
        """Edges of a type in a stable order."""
        yield from self._reader.edges(edge_type)

    def counts(self) -> Counts:
        """Nodes by kind and edges by type."""
        return self._reader.counts()

    def tallies(self, since: str = "", until: str = "9999-12-31") -> Iterator[Tally]:
        """Daily complaint counts for since ≤ day < until."""
        yield from self._reader.tallies(since, until)

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def session(self, *, replacing: bool = False, rehearse: bool = False) -> Neo4jSession:
        """Begin a run of writes."""
        return Neo4jSession(self._connection, ZoneInfo(self._timezone), replacing=replacing, rehearse=rehearse)

    def close(self) -> None:
        """Let go of every connection."""
        self._connection.close()
