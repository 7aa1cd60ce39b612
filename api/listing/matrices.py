"""The matrices over a store: found by name, made of the framework, the counts, the facts and the traces of a day."""

from __future__ import annotations

from api.context import AsOf
from api.listing.recent import Progress, recent_traces
from api.serving import Serving
from graph.errors import UsageError, nearest
from graph.text import Text
from queries.findings.facts import Facts
from queries.findings.tallied import Tallied
from queries.findings.view import View
from queries.matrices.matrix import Material, Matrix, MatrixKind
from queries.matrices.registry import MATRICES
from queries.monthly import counts_until


def kind_of(name: str) -> MatrixKind:
    """The matrix of a name. Raises UsageError, which names the nearest."""
    found = MATRICES.get(name)
    if found is None:
        near = nearest(name, MATRICES)
        raise UsageError(
            Text(f"没有矩阵 {name}", f"there is no matrix {name}"),
            Text(f"您是不是想写 {near}？", f"Did you mean {near}?")
            if near
            else Text(f"可用：{'、'.join(MATRICES)}", f"It is one of: {', '.join(MATRICES)}"),
        )
    return found


def matrix(desk: Serving, name: str, as_of: AsOf, progress: Progress | None = None) -> Matrix:
    """One matrix on a day. Raises UsageError for a name that is none."""
    return kind_of(name).of(material(desk, as_of, progress))


def material(desk: Serving, as_of: AsOf, progress: Progress | None = None) -> Material:
    """What every matrix of a day is made of, read from the store as it is asked for."""
    revision, framework = desk.snapshot()
    day, store, numbers = as_of.day, desk.store, desk.numbers()
    return Material(
        framework, day, revision,
        lambda: View(framework, day, Tallied(store.tallies(), day), facts=Facts(store, day, framework.zone)),
        lambda: recent_traces(store, framework, numbers, day, progress),
        lambda since: counts_until(store, day, since),
    )  # fmt: skip
