"""
Editing: the recipe of a bank as a text that is looked at, checked, and replaced.

A text is checked before it is kept, and kept with one rename. What it replaces stays in the folder
``.earlier`` beside the recipes. Whoever saves says which text they saw: what somebody else changed
meanwhile is not lost.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from holdfast.app.banks.add import Added
from holdfast.app.banks.noting import note
from holdfast.app.banks.recipes import recipe_problems
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.banks.texts import (
    Form,
    check_text,
    digest_of,
    recipe_in,
    refuse_errors,
    with_line_ends,
)
from holdfast.app.banks.trusting import refuse_beyond
from holdfast.app.banks.visibility import seen_banks
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.properties.meaning import GLOBAL
from holdfast.banks.properties.problems import Problem, Severity
from holdfast.banks.properties.reading import SIZE_LIMIT
from holdfast.banks.recipes.recipe import Recipe
from holdfast.base.files import write_atomic
from holdfast.errors import (
    BankBusy,
    BankError,
    BankForbidden,
    BankNotFound,
    HoldfastError,
    UsageError,
    printable,
)

EARLIER = ".earlier"
EARLIER_KEPT = 20  #: of one bank


@dataclass(frozen=True, slots=True)
class RecipeText:
    """The recipe of a bank as it is written."""

    bank: str
    file: Path
    form: Form
    text: str  #: empty where it is hidden
    digest: str  #: of the text: whoever replaces it names it
    problems: tuple[Problem, ...]
    may_edit: bool
    hidden: str = ""  #: why the text is not shown, if it is not


@dataclass(frozen=True, slots=True)
class Saved:
    """A recipe that was replaced."""

    bank: str
    file: Path
    earlier: Path | None  #: what it was; None: it is as it was
    problems: tuple[Problem, ...]  #: what is odd about it, and no reason to refuse it


def recipe_text(container: Container, bank: str) -> RecipeText:
    """The recipe of `bank`; its text is hidden from strangers if it has secrets or commands.

    Raises
    ------
    BankNotFound
        There is no such bank, or it has no recipe.
    """
    file = _file(container, bank)
    content = file.read_bytes()[: SIZE_LIMIT + 1]
    form = Form.PROPERTIES if file.suffix == PROPERTIES else Form.TOML
    text, is_ours = content.decode(errors="replace"), file.parent == container.catalogue.recipes
    may_edit = _may_change(container, bank)
    problems = check_text(container, text, form, bank)
    if not any(each.severity is Severity.ERROR for each in problems):
        others = (each for each in recipe_problems(container, bank) if each.line is None)
        problems = tuple(dict.fromkeys((*problems, *others)))
    shown = RecipeText(
        bank, file, form, text, digest_of(text), problems, may_edit and is_ours and _fits(content)
    )
    why = "" if may_edit else _secrecy(container, bank, form)
    return replace(shown, text="", problems=(), hidden=why) if why else shown


def save_recipe(container: Container, bank: str, text: str, digest: str) -> Saved:
    """Replace the recipe of `bank`, whose text had `digest`, by `text`.

    Raises
    ------
    BankForbidden, BankNotFound
        It is another's, or says what only an administrator may say; or there is none.
    RecipeError
        It cannot be used as it is.
    BankBusy
        Somebody else has replaced it meanwhile.
    """
    refuse_strangers_to(container, bank)
    file = _file(container, bank)
    if file.parent != container.catalogue.recipes:
        raise UsageError(f"{file} is the site's own; change it there")
    text = with_line_ends(text)
    before = file.read_bytes()
    if digest_of(before.decode(errors="replace")) != digest:
        raise BankBusy(
            f"somebody else has changed the recipe of {bank} meanwhile; look at it as it is now, "
            "and change that"
        )
    form = Form.PROPERTIES if file.suffix == PROPERTIES else Form.TOML
    problems = refuse_errors(check_text(container, text, form, bank))
    recipe = recipe_in(container, text, form, bank)
    refuse_beyond(container, recipe, _before(container, bank))
    if text.encode() == before:
        return Saved(bank, file, None, problems)
    earlier = _keep_earlier(file, before)
    mode = 0o600 if recipe.holds_password else file.stat().st_mode & 0o777
    write_atomic(file, text.encode(), mode)
    note(container, bank, "recipe", detail="its recipe was changed")
    return Saved(bank, file, earlier, problems)


def add_text(container: Container, text: str, form: Form = Form.TOML, called: str = "") -> Added:
    """Keep `text` as the recipe of a new bank; it belongs to the person of the web who adds it.

    A property file needs to be told how the bank is `called`; it is kept as it is.

    Raises
    ------
    RecipeError
        It cannot be used as it is.
    UsageError
        There is a bank of that name.
    BankForbidden
        It says what only an administrator may say.
    """
    text = with_line_ends(text)
    if form is Form.PROPERTIES and not called:
        raise UsageError("say how the bank is called: a property file is named by its file")
    refuse_errors(check_text(container, text, form, called))
    recipe = recipe_in(container, text, form, called)
    refuse_beyond(container, recipe)
    return keep_new(container, recipe, text, form)


def keep_new(container: Container, recipe: Recipe, text: str, form: Form = Form.TOML) -> Added:
    """Keep `text`, which is `recipe`, as that of a new bank; raises as :func:`add_text`."""
    name, catalogue = recipe.name, container.catalogue
    refuse_beyond(container, recipe)
    if name in catalogue.banks() or (container.settings.banks / name).exists():
        raise UsageError(f"there is a bank {name!r} already; choose another name")
    if f"{name}{form.suffix}" == GLOBAL:
        raise UsageError(f"{GLOBAL} is the site's own file; choose another name")
    file = catalogue.recipes / f"{name}{form.suffix}"
    if form is Form.TOML:
        catalogue.add(recipe, text)
    else:
        catalogue.recipes.mkdir(parents=True, exist_ok=True)
        write_atomic(file, text.encode(), 0o600 if recipe.holds_password else 0o644)
    give_to_who_asks(container, name)
    note(container, name, "add", detail=f"from {printable(recipe.remote.url)}")
    steps = tuple(step.name for step in recipe.steps)
    return Added(name, file, printable(recipe.remote.url), steps)


def give_to_who_asks(container: Container, bank: str) -> None:
    """Have a new bank belong to the person who added it, unless that is an administrator."""
    person = container.person
    if person is None or person.is_administrator:
        return
    folder = container.catalogue.folder(bank)
    with folder.locked():
        folder.mark(replace(folder.marks, owner=person.name))


# -- rights ----------------------------------------------------------------------------------------


def refuse_strangers_to(container: Container, bank: str) -> None:
    """As :func:`refuse_strangers`; where a bank cannot be found, only administrators change it."""
    try:
        folder = container.catalogue.folder(bank)
    except BankNotFound:
        raise
    except BankError as error:
        if container.person is not None and not container.person.is_administrator:
            raise BankForbidden(f"{bank} is for an administrator to mend: {error}") from error
        return
    refuse_strangers(container, folder)


def _may_change(container: Container, bank: str) -> bool:
    try:
        refuse_strangers_to(container, bank)
    except (BankForbidden, BankNotFound):
        return False
    return True


def _secrecy(container: Container, bank: str, form: Form) -> str:
    """Why those who may not change a bank do not read its recipe, if they do not."""
    if form is Form.PROPERTIES:
        return "it is a property file, which may hold passwords"
    try:
        recipe = container.catalogue.recipe(bank)
    except HoldfastError:
        return "it cannot be read, so nobody knows whether it holds a password"
    if recipe.holds_password or recipe.environment:
        return "it holds a password, or variables that may be secret"
    if not {each.bank for each in recipe.depends} <= set(seen_banks(container)):
        return "it names a bank that is not everybody's to see"
    return ""


def _before(container: Container, bank: str) -> Recipe | None:
    try:
        return container.catalogue.recipe(bank)
    except HoldfastError:
        return None


# -- files -----------------------------------------------------------------------------------------


def _file(container: Container, bank: str) -> Path:
    catalogue = container.catalogue
    if not catalogue.has(bank):
        catalogue.folder(bank)
        raise BankNotFound(f"{bank} has no recipe; its releases stay as they are")
    return catalogue.recipe_file(bank)


def _fits(content: bytes) -> bool:
    """Whether a page can give back what it was given."""
    if len(content) > SIZE_LIMIT:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _keep_earlier(file: Path, content: bytes) -> Path:
    """Put what `file` was where it can be found again; the oldest of too many go."""
    folder = file.parent / EARLIER
    folder.mkdir(exist_ok=True, mode=0o700)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    kept = folder / f"{file.stem}.{stamp}{file.suffix}"
    write_atomic(kept, content, 0o600)
    its = sorted(folder.glob(f"{file.stem}.2*{file.suffix}"))
    for old in its[:-EARLIER_KEPT]:
        old.unlink(missing_ok=True)
    return kept
