"""What an index depends on, and how that of an earlier release is taken."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.banks.indexing.provenance import (
    PROVENANCE,
    Provenance,
    link_index,
    question_of,
    read_provenance,
    write_provenance,
)
from holdfast.banks.indexing.registry import keys_of, tool
from holdfast.banks.indexing.tool import Content, Input, Work

VERSIONS = {"kraken2-build": "2.1.2"}


def work_in(release: Path, content: str = "1", **keys: Any) -> Work[Any]:
    """A Kraken 2 database of one file, with the taxonomy of the release."""
    flat = release / "flat"
    (flat / "tax").mkdir(parents=True, exist_ok=True)
    for name in ("nodes.dmp", "names.dmp"):
        (flat / "tax" / name).write_text(content)
    genome = Input("a.fa", flat / "a.fa", "0" * 64, content=Content.NUCLEOTIDE)
    made = keys_of("kraken2", {"taxonomy": "tax", **keys})
    return Work("x", release.name, (genome,), flat, release / "kraken2", made)


def question(work: Work[Any], versions: dict[str, str] = VERSIONS) -> str:
    return question_of(tuple(tool("kraken2").builds(work)), work, versions)


def test_the_same_files_ask_the_same_question_in_another_release(tmp_path: Path) -> None:
    assert question(work_in(tmp_path / "1")) == question(work_in(tmp_path / "2"))


def test_whatever_an_index_depends_on_changes_the_question(tmp_path: Path) -> None:
    work = work_in(tmp_path / "1")
    (genome,) = work.inputs
    questions = [
        question(work),
        question(work, {"kraken2-build": "2.1.3"}),
        question(replace(work, inputs=(replace(genome, sha256="1" * 64),))),
        question(work_in(tmp_path / "2", kmer=21)),
        question(work_in(tmp_path / "3", content="another taxonomy")),
    ]
    assert len(set(questions)) == len(questions)


def test_an_index_with_paths_of_its_release_is_of_that_release_only(tmp_path: Path) -> None:
    first, second = work_in(tmp_path / "1"), work_in(tmp_path / "2")
    emboss, keys = tool("emboss"), keys_of("emboss", {})
    assert question_of(tuple(emboss.builds(replace(first, keys=keys))), first, {}) != question_of(
        tuple(emboss.builds(replace(second, keys=keys))), second, {}
    )


def test_an_index_is_linked_and_its_links_stay_what_they_are(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "deep").mkdir(parents=True)
    (old / "deep" / "x.mmi").write_text("index")
    (old / "deep" / "a.fa").symlink_to("../../flat/a.fa")
    (old / PROVENANCE).write_text("of the old one")
    new.mkdir()
    link_index(old, new)
    assert (new / "deep" / "x.mmi").samefile(old / "deep" / "x.mmi")
    assert str((new / "deep" / "a.fa").readlink()) == "../../flat/a.fa"
    assert not (new / PROVENANCE).exists()


def test_provenance_is_read_as_it_was_written(tmp_path: Path) -> None:
    known = Provenance(
        "s", "bwa", "x:1", {}, {"bwa": "0.7"}, [["bwa"]], [{"path": "a"}], "q", "x:0"
    )
    write_provenance(tmp_path, known)
    assert read_provenance(tmp_path) == known


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "odd": 1}', "\xff"]
)
def test_provenance_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / PROVENANCE).write_text(text, encoding="latin-1")
    assert read_provenance(tmp_path) is None


def test_provenance_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_provenance(tmp_path) is None
