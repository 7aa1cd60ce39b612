"""The store on a Neo4j server: any number of readers and writers on any number of machines; writers take turns."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from graph.case import Case
from graph.errors import StoreDamaged
from graph.framework import Framework
from graph.records import Counts, EdgeRow, NodeRow, Period, Ref, Revision, Tally
from graph.segments import asked
from graph.settings import settings
from graph.stores.faults import Fault, Step
from graph.stores.neo4j_cases import CaseReader
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_integrity import faults
from graph.stores.neo4j_read import Neo4jReader, not_initialised
from graph.stores.neo4j_schema import META, Part, missing
from graph.stores.neo4j_upkeep import bring_up_to_date, forget_rules, kept, lacking
from graph.stores.neo4j_write import Neo4jSession, kept_loads
from graph.stores.unmasked import read_note
from graph.stores.upkeep import refuse_newer, refuse_other_zone, refuse_outdated
from graph.text import Text


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
        found = kept(meta[0][0], where)
        refuse_newer(found)
        if not create:
            refuse_outdated(found, lacking(self._connection, found))
        refuse_other_zone(found)
        return found.timezone

    def missing(self) -> list[Part]:
        """The constraints and indexes that the server lacks."""
        return self._connection.read(missing)

    def initialise(self) -> bool:
        """Create what is not there and bring an older database up to date; True when anything was done."""
        return bring_up_to_date(self._connection, self._timezone)

    def faults(self, step: Step) -> Iterator[Fault]:
        """What is wrong with the database, looked at in full; ``step`` is told what is looked at next."""
        yield from faults(self._connection, self._timezone, step)

    def forget_derived(self) -> None:
        """Let the next ``initialise`` make anew everything that is derived."""
        forget_rules(self._connection)

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

    def edges(
        self, edge_type: str, source_kind: str | None = None, *, at: Sequence[Ref] | None = None
    ) -> Iterator[EdgeRow]:
        """Edges of a type, all, those from one kind, those at some nodes, in a stable order."""
        yield from self._reader.edges(edge_type, source_kind, at)

    def counts(self) -> Counts:
        """Nodes by kind and edges by type."""
        return self._reader.counts()

    @property
    def unmasked(self) -> Mapping[str, str]:
        """Sources loaded unmasked, with the moment of the first such load."""
        ((note,),) = self._connection.values(f"MATCH (m:{META} {{id: 'store'}}) RETURN m.unmasked")
        return read_note(note)

    @property
    def loads(self) -> Mapping[str, str]:
        """Loads that would change nothing as the store stands, with their reports."""
        # as a writer asks, of the member that takes the writes: one that lags behind would not know what somebody wrote since
        return self._connection.write(kept_loads).known

    def tallies(self, since: str = "", until: str = "9999-12-31", *, per: Period = "day") -> Iterator[Tally]:
        """Daily or monthly complaint counts for since ≤ day or month < until."""
        yield from self._reader.tallies(since, until, per)

    # ── writing ───────────────────────────────────────────────────────────────────────────────────
    def session(
        self, *, replacing: bool = False, rehearse: bool = False, unmasked: Mapping[str, str] | None = None
    ) -> Neo4jSession:
        """Begin a run of writes."""
        return Neo4jSession(
            self._connection, ZoneInfo(self._timezone), replacing=replacing, rehearse=rehearse, unmasked=unmasked or {}
        )

    def close(self) -> None:
        """Let go of every connection."""
        self._connection.close()
