"""Keeps what a ticket says beyond the properties of a complaint, as masked JSON in ``original``, and gives it back (docs/adapters.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graph.text import Text
from graph.values import Props
from ingest.masking import KINDS, Masked, Masker
from ingest.report import Notes
from ingest.tmf621_fields import FACTS, Ticket, status_of

_FORMAT = "tmf621"
_NAMES = frozenset(("name", "partyName", "givenName", "familyName", "formattedName", "fullName", "legalName"))
_SHORT = 120
"""Longest text whose masked form is remembered, in characters."""
_LONG = 10**6
"""Smaller numbers are no phone, card or identity number."""


def kept_text(ticket: Ticket, masker: Masker | None, notes: Notes) -> str:
    """The JSON of what a ticket says beyond a complaint's properties.

    Args:
        ticket: the ticket as it was read.
        masker: masks personal data in every text and long number, and the names of persons; None: nothing is masked.
        notes: where the masked pieces are counted.
    """
    rest = {name: value for name, value in ticket.items() if name not in FACTS}
    if status_of(rest.get("status")) is not None:
        del rest["status"]
    if masker is not None:
        mask = _Mask(masker)
        rest = mask.fields(rest)
        for kind, count in sorted(mask.counts.items()):
            notes.add(Text(f"已脱敏：{KINDS[kind].zh}", f"personal data masked: {KINDS[kind].en}"), count)
    return json.dumps({_FORMAT: dict(sorted(rest.items()))}, ensure_ascii=False, separators=(",", ":"))


def shown_text(said: object, masker: Masker | None) -> str:
    """What stands in the place of a ticket as masked JSON, for a message."""
    if masker is not None:
        said = (
            _Mask(masker).fields(said) if isinstance(said, dict) else masker(json.dumps(said, ensure_ascii=False)).text
        )
    return json.dumps(said, ensure_ascii=False)


def kept_fields(props: Props) -> Ticket | None:
    """What :func:`kept_text` kept of a complaint that came as a ticket; None for any other."""
    raw = props.get("original")
    if not isinstance(raw, str) or not raw.startswith(f'{{"{_FORMAT}":'):
        return None
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    rest = said.get(_FORMAT)
    return rest if isinstance(rest, dict) else None


class _Mask:
    """Masks the values of a ticket; ``counts`` says how many pieces of each kind."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self.counts: Counter[str] = Counter()

    def fields(self, ticket: Ticket) -> Ticket:
        """Every field masked; names are taken for those of persons among the parties and of the authors of notes."""
        return {name: self._value(value, person=name == "relatedParty", field=name) for name, value in ticket.items()}

    def _value(self, value: Any, *, person: bool, field: str) -> Any:
        if isinstance(value, dict):
            inner = person and not _is_organisation(value)
            return {name: self._value(part, person=inner, field=name) for name, part in value.items()}
        if isinstance(value, list):
            return [self._value(part, person=person, field=field) for part in value]
        if isinstance(value, str):
            return self._name(value) if field == "author" or (person and field in _NAMES) else self._text(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _LONG:
            shown = str(value)
            clean = self._text(shown)
            return value if clean == shown else clean
        return value

    def _text(self, text: str) -> str:
        clean, counts = _masked(self._masker, text) if len(text) <= _SHORT else self._masker(text)
        if counts:
            self.counts += counts
        return clean

    def _name(self, name: str) -> str:
        if not name.strip() or name.startswith(f"〔{KINDS['name'].zh}"):
            return name
        self.counts["name"] += 1
        return f"〔{KINDS['name'].zh}{self._masker.pseudonym('name', name)}〕"


@lru_cache(maxsize=1 << 16)
def _masked(masker: Masker, text: str) -> Masked:
    """A short text masked: types, roles and addresses of interfaces are the same in most tickets."""
    return masker(text)


def _is_organisation(part: Mapping[str, Any]) -> bool:
    """Whether a party is an organisation, whose name is no personal data; v5 says so one level below the role."""
    inner = part.get("partyOrPartyRole")
    types = (part.get("@referredType"), inner.get("@referredType") if isinstance(inner, dict) else None)
    return any(isinstance(name, str) and name.startswith(("Organi", "OrgUnit")) for name in types)
