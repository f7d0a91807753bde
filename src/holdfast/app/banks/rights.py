"""
Rights: who may change a bank that has an owner.

An owner is the name of an account of the machine. A bank that has one is changed by that account
and by those of the setting `administrators`; a bank without one, by whoever can write in its
folder, as ever. Reading is not asked about here. This keeps colleagues out of each other's banks;
whoever may write the files themselves is kept out by the permissions of these alone.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.errors import BankError, BankForbidden


@contextmanager
def changing(container: Container, folder: BankFolder) -> Iterator[None]:
    """Hold the lock of a bank that the account of this process may change.

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
    """Raise BankForbidden unless the account of this process may change the bank of `folder`."""
    try:
        owner = folder.marks.owner
    except BankError:  # unreadable marks are told by whoever needs them; a repair must get in
        return
    asking = account()
    if not owner or asking == owner or asking in container.settings.administrators:
        return
    raise BankForbidden(
        f"{folder.bank} is {owner}'s, and you are {asking or 'an account without a name'}; ask "
        f"{owner}, or an administrator, who can give it to you with: holdfast bank owner "
        f"{folder.bank} {asking or 'ACCOUNT'}"
    )


def account() -> str:
    """The name of the account that this process runs as; empty where it has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a user without a name
        return ""
