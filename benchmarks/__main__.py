"""
``make bench``: every benchmark, one after another, each in a process of its own.

    python -m benchmarks [--data FOLDER] [NAME …]

A benchmark is a file of this folder that can be run alone; it prints its figures beside those of
the named peers, measured in the same run. FOLDER holds real data (``yeast/``); the benchmarks that
need it say so and are left out without it.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_BENCHMARKS = {"__init__", "__main__", "report", "rest_client", "store_data", "store_readers"}
PARTS = ("banks_", "plots_")  #: how the names of modules begin that are parts of others
REAL_DATA = FOLDER.parent.parent / "shared" / "data"


def main(arguments: list[str]) -> int:
    """Run the benchmarks and return 1 if one of them failed."""
    stems = {file.stem for file in FOLDER.glob("*.py")} - NOT_BENCHMARKS
    every = sorted(stem for stem in stems if not stem.startswith(PARTS))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(every)}")
    parser.add_argument("--data", type=Path, default=REAL_DATA, help="folder of real data")
    asked = parser.parse_args(arguments)
    failed = [name for name in asked.names or every if not _run(name, asked.data)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return int(bool(failed))


def _run(name: str, data: Path) -> bool:
    print(f"\n== {name} ==", flush=True)
    started = time.perf_counter()
    command = [sys.executable, "-m", f"benchmarks.{name}", "--data", str(data)]
    done = subprocess.run(command, cwd=FOLDER.parent, check=False)
    print(f"({name}: {time.perf_counter() - started:.0f} s)", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
