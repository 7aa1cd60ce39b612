"""Says which ends of a row are missing and, for the framework, which known id may have been meant."""

from __future__ import annotations

from graph.errors import nearest
from graph.records import Ref
from graph.store import Store
from graph.text import Text
from ingest.framework_state import FRAMEWORK_KINDS

MAX_LOOK_UPS = 200
"""Different missing ids that are compared with the known ones; a load with more lacks its framework, not a letter."""


class Hints:
    """Looks for near ids among the framework of a store, each id once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ids: dict[str, list[str]] = {}
        self._near: dict[Ref, str | None] = {}

    def missing(self, ends: tuple[Ref, ...]) -> Text:
        """The reason for refusing a row whose ends are neither stored nor in the input."""
        names = ", ".join(map(str, ends))
        near = [found for ref in ends if (found := self._nearest(ref)) is not None]
        zh = f"库中和本次输入中都没有 {names}"
        en = f"neither the store nor this input holds {names}"
        if near:
            return Text(f"{zh}；是否为 {'、'.join(near)}？", f"{en}; did you mean {', '.join(near)}?")
        return Text(f"{zh}；请先导入它，或更正编号", f"{en}; load it first, or correct the id")

    def _nearest(self, ref: Ref) -> str | None:
        if ref.kind not in FRAMEWORK_KINDS:
            return None
        if ref not in self._near:
            if len(self._near) >= MAX_LOOK_UPS:
                return None
            if ref.kind not in self._ids:
                self._ids[ref.kind] = [node.id for node in self._store.nodes(ref.kind)]
            self._near[ref] = nearest(ref.id, self._ids[ref.kind])
        return self._near[ref]
