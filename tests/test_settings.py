"""Settings: declared once, read from the home's file and the environment."""

from pathlib import Path

import pytest

from holdfast.errors import SettingsError
from holdfast.settings import Settings


def test_the_environment_wins_over_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "holdfast.toml").write_text("transfers = 3\nretries = 1\n")
    monkeypatch.setenv("HOLDFAST_TRANSFERS", "4")
    settings = Settings.read()
    assert (settings.home, settings.transfers, settings.retries) == (home, 4, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("transfer = 3", "transfer is not a setting; did you mean transfers?"),
        ("transfers = 0", "transfers: Input should be greater than or equal to 1"),
        ("transfers = ", "Invalid value"),
        ("transfers = " + "[" * 5000, "is nested too deep"),
        ("# caf\xe9", "is not UTF-8 text"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(home: Path, text: str, sentence: str) -> None:
    (home / "holdfast.toml").write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError) as refused:
        Settings.read()
    assert sentence in str(refused.value)
    assert str(home / "holdfast.toml") in str(refused.value)


def test_the_ledger_is_in_the_home_unless_a_url_says_else(home: Path) -> None:
    assert Settings.read().ledger_url == f"sqlite:///{home}/ledger.sqlite"
    assert Settings.read(ledger="postgresql:///holdfast").ledger_url == "postgresql:///holdfast"


def test_no_more_cores_are_used_than_there_are() -> None:
    assert 1 <= Settings.read(cores=10_000).processors <= 10_000
    assert Settings.read(cores=1).processors == 1


@pytest.mark.parametrize("text", ["lab,trial", "lab trial", " lab , trial "])
def test_words_come_as_a_list_or_apart_in_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (home / "holdfast.toml").write_text('cors_origins = ["https://lab.example"]\n')
    monkeypatch.setenv("HOLDFAST_PRIVATE_NAMESPACES", text)
    settings = Settings.read()
    assert settings.private_namespaces == ("lab", "trial")
    assert settings.cors_origins == ("https://lab.example",)


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("said", "place"), [("tools.yaml", "{home}/tools.yaml"), ("/site/t.yaml", "/site/t.yaml")]
)
def test_the_file_of_tools_is_seen_from_the_home_wherever_a_job_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch, said: str, place: str
) -> None:
    monkeypatch.setenv("HOLDFAST_TOOLS", said)
    assert str(Settings.read().tools) == place.format(home=home)
