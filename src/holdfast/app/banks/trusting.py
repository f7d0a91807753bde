"""
Trusting: what only an administrator may write into a recipe over the web.

A recipe can run commands and read and write files, with all that the account of the server may. So
a person who is no administrator may say where the files come from (a public server), which are
wanted, how releases are named, and the built-in steps that need no program's options; what somebody
with more rights wrote before, they may leave as it is. On the command line whoever writes a recipe
has the account anyway.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.app.banks.visibility import refuse_unseen
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Recipe, as_written
from holdfast.errors import BankForbidden

SCHEMES = ("http://", "https://", "ftp://", "ftps://")
FREE = frozenset(
    "name description formats types keep publish visibility schedule depends remote release steps"
    .split()
)  # fmt: skip
FREE_OF_REMOTE = frozenset("url files exclude match exclude_match verify reuse name page".split())
FREE_OF_RELEASE = frozenset(
    "from url match pattern file format newest bank control".split()
)  # fmt: skip
FREE_OF_STEP = frozenset(
    "name use files needs folder namespace keep_archives match description cores".split()
)  # fmt: skip
STEPS = frozenset(("unpack", "select", "load"))


def refuse_beyond(container: Container, recipe: Recipe, before: Recipe | None = None) -> None:
    """Raise BankForbidden if `recipe` says what whoever asks may not say; `before` said it so far.

    Raises
    ------
    BankForbidden
        It does; the message names the first such thing.
    BankNotFound
        It is made from a bank that they may not see.
    """
    person = container.person
    if person is None or person.is_administrator:
        return
    beyond = next(things_beyond(recipe, before), None)
    if beyond is not None:
        raise BankForbidden(
            f"{beyond} is for an administrator to write; leave it out, or ask one to add it"
        )
    for each in recipe.depends:  # the files of the other bank will be this one's
        refuse_unseen(container, each.bank)


def things_beyond(recipe: Recipe, before: Recipe | None = None) -> Iterator[str]:
    """What in `recipe` only an administrator may say, and `before` did not say."""
    said = as_written(recipe)
    known = as_written(before) if before is not None else {}
    if recipe.holds_password and (before is None or not before.holds_password):
        yield "a password"
    for key, value in said.items():
        if key not in FREE and known.get(key) != value:
            yield key
    if known.get("remote") != said.get("remote"):
        yield from _of_table(said.get("remote", {}), FREE_OF_REMOTE, "remote")
    if known.get("release") != said.get("release"):
        yield from _of_table(said.get("release", {}), FREE_OF_RELEASE, "release")
    yield from _of_steps(said.get("steps", ()), known.get("steps", ()))


def _of_table(said: Mapping[str, Any], free: frozenset[str], name: str) -> Iterator[str]:
    yield from (f"{name}.{key}" for key in said if key not in free)
    url = said.get("url")
    if url and not str(url).lower().startswith(SCHEMES):
        yield f"{name}.url with an address of this machine"


def _of_steps(steps: Any, known: Any) -> Iterator[str]:
    for step in steps:
        if step in known:
            continue
        name = step["name"]
        if step.get("command"):
            yield f"the command of step {name}"
        elif step.get("use") not in STEPS:
            yield f"step {name} with use = {step.get('use')!r}"
        known_keys = FREE_OF_STEP | {"command"}
        yield from (f"{key} of step {name}" for key in step if key not in known_keys)
