"""
Lines: where in the text of a recipe a key stands, for those who mark a problem at its place.

The text is read line by line, as a person does, and need not be TOML: what is wrong with it is
often why somebody asks.
"""

import re

_TABLE = re.compile(r"^\s*\[\s*(?P<name>[^\[\]]+?)\s*\]")
_ROW = re.compile(r"^\s*\[\[\s*(?P<name>[^\[\]]+?)\s*\]\]")
_KEY = re.compile(r"""^\s*(?P<name>[A-Za-z0-9_.-]+|"[^"\n]+"|'[^'\n]+')\s*=""")
_SAID = re.compile(r"at line (\d+)")


def line_of(text: str, key: str) -> int | None:
    """The line, counted from 1, of the key `key`, or of the nearest thing around it that is there.

    >>> text = 'name = "a"\\n[remote]\\nfils = []\\n[[steps]]\\n[[steps]]\\nuse = "x"\\n'
    >>> line_of(text, "remote.fils"), line_of(text, "remote.url"), line_of(text, "steps.1.use")
    (3, 2, 6)
    """
    wanted = tuple(key.split("."))
    best: tuple[int, int | None] = (0, None)
    for place, number in _places(text):
        if place == wanted[: len(place)] and len(place) > best[0]:
            best = (len(place), number)
    return best[1]


def line_said(sentence: str) -> int | None:
    """The line that the sentence of a parser names.

    >>> line_said("it is not TOML: Expected '=' after a key (at line 3, column 5)")
    3
    """
    found = _SAID.search(sentence)
    return int(found[1]) if found is not None else None


def _places(text: str) -> list[tuple[tuple[str, ...], int]]:
    """What stands at each line that says something by itself: tables, rows of tables, keys."""
    found: list[tuple[tuple[str, ...], int]] = []
    table: tuple[str, ...] = ()
    rows: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if row := _ROW.match(line):
            name = row["name"]
            rows[name] = rows.get(name, -1) + 1
            table = (*_parts(name), str(rows[name]))
            found.append((table, number))
        elif head := _TABLE.match(line):
            table = _below(head["name"], rows)
            found.append((table, number))
        elif key := _KEY.match(line):
            found.append(((*table, *_parts(key["name"])), number))
    return found


def _below(name: str, rows: dict[str, int]) -> tuple[str, ...]:
    """The table called `name`, which may belong to the last row of a table above."""
    for above, count in rows.items():
        if name.startswith(f"{above}."):
            return (*_parts(above), str(count), *_parts(name.removeprefix(f"{above}.")))
    return _parts(name)


def _parts(name: str) -> tuple[str, ...]:
    if name[:1] in {'"', "'"}:
        return (name[1:-1],)
    return tuple(part.strip() for part in name.split("."))
