"""
Examples: genomes that people may compare before they have any of their own.

A site names files of its own in the setting `examples`. Where it names none there are two small
genomes that are made up, always the same ones: an ancestor of three chromosomes, and a descendant
of it with a turned piece, a piece that moved, one that is doubled and one that is lost, in pieces
that nobody has put in order.
"""

from contextlib import suppress
from pathlib import Path

from holdfast.app.container import Container
from holdfast.base.files import write_atomic
from holdfast.errors import UsageError, suggestion

EXAMPLE = "example:"
FOLDER = "examples"  #: of the home folder
MADE_UP = ("ancestor", "descendant")
LENGTHS = {"chr1": 180_000, "chr2": 120_000, "chr3": 80_000}  #: bases
APART = 0.02  #: the share of bases that differ
SEED = 1_859


def examples(container: Container) -> tuple[str, ...]:
    """The names of the examples."""
    return tuple(container.settings.examples) or MADE_UP


def example_file(container: Container, name: str) -> Path:
    """The FASTA file of the example called `name`.

    Raises
    ------
    UsageError
        There is none.
    """
    settings = container.settings
    if name in settings.examples:
        file = settings.home / settings.examples[name].expanduser()
        if not file.is_file():
            raise UsageError(f"the file of the example {name!r} is not there: ask an administrator")
        return file
    if settings.examples or name not in MADE_UP:
        known = examples(container)
        raise UsageError(f"there is no example {name!r}{suggestion(name, known)}")
    file = settings.home / FOLDER / f"{name}.fa"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            write_atomic(file, made_up(name))
    return file


def made_up(name: str) -> bytes:
    """The FASTA file of one of the genomes that are made up.

    >>> made_up("ancestor")[:6], len(made_up("descendant")) > 300_000
    (b'>chr1\\n', True)
    """
    import numpy as np

    from holdfast.formats.residues import reverse_complement

    chance = np.random.default_rng(SEED)
    bases = np.frombuffer(b"ACGT", np.uint8)
    ancestor = {
        name: bases[chance.integers(0, 4, length)].tobytes() for name, length in LENGTHS.items()
    }
    if name == MADE_UP[0]:
        return _fasta(ancestor)

    def changed(sequence: bytes) -> bytes:
        letters = np.frombuffer(sequence, np.uint8).copy()
        differ = chance.random(len(letters)) < APART
        letters[differ] = bases[chance.integers(0, 4, int(differ.sum()))]
        return letters.tobytes()

    one, two, three = (changed(each) for each in ancestor.values())
    turned = one[:50_000] + reverse_complement(one[50_000:90_000]) + one[90_000:]
    moved = two[:70_000] + three[:25_000] + two[70_000:]
    doubled = three[25_000:55_000] + three[45_000:55_000] + three[63_000:]
    pieces = {
        "contig_1": reverse_complement(moved[80_000:]),
        "contig_2": turned[:110_000],
        "contig_3": doubled,
        "contig_4": moved[:80_000],
        "contig_5": reverse_complement(turned[110_000:]),
        "contig_6": bases[chance.integers(0, 4, 9_000)].tobytes(),
    }
    return _fasta(pieces)


def _fasta(contigs: dict[str, bytes]) -> bytes:
    lines = []
    for name, residues in contigs.items():
        lines.append(b">" + name.encode())
        lines += [residues[start : start + 80] for start in range(0, len(residues), 80)]
    return b"\n".join([*lines, b""])
