"""
Written recipes: a recipe as the TOML a person would write.

Defaults are left out, tables stand apart, and regular expressions are literal text wherever TOML
allows it. What is written reads back to the same recipe.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from holdfast.banks.recipes.recipe import Recipe, as_written
from holdfast.errors import printable

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL = re.compile(r"[^'\x00-\x1f\x7f]*")


def written(recipe: Recipe, comments: Iterable[str] = ()) -> str:
    """`recipe` as TOML, below `comments`."""
    document = as_written(recipe)
    head = "".join(f"# {printable(comment)}\n" for comment in comments)
    plain = {key: value for key, value in document.items() if not _is_table(value)}
    parts = [_lines(plain)]
    for key, value in document.items():
        if isinstance(value, Mapping):
            parts.append(f"[{key}]\n{_lines(value)}")
        elif _is_table(value):
            parts += [f"[[{key}]]\n{_lines(each)}" for each in value]
    return "\n".join([head, *parts] if head else parts)


def _is_table(value: Any) -> bool:
    is_list = isinstance(value, list | tuple)
    return isinstance(value, Mapping) or (is_list and any(isinstance(x, Mapping) for x in value))


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(x)}" for key, x in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return repr(value)


def _text(text: str) -> str:
    if ("\\" in text or '"' in text) and _LITERAL.fullmatch(text):
        return f"'{text}'"
    # JSON's text is TOML's, but for one character that TOML wants escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
