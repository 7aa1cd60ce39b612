"""What nodes are called on a page: names read once for all that a page shows, and whether a node has a page to go to."""

from __future__ import annotations

from collections.abc import Iterable

from api.serving import Serving
from graph.framework import row_name
from graph.records import Ref
from graph.schema import KINDS
from graph.text import Lang
from graph.values import clip

_LONGEST = 80
_LINKED_GROUPS = ("framework", "subject")


class Names:
    """Names by reference in one language.

    Products and campaigns lie in the store: :meth:`learn` reads many of them at once, otherwise each is read when it is asked for.
    """

    def __init__(self, desk: Serving, lang: Lang) -> None:
        self._desk = desk
        self._lang = lang
        self._framework = desk.snapshot().framework
        self._subjects: dict[str, str] = {}

    def learn(self, references: Iterable[str | None]) -> None:
        """Read the names of the products and campaigns among some references together."""
        wanted: dict[str, set[str]] = {}
        for reference in references:
            ref = Ref.parse(reference or "")
            if ref.kind in KINDS and KINDS[ref.kind].group == "subject" and reference not in self._subjects:
                wanted.setdefault(ref.kind, set()).add(ref.id)
        for kind in sorted(wanted):
            for row in self._desk.store.nodes(kind, sorted(wanted[kind])):
                self._subjects[str(row.ref)] = row_name(row, self._lang)

    def __call__(self, reference: str) -> str:
        """The name of what is written ``Kind:id``, its id where it has none; a very long one is cut short."""
        ref = Ref.parse(reference)
        if ref.kind in KINDS and KINDS[ref.kind].group == "subject":
            self.learn([reference])
            return clip(self._subjects.get(reference, ref.id), _LONGEST)
        return clip(self._framework.name(ref, self._lang), _LONGEST)

    def linked(self, reference: str) -> bool:
        """Whether the node has a page: everything of the framework, products, campaigns and complaints."""
        kind = reference.partition(":")[0]
        return kind == "Complaint" or (kind in KINDS and KINDS[kind].group in _LINKED_GROUPS)
