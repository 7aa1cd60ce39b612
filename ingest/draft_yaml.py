"""Writes a proposed mapping as YAML that loads as it stands, with comments that say why and what is left for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graph.schema import KINDS
from ingest.draft import ColumnFacts, Draft, Proposal, words_for
from ingest.draft_words import Role
from ingest.masking import mask

_SHOWN = 3
_PREFIXES = {"Category": "c", "Channel": "ch", "OrgUnit": "u", "Product": "p", "Campaign": "m"}
_MUST_EXIST = ("Complaint", "Indicator")
"""Kinds that a row refers to but does not bring."""


def as_yaml(found: Draft, shown: str) -> str:
    """The mapping file.

    Args:
        found: the proposal.
        shown: the name of the table it was made from.
    """
    return "\n".join(_lines(found, shown)) + "\n"


def _lines(found: Draft, shown: str) -> Iterator[str]:
    yield f"# 由 {_comment(shown)} 起草，请逐行核对；格式见 docs/mapping.md"
    yield f"# Drafted from {_comment(shown)}: check every line; docs/mapping.md describes the format"
    yield "version: 1"
    yield f"kind: {found.kind}"
    if found.sheet:
        yield f"sheet: {_quoted(found.sheet)}"
    yield ""
    yield "properties:"
    if "id" not in found.properties:
        yield "  # 没有一列确定是编号，请填写：没有它不能导入 · no column is surely the id; name one, nothing loads without it"
        yield '  id: "?"'
    for name, proposal in found.properties.items():
        yield from _property(found.kind, name, proposal)
    if KINDS[found.kind].group == "fact" and "event_at" not in found.properties:
        yield "  # 缺 event_at：没有发生时间的行会被拒收 · without event_at every row is refused"
    yield from _references(found)
    if found.likely:
        yield ""
        yield "# 拿不准的，确认后移到上面 · not sure: move up what is right"
        for name, proposal in found.likely.items():
            yield f"#   {name}: {_quoted(proposal.column.name)}   # {_why(proposal)}{_ambiguity(proposal)}"
    if found.left:
        yield ""
        yield "# 未用到的列，不会存入 · columns that are not used and will not be stored"
        for column in found.left:
            yield f"#   {_quoted(column.name)}   # {_values(column)}"


def _property(kind: str, name: str, proposal: Proposal) -> Iterator[str]:
    column, prop = proposal.column, KINDS[kind].properties[name]
    comment = f"   # {_why(proposal)}"
    if name == "customer":
        comment += "；请确认已是化名 · make sure it is a pseudonym"
    if prop.choices:
        known = words_for(kind, prop)
        yield f"  {name}:{comment}"
        yield f"    column: {_quoted(column.name)}"
        yield "    values:"
        for value in column.distinct[:50]:
            choice = known.get(value.casefold())
            if choice is not None:
                yield f"      {_quoted(value)}: {choice}"
        for value in column.distinct[:50]:
            if value.casefold() not in known:
                yield f"      # {_quoted(mask(value)[0])}: 请对照 · to be said: {', '.join(prop.choices)}"
        yield "    otherwise: absent   # 未列出的值不填 · values not listed are left out"
    elif column.formats:
        yield f"  {name}: {{column: {_quoted(column.name)}, formats: {json.dumps(list(column.formats))}}}{comment}"
    else:
        yield f"  {name}: {_quoted(column.name)}{comment}"


def _references(found: Draft) -> Iterator[str]:
    """The nodes rows refer to and the edges to them; a finer category hangs below the coarser one."""
    if not found.references:
        return
    yield ""
    yield "# 行所指的节点：create: true 由表中的名称建立；框架中已有的请改为 create: false 并用其编号"
    yield "# Nodes that rows refer to: create: true makes them of the names in the table; where the framework has them, use its ids and create: false"
    yield "references:"
    both = {"category", "subcategory"} <= set(found.references)
    for name, (role, proposal) in found.references.items():
        column = proposal.column.name
        prefix = _PREFIXES.get(role.kind, "x")
        yield f"  {name}:   # {_why(proposal)}"
        yield f"    kind: {role.kind}"
        if role.kind in _MUST_EXIST:
            yield f"    id: {_quoted(column)}"
            continue
        path = f"{{{found.references['category'][1].column.name}}}/{{{column}}}" if both and name == "subcategory" else f"{{{column}}}"  # fmt: skip
        yield f"    id: {{template: {_quoted(f'{prefix}/{path}')}}}"
        yield "    create: true"
        yield f"    properties: {{name: {_quoted(column)}}}"
        if both and name == "subcategory":
            yield "    edges: {CHILD_OF: category}"
    yield "edges:"
    edges: dict[str, list[Role]] = {}
    for role, _ in found.references.values():
        edges.setdefault(role.edge, []).append(role)
    for edge, roles in edges.items():
        names = [role.name for role in roles]
        if edge == "IN_CATEGORY" and both:
            yield f"  {edge}: {{first_of: [subcategory, category]}}"
        else:
            yield f"  {edge}: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}"


def _why(proposal: Proposal) -> str:
    return f"{proposal.score:.2f} {proposal.why.zh} · {proposal.why.en}"


def _ambiguity(proposal: Proposal) -> str:
    if not proposal.column.ambiguous:
        return ""
    return "；日在前还是月在前？用 formats 写明 · day or month first? say so with formats"


def _values(column: ColumnFacts) -> str:
    if not column.filled:
        return "全空 · empty"
    some = " / ".join(_comment(mask(value)[0])[:20] for value in column.distinct[:_SHOWN])
    return f"{len(column.distinct)} 种取值 different values: {some}"


def _quoted(text: str) -> str:
    """A text in double quotes, as YAML reads JSON's."""
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """A text that stays in its comment line."""
    return " ".join(text.split())
