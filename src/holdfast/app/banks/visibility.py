"""
Who may see a bank, and the permissions of its folder, which follow.

A private bank's folder can be entered by the account of Holdfast and its group, and by nobody else;
what is below keeps its own permissions. On the web, a private bank is seen by its owner and by
administrators; to others it is not even there.
"""

from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.errors import BankError, BankNotFound, RecipeError, suggestion

MODES = {Visibility.PUBLIC: 0o755, Visibility.PRIVATE: 0o750}


def follow_visibility(container: Container, bank: str) -> None:
    """See that the folder of `bank`, if it is there, lets in those who may see it."""
    try:
        folder = container.catalogue.folder(bank).folder
        there = folder.stat().st_mode & 0o777
    except (BankNotFound, FileNotFoundError):
        return
    wanted = MODES[visibility_of(container, bank)]
    if wanted == MODES[Visibility.PRIVATE] and there & 0o007:
        folder.chmod(there & wanted)


def visibility_of(container: Container, bank: str) -> Visibility:
    """Who may see `bank`: what is marked, or else what its recipe says."""
    marked = container.catalogue.folder(bank).marks.visibility
    if marked is not None:
        return marked
    try:
        return container.catalogue.recipe(bank).visibility
    except (BankNotFound, RecipeError):
        return Visibility.PUBLIC


def may_see(container: Container, bank: str) -> bool:
    """Whether whoever asks may see `bank`; the command line may, as far as it can read the files.

    Raises
    ------
    BankNotFound
        There is no such bank.
    """
    person = container.person
    if person is None or person.is_administrator:
        container.catalogue.folder(bank)
        return True
    try:
        if _is_public(container, bank):
            return True
        return person.owns(container.catalogue.folder(bank).marks.owner)
    except BankNotFound:
        raise
    except BankError:
        return False  # whose it is cannot be told


def _is_public(container: Container, bank: str) -> bool:
    """Whether everybody may see `bank`. A recipe that cannot be read may have said that not."""
    marked = container.catalogue.folder(bank).marks.visibility
    if marked is not None:
        return marked is Visibility.PUBLIC
    try:
        return container.catalogue.recipe(bank).visibility is Visibility.PUBLIC
    except BankNotFound:
        return True
    except RecipeError:
        return False


def seen_banks(container: Container) -> tuple[str, ...]:
    """The names of the banks that whoever asks may see, sorted."""
    banks = container.catalogue.banks()
    if container.person is None or container.person.is_administrator:
        return banks
    return tuple(bank for bank in banks if may_see(container, bank))


def refuse_unseen(container: Container, bank: str) -> None:
    """Raise BankNotFound unless whoever asks may see `bank`.

    It says the same of a bank that is not there and of one that is another's.
    """
    try:
        if may_see(container, bank):
            return
    except BankNotFound:
        if container.person is None:
            raise
    seen = seen_banks(container)
    hint = suggestion(bank, seen) or f" (there are: {', '.join(seen) or 'none yet'})"
    raise BankNotFound(f"there is no bank {bank!r}{hint}")
