"""
The past of a site, as the register here tells it: what BioMAJ did to its banks, and when.

Of one run the database may have a session and a record of its history; here it is one event. What
the register knows already is not written again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.app.container import Container
from holdfast.banks.adopting.history import Happening, History, time_of

LATER = 2.0  #: seconds between a session's number and the record of the same run
MOST_EVENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Past:
    """One thing that happened under BioMAJ."""

    bank: str
    action: str
    when: datetime
    release: str
    outcome: str
    detail: str


def note_past(site: Container, history: History, names: Iterable[str], *, dry_run: bool) -> int:
    """Write into the register what it does not know yet of the past; how much that is."""
    count = 0
    for bank in names:
        past = list(_past(history, bank))
        if not past:
            continue
        if dry_run:
            count += len(past)
            continue
        from holdfast.banks.register import Event, Register  # the ledger's library is heavy

        register = Register(site.ledger)
        known = {(each.action, each.when) for each in register.events(bank, MOST_EVENTS)}
        new = [each for each in past if (each.action, each.when) not in known]
        register.note(
            *(
                Event(
                    each.bank,
                    each.action,
                    each.release or None,
                    each.when,
                    "",
                    each.outcome,
                    None,
                    each.detail,
                )
                for each in new
            )
        )
        count += len(new)
    return count


def _past(history: History, bank: str) -> Iterator[_Past]:
    """What happened to `bank`, once: of a run there may be a session and a record of history."""
    records = [each for each in history.happenings if each.bank == bank]
    known = history.banks.get(bank)
    sessions = known.sessions if known is not None else ()
    of_session: Mapping[float, str] = {each.number: each.release for each in sessions}
    for each in records:
        release = next((name for number, name in of_session.items() if _is_of(number, each)), "")
        changed = "something changed" if each.updated else "nothing changed"
        detail = f"by BioMAJ; {each.error or changed}"
        outcome = "failed" if each.error else "done"
        yield _Past(bank, each.action, each.ended, release, outcome, detail)
    for session in sessions:
        when = time_of(session.number)
        if when is None or any(_is_of(session.number, each) for each in records):
            continue
        outcome = "done" if session.worked else "failed"
        yield _Past(bank, session.action, when, session.release, outcome, "by BioMAJ")


def _is_of(number: float, record: Happening) -> bool:
    """Whether a session's number is a time within a record of history."""
    return record.began.timestamp() - LATER <= number <= record.ended.timestamp() + LATER
