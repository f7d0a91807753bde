"""The state of a release that is not finished survives what kills its maker."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.banks.commands.environment import filled
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating.arrivals import Unpacked, arrivals, noting_arrivals
from holdfast.banks.updating.entries import entries_as_fetched, entries_as_unpacked
from holdfast.banks.updating.finish import finish, make_durable, public
from holdfast.banks.updating.journal import Journal
from holdfast.banks.updating.making import MAKING_FILE, Making, read_making, write_making
from holdfast.banks.updating.update import plan_update
from holdfast.errors import BankError
from holdfast.remotes.interface import Arrived, Listing, RemoteFile

NOW = datetime(2024, 1, 1, 12, 0, 1, tzinfo=UTC)
FILES = (
    RemoteFile("a.tar", "https://e.org/a.tar", 1, NOW, '"t"', "md5:00"),
    RemoteFile("sub/b", "https://e.org/sub/b", None, None),
)
RECIPE = Recipe.model_validate(
    {
        "name": "x",
        "remote": {"url": "https://me:secret@e.org/"},
        "steps": [
            {"name": "unpack", "use": "unpack"},
            {"name": "load", "use": "load", "cores": 2},
            {"name": "count", "command": ["wc", "{flat}/a", "{x}", "{release}"], "cores": 99},
        ],
    }
)


@pytest.fixture
def making(tmp_path: Path) -> Making:
    """A making that is written down."""
    made = Making(
        bank="x",
        release="1__1",
        remote_release="1",
        number=2,
        token="one",
        attempts=1,
        url=RECIPE.remote.url,
        listing=Listing("https://e.org/", FILES),
        reuse=frozenset(),
        previous=None,
        same_unpacking=True,
        recipe=RECIPE,
        bank_folder=tmp_path / "x",
    )
    write_making(made)
    return made


def arrive(making: Making, file: RemoteFile, content: bytes = b"1") -> None:
    path = making.staged / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with noting_arrivals(making) as note:
        note(Arrived(file, path, len(content), "aa", NOW, '"said"'), ())


def test_a_making_is_read_as_it_was_written_but_for_passwords(making: Making) -> None:
    read = read_making(making.bank_folder, "1__1")
    assert replace(read, recipe=RECIPE) == making
    assert "secret" not in (making.folder / MAKING_FILE).read_text()
    assert read.recipe.remote.options.login.password == ""
    assert read.recipe.remote.knowing(RECIPE.remote) == RECIPE.remote


def test_only_the_account_itself_may_read_a_making(making: Making) -> None:
    # Its URL may hold a password.
    assert (making.folder / "making.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"version": 2}', b"\xff"])
def test_a_damaged_making_says_what_to_remove(making: Making, damage: bytes) -> None:
    (making.folder / "making.json").write_bytes(damage)
    with pytest.raises(BankError, match=r"remove .* and update the bank"):
        read_making(making.bank_folder, "1__1")


def test_a_name_that_would_leave_the_folder_is_refused_when_read(making: Making) -> None:
    file = making.folder / "making.json"
    file.write_bytes(file.read_bytes().replace(b'"sub/b"', b'"../../b"'))
    with pytest.raises(BankError, match="would leave its folder"):
        read_making(making.bank_folder, "1__1")


def test_what_arrived_is_known_as_long_as_it_is_there(making: Making) -> None:
    for file in FILES:
        arrive(making, file)
    found = arrivals(making.folder)
    assert found["a.tar"].file == FILES[0]
    assert found["sub/b"].file == replace(FILES[1], size=1, modified=NOW, etag='"said"')
    (making.staged / "a.tar").unlink()
    (making.staged / "sub/b").write_bytes(b"longer")
    assert arrivals(making.folder) == {}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers())), st.integers(0, 200))
def test_a_journal_that_was_cut_off_loses_its_last_line_and_goes_on(
    tmp_path: Path, documents: list[dict[str, int]], cut: int
) -> None:
    journal = Journal(tmp_path / "journal")
    journal.path.unlink(missing_ok=True)
    journal.append(*documents)
    content = journal.path.read_bytes()
    journal.path.write_bytes(content[:cut])
    # A line is whole even if only the line feed after it is missing.
    whole = next(
        count
        for count in range(len(documents), -1, -1)
        if count == 0 or len(b"\n".join(content.split(b"\n")[:count])) <= cut
    )
    assert list(journal.documents()) == documents[:whole]
    journal.append({"next": 1})
    assert list(journal.documents()) == [*documents[:whole], {"next": 1}]


def test_archives_in_archives_are_followed_to_what_came_out_of_them() -> None:
    entry = Entry(FILES[0], "aa", (Product("a.tar", 1, "aa"),))
    inner = (Product("b.gz", 2, "bb"), Product("c", 3, "cc"))
    unpacked = {
        "a.tar": Unpacked("a.tar", inner),
        "b.gz": Unpacked("b.gz", (Product("b", 4, "dd"), Product("b.gz", 2, "bb"))),
    }
    (final,) = entries_as_unpacked([entry], unpacked)
    assert [product.path for product in final.products] == ["b", "b.gz", "c"]


def test_a_release_with_a_file_that_never_came_is_not_finished(making: Making) -> None:
    arrive(making, FILES[0])
    with pytest.raises(BankError, match="sub/b has not arrived"):
        entries_as_fetched(making, arrivals(making.folder), ())


def test_finishing_sees_what_is_missing_changed_or_added(making: Making) -> None:
    for file in FILES:
        arrive(making, file)
    (making.flat / "sub").mkdir(parents=True)
    with pytest.raises(BankError, match=r"a\.tar is missing"):
        finish(making)
    (making.flat / "a.tar").write_bytes(b"22")
    with pytest.raises(BankError, match="2 bytes instead of 1"):
        finish(making)
    (making.flat / "a.tar").write_bytes(b"2")
    (making.flat / "sub/b").write_bytes(b"1")
    with pytest.raises(BankError, match=r"a\.tar is not what it was"):
        finish(replace(making, attempts=2))
    (making.flat / "sub/c").touch()
    with pytest.raises(BankError, match="a step must write into its own folder"):
        finish(making)
    assert not (making.release_folder / "release.json").exists()


def test_the_plan_is_a_graph_of_commands_that_a_run_can_be_compared_with(
    making: Making, tmp_path: Path
) -> None:
    plan = plan_update(making, tmp_path, 4)
    assert {job.name: job.needs for job in plan.jobs} == {
        "fetch": (),
        "unpack": ("fetch",),
        "load": ("fetch", "unpack"),
        "count": ("fetch", "unpack"),
        "finish": ("fetch", "unpack", "load", "count"),
        "publish": ("finish",),
    }
    assert plan.job("load").command[3:] == ("task", "load", "x", "1__1", "load")
    assert plan.job("count").cores == 4
    assert plan.subject == "bank:x"
    assert plan_update(making, tmp_path, 4) == plan
    assert plan_update(replace(making, token="two"), tmp_path, 4) != plan


def test_no_secret_is_in_the_plan_or_its_environment(making: Making, tmp_path: Path) -> None:
    assert "me:secret" not in plan_update(making, tmp_path, 4).to_json()


def test_placeholders_are_filled_and_other_braces_are_left(making: Making, tmp_path: Path) -> None:
    words = ("awk", "{print $1}", "{bank}:{release}", "{release_folder}/x", "{recipes}/count.py")
    assert filled(words, making, tmp_path) == (
        "awk",
        "{print $1}",
        "x:1__1",
        str(making.bank_folder / "x_1__1" / "x"),
        str(tmp_path / "recipes" / "count.py"),
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://me:a@b@e.org:21/x/", "ftp://e.org:21/x/"),
        ("https://e.org/", "https://e.org/"),
        ("file:///a/b", "file:///a/b"),
    ],
)
def test_a_manifest_shows_no_credentials(url: str, shown: str) -> None:
    assert public(url) == shown


@pytest.mark.parametrize("limit", [0, 100])
def test_what_steps_left_is_made_durable_whatever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr("holdfast.banks.updating.finish.ONE_BY_ONE", limit)
    (tmp_path / "made" / "deep").mkdir(parents=True)
    (tmp_path / "made" / "deep" / "table").write_text("x")
    (tmp_path / "made" / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "made" / "pipe")
    make_durable(tmp_path / "made")
