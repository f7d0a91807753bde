"""A small store with what its pages must tell apart: names that move, private ones, a bank."""

import random
from pathlib import Path

from app.banks.release_world import add_bank, add_release
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks
from holdfast.sequences import Alias, Origin, Source

BASES = "".join(random.Random(5).choices("ACGT", k=5000))
LOWER = BASES[:100] + BASES[100:160].lower() + BASES[160:]
PROTEIN = "MKVLAAGIVWWC"
FIRST = f">chrI the first\n{LOWER}\n>chrII\nACGTNNNNACGT\n>chrIII\nGGGGCCCC\n".encode()
SECOND = b">chrIII\nGGGGCCCC\n>chrII\nACGTNNNNACGA\n>two\nTTTT\n" + f">one\n{BASES}\n".encode()
SECRET = b">hidden topsecret\nTTTTGGGG\n"
OWNED = b">owned\nCCCCAAAACC\n"


def fill(container: Container) -> None:
    """Make the store: what is said above, in seven commits."""
    store = container.store_made_if_absent()
    folder = container.settings.home
    _load(container, "first.fa", FIRST, "lab")
    store.snapshot("early")
    _load(container, "second.fa", SECOND, "lab", reassign=True)
    _load(
        container, "pep.fa", f">pep a protein of no use\n{PROTEIN}\n>chrI\nMMMM\n".encode(), "pep"
    )
    _load(container, "secret.fa", SECRET, "secret")
    store.add_alias(Alias("secret", "first"), "lab:chrI")
    store.add_alias(Alias("imgt", "HLA:A/01"), "lab:chrIII")
    add_bank(container)
    add_release(container, "2024", {"own.fa": OWNED})
    file = folder / "own.fa"
    file.write_bytes(OWNED)
    origin = Origin("https://example.org/own.fa", "own.fa", "0" * 64, "x:2024")
    source = Source(file, "x", "x:2024:own.fa", origin)
    store.load_together([source], "load x:2024")


def hide_bank(container: Container) -> None:
    """Make the bank of the store's last collection ann's, and private."""
    container.catalogue.folder("x").mark(Marks(owner="ann", visibility=Visibility.PRIVATE))


def _load(
    container: Container, name: str, content: bytes, namespace: str, *, reassign: bool = False
) -> None:
    file: Path = container.settings.home / name
    file.write_bytes(content)
    container.store.load(file, namespace, reassign=reassign)
