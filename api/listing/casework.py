"""Cases of findings in the store: read with their measures, written as FindingCase and Measure nodes, checked like any other row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from api.context import now
from graph.errors import UsageError, Where
from graph.records import EdgeRow, NodeRow, Record, Ref
from graph.settings import settings
from graph.store import Store
from graph.text import Text
from graph.values import BadValue, Props, Value, string
from ingest.guard import Fault, Guard
from ingest.masking import mask
from ingest.report import Notes
from queries.case_edit import CaseEdit
from queries.finding import Finding
from queries.finding_cases import MEASURE_STATUSES, STATUSES, CaseState, MeasureState, MeasureStatus

SOURCE = "cases"
"""Whose word the decisions are: the programme's own case work."""


def read_cases(store: Store, ids: Collection[str] | None = None) -> dict[str, CaseState]:
    """The cases by id with their measures; all, or some. What another source says of a case counts as well."""
    rows = list(store.nodes("FindingCase", list(ids) if ids is not None else None))
    if not rows:
        return {}
    wanted = [row.ref for row in rows]
    addressing = list(store.edges("ADDRESSES", at=wanted))
    measures = {row.id: row for row in store.nodes("Measure", sorted({edge.source.id for edge in addressing}))}
    assigned = store.edges("ASSIGNED_TO", at=[*wanted, *(row.ref for row in measures.values())])
    assignees = {edge.source: str(edge.target) for edge in _ours_last(assigned)}
    of_case: dict[str, list[MeasureState]] = {}
    for edge in addressing:
        row = measures[edge.source.id]
        of_case.setdefault(edge.target.id, []).append(_measure(row, assignees.get(row.ref)))
    return {row.id: _case(row, assignees.get(row.ref), of_case.get(row.id, [])) for row in rows}


def cleaned(edit: CaseEdit) -> CaseEdit:
    """A change with its texts as texts are stored: NFC, without control characters, personal data masked.

    Raises UsageError for a text that cannot be kept.
    """
    measures = [measure._replace(name=_clean(measure.name) or measure.name) for measure in edit.measures]
    return edit._replace(reason=_clean(edit.reason), note=_clean(edit.note), measures=measures)


def _clean(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        plain = string(text)
    except BadValue as error:
        raise UsageError(error.reason, Text("请改正文本", "Correct the text")) from None
    return mask(plain)[0] if plain is not None and settings().mask else plain


def write_cases(store: Store, cases: Iterable[CaseState], findings: Mapping[str, Finding]) -> None:
    """Write cases in one transaction, all or none; a finding lends its case a name.

    The write is exact: what a case no longer says (a reason, a date, another assignee) is withdrawn with it.

    Raises:
        UsageError: an assignee is not stored, or a text cannot be kept; nothing was written. StoreError: see ``graph.errors``.
    """
    guard = Guard(settings().zone, masked=settings().mask, notes=Notes())
    checked = []
    for record in (record for case in cases for record in _records(case, findings.get(case.key))):
        found = guard.check(record)
        if isinstance(found, Fault):
            raise UsageError(found.reason, Text("请改正后再试", "Correct it and try again"))
        checked.append(found)
    if not checked:
        return
    _check_ends(store, checked)
    with store.session(replacing=True, unmasked=None if settings().mask else {SOURCE: now()}) as session:
        session.write(checked)


def _check_ends(store: Store, records: Iterable[Record]) -> None:
    wanted = sorted({edge.target for record in records for edge in record.edges if edge.type == "ASSIGNED_TO"})
    for kind in ("Owner", "OrgUnit"):
        ids = [ref.id for ref in wanted if ref.kind == kind]
        known = {row.id for row in store.nodes(kind, ids)} if ids else set()
        for id_ in ids:
            if id_ not in known:
                raise UsageError(
                    Text(f"没有 {kind}:{id_}", f"there is no {kind}:{id_}"),
                    Text("请核对责任人或单位的编号", "Check the id of the owner or unit"),
                )


def _records(case: CaseState, finding: Finding | None) -> Iterator[Record]:
    props: dict[str, Value | None] = {
        "name": None if finding is None else finding.message.zh, "name_en": None if finding is None else finding.message.en,
        "status": case.status, "reason": case.reason, "due": case.due, "note": case.note, "history": case.history or None,
    }  # fmt: skip
    ref = Ref("FindingCase", case.id)
    yield _record(ref, props, _assigned(ref, case.assignee))
    for measure in case.measures:
        own = Ref("Measure", measure.id)
        props = {"name": measure.name, "status": measure.status, "due": measure.due}
        yield _record(own, props, (*_assigned(own, measure.assignee), EdgeRow("ADDRESSES", own, ref, {}, (SOURCE,))))


def _record(ref: Ref, props: Mapping[str, Value | None], edges: tuple[EdgeRow, ...]) -> Record:
    said: Props = {name: value for name, value in props.items() if value is not None}
    return Record(NodeRow(ref.kind, ref.id, said, (SOURCE,)), edges, Where(), owns=("ASSIGNED_TO",))


def _assigned(ref: Ref, assignee: str | None) -> tuple[EdgeRow, ...]:
    return () if assignee is None else (EdgeRow("ASSIGNED_TO", ref, Ref.parse(assignee), {}, (SOURCE,)),)


def _ours_last(edges: Iterable[EdgeRow]) -> list[EdgeRow]:
    """Where several sources assign a case, the case work's own word is the last and stands."""
    return sorted(edges, key=lambda edge: (SOURCE in edge.sources, edge.target))


def _case(row: NodeRow, assignee: str | None, measures: list[MeasureState]) -> CaseState:
    status, history = str(row.props.get("status", "open")), row.props.get("history", ())
    return CaseState(
        key=row.id, status=next((name for name in STATUSES if name == status), "open"),
        assignee=assignee, due=_text(row, "due"), reason=_text(row, "reason"), note=_text(row, "note"),
        measures=tuple(sorted(measures, key=lambda m: (m.due or "9999", m.id))),
        history=history if isinstance(history, tuple) else (),
    )  # fmt: skip


def _measure(row: NodeRow, assignee: str | None) -> MeasureState:
    status = row.props.get("status")
    known: MeasureStatus = next((name for name in MEASURE_STATUSES if name == status), "planned")
    return MeasureState(row.id, str(row.props.get("name", row.id)), known, _text(row, "due"), assignee)


def _text(row: NodeRow, name: str) -> str | None:
    value = row.props.get(name)
    return None if value is None else str(value)
