"""Arguments and options that several commands of ``holdfast plot`` share."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from holdfast.errors import UsageError, suggestion

if TYPE_CHECKING:
    from holdfast.dotplots.colours import Colouring
    from holdfast.dotplots.drawing import Drawing

Choice = TypeVar("Choice", bound=Enum)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
GENOME = "A FASTA file, a URL, bank:release[:file], or a collection of the store"
USUAL_ORDER = "chain"
OrderOption = Annotated[
    str,
    typer.Option(
        "--order",
        help="chain: along the other genome, each contig by its best chain of matches; reference: "
        "the same as D-Genies does it; length, name, or input: as in the file.",
    ),
]
SideOption = Annotated[
    str, typer.Option("--side", help="Whose contigs are ordered: query or target.")
]
MinLength = Annotated[
    int,
    typer.Option("--min-length", min=0, help="Do not draw matches shorter than this, in bases."),
]
HideNoise = Annotated[
    bool,
    typer.Option("--hide-noise", help="Do not draw the many short matches that hide the long."),
]
SmallOption = Annotated[
    str,
    typer.Option("--small", help="Small contigs: show them, group neighbours, or hide them."),
]
SmallUnder = Annotated[
    int | None,
    typer.Option(
        "--small-under",
        min=0,
        help="Contigs below this many bases are small (default: 0.2 % of their genome).",
    ),
]
StructureOption = Annotated[
    bool,
    typer.Option(
        "--structure",
        help="Mark what differs in structure; plot run then aligns so that it is seen.",
    ),
]

ColourOption = Annotated[
    str | None,
    typer.Option(
        "--colour",
        help="What colours tell: identity, classes (of identity), strand, or nothing.",
    ),
]
PaletteOption = Annotated[
    str | None,
    typer.Option("--palette", help="Which colours: holdfast, sea, viridis, ink, dgenies ..."),
]
ClassesOption = Annotated[
    str | None,
    typer.Option("--classes", help="Where classes of identity meet: 0.25,0.5,0.75 or 90,95,99."),
]


def drawing(
    *,
    order: str,
    side: str,
    min_length: int,
    colours: "Colouring | None" = None,
    hide_noise: bool = False,
    small: str = "group",
    small_under: int | None = None,
    structure: bool = False,
) -> "Drawing":
    """The choices about drawing that were made on the command line."""
    from holdfast.dotplots.colours import Colouring
    from holdfast.dotplots.drawing import Drawing
    from holdfast.dotplots.layout.choosing import Order, Side
    from holdfast.dotplots.small import Small

    return Drawing(
        order=chosen("order", Order, order),
        side=chosen("side", Side, side),
        min_length=min_length,
        colouring=colours or Colouring(),
        hide_noise=hide_noise,
        small=chosen("--small", Small, small),
        small_under=small_under,
        structure=structure,
    )


def colouring(
    colour: str | None,
    palette: str | None,
    classes: str | None,
    usual: "Colouring | None" = None,
) -> "Colouring":
    """What was chosen about colours on the command line; the rest is as `usual` has it."""
    from holdfast.dotplots.colours import By, Colouring, parsed_classes

    usual = usual or Colouring()
    by = By.CLASSES if classes and not colour else usual.by
    return Colouring(
        by=chosen("--colour", By, colour) if colour else by,
        palette=palette or usual.palette,
        classes=parsed_classes(classes) if classes else usual.classes,
    )


def chosen(option: str, choices: type[Choice], word: str) -> Choice:
    """The one of `choices` that `word` names.

    Raises
    ------
    UsageError
        None has this name.
    """
    known = [str(each.value) for each in choices]
    if word not in known:
        problem = f"{word!r} is not {option} {' or '.join(known)}{suggestion(word, known)}"
        raise UsageError(problem)
    return choices(word)
