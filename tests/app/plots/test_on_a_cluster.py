"""A comparison whose alignment is sent to a real Slurm; the folders are shared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dotplots.examples import fasta
from dotplots.test_survey import random_bases
from holdfast.app.container import Container
from holdfast.app.plots.compare import Comparison, compare_genomes
from services.slurm import Slurm, slurm_service  # noqa: F401 - the fixture `slurm`

pytestmark = [
    pytest.mark.service("slurmctld", "slurmd", "munged"),
    pytest.mark.xdist_group("slurm"),
]

SETTINGS = """
cores = 2

[executors.cluster]
kind = "slurm"
poll = "0.3s"

[[placements]]
label = "align"
input_at_least = "30K"
executor = "cluster"
"""


@pytest.fixture
def container(slurm: Slurm, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """A home whose alignments go to the cluster, if the genomes are not small."""
    monkeypatch.setenv("SLURM_CONF", slurm.environment["SLURM_CONF"])
    home.mkdir(parents=True, exist_ok=True)
    (home / "holdfast.toml").write_text(SETTINGS)
    with Container.read() as container:
        yield container


def test_where_genomes_are_aligned_is_decided_by_their_size(
    container: Container, tmp_path: Path
) -> None:
    target = fasta(tmp_path / "t.fa", [("a", random_bases(20_000, 1))])
    query = fasta(tmp_path / "q.fa", [("b", random_bases(20_000, 1)[:15_000])])
    small = fasta(tmp_path / "s.fa", [("c", random_bases(2_000, 1))])
    placed = []
    for genome in (query, small):
        plot = compare_genomes(container, Comparison(str(target), str(genome)))
        assert plot.matches == 1
        newest = max(run.run for run in container.ledger.runs())
        placed.append(container.ledger.outcomes(newest)["align"].executor)
    assert placed == ["cluster", "local"]
