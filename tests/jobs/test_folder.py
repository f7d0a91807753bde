"""Any name of a job becomes one file's name, inside the run's folder; a log's last words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.folder import RunFolder, file_name, last_words

names = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=200)


@pytest.mark.parametrize("name", ["a/b", "../../etc/passwd", ".", "..", "/", "ü ñ", "x" * 200, "%"])
def test_an_odd_name_stays_in_the_folder(name: str) -> None:
    folder = RunFolder.of(Path("/logs"), 7)
    assert folder.log(name).parent == Path("/logs/7")
    assert not folder.log(name).name.startswith(".")


@given(names, names)
def test_two_names_are_two_files(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)
    assert len(file_name(one)) < 200


def test_last_words_are_those_of_this_start_and_fit_a_sentence(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"of an earlier start\n")
    assert last_words(log, log.stat().st_size) == ""
    log.write_bytes(b"old\n\x1b[31mred\x1b[0m \xff alert\n\n  \n")
    assert last_words(log, 4) == "[31mred[0m � alert"
    log.write_bytes(b"x" * 100_000)
    assert last_words(log, 0) == "x" * 300
    assert last_words(tmp_path / "absent", 0) == ""
