"""What happened to banks is told in order, whatever was said of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from holdfast.banks.register import Event, Register
from holdfast.jobs.ledger import Ledger

NOON = datetime(2024, 3, 7, 12, 0, 0, 123456, tzinfo=UTC)
UPDATE = Event("yeast", "update", "2024-03-07", NOON, "ann", "done", 7, "3 files")


def test_what_is_noted_is_told_the_newest_first(ledger: Ledger) -> None:
    register = Register(ledger)
    later = Event("fly", "freeze", None, NOON + timedelta(hours=1), "", "failed", None, "")
    register.note(UPDATE, later)
    assert register.events() == [later, UPDATE]
    assert register.events("yeast") == [UPDATE]
    assert register.events(limit=1) == [later]
    assert register.events("Yeast") == []


def test_what_is_noted_late_stands_where_it_happened(ledger: Ledger) -> None:
    register = Register(ledger)
    register.note(UPDATE)
    early = replace(UPDATE, when=NOON - timedelta(days=400), action="import")
    register.note(early)
    assert register.events() == [UPDATE, early]


def test_the_last_of_one_action_is_told_of_each_bank(ledger: Ledger) -> None:
    register = Register(ledger)
    later = replace(UPDATE, when=NOON + timedelta(hours=1), outcome="failed")
    fly = replace(UPDATE, bank="fly")
    register.note(later, UPDATE, fly, replace(later, action="publish"))
    assert register.newest("update") == {"yeast": later, "fly": fly}
    assert register.newest("freeze") == {}


def test_hostile_words_are_written_as_every_database_takes_them(ledger: Ledger) -> None:
    register = Register(ledger)
    register.note(replace(UPDATE, who="x" * 500, detail="a\0b \udcff \N{SNOWMAN} '; DROP TABLE--"))
    (event,) = register.events()
    assert event.who == "x" * 200
    assert event.detail == "a\\x00b \\udcff \N{SNOWMAN} '; DROP TABLE--"


def test_nothing_noted_is_no_transaction(ledger: Ledger) -> None:
    Register(ledger).note()
    assert Register(ledger).events() == []


def test_a_renamed_bank_keeps_its_history(ledger: Ledger) -> None:
    register = Register(ledger)
    register.note(UPDATE, replace(UPDATE, bank="fly"))
    register.rename("yeast", "saccharomyces")
    assert [each.bank for each in register.events("saccharomyces")] == ["saccharomyces"]
    assert register.events("yeast") == []
    assert len(register.events("fly")) == 1
