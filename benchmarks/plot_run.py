"""
Comparing genomes: the whole command beside minimap2 alone, and what is not aligned twice.

    python -m benchmarks.plot_run [--data FOLDER] [--cores N]

The peer is the ``minimap2`` of this machine, with the same preset and threads, writing PAF and
nothing more: what `holdfast plot run` takes beyond it is start-up, checks, digests, pictures and
the page. Both read the same gzip files of FOLDER/yeast. What comes after that is asked of the same
home: the same question, the same alignment drawn otherwise, a new release of the query in which one
chromosome is another, a third genome, and a copy of the target with its chromosomes in another
order and some of them turned.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.report import Row, arguments, show

from holdfast.dotplots.genome import read_contigs
from holdfast.formats.fasta import write_record
from holdfast.formats.residues import reverse_complement

PRESET = "asm10"
TIMES = 3
CHANGED = "chrIX"  #: the chromosome that a new release has otherwise
EVERY = 200  #: bases from one of its changes to the next
METER = Path(__file__).with_name("banks_meter.py")

Change = Callable[[str, bytes], bytes]


def main() -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of real data with yeast/genomes in it")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    genomes = (asked.data or Path("../shared/data")) / "yeast" / "genomes"
    if not genomes.is_dir():
        print(f"left out, for want of {genomes}: everything")
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(genomes, asked.cores, Path(folder))
        rows = bench.beside_minimap2()
        show(f"S288C against UWOPS034614, {PRESET}, {asked.cores} cores", rows, asked.json)
        show("afterwards, in the same home", list(bench.afterwards()), asked.json)


@dataclass
class Bench:
    """The genomes, and a home that learns of them."""

    genomes: Path
    cores: int
    work: Path
    homes: int = field(default=0)

    def beside_minimap2(self) -> list[Row]:
        """The best of a few runs each, taken in turn; each of ours in a new home."""
        target, query = self._genome("S288C"), self._genome("UWOPS034614")
        theirs = ["minimap2", "-c", "-x", PRESET, "-t", str(self.cores), str(target), str(query)]
        ours, peer = [], []
        for _ in range(TIMES):
            self.homes += 1
            ours.append(self._run("holdfast plot run", target, query))
            if shutil.which("minimap2"):
                peer.append(self._metered("minimap2 -c alone", theirs))
        best = min(ours, key=lambda row: row.value)
        if not peer:
            return [best, Row("minimap2 is not on PATH", 0, "")]
        alone = min(peer, key=lambda row: row.value)
        times = f"{best.value / alone.value:.2f} x minimap2 alone, {best.ratio}"
        return [alone, Row(best.name, best.value, best.unit, times)]

    def afterwards(self) -> Iterator[Row]:
        """What is asked next, in the last home."""
        target, query = self._genome("S288C"), self._genome("UWOPS034614")
        newer = self._changed(query, "newer.fa", _one_changed)
        copy = self._changed(target, "copy.fa", _every_second_turned, backwards=True)
        yield self._run("the same question", target, query)
        yield self._run("the same alignment, drawn otherwise", target, query, "--min-length=5000")
        yield self._run("the query with one other chromosome", target, newer)
        yield self._run("a third genome", target, self._genome("SK1"))
        yield self._run("  again, drawn otherwise", target, self._genome("SK1"), "--order=input")
        yield self._run("a copy of the target, rearranged", target, copy)

    def _genome(self, name: str) -> Path:
        return self.genomes / f"{name}.genome.fa.gz"

    def _changed(self, genome: Path, name: str, how: Change, *, backwards: bool = False) -> Path:
        """`genome` with each contig as `how` has it, in a file called `name`."""
        contigs = [(contig.name, residues) for contig, residues in read_contigs(genome)]
        with (self.work / name).open("wb") as file:
            for called, residues in reversed(contigs) if backwards else contigs:
                write_record(file, called, "", how(called, residues))
        return self.work / name

    def _run(self, name: str, target: Path, query: Path, *options: str) -> Row:
        home = str(self.work / f"home-{self.homes}")
        words = ["plot", "run", str(target), str(query), "--preset", PRESET, *options]
        row = self._metered(name, [sys.executable, "-m", "holdfast", "--home", home, *words])
        made = json.loads(_newest_plot(Path(home)).read_bytes())["made"]
        told = ", ".join(f"{key} {made[key]['contigs']}" for key in ("aligned", "kept", "equal"))
        return Row(row.name, row.value, row.unit, f"{row.ratio}; contigs: {told}")

    def _metered(self, name: str, command: list[str]) -> Row:
        answer = self.work / "answer"
        meter = [sys.executable, "-I", "-S", str(METER), str(answer), *command]
        environment = {**os.environ, "HOLDFAST_CORES": str(self.cores)}
        subprocess.run(meter, env=environment, check=True, capture_output=True)
        used = json.loads(answer.read_text(encoding="utf-8"))
        return Row(name, used["seconds"], "s", f"processor {used['processor']:.2f} s")


def _newest_plot(home: Path) -> Path:
    return max(home.glob("plots/*/plot.json"), key=lambda file: file.stat().st_mtime)


def _one_changed(name: str, residues: bytes) -> bytes:
    """One chromosome in which every so many bases one is another."""
    if name != CHANGED:
        return residues
    changed = bytearray(residues)
    changed[::EVERY] = residues[::EVERY].translate(bytes.maketrans(b"ACGT", b"CGTA"))
    return bytes(changed)


def _every_second_turned(name: str, residues: bytes) -> bytes:
    return reverse_complement(residues) if len(name) % 2 else residues


if __name__ == "__main__":
    main()
