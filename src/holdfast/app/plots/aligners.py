"""Which aligners there are: what each is for, whether it is installed, and what it may be told."""

from dataclasses import dataclass
from typing import Any

from holdfast.app.container import Container
from holdfast.dotplots.aligners.interface import Aligner
from holdfast.dotplots.aligners.options import Group
from holdfast.errors import AlignmentFailed


@dataclass(frozen=True, slots=True)
class KnownPreset:
    """A preset, and how far apart genomes may be for it."""

    name: str
    divergence: float | None  #: the share of bases that may differ at most; None: it chooses
    help: str


@dataclass(frozen=True, slots=True)
class KnownAligner:
    """One aligner, as a person who chooses sees it."""

    name: str
    label: str
    help: str
    version: str | None  #: None: it is not installed
    install: str  #: what to type to have it, where that is known
    presets: tuple[KnownPreset, ...]
    options: tuple[dict[str, Any], ...]  #: group by group: what may be chosen, and what is usual
    compares_with_itself: bool


def known_aligners(container: Container) -> list[KnownAligner]:
    """All aligners, the built-in first.

    Raises
    ------
    FormatError
        The site's own ``tools.yaml`` cannot be read.
    """
    from holdfast.dotplots.aligners.choosing import aligners

    return [_known(each) for each in aligners(container.settings.tools)]


def known_aligner(container: Container, name: str) -> KnownAligner:
    """The aligner called `name`.

    Raises
    ------
    UsageError
        There is none.
    FormatError
        The site's own ``tools.yaml`` cannot be read.
    """
    from holdfast.dotplots.aligners.choosing import aligner

    return _known(aligner(name, container.settings.tools))


def _known(aligner: Aligner) -> KnownAligner:
    try:
        version = aligner.version()
    except AlignmentFailed:
        version = None
    return KnownAligner(
        name=aligner.name,
        label=aligner.label or aligner.name,
        help=aligner.help,
        version=version,
        install=aligner.install,
        presets=_presets(aligner),
        options=tuple(_group(group) for group in aligner.groups),
        compares_with_itself=aligner.is_for_self,
    )


def _presets(aligner: Aligner) -> tuple[KnownPreset, ...]:
    details = {
        each.name: KnownPreset(each.name, each.divergence, each.help) for each in aligner.details
    }
    return tuple(details.get(name, KnownPreset(name, None, "")) for name in aligner.presets)


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group.key,
        "label": group.label,
        "kind": group.kind.value,
        "help": group.help,
        "hint": group.hint,
        "entries": [
            {
                "key": entry.key,
                "option": option,
                "label": entry.label or entry.key,
                "help": entry.help,
                "usual": entry.is_usual,
            }
            for option, entry in zip(group.names, group.entries, strict=True)
        ],
    }
