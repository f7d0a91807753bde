"""Recipes as texts that people change."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.banks.held_world import keep_recipe
from holdfast.accounts.people import Person
from holdfast.app.banks.editing import (
    EARLIER_KEPT,
    add_text,
    recipe_text,
    save_recipe,
)
from holdfast.app.banks.effective import effective_values
from holdfast.app.banks.keeping import bank_visibility
from holdfast.app.banks.texts import Form, check_text, digest_of
from holdfast.app.banks.timing import bank_timings, set_timing
from holdfast.app.banks.trusting import things_beyond
from holdfast.app.container import Container
from holdfast.banks.recipes.lines import line_of
from holdfast.banks.recipes.recipe import Visibility, parse_recipe
from holdfast.banks.recipes.rewording import scheduled
from holdfast.errors import BankBusy, BankForbidden, BankNotFound, RecipeError, UsageError
from holdfast.settings.schedules import Timing

PLAIN = 'name = "x"\n[remote]\nurl = "https://example.org/"\n'
ANN = Person("ann")


def test_all_problems_are_told_at_their_lines(container: Container) -> None:
    text = 'name = "x"\nkep = 3\n[remote]\nurl = 7\n[[steps]]\nname = "a"\nuse = "lod"\n'
    found = [(each.line, each.key) for each in check_text(container, text)]
    assert found == [(2, "kep"), (4, "remote.url"), (5, "steps.0")]
    (problem,) = check_text(container, 'name = "x"\n= 3\n')
    assert problem.line == 2
    (problem,) = check_text(container, PLAIN, bank="y")
    assert (problem.line, "renamed in its settings" in problem.sentence) == (1, True)
    assert check_text(container, PLAIN, bank="x") == ()


def test_a_property_file_is_checked_as_a_text_too(container: Container) -> None:
    found = check_text(container, "[GENERAL]\nprotocol=ftp\n", Form.PROPERTIES, "x")
    assert "local.files" in {each.key for each in found}
    assert check_text(container, "\x00", Form.PROPERTIES, "x")


def test_what_is_replaced_is_kept_and_nobody_overwrites_what_they_have_not_seen(
    container: Container,
) -> None:
    file = keep_recipe(container, "x")
    before = recipe_text(container, "x")
    saved = save_recipe(container, "x", f"# one\n{PLAIN}", before.digest)
    assert saved.earlier is not None
    assert saved.earlier.read_text() == before.text
    with pytest.raises(BankBusy, match="somebody else"):
        save_recipe(container, "x", PLAIN, before.digest)
    with pytest.raises(RecipeError, match=r"x\.toml:5: remote\.fils"):
        save_recipe(
            container, "x", f'{PLAIN}fils = ["a"]\n'.replace("\nurl", "\n#\nurl"), _now(file)
        )
    for count in range(EARLIER_KEPT + 3):
        save_recipe(container, "x", f"# {count}\n{PLAIN}", _now(file))
    assert len(list(saved.earlier.parent.iterdir())) == EARLIER_KEPT
    assert container.catalogue.banks() == ("x",)
    assert save_recipe(container, "x", file.read_text(), _now(file)).earlier is None


def test_only_an_administrator_writes_what_runs_or_reads_here(container: Container) -> None:
    asked = container.asked_by(ANN)
    step = '[[steps]]\nname = "s"\n'
    for more in (
        f'{step}command = ["sh"]\n',
        f'{step}use = "blast"\n',
        '[place]\nfolder = "/srv/x"\n',
        '[[before]]\nname = "b"\ncommand = ["sh"]\n',
        '[notify]\nto = ["a@b.org"]\n',
        'connection = { proxy = "http://10.0.0.1:3128" }\n',
        'credentials = "me:hush"\n',
    ):
        with pytest.raises(BankForbidden, match="administrator"):
            add_text(asked, PLAIN + more)
    for url in ("file:///etc/", "list+file:///etc/hosts", "ssh://x/", "rsync://x.org/y/"):
        with pytest.raises((BankForbidden, RecipeError)):
            add_text(asked, PLAIN.replace("https://example.org/", url))
    keep_recipe(container, "bens")
    bank_visibility(container, "bens", Visibility.PRIVATE)
    with pytest.raises(BankNotFound, match="no bank 'bens'"):  # else its files could be read so
        add_text(asked, f'{PLAIN}[[depends]]\nbank = "bens"\n')
    added = add_text(asked, f'{PLAIN}{step}use = "unpack"\n')
    assert container.catalogue.folder(added.bank).marks.owner == "ann"
    with pytest.raises(UsageError, match="already"):
        add_text(asked, PLAIN)


def test_what_an_administrator_wrote_an_owner_may_leave() -> None:
    command = '[[steps]]\nname = "s"\ncommand = ["sh"]\n'
    before = parse_recipe(PLAIN + command, "x")
    same = parse_recipe(f"keep = 3\n{PLAIN}{command}", "x")
    other = parse_recipe(PLAIN + command.replace('"sh"', '"bash"'), "x")
    assert list(things_beyond(same, before)) == []
    assert list(things_beyond(other, before)) == ["the command of step s"]


def test_values_are_told_with_their_lines_and_without_secrets(container: Container) -> None:
    file = keep_recipe(container, "x", "keep = 3")
    file.write_text(file.read_text() + 'credentials = "me:hush"\n')
    found = {each.key: each for each in effective_values(container, "x")}
    assert (found["keep"].value, found["keep"].line) == ("3", 2)
    assert (found["publish"].value, found["publish"].where) == ("true", "default")
    old = container.settings.recipes / "old.properties"
    old.write_text("[GENERAL]\nprotocol=ftp\nserver=a.org\nserver.credentials=me:hush\n")
    told = {each.key: each.value for each in effective_values(container, "old")}
    assert told["server"] == "a.org"
    assert "hush" not in f"{found}{told}"
    with pytest.raises(BankForbidden):
        effective_values(container.asked_by(ANN), "x")


def test_a_schedule_changes_and_all_else_stays_as_it_is_written(container: Container) -> None:
    keep_recipe(container, "x", "# a remark\nkeep = 3")
    set_timing(container, "x", "30 2 * * *", "Europe/Paris")
    set_timing(container, "x", "@weekly", "", enabled=False)
    file = container.catalogue.recipe_file("x")
    assert "# a remark\nkeep = 3" in file.read_text()
    (timing,) = bank_timings(container, "x").schedules
    assert (timing.cron, timing.enabled, timing.next, timing.own) == ("@weekly", False, (), True)
    set_timing(container, "x", "")
    assert "schedule" not in file.read_text()


@given(
    before=st.sampled_from(["", "# top\n", "keep = 2\n"]),
    after=st.sampled_from(["", '[[steps]]\nname = "u"\nuse = "unpack"\n', "# end\n"]),
    had=st.sampled_from(
        ["", '[schedule]\ncron = "@daily"\n', '[schedule]\n# why\ncron = "@daily"\n\n']
    ),
    gets=st.sampled_from([None, Timing(cron="1 2 * * *", zone="Europe/Paris", enabled=False)]),
)
def test_a_schedule_is_written_into_any_recipe(
    before: str, after: str, had: str, gets: Timing | None
) -> None:
    text = f"{before}{PLAIN}{had}{after}"
    said = scheduled(text, gets, Path("x.toml"))
    assert parse_recipe(said, "x").schedule == gets
    assert after in said
    assert before in said


@given(text=st.text(), key=st.text(max_size=30))
def test_a_line_is_found_in_any_text_or_none(text: str, key: str) -> None:
    line = line_of(text, key)
    assert line is None or 1 <= line <= len(text.splitlines())


def _now(file: Path) -> str:
    return digest_of(file.read_text())
