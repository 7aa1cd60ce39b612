"""Reads YAML as plain text values with the line each stands on: no tags, no aliases, no guessed types, no repeated keys."""

from __future__ import annotations

from typing import Any

import yaml

from graph.errors import InputError, Where
from graph.text import Text

Path = tuple[str | int, ...]
MAX_DEPTH = 30
MAX_SIZE = 1_000_000
"""Longest YAML text read, in characters."""

_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


class YamlTree:
    """A YAML document: ``data`` holds mappings, lists, strings and None; ``line`` tells where a part of it stands.

    Every scalar stays the text that was written (``Yes`` is "Yes", not true), so that value maps mean what they say.

    Raises:
        InputError: it is no YAML, or uses anchors, tags or a key twice.
    """

    def __init__(self, text: str, shown: str) -> None:
        self._shown = shown
        self._lines: dict[Path, int] = {}
        if len(text) > MAX_SIZE:
            raise self._error(Text("文件过长，不像映射文件", "too long for a mapping file"), 0)
        try:
            self._refuse_unsafe(text)
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or str(error)
            raise self._error(
                Text(f"不是合法的 YAML：{problem}", f"not valid YAML: {problem}"), mark.line + 1 if mark else 0
            ) from None
        self.data: Any = self._read(root, ()) if root is not None else None

    def line(self, path: Path) -> int:
        """The line of a part, or of the nearest part around it; 0 when the document is empty."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 0)

    def where(self, path: Path) -> Where:
        """A part as a place: file, line and dotted name."""
        return Where(self._shown, "", self.line(path), ".".join(map(str, path)))

    def _read(self, node: yaml.Node, path: Path) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return None if node.style is None and node.value in ("", "~", "null") else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*path, place)) for place, item in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)  # YAML has no other
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(Text("键须是文本", "a key must be a text"), line)
            if key.value in found:
                raise self._error(Text(f"键 {key.value} 写了两次", f"the key {key.value} stands twice"), line)
            self._lines[(*path, key.value)] = line
            found[key.value] = self._read(value, (*path, key.value))
        return found

    def _refuse_unsafe(self, text: str) -> None:
        """Anchors, aliases, tags and deep nesting, before anything is built from them."""
        depth = 0
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            line = token.start_mark.line + 1
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                raise self._error(Text("不支持锚点、别名和标签", "anchors, aliases and tags are not supported"), line)
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > MAX_DEPTH:
                raise self._error(Text("嵌套过深", "nested too deeply"), line)

    def _error(self, what: Text, line: int) -> InputError:
        return InputError(
            what, Text("请更正映射文件；格式见 docs/mapping.md", "Correct the mapping file; docs/mapping.md describes it"),
            Where(self._shown, "", line),
        )  # fmt: skip
