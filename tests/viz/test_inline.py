"""What is put inside a page cannot break out of its element, and the policy names exactly what may run."""

from __future__ import annotations

import base64
import hashlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from viz.inline import content_policy, own_file, script_json, vis_network
from viz.page import SCRIPTS

plain = settings(derandomize=True, deadline=None, max_examples=150)
texts = st.text(max_size=30) | st.sampled_from(
    ["</script>", "<!--", "<script", "]]>", "\u2028\u2029", "&lt;", "'\"\\", "\x00"]
)


@plain
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    )
)
def test_data_reads_back_the_same_and_holds_nothing_a_parser_could_take_for_markup(value: object) -> None:
    text = script_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029\n\r")


def test_the_policy_names_each_script_and_style_by_hash_and_allows_no_fetch() -> None:
    policy = content_policy(["let a", "let b"], ["p{}"])
    directives = {name: sources for name, _, sources in (part.partition(" ") for part in policy.split("; "))}

    def hashed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert directives["script-src"] == f"{hashed('let a')} {hashed('let b')}"
    assert directives["style-src"] == hashed("p{}")
    assert directives["default-src"] == directives["connect-src"] == directives["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_vis_network_is_whole_keeps_its_licence_and_names_no_source_map() -> None:
    text = vis_network()
    assert "@license" in text[:1500]
    assert "Apache 2.0" in text[:1500]
    assert "sourceMappingURL" not in text
    assert "\r" not in text
    assert len(text) > 400_000


def test_our_scripts_make_no_markup_from_strings() -> None:
    for name in SCRIPTS:
        text = own_file(name)
        for sink in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            'setAttribute("on',
        ):
            assert sink not in text, (name, sink)
