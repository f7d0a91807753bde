"""Public views: what is private can be neither found by name, nor listed, nor guessed at."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from holdfast.base.digests import Digest
from holdfast.errors import AliasNotFound, CollectionNotFound, SequenceNotFound
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.layers import Layers
from holdfast.sequences.public import PublicLayers, PublicView, public_view


def public(store: SequenceStore) -> PublicView:
    return PublicView(store, ["secret"])


@pytest.fixture
def shared(store: SequenceStore) -> SequenceStore:
    """A genome that is public, and one that is not yet."""
    store.load(BytesIO(b">chr1\nACGT\n>chr2\nGGCC\n"), "lab", "public.fa")
    store.load(BytesIO(b">chr1\nACGT\n>chr2\nTTTTT\n"), "secret", "unpublished.fa")
    return store


def test_a_private_alias_does_not_exist(shared: SequenceStore) -> None:
    view = public(shared)
    assert shared.fetch("secret:chr2") == "TTTTT"
    with pytest.raises(AliasNotFound, match="no sequence has the name"):
        view.fetch("secret:chr2")
    assert "secret:chr2" not in view


def test_a_bare_name_means_what_it_means_in_public(shared: SequenceStore) -> None:
    """Without the private namespace the name is not ambiguous, and nothing tells that it is."""
    assert public(shared).fetch("chr2") == "GGCC"


def test_several_names_are_resolved_in_public_namespaces_only(shared: SequenceStore) -> None:
    view = public(shared)
    assert view.resolve_all(["chr2", "lab:chr1"]) == [
        shared.resolve("lab:chr2"),
        shared.resolve("lab:chr1"),
    ]
    with pytest.raises(AliasNotFound):
        view.resolve_all(["lab:chr1", "secret:chr2"])


def test_the_versions_of_a_private_name_are_no_hint(store: SequenceStore) -> None:
    with store.write() as batch:
        batch.add(b"ACGT", [Alias("secret", "NM_000551.4"), Alias("lab", "NM_000551.3")])
        batch.commit("two versions")
    with pytest.raises(AliasNotFound) as hidden:
        public(store).resolve("NM_000551")
    assert "NM_000551.3" in str(hidden.value)
    assert "NM_000551.4" not in str(hidden.value)


def test_private_aliases_are_not_listed(shared: SequenceStore) -> None:
    view = public(shared)
    listed = [str(record.alias) for record in view.aliases("lab:chr1", history=True)]
    assert listed == ["lab:chr1"]
    assert view.aliases(shared.resolve("secret:chr2")) == []


def test_who_knows_a_digest_finds_the_sequence(shared: SequenceStore) -> None:
    assert public(shared).fetch(shared.resolve("secret:chr2")) == "TTTTT"


def test_a_collection_with_a_privately_named_record_is_not_listed(shared: SequenceStore) -> None:
    """Its first record is public under the same name: one look at it would not be enough."""
    assert [each.name for each in public(shared).collections()] == ["public.fa"]


def test_a_collection_is_listed_once_all_its_names_are_public(shared: SequenceStore) -> None:
    view = public(shared)
    assert len(view.collections()) == 1
    shared.add_alias(Alias("published", "chr2"), "secret:chr2")
    assert [each.name for each in view.collections()] == ["public.fa", "unpublished.fa"]


def test_synonyms_of_a_private_namespace_are_private(store: SequenceStore) -> None:
    with store.write() as batch:
        batch.add(b"ACGT", [Alias("refseq", "NM_1.1")])
        batch.commit("one")
    view = PublicView(store, ["NCBI"])
    for name in ("refseq:NM_1.1", "NCBI:NM_1.1", "NM_1.1"):
        with pytest.raises(AliasNotFound):
            view.resolve(name)


def test_a_collection_is_asked_for_by_digest_and_not_by_name(shared: SequenceStore) -> None:
    view = public(shared)
    digest = shared.collection("unpublished.fa").digest
    view.check_collection(digest)
    for name in ("unpublished.fa", "x" * 32):
        with pytest.raises(CollectionNotFound):
            view.check_collection(name)


def test_a_sequence_was_added_when_its_commit_was_made(shared: SequenceStore) -> None:
    view = public(shared)
    times = [view.added(shared.resolve(name)) for name in ("lab:chr1", "secret:chr2")]
    assert all(time.startswith("20") for time in times)
    assert times == sorted(times)
    with pytest.raises(SequenceNotFound):
        view.added(Digest(bytes(24)))


def test_nothing_that_lists_aliases_lists_private_ones(shared: SequenceStore) -> None:
    shared.add_alias(Alias("secret", "unheard"), "lab:chr2")
    view = public(shared)
    listed = {
        "search": [str(each) for found in view.search("chr2") for each in found.aliases],
        "search by prefix": [str(found) for found in view.search("unhe", prefix=True)],
        "namespaces": [record.namespace for record in view.namespaces()],
        "blocks": [name for block in view.alias_blocks() for name in block.namespaces],
        "all of several": [str(each) for each in view.aliases_all(["lab:chr2"])[0]],
        "all sequences": [str(each) for known in view.all_sequences() for each in known.aliases],
        "table": view.aliases_table().column("namespace").to_pylist(),
    }
    assert {
        what for what, names in listed.items() if any("secret" in name for name in names)
    } == set()
    assert listed["namespaces"] == ["lab"]
    assert listed["search by prefix"] == []


@pytest.fixture
def layers(tmp_path: Path, shared: SequenceStore) -> Iterator[PublicView | PublicLayers]:
    """A lab's own store over the shared one; both have something private."""
    with SequenceStore.create(tmp_path / "own") as own:
        own.load(BytesIO(b">mine\nCACACA\n"), "lab", "own.fa")
        own.load(BytesIO(b">chr2\nTATATA\n"), "secret", "own unpublished.fa")
        yield public_view(Layers([own, shared]), ["secret"])


def test_layers_are_public_layer_by_layer(
    layers: PublicView | PublicLayers, shared: SequenceStore
) -> None:
    assert layers.fetch("lab:mine") == "CACACA"
    assert layers.fetch("lab:chr2") == "GGCC"
    for name in ("secret:chr2", "secret:chr1"):
        with pytest.raises(AliasNotFound):
            layers.resolve(name)
    assert [each.name for each in layers.collections()] == ["own.fa", "public.fa"]


def test_a_private_name_of_an_upper_layer_hides_nothing(
    layers: PublicView | PublicLayers,
) -> None:
    assert layers.fetch("chr2") == "GGCC"
    assert [str(each.alias) for each in layers.aliases("chr2")] == ["lab:chr2"]


def test_layers_answer_as_one_store_does(
    layers: PublicView | PublicLayers, shared: SequenceStore
) -> None:
    assert layers.position() == shared.status().position + 2
    assert layers.added(layers.resolve("lab:mine")).startswith("20")
    assert layers.added(shared.resolve("secret:chr2")).startswith("20")
    for name in ("public.fa", "unpublished.fa"):
        layers.check_collection(shared.collection(name).digest)
    with pytest.raises(CollectionNotFound):
        layers.check_collection("x" * 32)


def test_one_store_needs_no_layers(shared: SequenceStore) -> None:
    assert type(public_view(shared, ["secret"])) is PublicView
