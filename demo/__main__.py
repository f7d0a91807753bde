"""``python -m demo [--data FOLDER]``: tell the story; exit code 1 if it is not true."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from demo.story import tell
from demo.terminal import NotAsItShould, console
from demo.worlds import made_up, yeast

OUTPUT = Path(__file__).parent.parent / "demo-output"


def main(arguments: list[str]) -> int:
    """Tell the story; what it made stays in the output folder to be looked at."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with the real yeast data")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where everything is put")
    asked = parser.parse_args(arguments)
    started = time.perf_counter()
    shutil.rmtree(asked.output, ignore_errors=True)
    asked.output.mkdir(parents=True)
    world = yeast(asked.data.resolve()) if asked.data else made_up()
    console.print(f"[bold]Holdfast[/]: {world.title}")
    try:
        checked = tell(world, asked.output.resolve())
    except NotAsItShould as problem:
        console.print(f"\n[bold red]The demonstration failed.[/] {problem}", markup=True)
        return 1
    seconds = time.perf_counter() - started
    console.print(f"\n[bold green]All {checked} facts hold[/] ({seconds:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
