"""
Who may see a run, and who may stop it or do it again.

A run is about something, and it is seen by whoever may see that: a bank, or a plot. Any other run
(a schedule's, say) is seen by people who are known. It is stopped and done again by those who may
change what it is about; any other by administrators. The command line may do all that its account
can do.
"""

from holdfast.accounts.people import Scope
from holdfast.app.banks.rights import may_change
from holdfast.app.banks.visibility import may_see
from holdfast.app.container import Container
from holdfast.errors import BankNotFound, JobForbidden

OF_BANKS = ("bank", "before", "removal")  #: what subjects of runs about banks begin with
OF_PLOTS = "plot"


class Sight:
    """What whoever asks may see; each bank and plot is asked about once."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._known: dict[str, bool] = {}

    def of(self, subject: str) -> bool:
        """Whether a run about `subject` may be seen."""
        if subject not in self._known:
            self._known[subject] = may_see_run(self._container, subject)
        return self._known[subject]


def may_see_run(container: Container, subject: str) -> bool:
    """Whether whoever asks may see the runs about `subject`."""
    person = container.person
    if person is None or person.is_administrator:
        return True
    noun, _, name = subject.partition(":")
    if noun in OF_BANKS:
        try:
            return may_see(container, name)
        except BankNotFound:
            return False  # it was removed, and nobody can tell whether it was private
    if noun == OF_PLOTS:
        return _may_see_plot(container, name)
    return not person.is_guest


def may_change_run(container: Container, subject: str) -> bool:
    """Whether whoever asks may stop the runs about `subject`, and do them again."""
    person = container.person
    if person is None:
        return True
    noun, _, name = subject.partition(":")
    if noun in OF_BANKS and person.may(Scope.BANKS):
        try:
            return may_change(container, name)
        except BankNotFound:
            return person.is_administrator
    if noun == OF_PLOTS and person.may(Scope.PLOTS):
        return _may_change_plot(container, name)
    return person.may(Scope.ADMIN)


def refuse_unseen_run(container: Container, run: int) -> str:
    """What `run` is about.

    Raises
    ------
    RunNotFound
        There is none, or whoever asks may not see it: that is told in the same words.
    """
    from holdfast.jobs.ledger.rows import unknown

    subject = container.ledger.run(run).subject
    if not may_see_run(container, subject):
        raise unknown(run)
    return subject


def refuse_strangers_to_run(container: Container, run: int) -> None:
    """Raise JobForbidden unless whoever asks may stop `run` and do it again.

    Raises
    ------
    RunNotFound
        There is none, or it may not even be seen.
    """
    subject = refuse_unseen_run(container, run)
    if not may_change_run(container, subject):
        raise JobForbidden(
            f"run {run} is about {subject}, which is not yours to change; ask its owner or an "
            "administrator"
        )


def _may_see_plot(container: Container, name: str) -> bool:
    from holdfast.app.plots.marks import may_see_plot

    return may_see_plot(container, name)


def _may_change_plot(container: Container, name: str) -> bool:
    from holdfast.app.plots.marks import mark_of

    person = container.person
    return person is None or person.owns(mark_of(container, name).owner)
