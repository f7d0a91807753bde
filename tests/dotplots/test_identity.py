"""One estimator serves a whole alignment: the best that all its lines allow."""

import io
import random
import re
import subprocess
from pathlib import Path

import pytest

from holdfast.dotplots.identity import Estimator, identities
from holdfast.formats.paf import read_paf

LINE = "q\t100\t0\t90\t+\tt\t100\t0\t100\t80\t100\t60"


@pytest.mark.parametrize(
    ("tags", "estimator", "identity"),
    [
        (["de:f:0.1", "de:f:0.2"], Estimator.DE, [0.9, 0.8]),
        # 80 matches, NM 20 of which 10 + 5 are gap bases in 2 gaps: 80 / (80 + 20 - 15 + 2)
        (["NM:i:20\tcg:Z:50M10D30M5I5M"] * 2, Estimator.CIGAR, [80 / 87] * 2),
        # 80 matches, 5 mismatches, 2 gaps
        (["cs:Z::40*ac*ac-acgt:40*ag*ag*ag+a"] * 2, Estimator.CS, [80 / 87] * 2),
        (["de:f:0.1", "cs:Z::80*ac+acgt"], Estimator.CS, [0.9, 80 / 82]),
        (["cs:Z::80*ac+acgt", "NM:i:20\tcg:Z:50M10D30M5I5M"], Estimator.CIGAR, [80 / 82, 80 / 87]),
        (["cg:Z:80=5X4I"] * 2, Estimator.CIGAR, [80 / 86] * 2),
        (["cs:Z::80*ac", "dv:f:0.1"], Estimator.COLUMNS, [0.8, 0.8]),
        (["de:f:0.1", "NM:i:20\tcg:Z:50M10D30M5I5M"], Estimator.CIGAR, [0.9, 80 / 87]),
        (["dv:f:0.1", "dv:f:0.3\tde:f:0.2"], Estimator.DV, [0.9, 0.7]),
        (["de:f:0.1", ""], Estimator.COLUMNS, [0.8, 0.8]),
        (["NM:i:20", "NM:i:20"], Estimator.COLUMNS, [0.8, 0.8]),
    ],
)
def test_the_best_estimator_all_lines_allow_is_used(
    tags: list[str], estimator: Estimator, identity: list[float]
) -> None:
    lines = "".join(f"{LINE}\t{each}".rstrip("\t") + "\n" for each in tags)
    found, used = identities(read_paf(io.BytesIO(lines.encode())))
    assert used is estimator
    assert found.tolist() == pytest.approx(identity, abs=1e-6)
    assert used.sentence.endswith(".")


def test_counting_the_cigar_gives_what_the_aligner_says() -> None:
    """`cg` and `NM` alone tell what `de` tells, to its four digits."""
    text = (  # a line minimap2 2.24 wrote for two yeast chromosomes, with its de
        "q\t214332\t5241\t8817\t-\tt\t581049\t558428\t562107\t3494\t3695\t60\tNM:i:201\t"
        "cg:Z:685M1D652M3D64M4D2M7I267M1D608M2D712M9I296M108D274M\n"
    )
    found, _ = identities(read_paf(io.BytesIO(text.encode())))
    assert 1 - found[0] == pytest.approx(0.0207, abs=5e-5)


@pytest.mark.service("minimap2")
@pytest.mark.parametrize("cs", ["--cs", "--cs=long"])
def test_every_tag_of_minimap2_tells_one_identity(cs: str, tmp_path: Path) -> None:
    rng = random.Random(2)
    target = "".join(rng.choice("ACGT") for _ in range(9000))
    query = "".join(
        rng.choice(("", base + "AC", "G")) if rng.random() < 0.03 else base for base in target
    )
    for name, residues in (("t", target), ("q", query)):
        (tmp_path / name).write_text(f">{name}\n{residues}\n")
    command = ["minimap2", "-c", "--eqx", cs, "t", "q"]
    text = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    expected, used = identities(read_paf(io.BytesIO(text.encode())))
    assert used is Estimator.DE
    without = re.sub(r"\tde:f:\S+", "", text)
    found, used = identities(read_paf(io.BytesIO(without.encode())))
    assert used is Estimator.CS
    assert found.tolist() == pytest.approx(expected.tolist(), abs=6e-5)
    without = re.sub(r"\t(cs:Z|NM:i):\S+", "", without)
    found, used = identities(read_paf(io.BytesIO(without.encode())))
    assert used is Estimator.CIGAR
    assert found.tolist() == pytest.approx(expected.tolist(), abs=6e-5)
