"""
Backups of plots exchanged with D-Genies' own server, in both directions.

    python -m benchmarks.plots_backups [--data FOLDER]

A plot made here is restored there, and one made there is imported here; the matches must be the
same. It is a check and not a measurement, and stands here for it needs what
:mod:`benchmarks.plots_dgenies` installs.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import plots_dgenies
from benchmarks.plot_scale import Files, made
from benchmarks.report import Row, arguments, show

LINES = 3_000


def main(words: Sequence[str]) -> None:
    """Exchange, compare, and say so."""
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the files are made here")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="backups-") as place:
        work = Path(place)
        files = made(work, LINES)
        python = plots_dgenies.python_of(work / "dgenies")
        with plots_dgenies.running(python, work / "theirs") as server:
            rows = [_ours_there(files, work, server), _theirs_here(files, work, server)]
        show("backups exchanged with D-Genies", rows, asked.json)


def _ours_there(files: Files, work: Path, server: plots_dgenies.DGenies) -> Row:
    target, query = str(files.target), str(files.query)
    words = ["import", str(files.alignment), "--target", target, "--query", query]
    _holdfast(work, *words, "--name", "ours")
    _holdfast(work, "export", "ours", "--backup", str(work / "ours.tar.gz"))
    lines = server.restored("ours", work / "ours.tar.gz")["lines"]
    assert sum(map(len, lines.values())) == LINES, lines
    return Row("matches of ours restored there", LINES, "")


def _theirs_here(files: Files, work: Path, server: plots_dgenies.DGenies) -> Row:
    server.plot("theirs", files.alignment, files.target, files.query)
    backup = work / "theirs.tar.gz"
    backup.write_bytes(server.backup("theirs"))
    _holdfast(work, "import", str(backup), "--name", "theirs")
    written = (work / "home" / "plots" / "theirs" / "alignment.paf").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(backup.read_bytes())) as members:
        member = members.extractfile("map.paf")
        assert member is not None
        assert written.split() == member.read().split()
    given = files.alignment.read_bytes().splitlines()
    assert sorted(written.splitlines()) == sorted(given)
    return Row("matches of theirs imported here", LINES, "")


def _holdfast(work: Path, *words: str) -> None:
    command = [sys.executable, "-m", "holdfast", "--home", str(work / "home"), "plot", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1:])
