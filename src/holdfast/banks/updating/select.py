"""
Selecting: which of the files that came, and came out of archives, the release is made of.

A step with ``use = "select"`` keeps the files that one of its expressions or globs means; the
others leave the release, and the disk. Each is noted before it is removed, as an archive that held
nothing, so a kill in between loses no account, and whoever reads the release's files next, this
step started again included, sees the same.
"""

from holdfast.banks.choosing.patterns import begins
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Entry, Product
from holdfast.banks.updating.arrivals import (
    Unpacked,
    all_unpacked,
    note_unpacked,
    read_unpacked,
    unpacking_journal,
)
from holdfast.banks.updating.entries import entries_as_unpacked
from holdfast.banks.updating.making import Making
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError


def wanted(step: Step, product: Product) -> bool:
    """Whether the release keeps `product`."""
    if step.match:
        return begins(step.match, product.path)
    return step.selection.file(product.path)


def select_step(
    making: Making, step: Step, fetched: tuple[Entry, ...], listener: Listener = ignore
) -> int:
    """Take the products that `step` does not mean out of the release; how many are kept.

    Raises
    ------
    BankError
        Nothing of what there is would be kept.
    """
    unpacked = all_unpacked(making)
    entries = entries_as_unpacked(fetched, unpacked)
    products = [product for entry in entries for product in entry.products]
    leaving = [product.path for product in products if not wanted(step, product)]
    if products and len(leaving) == len(products):
        meant = ", ".join(step.match or step.files)
        raise BankError(
            f"{making.bank}: none of {len(products):,} files is kept by step {step.name!r} "
            f"({meant}); look at its match in the recipe"
        )
    journal = unpacking_journal(making, step.name)
    for path in leaving:
        known = unpacked.get(path)
        others = known.products if known is not None else ()
        rest = tuple(each for each in others if each.path != path)
        note_unpacked(journal, Unpacked(path, rest))
    for noted in read_unpacked(journal):
        (making.flat / noted.source).unlink(missing_ok=True)
    kept = len(products) - len(leaving)
    listener(Progress("selecting", kept, len(products), "files"))
    return kept
