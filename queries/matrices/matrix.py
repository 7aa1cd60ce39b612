"""What a matrix is as a value, how one is declared, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field

from graph.framework import Framework
from graph.records import Ref, Revision, Tally
from graph.subgraph import Label
from graph.text import Text
from queries.answers import Part, label
from queries.finding import ListRevision
from queries.findings.traced import Traced
from queries.findings.view import View

Cell = str | int | float | bool | Label | None
"""Codes, ids and figures; a Label where words are needed; None: nothing."""
Form = Literal["codes", "refs", "count", "number", "share", "coverage", "flag", "words"]
"""How a column's cells are meant: letters of a key, ``Kind:id`` separated by blanks, a count, a figure, a share of 1,
a share that should be 1, yes or no, words."""


class Column(Part):
    """A column: the node it stands for as ``Kind:id``, or its own name."""

    id: str
    title: Label
    form: Form


class Row(Part):
    """A row: the node it stands for as ``Kind:id`` or its own name, the group it belongs to, a cell a column."""

    id: str
    title: Label
    group: Label | None = None
    cells: tuple[Cell, ...]


class Matrix(Part):
    """One matrix on a day; rows and columns in a stable order."""

    name: str
    title: Label
    about: Label = Field(description="what a cell means, exactly")
    as_of: str
    revision: ListRevision
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Material:
    """What matrices are made of; what takes a pass over the store is read when a matrix first asks for it.

    ``look`` gives the framework on the day with counts and facts; ``traces`` the traces up to the day, anew whenever it is called;
    ``months`` the monthly counts from a month (``YYYY-MM``) up to the day.
    """

    framework: Framework
    as_of: str
    revision: Revision
    look: Callable[[], View]
    traces: Callable[[], Iterable[Traced]]
    months: Callable[[str], Iterable[Tally]]

    @cached_property
    def view(self) -> View:
        """The framework on the day with counts and facts, made once."""
        return self.look()


@dataclass(frozen=True)
class Content:
    """What a builder yields; the declaration adds the rest."""

    columns: Sequence[Column]
    rows: Sequence[Row]


@dataclass(frozen=True)
class MatrixKind:
    """A matrix declared: its words for people, what it reads beside the framework, and how it is built."""

    name: str
    title: Text
    about: Text
    clause: str
    """The words of the plan it serves, verbatim."""
    build: Callable[[Material], Content]
    traced: bool = False
    """Whether it reads traces, which takes a while on a large store."""

    def of(self, material: Material) -> Matrix:
        """The matrix on the material's day."""
        content, revision = self.build(material), material.revision
        return Matrix(
            name=self.name, title=label(self.title), about=label(self.about), as_of=material.as_of,
            revision=ListRevision(framework=revision.framework, facts=revision.facts),
            columns=tuple(content.columns), rows=tuple(content.rows),
        )  # fmt: skip


def named(view: View, ref: Ref) -> Label:
    """A node's name in both languages."""
    return Label(zh=view.framework.name(ref, "zh"), en=view.framework.name(ref, "en"))


def points_in_order(view: View) -> list[Ref]:
    """The control points of the day by stage, then by id."""
    ids = view.nodes("ControlPoint")
    return [Ref("ControlPoint", id_) for id_ in sorted(ids, key=lambda id_: (view.framework.point_rank(id_), id_))]


def stages_in_order(view: View) -> list[Ref]:
    """The stages of the day in the order of the process."""
    rank = view.framework.stage_rank
    return [Ref("Stage", id_) for id_ in sorted(view.nodes("Stage"), key=lambda id_: rank[id_])]


def stage_label(view: View, point: Ref) -> Label | None:
    """The name of a control point's stage."""
    stage = view.framework.stage_of.get(point.id)
    return named(view, Ref("Stage", stage)) if stage is not None else None


def ratio(part: float, whole: float) -> float | None:
    """A share to nine decimals, as every figure of an answer; None of nothing."""
    return round(part / whole, 9) if whole else None
