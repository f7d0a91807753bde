"""Acts are done in their order, by real programs; what fails leaves nothing that counts."""

import gzip
import random
import sys
from pathlib import Path

import pytest

from holdfast.banks.indexing.acts import Drop, Feed, Gather, Link, Run, Write
from holdfast.banks.indexing.running import Doing
from holdfast.banks.indexing.tool import Program
from holdfast.banks.indexing.versions import version_in, version_of
from holdfast.errors import BankError, FormatError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index").mkdir()
    return tmp_path / "index"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "a file.gz"
    path.write_bytes(gzip.compress(b"b\na\n", mtime=0))
    return path


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_program_is_fed_and_what_it_prints_is_appended(folder: Path, packed: Path) -> None:
    doing = Doing(folder)
    act = Run(("sort",), Feed((packed, packed)), through=(("uniq",),), into="sub/out")
    doing.do([Write("sub/out", "first\n"), act])
    assert (folder / "sub" / "out").read_text() == "first\na\nb\n"
    assert doing.commands == [("sort",), ("uniq",)]


def test_a_program_s_environment_and_folder_are_its_own(folder: Path, tmp_path: Path) -> None:
    code = "import os; print(os.environ['X'], os.getcwd())"
    Doing(folder).do([Run(python(code), environment={"X": "y"}, directory=tmp_path, into="out")])
    assert (folder / "out").read_text() == f"y {tmp_path}\n"


def test_files_are_gathered_and_dropped(folder: Path, packed: Path) -> None:
    doing = Doing(folder)
    doing.do([Gather(Feed((packed,)), "all/x"), Gather(Feed((packed,)), "all/x")])
    assert (folder / "all" / "x").read_text() == "b\na\nb\na\n"
    doing.do([Drop("all"), Drop("nothing*")])
    assert list(folder.iterdir()) == []


def test_links_lead_to_the_file_while_it_is_made_and_when_both_have_moved(
    folder: Path, packed: Path, tmp_path: Path
) -> None:
    doing = Doing(folder)
    doing.do([Link("deep/link", packed)])
    assert (folder / "deep" / "link").read_bytes() == packed.read_bytes()
    release = tmp_path / "release"
    (release / "i").mkdir(parents=True)
    (release / "i" / "old").touch()
    doing.put(release / "i")
    assert str((release / "i" / "deep" / "link").readlink()) == "../../../a file.gz"
    assert not (release / "i" / "old").exists()
    assert not folder.exists()


def test_a_failure_is_told_with_the_program_s_last_words(folder: Path) -> None:
    said: list[str] = []
    code = "import sys; print('one'); sys.stdout.flush(); sys.exit('no such index')"
    with pytest.raises(BankError, match="ended with exit code 1: one / no such index"):
        Doing(folder, said.append).do([Run(python(code))])
    assert "".join(said) == "one\nno such index\n"


def test_a_program_killed_by_a_signal_is_told_as_that(folder: Path) -> None:
    with pytest.raises(BankError, match="ended by signal 9"):
        Doing(folder).do([Run(python("import os; os.kill(os.getpid(), 9)"))])


def test_a_program_that_is_not_there_is_told_as_that(folder: Path) -> None:
    with pytest.raises(BankError, match="no-such-program cannot be run: No such file"):
        Doing(folder).do([Run(("no-such-program",))])


def test_a_word_that_no_program_can_be_given_is_told_as_that(folder: Path) -> None:
    with pytest.raises(BankError, match="true cannot be run: embedded null byte"):
        Doing(folder).do([Run(("true", "a\0b"))])


def test_of_a_pipeline_the_program_that_failed_is_blamed(folder: Path, tmp_path: Path) -> None:
    long = tmp_path / "long"
    long.write_bytes(b"line\n" * 200_000)
    act = Run(("cat",), Feed((long,)), through=(python("raise SystemExit('full')"),), into="out")
    with pytest.raises(BankError, match="exit code 1: full"):
        Doing(folder).do([act])


def test_what_fails_is_done_otherwise_and_only_that_is_noted(folder: Path) -> None:
    doing = Doing(folder)
    other = (Drop("half"), Run(("true",)))
    doing.do([Write("half", ""), Run(("false",), otherwise=other)])
    assert doing.commands == [("true",)]
    assert not (folder / "half").exists()


def test_a_damaged_file_kills_the_program_before_it_takes_what_it_got_for_all(
    folder: Path, tmp_path: Path
) -> None:
    content = random.Random(1).randbytes(3_000_000)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(content, compresslevel=1, mtime=0)[:-100_000])
    code = "import sys; sys.stdin.read(); open('done', 'w')"
    with pytest.raises(FormatError, match="cut short"):
        Doing(folder).do([Run(python(code.replace("stdin", "stdin.buffer")), Feed((cut,)))])
    assert not (folder / "done").exists()


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("\nProgram: bwa (alignment)\nVersion: 0.7.17-r1188\n", "0.7.17-r1188"),
        ("/usr/bin/bowtie2-build-s version 2.5.0\n64-bit", "2.5.0"),
        ("EMBOSS:6.6.0.0\n", "6.6.0.0"),
        ("usage: 3 words", ""),
    ],
)
def test_versions_are_found_in_what_programs_say(said: str, version: str) -> None:
    assert version_in(said) == version


def test_a_program_that_is_not_there_has_no_version() -> None:
    assert version_of(Program("no-such-program", "none")) == ""
