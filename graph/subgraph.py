"""A small picture of part of the graph, as a value: what a question hands to whoever draws it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from graph.text import Lang

Column = Literal["KPI", "KQI", "KCI", "ControlPoint", "Owner", "OrgUnit", "Complaint", "Other"]
"""The tier a node is drawn in, from the customer's satisfaction on the left to the unit on the right."""
Mark = Literal["anchor", "root", "path", "red", "amber", "green", "gap"]
"""anchor: where it hurts · root: where it began · path: on the traced way · red/amber/green: state of an indicator · gap: a breakpoint."""


class Label(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True)
    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        """The text in one language."""
        return self.zh if lang == "zh" else self.en


class SubgraphNode(BaseModel):
    """One box: ``id`` is ``Kind:id``; ``band`` is the id of the stage whose band it stands in, or None."""

    model_config = ConfigDict(frozen=True)
    id: str
    kind: str
    label: Label
    column: Column
    band: str | None = None
    marks: tuple[Mark, ...] = ()
    detail: tuple[Label, ...] = ()
    """Lines for the side panel: figures, names, dates, each a fact."""


class SubgraphEdge(BaseModel):
    """One line between two boxes; ``on_path`` when it is part of the traced way."""

    model_config = ConfigDict(frozen=True)
    type: str
    source: str
    target: str
    label: Label | None = None
    basis: str = "customer"
    on_path: bool = False


class Band(BaseModel):
    """A stage drawn as a band behind its control points, in order."""

    model_config = ConfigDict(frozen=True)
    id: str
    label: Label
    rank: int


class Subgraph(BaseModel):
    """Nodes, edges and stage bands, in a stable order, with title and lead of the picture."""

    model_config = ConfigDict(frozen=True)
    title: Label
    lead: tuple[Label, ...] = Field(default=())
    nodes: tuple[SubgraphNode, ...]
    edges: tuple[SubgraphEdge, ...]
    bands: tuple[Band, ...] = ()
