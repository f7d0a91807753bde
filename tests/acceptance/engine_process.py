"""
An engine in a process of its own, for tests that kill it, stop it, or take its machine away.

    python engine_process.py HOME LEDGER_URL LEASE [PLAN.json]

It does the plan, takes over what others abandon, and prints the number of each run that is over.
"""

import sys
from pathlib import Path

from holdfast.jobs.engine import Engine, Site
from holdfast.jobs.executors.local.executor import LocalExecutor
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.plan import Plan


def main(home: Path, url: str, lease: float, plan: Path | None) -> None:
    """Work until someone ends this process."""
    ledger = Ledger.open(url, patience=60)
    engine = Engine(ledger, Site.of_one(LocalExecutor, 4), home / "logs", lease)
    if plan is not None:
        engine.submit(Plan.from_json(plan.read_text()))
    say("ready")
    while True:
        engine.take_over()
        for report in engine.step(0.1):
            say(report.run)


def say(word: object) -> None:
    """Print one word, at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        sys.argv[2],
        float(sys.argv[3]),
        Path(sys.argv[4]) if len(sys.argv) > 4 else None,
    )
