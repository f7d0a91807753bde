"""
Options: what a person may choose about an aligner, in groups.

Of a group of radio buttons exactly one entry holds, of a group of check boxes any number. A choice
is written ``group:entry``; what is not chosen is as the tool says it usually is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from holdfast.errors import UsageError, suggestion

NONE = "none"  #: chosen of a group of check boxes: none of them, not even the usual ones


class Kind(Enum):
    """How many entries of a group hold."""

    RADIO = "radio"  #: one
    CHECKBOX = "checkbox"  #: any number


@dataclass(frozen=True, slots=True)
class Entry:
    """One choice, and the words it adds to the command."""

    key: str
    words: tuple[str, ...] = ()
    label: str = ""
    help: str = ""
    is_usual: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Choices about one thing."""

    key: str
    kind: Kind
    entries: tuple[Entry, ...]
    label: str = ""
    help: str = ""
    hint: str = ""

    @property
    def names(self) -> list[str]:
        """What may be chosen, as it is written."""
        return [f"{self.key}:{entry.key}" for entry in self.entries]


@dataclass(frozen=True, slots=True)
class Preset:
    """Words of a command that suit genomes up to a certain distance."""

    name: str
    words: tuple[str, ...] = ()
    divergence: float = 1.0  #: the share of bases, 0 to 1, that may differ at most
    help: str = ""
    prepare: tuple[str, ...] = ()  #: words for the programs that prepare


def chosen(groups: Sequence[Group], options: Iterable[str], tool: str) -> tuple[Entry, ...]:
    """The entries that hold, group by group, when `options` were chosen.

    Raises
    ------
    UsageError
        There is no such option, or two of one group of radio buttons were chosen.
    """
    wanted = list(dict.fromkeys(options))
    known = [name for group in groups for name in _choosable(group)]
    for option in wanted:
        if option not in known:
            raise UsageError(_unknown(option, known, tool))
    return tuple(entry for group in groups for entry in _of_group(group, wanted))


def suiting(presets: Sequence[Preset], apart: float | None) -> Preset:
    """The narrowest preset for genomes of this divergence; the widest where it is not known."""
    widening = sorted(presets, key=lambda preset: preset.divergence)
    fitting = [preset for preset in widening if apart is not None and apart <= preset.divergence]
    return fitting[0] if fitting else widening[-1]


def _choosable(group: Group) -> list[str]:
    return [*group.names, f"{group.key}:{NONE}"] if group.kind is Kind.CHECKBOX else group.names


def _of_group(group: Group, wanted: Sequence[str]) -> list[Entry]:
    picked = [
        entry for entry, name in zip(group.entries, group.names, strict=True) if name in wanted
    ]
    if len(picked) > 1 and group.kind is Kind.RADIO:
        names = " and ".join(f"{group.key}:{entry.key}" for entry in picked)
        raise UsageError(f"the options {names} exclude one another; choose one of them")
    nothing = f"{group.key}:{NONE}" in wanted
    if picked and nothing and f"{group.key}:{NONE}" not in group.names:
        raise UsageError(
            f"the options {group.key}:{NONE} and others of {group.key} exclude another"
        )
    return picked if picked or nothing else [entry for entry in group.entries if entry.is_usual]


def _unknown(option: str, known: Sequence[str], tool: str) -> str:
    if not known:
        return f"{tool} has no options; it was given {option!r}"
    return f"{option!r} is not an option of {tool} ({', '.join(known)}){suggestion(option, known)}"
