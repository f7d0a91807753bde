"""
The container: everything a question needs, made from the settings when first asked for.

It is the one place where settings become objects. Constructing it opens nothing. A container may
know who asks: those of several people have everything else in common, and may be used by several
threads at once.
"""

from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from holdfast.base.closing import Closes
from holdfast.errors import StoreError
from holdfast.settings import Settings

# Each part is imported when it is first asked for: a question about banks does not wait for the
# ledger's database library, nor one about sequences for the transfers.
if TYPE_CHECKING:
    from holdfast.accounts.people import Person
    from holdfast.app.chores import Almanac
    from holdfast.banks.catalogue import Catalogue
    from holdfast.jobs.engine import Engine
    from holdfast.jobs.ledger import Ledger
    from holdfast.remotes.interface import TransferPolicy
    from holdfast.sequences import SequenceStore
    from holdfast.sequences.layers import Layers


T = TypeVar("T")


class _Part(Generic[T]):
    """A part that is made once, for a container and all that share it, whichever thread asks."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self.__doc__ = make, make.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: "Container", owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: "Container | None", owner: type[Any] | None = None) -> Self | T:
        if instance is None:
            return self
        whole = instance.whole
        with whole.making:
            if self._name not in whole.__dict__:  # where Python looks before it asks here
                whole.__dict__[self._name] = self._make(whole)
            return self._for(instance, whole.__dict__[self._name])

    def _for(self, asked: "Container", made: T) -> T:
        """What was made, for the one who asks."""
        return made


class _Store(_Part["SequenceStore"]):
    """The store, whose commits name who asks."""

    def _for(self, asked: "Container", made: "SequenceStore") -> "SequenceStore":
        return made if asked.whole is asked else made.written_by(asked.author)


class Container(Closes):
    """The settings of one home folder and what is made from them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.making = RLock()  #: held while a part is made
        self.person: Person | None = None  #: who asks; None: whoever runs the command line
        self._whole: Container | None = None

    @property
    def whole(self) -> "Container":
        """The container whose parts these are: this one, unless it was made by `asked_by`."""
        return self._whole or self

    def asked_by(self, person: "Person") -> Self:
        """This container as `person` asks it: all parts are shared, and closing it closes none."""
        asked = object.__new__(type(self))
        Container.__init__(asked, self.settings)
        asked.person, asked._whole = person, self.whole
        return asked

    @property
    def author(self) -> str:
        """Whom the register, the journal and the audit name as the one who did something."""
        return (self.person and self.person.name) or self.settings.author

    @classmethod
    def read(cls) -> "Container":
        """The container of the home folder that the environment names."""
        return cls(Settings.read())

    @_Part
    def ledger(self) -> "Ledger":
        """The ledger; its file is made when missing."""
        from holdfast.jobs.ledger import Ledger

        self.settings.home.mkdir(parents=True, exist_ok=True)
        return Ledger.open(self.settings.ledger_url, patience=self.settings.ledger_patience)

    @_Part
    def engine(self) -> "Engine":
        """The engine, running jobs where the settings say."""
        from holdfast.jobs.engine import Engine, Site

        settings = self.settings
        return Engine(self.ledger, Site.of_settings(settings), settings.logs, settings.lease)

    @_Part
    def catalogue(self) -> "Catalogue":
        """The banks and their releases; a rename that was killed is finished first."""
        from holdfast.banks.catalogue import Catalogue

        if (self.settings.home / "renaming.json").exists():
            from holdfast.app.banks.rename import finish_interrupted

            finish_interrupted(self)
        return Catalogue.of_settings(self.settings)

    @_Part
    def almanac(self) -> "Almanac":
        """What is done by itself, and when; asked again, it reads what changed since."""
        from holdfast.app.chores import Almanac

        return Almanac(self.settings)

    @_Part
    def policy(self) -> "TransferPolicy":
        """How patiently and how widely remotes are asked."""
        from holdfast.remotes.policy import policy_of

        return policy_of(self.settings)

    @_Store
    def store(self) -> "SequenceStore":
        """The sequence store; commits name who asks.

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

    @_Part
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
