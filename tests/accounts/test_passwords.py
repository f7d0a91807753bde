"""Passwords are long, not the commonest, and kept so that nobody can read them."""

import pytest
from argon2 import PasswordHasher

from accounts.world import OTHER, PASSWORD
from holdfast.accounts import passwords
from holdfast.errors import UsageError


@pytest.mark.parametrize(
    ("name", "password", "problem"),
    [
        ("ann", "short", "at least 10"),
        ("ann", "x" * 501, "at most 500"),
        ("ann.marie.x", "Ann.Marie.X", "not the name"),
        ("ann.marie.x", "x.eiram.nna", "not the name"),
        ("ann", "Password123", "first that others would try"),
        ("ann", "aaaaaaaaaaaa", "first that others would try"),
        ("ann", "abababababab", "first that others would try"),
    ],
)
def test_a_bad_password_is_refused_with_the_reason(name: str, password: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        passwords.check_password(name, password)


def test_a_long_password_is_taken() -> None:
    passwords.check_password("ann", PASSWORD)


def test_a_password_is_kept_as_an_argon2id_hash() -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert passwords.is_right(kept, PASSWORD)
    assert not passwords.is_right(kept, OTHER)
    assert passwords.hashed(PASSWORD) != kept


def test_the_same_letters_are_the_same_password_however_they_are_typed() -> None:
    kept = passwords.hashed("caf\u00e9 caf\u00e9 caf\u00e9")
    assert passwords.is_right(kept, "cafe\u0301 cafe\u0301 cafe\u0301")


@pytest.mark.parametrize("kept", ["", "rubbish", "$argon2id$v=19$m=8,t=1,p=1$x$y"])
def test_what_is_no_hash_is_nobody_s_password(kept: str) -> None:
    assert not passwords.is_right(kept, PASSWORD)
    assert not passwords.is_right(kept, "nobody has this password")


def test_a_hash_made_with_less_effort_is_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = passwords.hashed(PASSWORD)
    assert not passwords.is_outdated(kept)
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(2, 16, 1))
    assert passwords.is_outdated(kept)
    assert passwords.is_right(kept, PASSWORD)
