"""What an index is called, and of which files it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.indexing.databases import (
    Database,
    DatabaseKeys,
    databases,
    names,
    readable,
    unpacked_names,
)
from holdfast.banks.indexing.tool import Input, Packing, Work


def files(*called: str) -> tuple[Input, ...]:
    return tuple(Input(name, Path("/flat") / name, "") for name in called)


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        (["genome.fa.gz"], ["genome"]),
        (["a/chr.1.fna", "b/chr.1.fna"], ["a/chr.1", "b/chr.1"]),
        (["x.fa", "x.fa.gz", "x.fna"], ["x.fa", "x.fa.gz", "x.fna"]),
        (["-in.fa", "a b,c.fa", "d/.hidden.fa"], ["_in", "a_b_c", "d/_hidden"]),
        (["a b.fa", "a,b.fa"], ["a_b.fa", "a_b.fa_2"]),
    ],
)
def test_an_index_is_called_as_its_file_is(called: list[str], expected: list[str]) -> None:
    assert names(files(*called)) == expected


@given(
    st.lists(
        st.text(st.sampled_from("ab. ,-/_2"), min_size=1, max_size=6).map(
            lambda text: f"{text}.fa"
        ),
        max_size=8,
        unique=True,
    )
)
def test_no_two_files_have_one_name_nor_one_that_is_an_option(called: list[str]) -> None:
    for found in (names(files(*called)), unpacked_names(files(*called))):
        assert len(set(found)) == len(called)
        assert not [name for name in found if name.startswith("-") or " " in name or "," in name]


def test_all_files_are_one_database_called_as_the_bank_unless_told() -> None:
    inputs = files("a.fa", "b.fa")

    def made(keys: DatabaseKeys) -> list[Database]:
        return list(databases(Work("x", "1", inputs, Path("/flat"), Path("/i"), keys)))

    assert made(DatabaseKeys()) == [Database("x", inputs)]
    assert made(DatabaseKeys(database="y")) == [Database("y", inputs)]
    assert made(DatabaseKeys(each=True)) == [
        Database("a", inputs[:1]),
        Database("b", inputs[1:]),
    ]


def test_a_file_is_given_as_it_is_only_to_a_program_that_reads_it() -> None:
    (plain,) = files("a.fa")
    assert readable(Database("x", (plain,)), [Packing.PLAIN]) == ((), "/flat/a.fa")
    acts, file = readable(Database("x", (plain,)), [Packing.GZIP])
    assert (len(acts), file) == (1, "gathered.fa")
