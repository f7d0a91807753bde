"""
Metrics of what is held: banks, the store, plots, and what people asked for.

They are of all that is there, whoever it belongs to; who may read them is decided where they are
asked for. The names are kept; ``docs/reference/metrics.md`` explains each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.app.banks.held.survey import BankLine, survey
from holdfast.app.container import Container
from holdfast.app.errands.book import Book
from holdfast.app.errands.values import State
from holdfast.app.metrics import gauge
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.sequences.store import StoreStatus

if TYPE_CHECKING:
    from prometheus_client.core import Metric


@dataclass(frozen=True, slots=True)
class Held:
    """What is held now."""

    banks: Sequence[BankLine]
    store: StoreStatus | None  #: None: there is none yet
    plots: int
    errands: Mapping[State, int]


def held(container: Container) -> Held:
    """What is held now.

    Raises
    ------
    LedgerError, StoreError
        The ledger or the store cannot be read.
    """
    has_store = (container.settings.store / "store.toml").exists()
    return Held(
        survey(container.whole).lines,
        container.store.status() if has_store else None,
        sum(1 for _ in container.settings.plots.glob(f"*/{PLOT_FILE}")),
        Book(container.ledger).counts(),
    )


def held_families(held: Held) -> "list[Metric]":
    """The same in the words of prometheus-client."""
    return [
        *_bank_families(held.banks),
        *(_store_families(held.store) if held.store is not None else []),
        gauge("holdfast_plots", "Finished plots.", (), [((), held.plots)]),
        gauge(
            "holdfast_errands",
            "What people asked for through the web, by its state.",
            ("state",),
            [((state.value,), held.errands.get(state, 0)) for state in State],
        ),
    ]


def _bank_families(banks: Sequence[BankLine]) -> "list[Metric]":
    states: dict[str, int] = {}
    for each in banks:
        states[each.state.value] = states.get(each.state.value, 0) + 1
    label = ("bank",)
    return [
        gauge(
            "holdfast_banks",
            "Banks, by how they stand.",
            ("state",),
            [((state,), count) for state, count in sorted(states.items())],
        ),
        gauge(
            "holdfast_bank_releases",
            "Complete releases of a bank.",
            label,
            [((each.bank,), each.releases) for each in banks],
        ),
        gauge(
            "holdfast_bank_bytes",
            "Bytes of the current release of a bank, or else of the newest.",
            label,
            [((each.bank,), each.size) for each in banks],
        ),
        gauge(
            "holdfast_bank_last_update_timestamp_seconds",
            "When a bank was last updated.",
            label,
            [((each.bank,), _seconds(each.last_update)) for each in banks if each.last_update],
        ),
    ]


def _store_families(store: StoreStatus) -> "list[Metric]":
    told = (
        ("sequences", "Sequences in the store.", store.sequences),
        ("residues", "Residues in the store.", store.residues),
        ("aliases", "Aliases in the store.", store.aliases),
        ("collections", "Collections in the store.", store.collections),
        ("snapshots", "Snapshots of the store.", store.snapshots),
        ("commits", "Commits of the store.", store.position),
        ("bytes", "Bytes of the packs of the store.", store.pack_bytes),
    )
    return [gauge(f"holdfast_store_{name}", said, (), [((), count)]) for name, said, count in told]


def _seconds(when: datetime) -> float:
    return when.timestamp()
