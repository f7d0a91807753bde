"""Several stores are read as one: the uppermost that knows a name answers."""

import inspect
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    CollectionNotFound,
    SequenceNotFound,
    SnapshotNotFound,
    UsageError,
)
from holdfast.sequences import Alias, SequenceStore, View
from holdfast.sequences.layers import Layers


def load(store: SequenceStore, name: str, text: str, namespace: str = "lab") -> None:
    store.load(io.BytesIO(text.encode()), namespace, name, reassign=True)


@pytest.fixture
def public(tmp_path: Path) -> Iterator[SequenceStore]:
    with SequenceStore.create(tmp_path / "public") as store:
        load(store, "genome", ">chr1 the first\nACGTACGT\n>chr2\nGGGGCCCC\n", "refseq")
        store.snapshot("2026-10")
        load(store, "genome", ">chr1 changed\nACGTAAAA\n>chr2\nGGGGCCCC\n", "refseq")
        yield store


@pytest.fixture
def private(tmp_path: Path) -> Iterator[SequenceStore]:
    with SequenceStore.create(tmp_path / "private") as store:
        load(store, "mine", ">secret\nTTTTTT\n>chr2\nCCCCGG\n>shared\nGGGGCCCC\n")
        store.add_alias(Alias("refseq", "own"), "lab:secret")
        yield store


@pytest.fixture
def layers(private: SequenceStore, public: SequenceStore) -> Layers:
    return Layers([private, public])


def test_every_layer_is_read(layers: Layers) -> None:
    assert layers.fetch("secret") == "TTTTTT"
    assert layers.fetch("refseq:chr1", 0, 5) == "ACGTA"
    assert str(layers["chr1"][4:]) == "AAAA"
    assert "secret" in layers
    assert "chr1" in layers
    assert layers.info("refseq:chr1").length == 8


def test_an_alias_above_hides_the_one_below(layers: Layers, public: SequenceStore) -> None:
    assert layers.fetch("chr2") == "CCCCGG"
    assert layers.fetch("refseq:chr2") == "GGGGCCCC"
    assert public.fetch("chr2") == "GGGGCCCC"


def test_a_digest_is_looked_up_in_any_layer(layers: Layers, public: SequenceStore) -> None:
    info = public.info("refseq:chr1")
    for name in (info.digest, str(info.digest), f"md5:{info.md5}", info.md5, f"sha1:{info.sha1}"):
        assert layers.resolve(name) == info.digest


def test_what_no_layer_has_is_not_found(layers: Layers) -> None:
    with pytest.raises(AliasNotFound, match="nothing"):
        layers.fetch("nothing")
    with pytest.raises(SequenceNotFound):
        layers.fetch("SQ." + "A" * 32)
    with pytest.raises(CollectionNotFound):
        layers.collection("nothing")
    assert "nothing" not in layers


def test_a_name_is_ambiguous_within_one_layer_only(layers: Layers, private: SequenceStore) -> None:
    private.add_alias(Alias("other", "chr2"), "lab:secret")
    with pytest.raises(AliasAmbiguous):
        layers.fetch("chr2")
    assert layers.fetch("lab:chr2") == "CCCCGG"


def test_slices_come_from_every_layer_in_the_order_asked_for(layers: Layers) -> None:
    names = ["refseq:chr1", "secret", "refseq:chr2", "chr1", "secret"]
    starts, ends = [0, 1, 2, 3, 0], [4, 3, 8, 8, 0]
    found = layers.slices(names, starts, ends)
    assert list(found) == ["ACGT", "TT", "GGCCCC", "TAAAA", ""]
    assert list(layers.slices("secret", [0, 1], [2, 3])) == ["TT", "TT"]
    assert list(layers.slices([1, 0], [0, 0], [2, 3], table=["secret", "chr1"])) == ["AC", "TTT"]
    assert len(layers.slices([], [], [])) == 0


def test_names_are_resolved_many_at_once(layers: Layers) -> None:
    names = ["secret", "chr1", "chr2"]
    assert layers.resolve_all(names) == [layers.resolve(name) for name in names]
    assert layers.resolve_all(["secret"]) == [layers.resolve("secret")]


def test_the_aliases_of_a_sequence_are_those_of_all_layers(
    layers: Layers, private: SequenceStore
) -> None:
    def shown(name: str) -> list[str]:
        return [str(record.alias) for record in layers.aliases(name)]

    assert shown("lab:shared") == ["lab:shared", "refseq:chr2"]
    private.add_alias(Alias("refseq", "chr2"), "lab:secret")
    assert shown("lab:shared") == ["lab:shared"]  # the name means something else above
    assert shown("lab:secret") == ["lab:secret", "refseq:chr2", "refseq:own"]
    assert len(layers.aliases("lab:shared", history=True)) == 2
    assert layers.aliases_all(["lab:secret"], "refseq") == [
        (Alias("refseq", "chr2"), Alias("refseq", "own"))
    ]


