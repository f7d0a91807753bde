"""
Passwords: what may be one, and how one is kept (argon2id) and compared.

The parameters are those of RFC 9106 for machines with little memory: 64 MiB and about a tenth of a
second for each. A hash says its own parameters, so they may grow; :func:`is_outdated` tells when
one is to be made anew.
"""

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from holdfast.errors import UsageError

SHORTEST, LONGEST = 10, 500  #: characters
AT_ONCE = 4  #: hashes made at the same time, so that a crowd at the door takes no more memory
HASHER = PasswordHasher()

#: The commonest of those long enough, without case.
COMMON = frozenset(
    """
    1234567890 12345678910 0123456789 0987654321 9876543210 1111111111 0000000000 1q2w3e4r5t
    1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwerty12345 qwerty123456 qwertyuiop123 qwerty1234
    asdfghjkl123 zxcvbnm123 q1w2e3r4t5 q1w2e3r4t5y6 password12 password123 password1234
    password12345 passw0rd123 p@ssw0rd123 passwordpassword mypassword1 iloveyou12 iloveyou123
    iloveyou1234 letmein123 letmein1234 welcome123 welcome1234 administrator admin12345
    admin123456 adminadmin changeme123 changemenow unbelievable basketball football123 baseball123
    superman123 princess123 sunshine123 dragon12345 monkey12345 michael123 liverpool123 manchester
    1234554321 1122334455 123456789a a123456789 abc1234567 abcd123456 abcdefghij abcd1234567
    holdfast123 holdfast1234 genome12345 bioinformatics
    """.split()
)

_door = BoundedSemaphore(AT_ONCE)


def check_password(name: str, password: str) -> None:
    """Raise a UsageError that says what is wrong with a new password."""
    if len(password) < SHORTEST:
        raise UsageError(f"a password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise UsageError(f"a password has at most {LONGEST} characters")
    folded = password.casefold()
    if name and name.casefold() in (folded, folded[::-1]):
        raise UsageError("a password is not the name")
    if folded in COMMON or len(set(folded)) < 4:
        raise UsageError("this password is one of the first that others would try; take another")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _door:
        return HASHER.hash(_normal(password))


def is_right(kept: str, password: str) -> bool:
    """Whether `password` is the one that `kept` was made of.

    Without `kept` it takes as long and is wrong: nobody learns from the time it takes whether a
    name is known.
    """
    if len(password) > LONGEST:
        return False
    with _door:
        try:
            HASHER.verify(kept or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether a password was kept with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def _normal(password: str) -> str:
    # The same letters typed on two systems may be different code points.
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")
