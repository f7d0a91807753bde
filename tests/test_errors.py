"""The error tree: drawn at its top, and each class one exit code."""

import re
from pathlib import Path

import pytest

from holdfast import errors
from holdfast.errors import (
    AliasNotFound,
    ExitCode,
    FormatError,
    HoldfastError,
    SettingsError,
    UpdateFailed,
    exit_code,
)


def classes(root: type[BaseException]) -> set[str]:
    return {root.__name__}.union(*(classes(child) for child in root.__subclasses__()))


def test_the_drawn_tree_is_the_real_one() -> None:
    drawing = (errors.__doc__ or "").split("::", 1)[1].split("The class says")[0]
    drawn = set(re.findall(r"(?:^|[─ ])([A-Z]\w+)(?=\s)", drawing, re.MULTILINE))
    assert classes(HoldfastError) == drawn - {"KeyError", "ValueError"}


def test_no_other_module_grows_the_tree() -> None:
    """A class of errors that is declared elsewhere would be found only once it is imported."""
    grown = re.compile(rf"^\s*class (\w+)\((?:{'|'.join(classes(HoldfastError))})\b", re.MULTILINE)
    folder = Path(errors.__file__).parent
    others = [path for path in folder.rglob("*.py") if path != Path(errors.__file__)]
    found = {str(path): grown.findall(path.read_text()) for path in others}
    assert not {path: names for path, names in found.items() if names}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FormatError("a.fa", 3, "broken"), ExitCode.FAILURE),
        (UpdateFailed("no"), ExitCode.FAILURE),
        (SettingsError("no"), ExitCode.MISUSE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (OSError("disk full"), ExitCode.FAILURE),
    ],
)
def test_an_error_has_its_exit_code(error: BaseException, code: ExitCode) -> None:
    assert exit_code(error) is code


def test_a_missing_alias_is_a_key_error_that_reads_as_a_sentence() -> None:
    error = AliasNotFound("no sequence is called yeast:chrXX")
    assert isinstance(error, KeyError)
    assert str(error) == "no sequence is called yeast:chrXX"


def test_a_format_error_begins_with_file_and_line() -> None:
    assert str(FormatError("a.fa", 3, "a record without residues")) == (
        "a.fa:3: a record without residues"
    )


def test_a_files_name_cannot_break_the_line_or_move_the_cursor() -> None:
    error = FormatError("two\nlines\x1b[2J.fa", 3, "is empty")
    assert str(error) == "two\\nlines\\x1b[2J.fa:3: is empty"
