"""The tool ``tabix``: tables of features, sorted, packed and indexed by place."""

from collections.abc import Iterator
from typing import Literal

from holdfast.banks.indexing.acts import Act, Drop, Feed, Lines, Link, Run
from holdfast.banks.indexing.databases import PACKED, unpacked, unpacked_names
from holdfast.banks.indexing.tool import Build, Input, Keys, Packing, Program, Tool, Work
from holdfast.banks.indexing.tools.bgzip import BGZIP
from holdfast.errors import BankError

Preset = Literal["gff", "bed", "vcf"]
PRESETS: dict[str, Preset] = {
    "gff": "gff",
    "gff3": "gff",
    "gtf": "gff",
    "bed": "bed",
    "vcf": "vcf",
}
COLUMNS: dict[Preset, tuple[str, ...]] = {
    "gff": ("-k1,1", "-k4,4n", "-k5,5n"),
    "bed": ("-k1,1", "-k2,2n", "-k3,3n"),
    "vcf": ("-k1,1", "-k2,2n"),
}
SORT_LEAST = 1 << 20  #: bytes of memory: with less, sort only gets slow


class TabixKeys(Keys):
    """The keys of ``use = "tabix"``."""

    preset: Preset | None = None  #: what kind of table; None: by each file's suffix
    index: Literal["tbi", "csi"] = "tbi"  #: ``csi`` for chromosomes of more than 512 Mb


class Tabix(Tool[TabixKeys]):
    """Makes ``<file>.gz`` and its index of each table.

    A table is sorted if it is not: whether it is, tabix itself says, so a sorted one costs nothing.
    """

    sentence = "tables of features, sorted, packed and indexed (tabix)"
    programs = (Program("tabix", "tabix"), BGZIP, Program("sort", "coreutils"))
    files = tuple(f"**/*.{kind}{packed}" for kind in PRESETS for packed in PACKED)
    keys = TabixKeys

    def builds(self, work: Work[TabixKeys]) -> Iterator[Build]:
        for name, each in zip(unpacked_names(work.inputs), work.inputs, strict=True):
            preset = work.keys.preset or _preset(each)
            yield Build(_acts(work, f"{name}.gz", each, preset), preset, (f"{name}.gz",))


def _preset(each: Input) -> Preset:
    suffix = unpacked(each.name).rpartition(".")[2]
    if suffix not in PRESETS:
        known = ", ".join(f"{kind!r}" for kind in dict.fromkeys(PRESETS.values()))
        raise BankError(
            f"{each.name}: its suffix does not tell what kind of table it is; "
            f"say preset in the recipe's step: {known}"
        )
    return PRESETS[suffix]


def _acts(work: Work[TabixKeys], packed: str, each: Input, preset: Preset) -> tuple[Act, ...]:
    bgzip = ("bgzip", "--stdout", "--threads", str(work.cores))
    csi = ("--csi",) if work.keys.index == "csi" else ()
    tabix = Run(("tabix", "--preset", preset, *csi, *work.keys.options, packed))
    whole: Act = Run(bgzip, Feed((each.path,)), into=packed)
    if each.packing is Packing.BGZIP:
        whole = Link(packed, each.path)
    sorting: tuple[Act, ...] = (
        Drop(f"{packed}*"),
        Run(bgzip, Feed((each.path,), Lines.COMMENTS), into=packed),
        Run(
            _sort(work, preset),
            Feed((each.path,), Lines.ROWS),
            through=(bgzip,),
            into=packed,
            environment={"LC_ALL": "C"},
        ),
        tabix,
    )
    return (whole, Run(tabix.words, otherwise=sorting))


def _sort(work: Work[TabixKeys], preset: Preset) -> tuple[str, ...]:
    words = ("sort", "--stable", "--field-separator=\t", *COLUMNS[preset])
    words += (f"--parallel={work.cores}", "--temporary-directory=.")
    if work.memory is not None:
        words += (f"--buffer-size={max(work.memory // 2, SORT_LEAST)}b",)
    return words
