"""
Rewording: one thing is changed in the text of a recipe, and all else stays as a person wrote it.

What comes out is read again, and must be the recipe that was meant; where it is not, the text is
written in a way that is not foreseen here, and a person must change it.
"""

import json
import re
from pathlib import Path

from holdfast.banks.recipes.place import Place
from holdfast.banks.recipes.recipe import Recipe, parse_recipe
from holdfast.errors import RecipeError
from holdfast.settings.schedules import Timing

_NAME = re.compile(r"""^([ \t]*name[ \t]*=[ \t]*)("[^"\n]*"|'[^'\n]*')""", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_PLACE = re.compile(r"^[ \t]*\[[ \t]*place[ \t]*\][^\n]*\n?", re.MULTILINE)
_SCHEDULE = re.compile(r"^[ \t]*\[[ \t]*schedule[ \t]*\][^\n]*\n?", re.MULTILINE)
_PLACED = re.compile(r"^[ \t]*(folder|root)[ \t]*=[^\n]*\n?", re.MULTILINE)


def renamed(text: str, new: str, file: Path) -> str:
    """The recipe `text` for a bank called `new`.

    Raises
    ------
    RecipeError
        It must be changed by hand.
    """
    before = parse_recipe(text, file)
    end = _end_of_top(text)
    top = _NAME.sub(lambda found: found[1] + json.dumps(new), text[:end], count=1)
    wanted = before.model_copy(update={"name": new})
    return _as_meant(top + text[end:], wanted, file, f"name = {json.dumps(new)}")


def placed(text: str, folder: Path, file: Path) -> str:
    """The recipe `text` for a bank that is at `folder`; raises as :func:`renamed`."""
    before = parse_recipe(text, file)
    line = f"folder = {json.dumps(str(folder), ensure_ascii=False)}\n"
    head = _PLACE.search(text)
    if head is None:
        after = f"{text.rstrip()}\n\n[place]\n{line}"
    else:
        rest = text[head.end() :]
        end = _end_of_top(rest)
        kept = _PLACED.sub("", rest[:end])
        opening = head[0] if head[0].endswith("\n") else f"{head[0]}\n"
        after = text[: head.start()] + opening + line + kept + rest[end:]
    place = Place(folder=str(folder), separator=before.place.separator)
    wanted = before.model_copy(update={"place": place})
    return _as_meant(after, wanted, file, f"[place] {line.strip()}")


def scheduled(text: str, timing: Timing | None, file: Path) -> str:
    """The recipe `text` with this schedule, or with None without one; raises as :func:`renamed`."""
    before = parse_recipe(text, file)
    table = ""
    if timing is not None:
        said = timing.model_dump(mode="json", exclude_defaults=True)
        lines = "".join(f"{key} = {_value(value)}\n" for key, value in said.items())
        table = f"[schedule]\n{lines}"
    head = _SCHEDULE.search(text)
    if head is None:
        after = f"{text.rstrip()}\n\n{table}" if table else text
    else:
        rest = text[head.end() :]
        end = _end_of_top(rest)
        kept = "".join(f"{line}\n" for line in rest[:end].splitlines() if _is_remark(line))
        gap = "\n" if table and rest[end:] else ""
        after = text[: head.start()] + table + kept.lstrip("\n" if table else "") + gap + rest[end:]
    wanted = before.model_copy(update={"schedule": timing})
    return _as_meant(after, wanted, file, table.strip() or "no table [schedule]")


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("#")


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _end_of_top(text: str) -> int:
    """Where the first table of `text` begins."""
    found = _TABLE.search(text)
    return found.start() if found is not None else len(text)


def _as_meant(text: str, wanted: Recipe, file: Path, what: str) -> str:
    try:
        if parse_recipe(text, file) == wanted:
            return text
    except RecipeError:
        pass
    raise RecipeError(file, "", f"it is written in a way that only a person can change; say {what}")
