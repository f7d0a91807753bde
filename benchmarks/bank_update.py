"""
Mirroring, as a person does it: whole ``holdfast bank update`` commands against real servers here.

    python -m benchmarks.bank_update [--quick] [--with-biomaj] [PART …]

The parts: `first` (first mirrors over HTTP and FTP), `still` (no change in 100,000 files),
`changed` (1 % changed), `many` (200 banks with nothing to do), and `biomaj`, only when it is asked
for: the same bank, by the same property file, through BioMAJ in a virtual environment that is made
for it. What each figure is beside is told in the modules ``benchmarks/banks_*.py``.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import banks_again, banks_biomaj, banks_first, banks_ground, banks_many
from benchmarks.report import Row, arguments, show

NEEDED = ("nginx", "vsftpd", "lftp", "wget", "aria2c", "curl")
PARTS: dict[str, tuple[str, Callable[[Path, int, int], Iterable[Row]]]] = {
    "first": ("first mirrors", banks_first.rows),
    "still": ("nothing changed", banks_again.still),
    "changed": ("a second release", banks_again.changed),
    "many": ("many banks", banks_many.rows),
    "biomaj": ("the same bank through BioMAJ", banks_biomaj.rows),
}


def main(words: Sequence[str]) -> int:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--folder", type=Path, help="where to work (default: temporary)")
    parser.add_argument("--data", help="not used: the files are made here")
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the sizes, one run")
    parser.add_argument("--with-biomaj", action="store_true", help="also the part biomaj")
    asked = parser.parse_args(words)
    lacking = banks_ground.missing(*NEEDED)
    if lacking:
        print(f"left out: {', '.join(lacking)} not installed")
        return 0
    chosen = asked.parts or [name for name in PARTS if name != "biomaj" or asked.with_biomaj]
    for name in chosen:
        title, rows = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="banks-", dir=asked.folder) as place:
            work = Path(place)
            work.chmod(0o755)  # an FTP server's anonymous user is not us
            shown = list(rows(work, 50, 1) if asked.quick else rows(work, 1, 3))
            show(f"{title} (whole commands)", shown, asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