def test_all_aliases_are_listed_but_those_that_are_hidden(
    layers: Layers, private: SequenceStore
) -> None:
    private.add_alias(Alias("refseq", "chr2"), "lab:secret")
    listed = [
        (namespace, text)
        for block in layers.alias_blocks("refseq")
        for namespace, text in zip(block.namespaces, block.texts, strict=True)
    ]
    assert sorted(listed) == [("refseq", "chr1"), ("refseq", "chr2"), ("refseq", "own")]
    assert layers.aliases_table("refseq").num_rows == 3
    counted = {record.namespace: record.aliases for record in layers.namespaces()}
    assert counted == {"lab": 3, "refseq": 4}


def test_all_sequences_are_listed_once(layers: Layers, private: SequenceStore) -> None:
    listed = [known.digest for known in layers.all_sequences()]
    assert len(listed) == len(set(listed)) == 5
    assert layers.sequences_table(["digest"]).num_rows == 6  # a table is of layer after layer


def test_a_search_finds_what_any_layer_has(layers: Layers) -> None:
    assert [each.digest for each in layers.search("chr", prefix=True)] == [
        layers.resolve(name) for name in ("lab:chr2", "refseq:chr1", "refseq:chr2")
    ]
    assert len(layers.search("chr", prefix=True, limit=2)) == 2


def test_collections_of_all_layers_are_one_list(layers: Layers, private: SequenceStore) -> None:
    assert [record.name for record in layers.collections()] == ["genome", "mine"]
    assert [member.name for member in layers.collection("genome").members] == ["chr1", "chr2"]
    text = io.BytesIO()
    assert layers.write_fasta("genome", text) == 2
    exact = io.BytesIO()
    layers.write_exact("genome", exact)
    assert exact.getvalue() == b">chr1 changed\nACGTAAAA\n>chr2\nGGGGCCCC\n"
    assert len(list(layers.small_letters("genome"))) == 2
    attribute = layers.level1("genome")["names"]
    assert layers.attribute("names", attribute) == ["chr1", "chr2"]
    load(private, "genome", ">g\nA\n")
    assert [member.name for member in layers.collection("genome").members] == ["g"]
    assert [record.name for record in layers.collections()] == ["genome", "mine"]


def test_a_snapshot_freezes_the_layers_that_have_it(layers: Layers) -> None:
    then = layers.at("2026-10")
    assert then.fetch("refseq:chr1") == "ACGTACGT"
    assert then.fetch("secret") == "TTTTTT"
    assert layers.fetch("refseq:chr1") == "ACGTAAAA"
    with pytest.raises(SnapshotNotFound, match="no layer"):
        layers.at("nope")
    with pytest.raises(UsageError, match="another one in each layer"):
        layers.at("1")


def test_a_layer_taken_away_is_gone(layers: Layers, public: SequenceStore) -> None:
    assert "secret" in layers
    assert "secret" not in Layers([public])


def test_layers_are_not_written_to(layers: Layers) -> None:
    for ask in (layers.find_content, layers.has_collection, lambda: layers.room):
        with pytest.raises(UsageError, match="works on one store"):
            ask()
    with pytest.raises(UsageError, match="at least one layer"):
        Layers([])


def test_layers_answer_to_all_that_a_view_answers_to(layers: Layers) -> None:
    """What a view asks its own index must be asked of each layer."""
    for name, method in inspect.getmembers(View, inspect.isfunction):
        source = inspect.getsource(method)
        own = any(each in source for each in ("self._room", "self._names", "self._at"))
        if own and not name.startswith("_"):
            assert name in vars(Layers), f"View.{name} asks its own index; say it in Layers too"


def test_commands_read_the_layers_that_the_settings_name(
    public: SequenceStore,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOLDFAST_STORE_LAYERS", str(public.folder))
    assert main(["seq", "get", "refseq:chr1", "--raw"]) == 0
    assert capsys.readouterr().out == "ACGTAAAA\n"
    assert main(["seq", "get", "refseq:chr1", "--raw", "--at", "2026-10"]) == 0
    assert capsys.readouterr().out == "ACGTACGT\n"
    (home / "own.fa").parent.mkdir(exist_ok=True)
    (home / "own.fa").write_text(">chr1\nTTTT\n", encoding="ascii")
    assert main(["seq", "load", str(home / "own.fa"), "--namespace", "refseq"]) == 0
    capsys.readouterr()
    assert main(["seq", "get", "refseq:chr1", "--raw"]) == 0
    assert capsys.readouterr().out == "TTTT\n"
    assert public.fetch("refseq:chr1") == "ACGTAAAA"
    assert main(["seq", "alias", "list", "refseq:chr2"]) == 0
    assert main(["seq", "collection", "list"]) == 0
    assert "genome" in capsys.readouterr().out
    monkeypatch.setenv("HOLDFAST_STORE_LAYERS", str(home / "nowhere"))
    assert main(["seq", "get", "refseq:chr1"]) == 1
    assert "there is no store in" in capsys.readouterr().err
