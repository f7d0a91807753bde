"""Users are added, changed and removed; there is always an administrator once there is one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from holdfast.accounts.keys import Keys
from holdfast.accounts.people import Scope
from holdfast.accounts.sessions import Sessions
from holdfast.accounts.users import Kind, User, Users
from holdfast.errors import UsageError, UserNotFound
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.ledger.account_tables import api_keys, sessions

HOUR = 3600.0


@pytest.fixture
def users(ledger: Ledger) -> Users:
    return Users(ledger)


@pytest.fixture
def ann(users: Users) -> User:
    return users.add("ann", Kind.LOCAL, "hash", administrator=True)


@pytest.fixture
def signed(ledger: Ledger) -> Sessions:
    return Sessions(ledger, HOUR, 10 * HOUR)


# -- users -----------------------------------------------------------------------------------------


def test_a_name_that_could_be_something_else_is_refused(users: Users) -> None:
    for name in ("", " ", "a b", "-a", "a.", "ä", "a\n", "a\0", "x" * 101, "../a"):
        with pytest.raises(UsageError, match="not a user's name"):
            users.add(name, Kind.LOCAL, administrator=False)
        assert users.find(name) is None


def test_a_name_is_given_once(users: Users, ann: User) -> None:
    with pytest.raises(UsageError, match="there is a user ann already"):
        users.add("ann", Kind.LOCAL, "other", administrator=False)
    assert users.user("ann").password == "hash"
    with pytest.raises(UserNotFound, match="did you mean ann"):
        users.user("anne")


def test_the_only_administrator_stays_one(users: Users, ann: User) -> None:
    users.add("ben", Kind.LOCAL, "hash", administrator=False)
    for act in (users.disable, users.remove, lambda each: users.set_administrator(each, False)):
        with pytest.raises(UsageError, match="only administrator"):
            act(ann)
    users.set_administrator(users.user("ben"), True)
    users.disable(ann)
    with pytest.raises(UsageError, match="only administrator"):
        users.remove(users.user("ben"))
    users.enable(ann)
    users.remove(users.user("ben"))
    assert [user.name for user in users.all()] == ["ann"]


def test_a_hash_shows_in_no_log(ann: User) -> None:
    assert "hash" not in repr(ann)


# -- sessions --------------------------------------------------------------------------------------


def test_a_session_is_found_by_its_token_alone(ledger: Ledger, signed: Sessions, ann: User) -> None:
    token = signed.begin(ann, "192.0.2.1", "a browser")
    found = signed.find(token)
    assert found is not None
    assert (found[0].name, found[1].address, found[1].browser) == ("ann", "192.0.2.1", "a browser")
    for other in ("", token[:-1], token + "x", found[1].id, "x" * 10_000):
        assert signed.find(other) is None
    with ledger.database._engine.connect() as connection:
        kept = connection.execute(sessions.select()).one()
    assert token not in str(kept)


def test_each_session_has_a_token_of_its_own(signed: Sessions, ann: User) -> None:
    tokens = {signed.begin(ann, "", "") for _ in range(3)}
    assert len(tokens) == len(signed.of(ann)) == 3


@pytest.mark.parametrize(
    ("change", "is_over"),
    [
        ({"used": timedelta(minutes=59)}, False),
        ({"used": timedelta(minutes=61)}, True),
        ({"ends": timedelta(seconds=1)}, True),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(
    ledger: Ledger, signed: Sessions, ann: User, change: dict[str, timedelta], is_over: bool
) -> None:
    token = signed.begin(ann, "", "")
    values = {name: datetime.now(UTC) - ago for name, ago in change.items()}
    ledger.database.write(lambda connection: connection.execute(update(sessions).values(**values)))
    assert (signed.find(token) is None) == is_over
    assert len(signed.of(ann)) == (0 if is_over else 1)


def test_use_keeps_a_session_but_not_beyond_its_end(
    ledger: Ledger, signed: Sessions, ann: User
) -> None:
    token = signed.begin(ann, "", "")
    before = datetime.now(UTC) - timedelta(minutes=50)
    act = update(sessions).values(used=before)
    ledger.database.write(lambda connection: connection.execute(act))
    assert signed.find(token) is not None
    assert signed.of(ann)[0].used > before + timedelta(minutes=49)


def test_sessions_end_with_what_they_rest_on(users: Users, signed: Sessions, ann: User) -> None:
    ben = users.add("ben", Kind.LOCAL, "hash", administrator=False)
    for act in (
        lambda: users.set_password(ben, "other"),
        lambda: users.disable(ben),
        lambda: signed.end_all(ben),
    ):
        token = signed.begin(ben, "", "")
        act()
        users.enable(ben)
        assert signed.find(token) is None
    token = signed.begin(ben, "", "")
    other = signed.begin(ben, "", "")
    mine = signed.find(token)
    assert mine is not None
    assert not signed.end_of(ann, mine[1].id)
    assert not signed.end_of(ben, "%" * 16)
    assert signed.end_of(ben, mine[1].id)
    assert (signed.find(token), signed.find(other) is None) == (None, False)
    signed.end(other)
    assert signed.find(other) is None
    users.remove(ben)


# -- keys ------------------------------------------------------------------------------------------


def test_a_key_lets_in_until_it_is_revoked_or_expires(ledger: Ledger, ann: User) -> None:
    keys = Keys(ledger)
    secret, key = keys.add(ann, "a script", [Scope.PLOTS, Scope.READ], None)
    assert key.scopes == (Scope.READ, Scope.PLOTS)
    found = keys.find(secret, "192.0.2.1")
    assert found is not None
    assert (found[0].name, found[1].id) == ("ann", key.id)
    assert keys.of(ann)[0].address == "192.0.2.1"
    assert keys.find(secret[:-1]) is None
    assert keys.find(secret.removeprefix("hf_")) is None
    with ledger.database._engine.connect() as connection:
        assert secret not in str(connection.execute(api_keys.select()).one())
    assert keys.revoke(ann, key.id).state == "revoked"
    assert keys.find(secret) is None
    soon = datetime.now(UTC) + timedelta(hours=1)
    secret, key = keys.add(ann, "another", [Scope.READ], soon)
    past = update(api_keys).values(ends=datetime.now(UTC) - timedelta(seconds=1))
    ledger.database.write(lambda connection: connection.execute(past))
    assert keys.find(secret) is None
    assert keys.of(ann)[0].state == "expired"


def test_a_key_of_a_disabled_user_lets_nobody_in(ledger: Ledger, users: Users, ann: User) -> None:
    ben = users.add("ben", Kind.LOCAL, "hash", administrator=False)
    secret, key = Keys(ledger).add(ben, "x", [Scope.READ], None)
    users.disable(ben)
    assert Keys(ledger).find(secret) is None
    for number in (key.id, 10**30):
        with pytest.raises(UsageError, match="no key"):
            Keys(ledger).revoke(ann, number)


@pytest.mark.parametrize(
    ("name", "scopes", "days", "problem"),
    [
        (" ", [Scope.READ], 1, "a name"),
        ("x", [], 1, "what the key lets"),
        ("x", [Scope.READ], -1, "expired already"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    ledger: Ledger, ann: User, name: str, scopes: list[Scope], days: int, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        Keys(ledger).add(ann, name, scopes, datetime.now(UTC) + timedelta(days=days))


def test_two_who_take_the_last_administrators_away_at_once_leave_one(
    ledger: Ledger, users: Users, ann: User
) -> None:
    ben = users.add("ben", Kind.LOCAL, "hash", administrator=True)

    def remove(user: User) -> bool:
        try:
            users.set_administrator(user, False)
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, (ann, ben))) == [False, True]
