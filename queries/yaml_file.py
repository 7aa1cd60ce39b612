"""Files of numbers and rules: the one shipped with the product or a customer's of the same layout, checked when it is read."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from graph.errors import InputError, Where
from graph.text import Text

Model = TypeVar("Model", bound=BaseModel)


def load_model(model: type[Model], path: Path | None, shipped: str, *, file: Text, entry: Text) -> Model:
    """What a YAML file says, as a model.

    Args:
        model: what it must hold.
        path: a customer's file; None: the shipped one.
        shipped: the shipped file from the root, ``queries/…``.
        file: what such a file is called in a message.
        entry: what one of its values is called in a message.

    Raises InputError when the file cannot be read or a value is missing, unknown or out of bounds.
    """
    name = str(path) if path is not None else shipped
    try:
        text = (path or files("queries") / shipped.removeprefix("queries/")).read_text(encoding="utf-8")
        return model.model_validate(yaml.safe_load(text))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(
            Text(f"{file.zh}无法读取：{error}", f"{file.en} cannot be read: {error}"),
            Text("请核对路径与 YAML 格式（UTF-8）", "Check its path and that it is YAML in UTF-8"),
            Where(file=name),
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            Text(f"{entry.zh}不可用：{first['msg']}", f"unusable {entry.en}: {first['msg']}"),
            Text(f"请对照随产品提供的 {shipped} 改正", f"Correct it after the shipped {shipped}"),
            Where(file=name, field=".".join(str(part) for part in first["loc"])),
        ) from None
