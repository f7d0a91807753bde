"""A sketch tells how far apart two genomes are, on either strand, whatever its letters."""

import numpy as np
import pytest

from holdfast.dotplots.sketch import Sketch, divergence

LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)


def genome(bases: int, seed: int = 1) -> np.ndarray:
    return LETTERS[np.random.default_rng(seed).integers(0, 4, bases)]


def mutated(residues: np.ndarray, share: float) -> np.ndarray:
    random = np.random.default_rng(2)
    places = random.random(len(residues)) < share
    changed = residues.copy()
    shift = random.integers(1, 4, len(residues))
    codes = np.searchsorted(LETTERS, residues)
    changed[places] = LETTERS[(codes + shift) % 4][places]
    return changed


def sketch(*contigs: bytes, bases: int = 300_000) -> Sketch:
    made = Sketch.for_length(bases)
    for contig in contigs:
        made.add(contig)
    return made


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.05])
def test_the_estimate_is_near_the_share_of_changed_bases(share: float) -> None:
    one = genome(300_000)
    other = mutated(one, share)
    found = divergence(sketch(one.tobytes()), sketch(other.tobytes()))
    assert found == pytest.approx(share, rel=0.1, abs=1e-4)


def test_strand_case_and_cuts_make_no_difference() -> None:
    one = genome(300_000).tobytes()
    turned = one.translate(bytes.maketrans(b"ACGT", b"tgca"))[::-1]
    assert divergence(sketch(one), sketch(turned)) == 0
    assert divergence(sketch(one), sketch(one[:150_000], one[149_980:])) == 0


def test_runs_of_unknown_bases_hold_no_kmers() -> None:
    assert len(sketch(b"N" * 1000 + b"ACGTACGTACGTACGTACGT" + b"N" * 50).hashes()) == 0


def test_genomes_too_small_to_tell_give_no_estimate() -> None:
    assert divergence(sketch(b"ACGT"), sketch(genome(1000).tobytes())) is None
    assert divergence(sketch(), sketch()) is None


@pytest.mark.parametrize("share", [0.0, 0.01])
def test_a_sketch_of_any_length_keeps_no_more_than_it_may_and_tells_the_same(share: float) -> None:
    one = genome(300_000)
    other = mutated(one, share)
    made = []
    for most, residues in ((10_000, one), (3_000, other)):
        bounded = Sketch.of_any_length(most)
        bounded.add(residues[:100_000].tobytes())
        bounded.add(residues[100_000:].tobytes())
        assert most / 2 - 500 < len(bounded.hashes()) <= most
        made.append(bounded)
    assert divergence(*made) == pytest.approx(share, rel=0.3, abs=1e-4)


def test_the_order_of_contigs_does_not_change_a_sketch_of_any_length() -> None:
    parts = [genome(50_000, seed).tobytes() for seed in range(6)]
    there, back = Sketch.of_any_length(5_000), Sketch.of_any_length(5_000)
    for part in parts:
        there.add(part)
    for part in reversed(parts):
        back.add(part)
    assert np.array_equal(there.hashes(), back.hashes())
    assert there.limit == back.limit
