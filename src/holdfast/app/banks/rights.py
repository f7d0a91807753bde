"""
Rights: who may change a bank that has an owner.

On the command line an owner is the name of an account of the machine. A bank that has one is
changed by that account and by those of the setting `administrators`; a bank without one, by whoever
can write in its folder, as ever. Reading is not asked about here. This keeps colleagues out of each
other's banks; whoever may write the files themselves is kept out by the permissions of these alone.

A person of the web is compared by name: they change what is theirs, and administrators everything.
A bank without an owner is the administrators', for all files are the server's own there.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.app.banks.visibility import refuse_unseen
from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.errors import BankError, BankForbidden


@contextmanager
def changing(container: Container, folder: BankFolder) -> Iterator[None]:
    """Hold the lock of a bank that whoever asks may change.

    Raises
    ------
    BankForbidden
        It is another's.
    BankBusy
        Another process holds the lock.
    """
    refuse_strangers(container, folder)
    with folder.locked():
        yield


def refuse_strangers(container: Container, folder: BankFolder) -> None:
    """Raise BankForbidden unless whoever asks may change the bank of `folder`.

    Raises
    ------
    BankForbidden
        It is another's.
    BankNotFound
        A person of the web may not even see it.
    """
    if container.person is not None:
        refuse_unseen(container, folder.bank)
    owner = _owner(folder)
    if not _may_change(container, owner):
        raise BankForbidden(_refusal(container, folder.bank, owner or ""))


def may_change(container: Container, bank: str) -> bool:
    """Whether whoever asks may change `bank`; raises BankNotFound if there is none."""
    return _may_change(container, _owner(container.catalogue.folder(bank)))


def _owner(folder: BankFolder) -> str | None:
    """The owner of a bank; None: its marks cannot be read."""
    try:
        return folder.marks.owner
    except BankError:
        return None


def _may_change(container: Container, owner: str | None) -> bool:
    if container.person is not None:
        return container.person.owns(owner or "")
    asking = account()
    # Unreadable marks are told by whoever needs them; a repair must get in.
    return not owner or asking == owner or asking in container.settings.administrators


def _refusal(container: Container, bank: str, owner: str) -> str:
    person = container.person
    if person is None:
        asking = account()
        return (
            f"{bank} is {owner}'s, and you are {asking or 'an account without a name'}; ask "
            f"{owner}, or an administrator, who can give it to you with: holdfast bank owner "
            f"{bank} {asking or 'ACCOUNT'}"
        )
    you = f"you are {person.name}" if person.name else "you have not signed in"
    if not owner:
        return f"{bank} has no owner, and {you}; an administrator can give it to you"
    return f"{bank} is {owner}'s, and {you}; ask {owner} or an administrator"


def account() -> str:
    """The name of the account that this process runs as; empty where it has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a user without a name
        return ""
