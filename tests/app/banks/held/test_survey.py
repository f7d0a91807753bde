"""All banks at one glance."""

import pytest

from app.banks.held_world import hold, keep_recipe
from holdfast.accounts.people import GUEST, Person
from holdfast.app.banks.held.around import bank_around
from holdfast.app.banks.held.difference import Change, compare_releases
from holdfast.app.banks.held.growth import bank_growth
from holdfast.app.banks.held.holding import reindex
from holdfast.app.banks.held.standing import recipe_now
from holdfast.app.banks.held.survey import Asked, BankState, Order, changeable_banks, survey
from holdfast.app.banks.held.survey import line_of as line
from holdfast.app.banks.noting import note
from holdfast.app.container import Container
from holdfast.banks.releases.metadata import Made
from holdfast.errors import RecipeError, UsageError


def test_a_bank_says_how_it_stands(container: Container) -> None:
    keep_recipe(container, "x", 'types = ["protein"]')
    assert line(container, "x").state is BankState.NEVER
    made = Made("blast", ("index",), {"organism": "mould"}, ("blast/x",))
    release = hold(container, "x", "1", {"a": b"aa"}, made=[made])
    reindex(container)
    found = line(container, "x")
    assert (found.state, found.current, found.newest) == (BankState.UP_TO_DATE, None, "1")
    assert (found.tags, found.types) == (("organism:mould",), ("index", "protein"))
    container.catalogue.folder("x").publish(release)
    assert line(container, "x").current == "1"
    note(container, "x", "update", outcome="failed", detail="no room")
    assert (line(container, "x").state, line(container, "x").sentence) == (
        BankState.FAILED,
        "no room",
    )
    assert line(container.asked_by(GUEST), "x").sentence == ""
    with container.catalogue.folder("x").locked():
        assert line(container, "x").state is BankState.UPDATING


def test_a_recipe_is_read_again_when_its_file_changes(container: Container) -> None:
    file = keep_recipe(container, "x", "keep = 3")
    assert recipe_now(container, "x").keep == 3
    assert recipe_now(container, "x") is recipe_now(container, "x")
    file.write_text(file.read_text().replace("keep = 3", "keep = 44"))
    assert recipe_now(container, "x").keep == 44
    file.write_text("name")
    with pytest.raises(RecipeError):
        recipe_now(container, "x")
    assert line(container, "x").state is BankState.BROKEN


def test_what_is_not_known_comes_last_either_way(container: Container) -> None:
    for bank in ("a", "b", "c"):
        keep_recipe(container, bank)
    hold(container, "b", "1", {"x": b"x"})
    reindex(container)
    for turned in (False, True):
        found = survey(container, Asked(order=Order.UPDATED, descending=turned)).lines
        assert [each.bank for each in found] == ["b", "a", "c"]
    assert survey(container).states == {BankState.NEVER: 2, BankState.UP_TO_DATE: 1}
    with pytest.raises(UsageError, match="no bank that you may update"):
        changeable_banks(container.asked_by(Person("ann")))


def test_what_is_around_a_bank_is_told_as_far_as_it_is_seen(container: Container) -> None:
    keep_recipe(container, "x")
    hold(container, "x", "1", {"a": b"a"})
    keep_recipe(container, "y", "")
    file = container.catalogue.recipe_file("y")
    file.write_text(f'{file.read_text()}[[depends]]\nbank = "x"\n')
    (before,) = bank_around(container, "y", recipe_now(container, "y")).made_from
    assert (before.bank, before.release, before.used, before.is_seen) == ("x", "1", None, True)
    assert bank_around(container, "x", None).made_of_it == ("y",)
    file.write_text(f'visibility = "private"\n{file.read_text()}')
    assert bank_around(container.asked_by(GUEST), "x", None).made_of_it == ()


def test_releases_are_compared_and_weighed_by_what_their_manifests_say(
    container: Container,
) -> None:
    keep_recipe(container, "x")
    hold(container, "x", "1", {"a": b"a", "b": b"b", "same": b"s"})
    hold(container, "x", "2", {"a": b"aa", "c": b"ccc", "same": b"s"})
    found = compare_releases(container, "x", "1", "2")
    told = {each.file: (each.change, each.before, each.after) for each in found.files}
    assert told == {
        "a": (Change.CHANGED, 1, 2),
        "b": (Change.REMOVED, 1, None),
        "c": (Change.ADDED, None, 3),
    }
    assert (found.same, found.grown) == (1, 3)
    assert [each.size for each in bank_growth(container, "x").sizes] == [3, 6]
