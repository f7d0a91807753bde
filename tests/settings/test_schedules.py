"""Schedules in the settings: what is read and what is refused, with file and key."""

from pathlib import Path

import pytest

from holdfast.errors import SettingsError
from holdfast.settings import Settings

WHOLE = """
[schedules.nightly]
cron = "30 2 * * *"
zone = "Europe/Paris"
jitter = "10m"
catch_up = false
bank = "yeast"

[schedules.tidy]
cron = "@weekly"
command = ["seq", "gc"]
enabled = false
"""


def test_schedules_are_read(home: Path) -> None:
    (home / "holdfast.toml").write_text(WHOLE)
    schedules = Settings.read().schedules
    nightly, tidy = schedules["nightly"], schedules["tidy"]
    assert (nightly.cron, nightly.zone, nightly.jitter) == ("30 2 * * *", "Europe/Paris", 600)
    assert (nightly.bank, nightly.command, nightly.catch_up) == (("yeast",), (), False)
    assert (tidy.bank, tidy.command, tidy.enabled) == ((), ("seq", "gc"), False)
    assert (tidy.zone, tidy.jitter, tidy.catch_up) == ("", 0, True)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('crom = "@daily"\nbank = "a"', "schedules.x.crom is not a setting; did you mean cron?"),
        ('bank = "a"', "schedules.x.cron is missing"),
        ('cron = "0 25 * * *"\nbank = "a"', "schedules.x.cron: '0 25 * * *' is not a cron expr"),
        ('cron = "@reboot"\nbank = "a"', "schedules.x.cron: '@reboot' names no time"),
        ('cron = "@daily"', "schedules.x: a schedule has either bank"),
        ('cron = "@daily"\nbank = "a"\ncommand = ["seq", "gc"]', "either bank"),
        ('cron = "@daily"\nbank = []', "either bank"),
        ('cron = "@daily"\nbank = ["*", "a"]', "'*' is all banks; leave out the others"),
        ('cron = "@daily"\nbank = "../a"', "'../a' is not the name of a bank"),
        ('cron = "@daily"\ncommand = ["holdfast", "seq"]', "leave out the word 'holdfast'"),
        ('cron = "@daily"\ncommand = ["worker"]', "'holdfast worker' is not a command to run on"),
        ('cron = "@daily"\ncommand = ["--home", "/"]', "it begins with '--home'"),
        ('cron = "@daily"\ncommand = ["seq", "a\\u0000b"]', "holds a NUL character"),
        ('cron = "@daily"\nbank = "a"\nzone = "Europe/Pariss"', "did you mean Europe/Paris?"),
        ('cron = "@daily"\nbank = "a"\njitter = "1 week"', "schedules.x.jitter: '1 week' is not"),
        ('cron = "@daily"\nbank = "a"\njitter = -1', "schedules.x.jitter: Input should be"),
        ('cron = "@daily"\nbank = "a"\njitter = "2d"', "schedules.x.jitter: Input should be"),
    ],
)
def test_a_wrong_schedule_is_refused_with_file_and_key(
    home: Path, lines: str, sentence: str
) -> None:
    (home / "holdfast.toml").write_text(f"[schedules.x]\n{lines}\n")
    with pytest.raises(SettingsError) as refused:
        Settings.read()
    assert sentence in str(refused.value)
    assert str(home / "holdfast.toml") in str(refused.value)


@pytest.mark.parametrize("name", ['"bank:x"', '""', '"a b"', f'"{"x" * 101}"'])
def test_a_schedule_has_a_name_that_can_be_typed(home: Path, name: str) -> None:
    (home / "holdfast.toml").write_text(f'[schedules.{name}]\ncron = "@daily"\nbank = "a"\n')
    with pytest.raises(SettingsError, match="is not a name: use letters, digits"):
        Settings.read()
