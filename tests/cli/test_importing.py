"""``holdfast import biomaj`` as people and programs see it."""

import json
from pathlib import Path

import pytest

from app.biomaj_site import BiomajSite, made_up
from holdfast.cli.main import main
from holdfast.errors import ExitCode
from holdfast.settings import FILE


@pytest.fixture
def site(tmp_path: Path, home: Path) -> BiomajSite:
    """The made-up site, and a home folder for it."""
    return made_up(tmp_path / "site")


def words(site: BiomajSite, *more: str) -> list[str]:
    return ["import", "biomaj", f"--config={site.config}", f"--history={site.dump}", *more]


def test_a_dry_run_shows_the_whole_table(
    site: BiomajSite, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(site, "--dry-run")) == ExitCode.SUCCESS
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["alu", "2024-3-7", "2024-03-08"] in [line[:3] for line in lines]
    row = next(line for line in lines if line[:2] == ["alu", "2024-4-1"])
    assert row[-4:] == ["would", "be", "adopted", "current"]
    assert next(line for line in lines if line[:2] == ["alu", "2024-3-7"])[-1] == "frozen"
    assert ["empty", "no", "releases"] in lines
    said = [" ".join(line) for line in lines]
    assert "6 releases of 4 banks would be adopted, 7 events of the past would be noted" in said
    assert f"the setting biomaj_config would name {site.config}" in said
    assert any(
        line.startswith("genes: ") and "begun it and did not finish" in line for line in said
    )
    assert not (home / FILE).exists()


def test_the_answer_to_a_program_has_everything(
    site: BiomajSite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(site, "--bank=genes", "--json")) == ExitCode.SUCCESS
    told = json.loads(capsys.readouterr().out)
    assert told["config"] == str(site.config)
    (genes,) = told["banks"]
    assert (genes["bank"], genes["problem"], genes["recipe"]) == ("genes", "", "")
    assert [(each["release"], each["adopted"], each["files"]) for each in genes["releases"]] == [
        ("11", True, 1),
        ("12", True, 2),
    ]
    assert main(words(site, "--bank=genes", "--json")) == ExitCode.SUCCESS
    (genes,) = json.loads(capsys.readouterr().out)["banks"]
    assert [each["adopted"] for each in genes["releases"]] == [False, False]


def test_a_bank_that_cannot_be_adopted_is_a_failure_and_a_wrong_question_misuse(
    site: BiomajSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.property_file("alu", "dir.version=../alu\n")
    assert main(words(site)) == ExitCode.FAILURE
    shown = capsys.readouterr()
    assert "5 releases" not in shown.out
    assert "3 releases of 4 banks adopted" in shown.out
    assert "is not the whole path of a folder" in shown.err
    assert main(words(site, "--bank=none")) == ExitCode.MISUSE
    assert "has no bank 'none'" in capsys.readouterr().err
