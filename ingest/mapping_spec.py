"""What a mapping file may say, as models: where values come from, which nodes rows refer to, how events become steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

FilePath = tuple[str | int, ...]
"""A part of a mapping file: keys and places in lists, from the root."""
FIRST, PREVIOUS, PLACE = "first:", "previous:", "event:place"
"""Names of values that no row holds: ``first:C`` is the first value of column C in a case, ``previous:C`` what the event
before said, ``event:place`` the place of an event in its case, from 1."""
MADE = (FIRST, PREVIOUS, PLACE)
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueSpec(_Closed):
    """Where one value comes from: a column, a template of columns, or a constant; then what is done to it."""

    column: str | None = None
    template: str | None = None
    constant: str | None = None
    values: dict[str, str | None] | None = None
    """What is written → what is meant; null leaves the value out."""
    otherwise: Literal["refuse", "keep", "absent"] = "refuse"
    """What becomes of a value that ``values`` does not list."""
    default: str | None = None
    """Taken where the value is missing."""
    formats: tuple[str, ...] = ()
    """strptime formats of a date or time, tried in order."""
    split: str | None = None
    """Separator of a list, where it is neither ; nor ；."""

    @model_validator(mode="after")
    def _one_origin(self) -> ValueSpec:
        if [self.column, self.template, self.constant].count(None) != 2:
            raise ValueError("exactly one of column, template, constant is needed")
        return self

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        if self.template is not None:
            return tuple(_PLACEHOLDER.findall(self.template))
        return (self.column,) if self.column is not None else ()


def _short(raw: Any) -> Any:
    return {"column": raw} if isinstance(raw, str) else raw


Source = Annotated[ValueSpec, BeforeValidator(_short)]
"""A value's origin; a bare text is a column name."""


def _short_names(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


SheetNames = Annotated[tuple[str, ...], BeforeValidator(_short_names)]
"""Names of sheets; a bare text is one."""


class LinkSpec(_Closed):
    """To which references a link leads: all of them, or the first that is there."""

    all_of: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_list(self) -> LinkSpec:
        if bool(self.all_of) == bool(self.first_of):
            raise ValueError("exactly one of all_of, first_of is needed")
        return self


def _short_link(raw: Any) -> Any:
    return {"all_of": [raw]} if isinstance(raw, str) else {"all_of": raw} if isinstance(raw, list) else raw


Link = Annotated[LinkSpec, BeforeValidator(_short_link)]
"""A link; a bare name or a list of names leads to all of them."""


class ReferenceSpec(_Closed):
    """A node that rows refer to; it is there for a row when none of the columns of its id is missing."""

    kind: str
    id: Source
    create: bool = False
    """Whether the node is created from the row; else it must exist."""
    properties: dict[str, Source] = Field(default_factory=dict)
    edges: dict[str, Link] = Field(default_factory=dict)


class Condition(_Closed):
    """What must hold of an event for a rule to apply: all that is said; nothing said always holds."""

    first: Literal["true"] | None = None
    """It is the first of its case."""
    changed: str | None = None
    """A column that differs from the event before (or is filled by the first)."""
    again: str | None = None
    """A column that changed to a value it had earlier in the case."""
    before: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column → values, one of which it had in the event before."""
    now: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column → values, one of which it has."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        alone = tuple(column for column in (self.changed, self.again) if column is not None)
        return (*alone, *self.before, *self.now)


class RuleSpec(_Closed):
    """What a step is when a condition holds: properties and links on top of those every step has."""

    when: Condition = Condition()
    properties: dict[str, Source] = Field(default_factory=dict)
    edges: dict[str, Link] = Field(default_factory=dict)


class EventSpec(_Closed):
    """Rows are events of a case: rows with one case id are put in order, and those that change something become steps."""

    case: str
    """The column that says which case an event belongs to."""
    order: tuple[Source, ...] = Field(min_length=1)
    """By what the events of a case follow each other: times (with formats) or whole numbers; then by their place in the input."""
    changes: tuple[str, ...] = Field(min_length=1)
    """An event is a step if it is the first of its case or one of these columns differs from the event before."""
    kind: str
    """What a step becomes."""
    properties: dict[str, Source]
    references: dict[str, ReferenceSpec] = Field(default_factory=dict)
    edges: dict[str, Link] = Field(default_factory=dict)
    rules: tuple[RuleSpec, ...] = Field(min_length=1)
    """Tried in turn; the first that holds is taken, and an event for which none holds is refused."""
    counted: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column → values that have no place in the vocabulary: cases whose last event says one are counted in a note."""

    def columns(self) -> Iterator[tuple[str, FilePath]]:
        """Every column named, with the part of the file that names it."""
        yield self.case, ("events", "case")
        for at, spec in enumerate(self.order):
            yield from ((column, ("events", "order", at)) for column in spec.columns)
        yield from ((column, ("events", "changes", at)) for at, column in enumerate(self.changes))
        yield from ((column, ("events", "counted", column)) for column in self.counted)
        yield from _named(self.properties, self.references, ("events",))
        for at, rule in enumerate(self.rules):
            yield from ((column, ("events", "rules", at, "when")) for column in rule.when.columns)
            yield from _named(rule.properties, {}, ("events", "rules", at))


class Mapping(_Closed):
    """One mapping file."""

    version: Literal["1"]
    kind: str
    source: str | None = None
    sheet: SheetNames = ()
    """Of a workbook: which sheets are read; nothing said: the only one; ``*``: all that are visible."""
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    zone: str | None = None
    missing: tuple[str, ...] = ()
    """Texts that mean "nothing here", beside the empty cell."""
    skip_if: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column → values; a row with one of them is left out (and counted in a note)."""
    properties: dict[str, Source]
    references: dict[str, ReferenceSpec] = Field(default_factory=dict)
    edges: dict[str, Link] = Field(default_factory=dict)
    events: EventSpec | None = None
    """That rows are events, and the kind above is the case they belong to."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError(f"unknown time zone {value}") from None
        return value

    def columns(self) -> Iterator[tuple[str, FilePath]]:
        """Every column named outside ``events``, with the part of the file that names it."""
        yield from ((column, ("skip_if", column)) for column in self.skip_if)
        yield from _named(self.properties, self.references, ())


def _named(
    properties: dict[str, ValueSpec], references: dict[str, ReferenceSpec], at: FilePath
) -> Iterator[tuple[str, FilePath]]:
    for name, spec in properties.items():
        yield from ((column, (*at, "properties", name)) for column in spec.columns)
    for name, reference in references.items():
        yield from ((column, (*at, "references", name, "id")) for column in reference.id.columns)
        for prop, spec in reference.properties.items():
            yield from ((column, (*at, "references", name, "properties", prop)) for column in spec.columns)
