"""
What is stored per residue, and what a second release and a snapshot add.

DNA and proteins are the made-up ones; the releases are the yeast proteomes when they are in the
folder of real data.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks import store_data
from benchmarks.report import Row, arguments, show

from holdfast.sequences import SequenceStore

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def per_residue(kind: str, named: list[tuple[str, bytes]], folder: Path) -> list[Row]:
    """Bytes a residue: in the packs alone, and with journal and index."""
    store_data.write_fasta(folder / f"{kind}.fa", named)
    with SequenceStore.create(folder / kind) as store:
        store.load(folder / f"{kind}.fa", "made")
        status = store.status()
    with SequenceStore.open(folder / kind) as store:  # closing has folded the index's log in
        index = store.status().index_bytes
    whole = status.pack_bytes + status.journal_bytes + index
    return [
        Row(f"{kind}: packs", status.pack_bytes / status.residues, "B/residue"),
        Row(f"{kind}: packs, journal, index", whole / status.residues, "B/residue"),
    ]


def releases(yeast: Path, folder: Path) -> list[Row]:
    """What each release of the yeast proteomes adds."""
    rows = []
    with SequenceStore.create(folder / "yeast") as store:
        for release in sorted((yeast / "proteomes").iterdir()):
            for path in sorted(release.glob("*.fa.gz")):
                name = f"yeast:{release.name}:{path.name}"
                report = store.load(path, path.name.split(".")[0], name, reassign=True)
                new = f"{report.sequences_new:,} new of {report.sequences_seen:,} sequences"
                rows.append(Row(f"{release.name} {path.name}", report.bytes_added, "B", new))
        store.snapshot("releases")
        (snapshot,) = (store.folder / "snapshots").glob("*.json")
        rows.append(Row("a snapshot of all", snapshot.stat().st_size, "B"))
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of real data")
    parser.add_argument("--bases", type=int, default=50_000_000)
    parser.add_argument("--proteins", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = per_residue("DNA", [("chr1", store_data.chromosome(asked.bases))], folder)
        made = store_data.proteins(asked.proteins)
        rows += per_residue("protein", [(f"P{n:06d}", r) for n, r in enumerate(made)], folder)
        show("Stored bytes", rows, asked.json)
        yeast = asked.data / "yeast"
        if yeast.is_dir():
            show("Releases of the yeast proteomes", releases(yeast, folder), asked.json)
        else:
            print(f"left out, for want of {yeast}: what a second release adds")


if __name__ == "__main__":
    sys.exit(main())
