"""What a pull or a push did, or would do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What moved. `bytes` are those of packs, entries, snapshots and lists; none counts twice."""

    place: str  #: the other store, without user name and password
    store: str  #: the id that both have
    before: int  #: the position of the store that followed, before
    after: int  #: and after
    entries: int
    packs: int
    snapshots: tuple[str, ...]  #: those that moved
    snapshots_kept: tuple[str, ...]  #: those of the same name that differ: each side keeps its own
    bytes: int
    seconds: float
    dry_run: bool = False
    #: entries after the wanted snapshot that must come along: they moved its sequences elsewhere
    further: int = 0
