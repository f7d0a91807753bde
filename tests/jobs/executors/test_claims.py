"""Only one gets a job, and keepers are known again."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.jobs.executors import claims
from holdfast.jobs.executors.claims import Keeper

numbers = st.integers(0, 2**31)
words = st.text(st.characters(categories=["L", "N"]), min_size=1)
keepers = st.builds(Keeper, numbers, numbers, words, words)


@given(keepers)
def test_a_keeper_comes_back_from_its_text_and_its_document(keeper: Keeper) -> None:
    assert Keeper.parse(str(keeper)) == keeper
    assert Keeper.from_document(keeper.document) == keeper


@given(st.text())
def test_what_names_no_keeper_is_never_an_error(text: str) -> None:
    found = Keeper.parse(text)
    assert found is None or str(found).split(" ", 1)[1:] == text.split(" ", 1)[1:]


@pytest.mark.parametrize("document", [None, {}, [], {"pid": "1"}, {"pid": 1, "started": 2}])
def test_a_strange_document_names_no_keeper(document: object) -> None:
    assert Keeper.from_document(document) is None


def test_the_first_claim_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.kept"
    assert claims.claimed_by(path) is None
    assert claims.claim(path, "1 2 boot host")
    assert not claims.claim(path, claims.GIVEN_UP)
    assert claims.claimed_by(path) == "1 2 boot host"
    path.unlink()
    path.write_text("no link")
    assert claims.claimed_by(path) == ""


def test_a_keeper_is_alive_only_as_itself() -> None:
    myself = Keeper.of(os.getpid())
    assert myself is not None
    assert myself.is_alive
    for other in (
        Keeper(myself.pid, myself.started + 1, myself.boot, myself.host),
        Keeper(myself.pid, myself.started, "another boot", myself.host),
        Keeper(myself.pid, myself.started, myself.boot, "elsewhere"),
        Keeper(2**22 + 1, myself.started, myself.boot, myself.host),
    ):
        assert not other.is_alive
    assert Keeper.of(2**22 + 1) is None
