"""The collections of the store that came from a release."""

from dataclasses import dataclass

from holdfast.app.container import Container
from holdfast.errors import StoreError


@dataclass(frozen=True, slots=True)
class Loaded:
    """A collection that was loaded from a file of a release."""

    collection: str
    file: str
    digest: str


def loaded_from(container: Container, bank: str, release: str) -> tuple[Loaded, ...]:
    """The collections loaded from `release` of `bank`, by file; none where there is no store."""
    from holdfast.app.sequences.collection import list_collections

    before = f"{bank}:{release}:"
    try:
        found = list_collections(container, None, None)
    except StoreError:
        return ()
    its = (each for each in found if each.name.startswith(before))
    loaded = (Loaded(each.name, each.name.removeprefix(before), each.digest) for each in its)
    return tuple(sorted(loaded, key=lambda each: each.file))
