"""``holdfast bank``: what a person types and sees."""

import hashlib
import json
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.errors import ExitCode


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A folder with two releases of a databank."""
    for release, content in (("1", b">a\nAC\n"), ("2", b">a\nACGT\n")):
        (tmp_path / "remote" / release).mkdir(parents=True)
        (tmp_path / "remote" / release / "a.fa").write_bytes(content)
    return tmp_path / "remote"


def add(remote: Path) -> int:
    return main(["bank", "add", "x", "--url", remote.as_uri(), "--release-from", "folder"])


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    capsys.readouterr()
    assert main([*words, "--json"]) == ExitCode.SUCCESS
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


def test_a_bank_is_added_updated_published_and_checked(
    remote: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(remote) == ExitCode.SUCCESS
    dry = answer(capsys, "bank", "update", "x", "--dry-run")
    assert dry[0]["changes"] == [{"change": "fetch", "file": "a.fa", "size": 8}]
    assert main(["bank", "update", "x"]) == ExitCode.SUCCESS
    assert "1 file, 8 B" in capsys.readouterr().out
    assert answer(capsys, "bank", "update", "x")[0]["state"] == "up to date"
    assert answer(capsys, "bank", "list")[0]["current"] == "2"
    assert answer(capsys, "bank", "status", "x")[0]["run_status"] == "done"
    (line,) = answer(capsys, "bank", "releases", "x")
    assert (line["release"], line["size"], line["current"]) == ("2", 8, True)
    assert answer(capsys, "bank", "publish", "x", "2")["before"] == "2"
    (check,) = answer(capsys, "bank", "check", "--deep")
    assert (check["files"], check["problems"]) == (1, [])


def test_a_recipe_file_is_added_once(
    remote: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "y.toml"
    recipe.write_text(f'name = "y"\n[remote]\nurl = "{remote.as_uri()}"\n')
    assert main(["bank", "add", str(recipe)]) == ExitCode.SUCCESS
    assert main(["bank", "add", str(recipe)]) == ExitCode.MISUSE
    assert "--replace" in capsys.readouterr().err
    assert main(["bank", "add", str(recipe), "--replace"]) == ExitCode.SUCCESS


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["bank", "update", "y"], ExitCode.MISUSE, "no bank 'y'"),
        (["bank", "releases", "y"], ExitCode.FAILURE, "there are: x"),
        (["bank", "publish", "x"], ExitCode.FAILURE, "no release yet"),
        (["bank", "add", "missing.toml"], ExitCode.MISUSE, "no recipe file"),
        (["bank", "add", "a/b", "--url", "https://e.org"], ExitCode.MISUSE, "is not a name"),
        (["bank", "add", "z", "--url", "e.org"], ExitCode.MISUSE, "is not a URL"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    remote: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: ExitCode,
    sentence: str,
) -> None:
    add(remote)
    assert main(words) == code
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


def test_a_failed_update_says_which_job_and_exits_with_1(
    remote: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(remote)
    with (home / "recipes" / "x.toml").open("a") as recipe:
        recipe.write('[[steps]]\nname = "bad"\ncommand = ["sh", "-c", "echo my words; exit 3"]\n')
    assert main(["bank", "update", "x"]) == ExitCode.FAILURE
    assert "job bad failed: my words" in capsys.readouterr().err
    assert main(["bank", "check"]) == ExitCode.SUCCESS
    assert "2 is unfinished" in capsys.readouterr().out


def test_a_damaged_release_is_a_problem_and_exits_with_1(
    remote: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(remote)
    main(["bank", "update", "x"])
    (home / "banks" / "x" / "current" / "flat" / "a.fa").unlink()
    assert main(["bank", "check"]) == ExitCode.FAILURE
    assert "a.fa is missing" in capsys.readouterr().err


ALU = (
    "[GENERAL]\ndb.fullname=Alu\nprotocol=ftp\nserver=example.org\nremote.dir=/\n"
    "remote.files=^a\\.gz$\nlocal.files=.*\nfrequency.update=1\nvisibilty.default=public\n"
)


def test_a_property_file_is_checked_with_line_key_and_nearest_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "alu.properties"
    file.write_text(ALU)
    (check,) = answer(capsys, "bank", "check", str(file))
    assert check["problems"] == []
    assert [(each["severity"], each["line"], each["key"]) for each in check["recipe"]] == [
        ("warning", 9, "visibilty.default"),
        ("remark", 8, "frequency.update"),
    ]
    assert main(["bank", "check", "--strict", str(file)]) == ExitCode.FAILURE
    said = capsys.readouterr()
    assert f"{file}:9: visibilty.default: there is no such key; did you mean" in said.err
    assert "remark: " in said.out


def test_a_property_file_among_the_recipes_is_a_bank(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "recipes").mkdir()
    (home / "recipes" / "alu.properties").write_text(ALU)
    (home / "recipes" / "bad.properties").write_text("[GENERAL]\nprotocol=gopher\n")
    listed = {each["bank"]: each for each in answer(capsys, "bank", "list")}
    assert listed["alu"]["url"] == "ftp://example.org/"
    assert "bad.properties:2: protocol: 'gopher' is no protocol" in listed["bad"]["problem"]
    assert main(["bank", "update", "bad"]) == ExitCode.MISUSE
    capsys.readouterr()
    assert main(["bank", "check"]) == ExitCode.FAILURE
    assert "gopher" in capsys.readouterr().err


def test_a_property_file_is_converted_and_says_what_changed(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, to = tmp_path / "alu.properties", tmp_path / "alu.toml"
    file.write_text(ALU + "server.credentials=me:secret\n")
    assert main(["bank", "convert", str(file)]) == ExitCode.SUCCESS
    text = capsys.readouterr().out
    assert "# line 8, frequency.update: BioMAJ does not read it any more" in text
    assert answer(capsys, "bank", "convert", str(file), "-o", str(to))["bank"] == "alu"
    assert to.read_text() == text
    assert "secret" not in text  # but where it belongs
    assert "server.credentials: it is read from here whenever it is needed" in text
    assert main(["bank", "convert", str(file), "-o", str(to)]) == ExitCode.MISUSE
    assert "--replace" in capsys.readouterr().err
    assert main(["bank", "convert", str(to)]) == ExitCode.MISUSE
    (tmp_path / "bad.properties").write_text("[GENERAL]\n")
    assert main(["bank", "convert", str(tmp_path / "bad.properties")]) == ExitCode.MISUSE
    capsys.readouterr()
    assert main(["bank", "add", str(file)]) == ExitCode.SUCCESS
    assert f"its passwords stay in {file}: put them into" in capsys.readouterr().err
    assert (home / "recipes" / "alu.toml").read_text() == text


def test_a_recipe_with_a_password_is_for_its_owner_only(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bank", "add", "x", "--url", "ftp://me:hush@example.org/"]
    assert main(words) == ExitCode.SUCCESS
    assert (home / "recipes" / "x.toml").stat().st_mode & 0o777 == 0o600
    assert main(["bank", "list"]) == main(["bank", "check", "x"]) == ExitCode.SUCCESS
    assert "hush" not in "".join(capsys.readouterr())


def test_what_was_verified_is_shown(remote: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = hashlib.md5((remote / "2/a.fa").read_bytes()).hexdigest()
    (remote / "2/a.fa.md5").write_text(f"{digest}  a.fa\n")
    assert add(remote) == ExitCode.SUCCESS
    assert main(["bank", "show", "x"]) == ExitCode.FAILURE
    assert "has no published release" in capsys.readouterr().err
    assert main(["bank", "update", "x"]) == ExitCode.SUCCESS
    capsys.readouterr()
    assert main(["bank", "show", "x"]) == ExitCode.SUCCESS
    said = capsys.readouterr().out
    assert "1 of 2 files verified by more than the size" in said
    assert f"md5:{digest}" in said.replace("\n", "")
    shown = answer(capsys, "bank", "show", "x", "2")
    assert [each["verified"] for each in shown["files"]] == [[f"md5:{digest} (a.fa.md5)"], []]
    assert answer(capsys, "bank", "releases", "x")[0]["verified"] == 1
    assert main(["bank", "show", "x", "3"]) == ExitCode.FAILURE
