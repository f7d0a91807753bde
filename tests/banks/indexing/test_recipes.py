"""Recipes with steps that use a tool: their keys are checked as all others are."""

import pytest

from holdfast.banks.indexing.databases import FASTA_FILES
from holdfast.banks.indexing.tools.kraken2 import Kraken2Keys
from holdfast.banks.recipes.recipe import Recipe, parse_recipe
from holdfast.banks.recipes.written import written
from holdfast.errors import RecipeError


def recipe(*steps: str) -> Recipe:
    text = "".join(f"[[steps]]\n{each}\n" for each in steps)
    return parse_recipe(f'name = "x"\n[remote]\nurl = "file:///data"\n{text}', "x.toml")


def test_a_tool_s_keys_stand_beside_those_of_every_step() -> None:
    (step,) = recipe('name = "k"\nuse = "kraken2"\ncores = 2\ntaxids = { "a*" = 562 }').steps
    assert step.cores == 2
    assert step.keys == Kraken2Keys(taxids={"a*": 562})
    assert step.indexes


def test_a_tool_s_keys_are_written_as_they_were() -> None:
    read = recipe(
        'name = "b"\nuse = "blast"\nkind = "protein"\noptions = ["-ha"]',
        'name = "k"\nuse = "kraken2"\ntaxids = { "a*" = 562 }',
    )
    assert parse_recipe(written(read), "x.toml") == read
    assert Recipe.model_validate(read.model_dump(mode="json")) == read


def test_a_tool_knows_its_files_unless_the_step_says_them() -> None:
    first, second = recipe(
        'name = "a"\nuse = "blast"', 'name = "b"\nuse = "bwa"\nfiles = ["*"]'
    ).steps
    assert first.selection.file("deep/proteins.faa.bz2")
    assert not first.selection.file("readme.txt")
    assert second.selection.file("readme.txt")
    assert "**/*.fa.zst" in FASTA_FILES


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            'use = "blast"\ntitel = "x"',
            r"steps\.0\.titel: there is no such key; .* title",
        ),
        ('use = "blast"\nkind = "dna"', r"steps\.0\.kind: Input should be 'auto'"),
        ('use = "blats"', "'blats' is not a step: .*; did you mean blast"),
        ('use = "unpack"\nkind = "protein"', r"steps\.0\.kind: there is no such key"),
        ('command = ["x"]\ndatabase = "y"', r"steps\.0\.database: there is no such key"),
        ('use = "bwa"\nfolder = "."', "needs a folder of its own"),
        ('use = "bwa"\nfolder = "flat"', "is taken by the release itself"),
        ('use = "bwa"\nmatch = ["x"]', "match belongs to a step"),
        ('use = "bwa"\ncontainer = "x"', "only a command runs in a container"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_key(step: str, told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        recipe(f'name = "s"\n{step}')


def test_an_index_shares_its_folder_with_nobody() -> None:
    with pytest.raises(RecipeError, match="two steps have the folder 'i'"):
        recipe('name = "a"\ncommand = ["x"]\nfolder = "i"', 'name = "b"\nuse = "bwa"\nfolder = "i"')
