"""Finds in a foreign table the heading that a mapping speaks of, and says what each column that the mapping reads wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph.schema import KINDS
from ingest.cells import Role, bare, role_of
from ingest.headed import HeadedTable, headed
from ingest.heads import Wanted
from ingest.mapping import MappingFile
from ingest.mapping_spec import FIRST, PLACE, PREVIOUS, FilePath, ReferenceSpec, ValueSpec
from ingest.mapping_spec import Mapping as MappingSpec
from ingest.report import Notes
from ingest.sources.grid import Raw


def named_columns(said: MappingSpec) -> list[tuple[str, FilePath]]:
    """Every column of a table that a mapping names, with the part that names it; values that no row holds are traced to theirs."""
    named = [*said.columns(), *(said.events.columns() if said.events is not None else ())]
    return [(plain_name(name), path) for name, path in named if name != PLACE]


def plain_name(name: str) -> str:
    """The column behind the name of a value."""
    return name.removeprefix(FIRST).removeprefix(PREVIOUS)


def wanted(said: MappingSpec) -> Wanted:
    """What the heading of a table looks like that a mapping reads."""
    named = {bare(name) for name, _ in named_columns(said)}
    spoken = {name: {name, name.rpartition("#")[0] or name, name.rpartition("/")[2]} for name in named}
    known = frozenset(part for parts in spoken.values() for part in parts) - {""}

    def complete(names: Sequence[str]) -> bool:
        return all(not parts.isdisjoint(names) for parts in spoken.values())

    return Wanted(known.__contains__, complete, least_share=0.0)


def mapped_table(raw: Raw, chosen: MappingFile, notes: Notes) -> HeadedTable:
    """The table as the mapping reads it.

    Raises:
        InputError: there is no heading, or the mapping names a column that is not there or not unique.
    """
    file = headed(raw, wanted(chosen.mapping), frozenset(), notes)
    places = {name: chosen.place(name, path, file) for name, path in named_columns(chosen.mapping)}
    roles: dict[int, set[Role]] = {}
    for name, role in _roles(chosen.mapping):
        if name in places:
            roles.setdefault(places[name], set()).add(role)
    # a column that is read in two ways keeps what both can read
    agreed: dict[int, Role] = {at: min(found) if len(found) == 1 else "text" for at, found in roles.items()}
    return file.with_roles(agreed, frozenset(places.values()))


def _roles(said: MappingSpec) -> Iterator[tuple[str, Role]]:
    """Column → what it wants, once for each place where a mapping reads it."""
    yield from _of_part(said.kind, said.properties, said.references)
    if said.events is not None:
        yield from _of_part(said.events.kind, said.events.properties, said.events.references)
        for rule in said.events.rules:
            yield from _of_part(said.events.kind, rule.properties, {})
        for name in (said.events.case, *said.events.changes, *said.events.counted):
            yield plain_name(name), "code" if name == said.events.case else "text"
    for name in said.skip_if:
        yield name, "text"


def _of_part(
    kind: str, properties: Mapping[str, ValueSpec], references: Mapping[str, ReferenceSpec]
) -> Iterator[tuple[str, Role]]:
    for name, spec in properties.items():
        yield from _of_value(kind, name, spec)
    for reference in references.values():
        yield from _of_value(reference.kind, "id", reference.id)
        for name, spec in reference.properties.items():
            yield from _of_value(reference.kind, name, spec)


def _of_value(kind: str, name: str, spec: ValueSpec) -> Iterator[tuple[str, Role]]:
    """A column that is taken as it is wants what its property wants; one that is looked up, formatted or put together stays text."""
    as_it_is = spec.column is not None and not spec.values and not spec.formats and not spec.split
    prop = KINDS[kind].properties[name]
    role: Role = "text" if not as_it_is else "code" if name == "id" else role_of(prop.type, choices=bool(prop.choices))
    yield from ((plain_name(column), role) for column in spec.columns if column != PLACE)
