"""Any name of a job becomes one file's name, inside the run's folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.folder import RunFolder, file_name

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
