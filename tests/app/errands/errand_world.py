"""A home in which errands are done by this very process, or by none, as a test likes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from holdfast.accounts.people import Person
from holdfast.app.container import Container
from holdfast.app.errands import Errand, LoadSequences, ask, doing, errand, starting
from holdfast.app.errands.wishes import Wish
from holdfast.base.progress import Listener, Progress
from holdfast.jobs.engine.identity import new_claim
from holdfast.jobs.ledger import Claim

ANNA = Person("anna")


def long_dead() -> Claim:
    """The claim of a process of this machine that is no more."""
    return replace(new_claim(), started=1)


@dataclass
class ErrandWorld:
    """Errands that are written down and begun by no process, and what carries them out."""

    container: Container
    patch: pytest.MonkeyPatch
    started: list[str] = field(default_factory=list)  #: the ids for which a process was started
    act: Callable[[Container, Wish, Listener], dict[str, Any]] = lambda *_: {"it": "is done"}

    def __post_init__(self) -> None:
        self.patch.setattr(starting, "_start", lambda _, word: self.started.append(word))
        self.patch.setattr(doing, "carry_out", self._carry_out)
        self.patch.setattr(doing, "BEAT", 0.01)

    def _carry_out(self, *words: Any) -> dict[str, Any]:
        return self.act(*words)

    def ask(self, name: str = "yeast") -> Errand:
        """An errand that somebody asked for."""
        return ask(self.container, LoadSequences(("a.fa",), "here", name))

    def do(self, asked: Errand) -> Errand:
        """What became of an errand that this process did."""
        doing.do_errand(self.container, asked.id, lambda _: None)
        return errand(self.container, asked.id)

    def die(self, asked: Errand) -> None:
        """Let a process die that does an errand."""

        class Dead(BaseException):
            """The process is gone."""

        def die(*_: object) -> dict[str, Any]:
            raise Dead

        act, self.act = self.act, die
        with self.patch.context() as patch:
            patch.setattr(doing, "new_claim", long_dead)
            with pytest.raises(Dead):
                self.do(asked)
        self.act = act


def telling(*words: str) -> Callable[[Container, Wish, Listener], dict[str, Any]]:
    """What tells of progress, and then is done."""

    def act(_: Container, __: Wish, listener: Listener) -> dict[str, Any]:
        for number, word in enumerate(words, 1):
            listener(Progress(word, number, len(words), "words", f"the word {word}"))
        return {}

    return act
