import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.sequences.seqrepo import AliasRow, Question

ROW = AliasRow(1, "k" * 32, "NCBI", "NM_1.1", "2019-05-20 15:40:27", 1)


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    """SQLite, to say what a pattern fits."""
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@given(
    pattern=st.text("aAbB%_.*[\\ä1\n", min_size=1, max_size=6).map(lambda text: f"%{text}"),
    text=st.text("aAbB%_.*[\\äÄ1\n", max_size=8),
)
def test_a_pattern_fits_what_sqlite_says_it_fits(
    sqlite: sqlite3.Connection, pattern: str, text: str
) -> None:
    (expected,) = sqlite.execute("SELECT ? LIKE ?", (text, pattern)).fetchone()
    row = ROW._replace(alias=text)
    assert Question(alias=pattern).matches(row) == bool(expected)


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        (Question(), True), (Question(alias="NM_1.1"), True), (Question(alias="nm_1.1"), False),
        (Question(alias="nm%"), True), (Question(alias="NM_1_1"), False),
        (Question(alias="NM_1_1%"), True), (Question(namespace="NCBI", alias="NM_2.1"), False),
        (Question(seq_id="k%", namespace="nc%"), True), (Question(seq_id="x"), False),
    ],
)  # fmt: skip
def test_every_part_of_a_question_must_fit(question: Question, fits: bool) -> None:
    assert question.matches(ROW) == fits


def test_past_rows_are_answers_only_when_they_are_asked_for() -> None:
    past = ROW._replace(is_current=0)
    assert not Question().matches(past)
    assert Question(current_only=False).matches(past)
