"""
The container: everything a question needs, made from the settings when first asked for.

It is the one place where settings become objects. Constructing it opens nothing.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.base.closing import Closes
from holdfast.errors import StoreError
from holdfast.settings import Settings

# Each part is imported when it is first asked for: a question about banks does not wait for the
# ledger's database library, nor one about sequences for the transfers.
if TYPE_CHECKING:
    from holdfast.banks.catalogue import Catalogue
    from holdfast.jobs.engine import Engine
    from holdfast.jobs.ledger import Ledger
    from holdfast.remotes.interface import TransferPolicy
    from holdfast.sequences import SequenceStore
    from holdfast.sequences.layers import Layers


class Container(Closes):
    """The settings of one home folder and what is made from them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def read(cls) -> "Container":
        """The container of the home folder that the environment names."""
        return cls(Settings.read())

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger; its file is made when missing."""
        from holdfast.jobs.ledger import Ledger

        self.settings.home.mkdir(parents=True, exist_ok=True)
        return Ledger.open(self.settings.ledger_url, patience=self.settings.ledger_patience)

    @cached_property
    def engine(self) -> "Engine":
        """The engine, running jobs where the settings say."""
        from holdfast.jobs.engine import Engine, Site

        settings = self.settings
        return Engine(self.ledger, Site.of_settings(settings), settings.logs, settings.lease)

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The banks and their releases; a rename that was killed is finished first."""
        from holdfast.banks.catalogue import Catalogue

        if (self.settings.home / "renaming.json").exists():
            from holdfast.app.banks.rename import finish_interrupted

            finish_interrupted(self)
        return Catalogue.of_settings(self.settings)

    @cached_property
    def policy(self) -> "TransferPolicy":
        """How patiently and how widely remotes are asked."""
        from holdfast.remotes.policy import policy_of

        return policy_of(self.settings)

    @cached_property
    def store(self) -> "SequenceStore":
        """The sequence store.

        Raises
        ------
        StoreError
            There is none yet.
        """
        from holdfast.sequences import SequenceStore

        if not (self.settings.store / "store.toml").exists():
            raise StoreError(
                f"there is no sequence store at {self.settings.store}; "
                "make one with: holdfast seq init"
            )
        settings = self.settings
        return SequenceStore.open(settings.store, wait=settings.write_wait, who=settings.author)

    @cached_property
    def lower_stores(self) -> "tuple[SequenceStore, ...]":
        """The stores that are read beneath the home's.

        Raises
        ------
        StoreError
            One is not there.
        """
        from holdfast.sequences import SequenceStore

        folders = [Path(folder).expanduser() for folder in self.settings.store_layers]
        return tuple(map(SequenceStore.open, folders))

    @property
    def reading(self) -> "SequenceStore | Layers":
        """What is read: the store, or, when the settings name layers, all of them as one."""
        if not self.settings.store_layers:
            return self.store
        from holdfast.sequences.layers import Layers

        has_store = (self.settings.store / "store.toml").exists()
        return Layers([*([self.store] if has_store else []), *self.lower_stores])

    def store_made_if_absent(self) -> "SequenceStore":
        """The sequence store, made first if there is none: for those who load."""
        from holdfast.sequences import SequenceStore

        if not (self.settings.store / "store.toml").exists():
            SequenceStore.create(self.settings.store).close()
        return self.store

    def close(self) -> None:
        """Let go of the engine, the ledger and the stores, those that were opened."""
        for name in ("engine", "ledger", "store"):
            made = self.__dict__.pop(name, None)
            if made is not None:
                made.close()
        for lower in self.__dict__.pop("lower_stores", ()):
            lower.close()
