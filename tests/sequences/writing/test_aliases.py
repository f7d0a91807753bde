from pathlib import Path

import pytest

from holdfast.errors import AliasConflict, FormatError
from holdfast.sequences import Alias, SequenceStore

ACGT, GGGG, TTTT = b"ACGT", b"GGGG", b"TTTT"


@pytest.fixture
def three(store: SequenceStore) -> SequenceStore:
    """A store of three sequences."""
    with store.write() as batch:
        batch.add(ACGT, [Alias("lab", "a"), Alias("refseq", "NM_000551.4")])
        batch.add(GGGG, [Alias("lab", "g"), Alias("other", "a")])
        batch.add(TTTT, [Alias("lab", "ns:t")])
        batch.commit()
    return store


def table(folder: Path, text: str) -> Path:
    path = folder / "aliases.tsv"
    path.write_text(text)
    return path


def test_a_table_names_sequences_by_whatever_name_they_have(
    three: SequenceStore, tmp_path: Path
) -> None:
    info = three.info("lab:a")
    targets = [
        str(info.digest), f"ga4gh:{info.digest}", f"MD5:{info.md5.upper()}", info.md5, info.sha1,
        info.seguid, f"VMC:GS_{str(info.digest)[3:]}", "lab:a", "NCBI:NM_000551.4", "NM_000551.4",
        "ref|NM_000551.4|",
    ]  # fmt: skip
    text = "".join(f"new\tn{nth}\t{target}\n" for nth, target in enumerate(targets))
    report = three.load_aliases(table(tmp_path, text))
    assert (report.aliases_seen, report.aliases_added, report.aliases_moved) == (11, 11, 0)
    names = [f"new:n{nth}" for nth in range(len(targets))]
    assert three.resolve_all(names) == [info.digest] * len(names)
    assert three.status().position == 2


def test_a_table_loaded_again_changes_nothing(three: SequenceStore, tmp_path: Path) -> None:
    path = table(tmp_path, "lab\tx\tlab:g\nNCBI\tNR_1.1\tlab:g\n")
    three.load_aliases(path)
    again = three.load_aliases(path)
    assert (again.aliases_seen, again.aliases_added) == (2, 0)
    assert three.status().position == 2
    assert three.resolve("refseq:NR_1.1") == three.resolve("lab:g")


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("lab\tx\tlab:g\nlab\ta\tlab:g\n", AliasConflict, ":2: the alias lab:a belongs to another"),
        ("lab\tx\tlab:g\nlab\tx\tlab:a\n", AliasConflict, ":2: the alias lab:x belongs to another"),
        ("lab\tx\tlab:g\nlab\ty\tnothing\n", FormatError, ":2: no sequence has the name 'nothing'"),
        ("lab\tx\tlab:g\n\nlab\ty\ta\n", FormatError, ":3: 'a' names different sequences: "),
        ("lab\tx\tlab:g\nlab\ty\tmd5:00\n", FormatError, ":2: 'md5:00' is not a digest"),
        ("lab\tx\tlab:g\nlab\ty\tSQ.no\n", FormatError, ":2: 'SQ.no' is not a"),
        ("lab\tx\tlab:g\nlab\ta b\tlab:g\n", FormatError, ":2: 'a b' cannot be an alias"),
        ("lab\tx\tlab:g\nlab\t\tlab:g\n", FormatError, ":2: '' cannot be an alias"),
        ("lab\tx\tlab:g\na b\tx\tlab:g\n", FormatError, ":2: 'a b' cannot be a namespace"),
        ("lab\tx\tlab:g\nMD5\tx\tlab:g\n", FormatError, ":2: the namespace 'MD5' belongs"),
        ("lab\tx\tlab:g\nauto\tx\tlab:g\n", FormatError, ":2: 'auto' asks"),
    ],
)
def test_a_table_that_is_wrong_in_one_line_stores_nothing(
    three: SequenceStore, tmp_path: Path, text: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as caught:
        three.load_aliases(table(tmp_path, text))
    assert f"aliases.tsv{sentence}" in str(caught.value)
    assert three.status().position == 1
    assert "lab:x" not in three


def test_moving_a_versioned_accession_is_said_and_raises_an_alarm(
    three: SequenceStore, tmp_path: Path
) -> None:
    text = "NCBI\tNM_000551.4\tlab:g\nlab\ta\tlab:g\nlab\tnew\tlab:g\n"
    with pytest.raises(AliasConflict, match=r":1: .*--reassign"):
        three.load_aliases(table(tmp_path, text))
    report = three.load_aliases(table(tmp_path, text), reassign=True)
    assert (report.aliases_added, report.aliases_moved) == (3, 2)
    assert report.alarms == ("refseq:NM_000551.4",)
    assert three.fetch("refseq:NM_000551.4") == "GGGG"
    history = three.aliases("lab:a", history=True)
    assert [(r.added, r.retired) for r in history if str(r.alias) == "lab:a"] == [(1, 2), (2, None)]
