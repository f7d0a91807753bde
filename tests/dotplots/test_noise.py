"""Noise is told by the lengths of matches, as users of D-Genies know."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, random_matches
from dotplots.golden import CASES, Golden
from holdfast.dotplots.noise import FEW, noise_end, without_noise


def by_the_letter(lengths: list[float]) -> float | None:
    """The rule, spelled out bin by bin."""
    low, high = min(lengths), max(lengths)
    count = len(lengths) // 10
    width = (high - low) / count
    bins = [0] * count
    for length in lengths:
        bins[min(int((length - low) / width), count - 1)] += 1
    fullest = bins.index(max(bins))
    for place in range(fullest, count):
        if bins[place] < bins[fullest] / 50:
            return low + place * width
    return None


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.floats(0.5, 3))
def test_noise_ends_where_the_rule_says(seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    lengths = np.concatenate([random.exponential(100, 2000), random.lognormal(8, spread, 200)])
    expected = by_the_letter(lengths.tolist())
    assert noise_end(lengths) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("case", CASES)
def test_the_golden_cases_have_no_noise(real_data: Path, case: str) -> None:
    golden = Golden.read(real_data, case)
    shown = golden.document("noise_hidden_lines.json")
    assert len(without_noise(golden.matches)) == sum(map(len, shown.values()))


def test_few_matches_have_no_noise_and_many_have() -> None:
    lengths = np.array([*[10.0] * 900, *[20.0] * 99, 5000.0])
    assert noise_end(lengths) is None
    assert len(lengths) == FEW
    least = noise_end(np.append(lengths, 10.0))
    assert least is not None
    assert 20 < least < 5000


def test_matches_of_one_length_are_no_noise() -> None:
    assert noise_end(np.full(5000, 100.0)) is None


def test_what_is_above_the_noise_stays() -> None:
    target, query = genome("t", T=10**6), genome("q", a=10**6)
    matches = random_matches(target, query, 1500, 1)
    short = matches.target_start + np.arange(1500) % 20
    matches.target_end[:1480] = short[:1480]
    matches.query_end[:1480] = matches.query_start[:1480]
    kept = without_noise(matches)
    assert 0 < len(kept) <= 20
