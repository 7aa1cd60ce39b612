"""Scripts, styles and data put inside one HTML page so that they need no other file and nothing else can run.

A page made with these parts carries a content security policy that names each of its own scripts and styles by
hash: whatever else finds its way into the page is text. Trusted Types are switched on with no policy allowed, so
that even our own scripts cannot turn a string into markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

VIS_NETWORK = "lib/vis-9.1.2/vis-network.min.js"
"""vis-network 9.1.2 inside the pyvis wheel (Apache-2.0 or MIT; its licence header stays in the page)."""

_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_BREAKS_OUT = re.compile(r"</(script|style)|<!--", re.IGNORECASE)


def script_json(value: object) -> str:
    """A value as JSON that may stand inside a ``<script type="application/json">`` element.

    ``<``, ``>``, ``&``, U+2028 and U+2029 are written as escapes, so that no text in it can end the element or open
    a comment; a JSON parser reads the same value back.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).translate(
        _UNSAFE
    )


def own_file(name: str) -> str:
    """A file of ``viz/templates`` as text."""
    return _embeddable(files("viz").joinpath("templates", name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def vis_network() -> str:
    """The script of vis-network as it stands in the installed pyvis, without its reference to a source map (a fetch)."""
    text = files("pyvis").joinpath(VIS_NETWORK).read_text(encoding="utf-8")
    return _embeddable(re.sub(r"//# sourceMappingURL=\S*", "", text))


def content_policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """The content security policy of a page that holds exactly these scripts and styles and fetches nothing."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(map(_source, scripts)),
            "style-src " + " ".join(map(_source, styles)),
            "connect-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _source(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _embeddable(text: str) -> str:
    """The text with the line ends an HTML parser will make of it (the hash is over those), refused if it would end its element."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    assert not _BREAKS_OUT.search(text), "a file of ours or of pyvis would end its own element"
    return text
