"""The marks of a bank."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import LIMIT, MARKS_FILE, Marks, read_marks, write_marks
from holdfast.errors import BankError

texts = st.text(max_size=20).filter(lambda text: text.isprintable())
marks = st.builds(
    Marks,
    frozen=st.frozensets(texts, max_size=5),
    owner=texts,
    visibility=st.none() | st.sampled_from(Visibility),
)


@given(marks)
def test_marks_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, written: Marks
) -> None:
    folder = tmp_path_factory.getbasetemp()
    write_marks(folder, written)
    assert read_marks(folder) == written


def test_a_bank_without_marks_has_none(tmp_path: Path) -> None:
    assert read_marks(tmp_path) == read_marks(tmp_path / "nowhere") == Marks()


def test_freezing_and_thawing_leave_the_other_marks(tmp_path: Path) -> None:
    before = Marks(frozenset({"1"}), "ann", Visibility.PRIVATE)
    assert before.freezing(["2"]).thawing(["1"]) == Marks(
        frozenset({"2"}), "ann", Visibility.PRIVATE
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"version": 2, "frozen": [], "owner": "", "visibility": null}',
        b'{"version": 1, "frozen": "1", "owner": "", "visibility": null}',
        b'{"version": 1, "frozen": [1], "owner": "", "visibility": null}',
        b'{"version": 1, "frozen": [], "owner": null, "visibility": null}',
        b'{"version": 1, "frozen": [], "owner": "", "visibility": "secret"}',
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b" " * (LIMIT + 1), id="huge"),
    ],
)
def test_marks_that_cannot_be_read_are_an_error_that_names_the_file(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / MARKS_FILE).write_bytes(content)
    with pytest.raises(BankError, match=r"marks.json: cannot be read .* put it right"):
        read_marks(tmp_path)
