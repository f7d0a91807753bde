"""
Choices about drawing as words: ``min_length=5000``, ``small=hide``, ``classes=90,95,99``.

Every field of a :class:`~holdfast.dotplots.drawing.Drawing` is a key, so a new choice has a word as
soon as it is there; of its colouring, ``colour``, ``palette`` and ``classes`` are.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from enum import Enum
from typing import Any, get_args, get_type_hints

from holdfast.dotplots.colours import By, Colouring, parsed_classes
from holdfast.dotplots.drawing import Drawing
from holdfast.errors import UsageError, suggestion

YES, NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")
COLOURING = "colouring"
COLOURS = ("colour", "palette", "classes")
HINTS = get_type_hints(Drawing)
KEYS = (*(each.name for each in fields(Drawing) if each.name != COLOURING), *COLOURS)


def drawing_said(words: Mapping[str, str]) -> tuple[Drawing, list[str]]:
    """The choices that `words` say, those of them that are :data:`KEYS`; and what is wrong."""
    choices: dict[str, Any] = {}
    problems = []
    for key in words.keys() & set(KEYS) - set(COLOURS):
        try:
            choices[key] = _value(key, words[key])
        except UsageError as error:
            problems.append(str(error))
    try:
        choices[COLOURING] = _colouring(words)
    except UsageError as error:
        problems.append(str(error))
    return Drawing(**choices), sorted(problems)


def _value(key: str, word: str) -> Any:
    """What `word` means for a key."""
    kind = next((each for each in get_args(HINTS[key]) if each is not type(None)), HINTS[key])
    if issubclass(kind, Enum):
        return _choice(key, kind, word)
    read: Callable[[str, str], Any] = {bool: truth, int: _whole}[kind]
    return read(key, word)


def _choice(key: str, kind: type[Enum], word: str) -> Enum:
    known = [str(each.value) for each in kind]
    if word not in known:
        raise UsageError(f"{word!r} is not {key} {' or '.join(known)}{suggestion(word, known)}")
    return kind(word)


def truth(key: str, word: str) -> bool:
    """Whether `word` is yes.

    Raises
    ------
    UsageError
        It is neither yes nor no.
    """
    if word.lower() in YES + NO:
        return word.lower() in YES
    raise UsageError(f"{key} is yes or no, not {word!r}")


def _whole(key: str, word: str) -> int:
    plain = word.replace(",", "").replace("_", "")
    if plain.isascii() and plain.isdigit():
        return int(plain)
    raise UsageError(f"{key} is a whole number of 0 or more, not {word!r}")


def _colouring(words: Mapping[str, str]) -> Colouring:
    usual = Colouring()
    by = By.CLASSES if "classes" in words else usual.by
    if "colour" in words:
        by = By(_choice("colour", By, words["colour"]))
    classes = parsed_classes(words["classes"]) if "classes" in words else usual.classes
    return replace(usual, by=by, palette=words.get("palette", usual.palette), classes=classes)
