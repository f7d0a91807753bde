"""
Templates: recipes for public databanks, shipped with Holdfast and kept as files beside this one.

Each is a recipe as it is, to be taken into a home and edited there. Its first lines are comments of
a fixed form: what it is, then ``Layout`` (by which of the site's own pages it was written, and
when), ``Release``, ``Size`` and ``Licence``.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from holdfast.banks.recipes.recipe import Recipe, parse_recipe
from holdfast.errors import UsageError, suggestion

SUFFIX = ".toml"
_FACT = re.compile(r"^# (Layout|Release|Size|Licence): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class About:
    """What the first lines of a template say; empty where they do not."""

    title: str = ""
    layout: str = ""
    release: str = ""
    size: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One recipe that may be taken into a home."""

    name: str
    text: str
    recipe: Recipe
    about: About


def names() -> tuple[str, ...]:
    """The names of all templates that are shipped, sorted."""
    here = files(__name__).iterdir()
    return tuple(sorted(x.name.removesuffix(SUFFIX) for x in here if x.name.endswith(SUFFIX)))


@cache
def template(name: str) -> Template:
    """The template called `name`.

    Raises
    ------
    UsageError
        There is none; the message names the nearest.
    """
    known = names()
    if name not in known:
        raise UsageError(
            f"there is no template {name!r}{suggestion(name, known)}; "
            "see all with: holdfast bank templates"
        )
    text = files(__name__).joinpath(f"{name}{SUFFIX}").read_text(encoding="utf-8")
    return Template(name, text, parse_recipe(text, f"the template {name}"), about(text))


def about(text: str) -> About:
    """What the comments at the head of a recipe say of it.

    >>> about("# Proteins.\\n#\\n# Size: 1 GB.\\n\\nname = 'x'\\n").size
    '1 GB'
    """
    head = text.partition("\n\n")[0]
    facts = {key.lower(): said.rstrip(".") for key, said in _FACT.findall(head)}
    first = head.partition("\n")[0]
    return About(title=first[2:].rstrip(".") if first.startswith("# ") else "", **facts)
