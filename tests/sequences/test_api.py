"""The library as others see it: its names have a page, and its types are complete."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import holdfast
from holdfast import sequences
from holdfast.sequences import Sequence, Slices

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "reference" / "python-api.md").read_text()

#: What a person may write. Each line with a reveal is checked to have the type that stands beside.
PROGRAM = """
from collections.abc import Sequence as TextSequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import Digest
from holdfast.errors import AliasNotFound
from holdfast.sequences import (
    Alias, AliasRecord, Collection, LoadReport, Sequence, SequenceStore, Slices, Snapshot, View,
)
from holdfast.sequences.collections import seqcol


def use(folder: Path) -> str:
    with SequenceStore.create(folder) as store:
        with store.write() as batch:
            digest: Digest = batch.add(b"ACGT", [Alias("lab", "x")])
            batch.commit("made")
        report: LoadReport = store.load(folder / "x.fa", "lab")
        then: Snapshot = store.snapshot("then")
        view: View = store.at(then.name)
        sequence: Sequence = view[digest]
        text: TextSequence[str] = sequence
        letters: str = sequence[0] + sequence[1:3:-1] + store.fetch("lab:x", 0, 2)
        codes: npt.NDArray[np.uint8] = sequence.as_array(0, 3)
        found: Slices = view.slices("lab:x", codes, np.array([1, 2]), table=None)
        many: Slices = view.slices([0, 1], [0, 0], [1, 1], table=["lab:x", digest])
        texts: list[str] = found.texts()
        one: str = many[0]
        some: list[str] = many[0:1]
        records: list[AliasRecord] = view.aliases(sequence.digest, history=True)
        collection: Collection = view.collection(report.collection)
        same: bool | None = seqcol.compare(
            seqcol.level2(collection), view.level2(collection.digest)
        )["array_elements"]["a_and_b_same_order"]["names"]
        try:
            return "".join([letters, *texts, one, *some, *text, str(same), str(records)])
        except AliasNotFound as error:
            return str(error)


store: SequenceStore = "no store"
"""


@pytest.mark.parametrize("name", sequences.__all__)
def test_each_public_name_is_on_the_page_of_the_python_api(name: str) -> None:
    assert f"\n## `{name}`\n" in PAGE, f"add {name} to docs/reference/python-api.md"


@pytest.mark.parametrize("kind", [Sequence, Slices])
def test_each_method_of_what_people_hold_most_is_on_the_page(kind: type) -> None:
    section = PAGE.split(f"## `{kind.__name__}`")[1].split("\n## ")[0]
    public = [name for name, _ in inspect.getmembers(kind) if not name.startswith("_")]
    assert [name for name in public if f"`{name}" not in section] == [], f"document {kind}"


@pytest.mark.parametrize("name", sequences.__all__)
def test_each_public_name_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(sequences, name))


def test_the_types_of_the_library_are_complete_for_a_strict_program(tmp_path: Path) -> None:
    assert (Path(holdfast.__file__).parent / "py.typed").exists()
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    source = Path(holdfast.__file__).parent.parent
    command = [
        *(sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--follow-imports=silent"),
        *("--cache-dir", str(ROOT / ".mypy_cache" / "api"), "--ignore-missing-imports"),
        str(program),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"MYPYPATH": str(source)}
    )
    # The one mistake in the program is found, so its types were looked at.
    lines = [line for line in done.stdout.splitlines() if "error" in line]
    assert len(lines) == 2, done.stdout
    assert 'Incompatible types in assignment (expression has type "str"' in lines[0]
    assert lines[1].startswith("Found 1 error")
