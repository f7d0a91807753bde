"""One store and one server for all tests that only ask: names, slices and genomes made for them."""

import random
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest

from holdfast.sequences import Alias, SequenceStore
from servers.sequence_server import client_of

#: As long as phiX174, which the compliance suite of refget asks for.
LENGTH = 5386


def bases(length: int, seed: int = 7) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


@pytest.fixture(scope="session")
def circle() -> str:
    """The sequence of the tables: ``lab:circle``."""
    return bases(LENGTH)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, circle: str) -> Iterator[SequenceStore]:
    """A store with public and private sequences, and names that several of them have."""
    with SequenceStore.create(tmp_path_factory.mktemp("served") / "store") as made:
        made.load(BytesIO(f">circle\n{circle}\n>poly some text\nACGTNN\n".encode()), "lab", "a.fa")
        made.load(BytesIO(b">NM_000551.3\nGATTACA\n>twice\nAAAA\n"), "refseq", "b.fa")
        made.load(BytesIO(b">twice\nCCCC\n>NP_1.1\nMKVLAAGIV\n"), "other", "c.fa")
        made.load(BytesIO(b">hidden\nTTTTGGGG\n>twin\nAAAA\n"), "secret", "d.fa")
        made.add_alias(Alias("imgt", "HLA:A*01"), "lab:poly")
        yield made


@pytest.fixture(scope="session")
def client(store: SequenceStore) -> Iterator[httpx.Client]:
    """A client of a server of `store`, whose namespace ``secret`` is private."""
    with client_of(store, private=("secret",)) as made:
        yield made
