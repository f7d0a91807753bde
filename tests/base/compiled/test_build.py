"""The compiled library: built when its sources have changed; if it cannot be, one line says so."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from holdfast.base.compiled import build
from holdfast.base.compiled.build import FOLDER, LibraryNotBuilt
from holdfast.base.compiled.library import CompiledLoops, load
from thoroughness import thorough

ROOT = Path(__file__).parents[3]

#: A compiler that keeps its words where the library should be, or does what else it is told.
COMPILER = """#!/bin/sh
{first}
for word; do [ "$before" = -o ] && out=$word; before=$word; done
printf '%s\\n' "$@" > "$out"
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a library is to be made, by a compiler that is none."""
    compile_by(tmp_path, monkeypatch)
    return tmp_path / "lib.so"


def compile_by(folder: Path, monkeypatch: pytest.MonkeyPatch, first: str = "") -> None:
    compiler = folder / "cc"
    compiler.write_text(COMPILER.format(first=first))
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", f"'{compiler}' -pipe")
    for name in ("CFLAGS", "LDFLAGS"):
        monkeypatch.delenv(name, raising=False)


def test_a_library_is_built_once(made: Path) -> None:
    assert not build.is_current(made)
    assert build.build(made)
    assert build.is_current(made)
    assert not build.build(made)
    assert sorted(path.name for path in made.parent.iterdir()) == ["cc", "lib.so"]


def test_it_is_built_anew_from_other_sources(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(made)
    monkeypatch.setattr(build, "sources_digest", lambda: "of-other-sources")
    assert not build.is_current(made)
    assert build.build(made)
    assert "of-other-sources" in made.read_text()


def test_any_change_of_the_sources_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tmp_path / "a.c"
    code.write_text("int a;")
    (tmp_path / "build.py").write_text("")
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    digest_of = build.sources_digest.__wrapped__
    before = digest_of()
    code.write_text("int b;")
    assert digest_of() != before
    code.write_text("int a;")
    assert digest_of() == before
    code.rename(tmp_path / "b.c")
    assert digest_of() != before


def test_the_usual_variables_are_heeded(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-O1 '-DA=a b'")
    monkeypatch.setenv("LDFLAGS", "-L/else")
    build.build(made)
    words = made.read_text().splitlines()
    assert words[0] == "-pipe"
    assert words[-2:] == ["-L/else", "-lcrypto"]
    assert words.index("-DA=a b") > words.index("-O3")
    assert str(FOLDER / "lines.c") in words


def test_without_a_compiler_one_sentence_says_what_is_missing(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.write_text("an older one")
    monkeypatch.setenv("CC", str(made.parent / "missing"))
    with pytest.raises(LibraryNotBuilt, match=r"works without it.*libssl-dev") as caught:
        build.build(made)
    assert "\n" not in str(caught.value)
    assert not made.exists()  # it would be of other sources


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("In file included from x\na.c:3:10: fatal error: evp.h: No such\n 3 |", "evp.h: No such"),
        ("ld: cannot find -lcrypto\ncollect2: error: ld returned 1", "cannot find -lcrypto"),
        ("out of luck\nand so on", "out of luck."),
        ("", "exit code 1"),
    ],
)
def test_the_compiler_s_own_words_are_told(
    made: Path, monkeypatch: pytest.MonkeyPatch, words: str, problem: str
) -> None:
    compile_by(made.parent, monkeypatch, f"echo '{words}' >&2; exit 1")
    with pytest.raises(LibraryNotBuilt) as caught:
        build.build(made)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in made.parent.iterdir()] == ["cc"]


def test_by_hand_it_says_what_it_did(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build.build, "__defaults__", (made, ()))
    assert build.main() == 0
    assert build.main() == 0
    monkeypatch.setattr(build, "is_current", lambda _: False)
    monkeypatch.setenv("CC", str(made.parent / "missing"))
    assert build.main() == 1
    told = capsys.readouterr()
    assert told.out == "libholdfast.so is built\nlibholdfast.so is up to date\n"
    assert told.err.startswith("the compiled library was not built")


def test_a_wheel_s_tag_names_no_version_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_platform", lambda: "linux-x86_64")
    assert build.wheel_tag() == "py3-none-linux_x86_64"


def test_the_sources_compile_without_a_warning(compiled: CompiledLoops, tmp_path: Path) -> None:
    del compiled  # it says that here is what it takes
    build.compile_to(tmp_path / "strict.so", ["-Werror", "-pedantic", "-O1"])
    assert load(tmp_path / "strict.so") is not None


@thorough
def test_a_sanitizer_finds_nothing(compiled: CompiledLoops, tmp_path: Path) -> None:
    del compiled  # it says that here is what it takes
    library = tmp_path / "watched.so"
    watched = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1"]
    build.compile_to(library, watched)
    words = ["cc", "-print-file-name=libasan.so"]
    runtime = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    tests = Path(__file__).with_name("test_loops.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests],
        env=os.environ
        | {"LIBRARY_EXAMINED": str(library), "LD_PRELOAD": runtime, "CI": "true"}
        # Python keeps what it has made, and has small things side by side where nobody can look on.
        | {"ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@thorough
def test_a_wheel_holds_the_library_and_says_for_which_machines(
    compiled: CompiledLoops, tmp_path: Path
) -> None:
    del compiled  # it says that here is what it takes
    words = ["-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.iterdir())
    assert wheel.name.endswith(f"-{build.wheel_tag()}.whl")
    inside = {Path(name).name for name in zipfile.ZipFile(wheel).namelist() if "compiled/" in name}
    assert inside >= {"libholdfast.so", *(path.name for path in build.sources())}
