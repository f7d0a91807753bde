"""The tool ``faidx``: FASTA files of which any part can be read, by samtools."""

from collections.abc import Iterator

from holdfast.banks.indexing.acts import Act, Feed, Link, Run
from holdfast.banks.indexing.databases import FASTA_FILES, unpacked_names
from holdfast.banks.indexing.tool import (
    SEQUENCES,
    Build,
    Content,
    Input,
    Keys,
    Packing,
    Program,
    Tool,
    Work,
)


class FaidxKeys(Keys):
    """The keys of ``use = "faidx"``."""

    bgzip: bool = False  #: compress plain files too
    dictionary: bool = False  #: a ``.dict`` file as well


class Faidx(Tool[FaidxKeys]):
    """Makes ``.fai`` (and ``.gzi``) beside a link to the file.

    What is packed in another way than bgzip's is packed anew, from pipe to pipe.
    """

    sentence = "FASTA files of which any part can be read (samtools faidx)"
    programs = (Program("samtools", "samtools"), Program("bgzip", "tabix"))
    files = FASTA_FILES
    keys = FaidxKeys

    def takes(self, keys: FaidxKeys) -> frozenset[Content]:
        return SEQUENCES

    def builds(self, work: Work[FaidxKeys]) -> Iterator[Build]:
        for name, each in zip(unpacked_names(work.inputs), work.inputs, strict=True):
            yield _build(work, name, each)


def _build(work: Work[FaidxKeys], plain: str, each: Input) -> Build:
    file, first = _beside(work, plain, each)
    acts: list[Act] = [first, Run(("samtools", "faidx", *work.keys.options, file))]
    if work.keys.dictionary:
        acts.append(Run(("samtools", "dict", "-o", f"{plain}.dict", file)))
    return Build(tuple(acts), "faidx", (file,), (each.kind,))


def _beside(work: Work[FaidxKeys], plain: str, each: Input) -> tuple[str, Act]:
    """The file that is indexed, in the folder of the index, and the act that puts it there."""
    if each.packing is Packing.PLAIN and not work.keys.bgzip:
        return plain, Link(plain, each.path)
    packed = f"{plain}.gz"
    if each.packing is Packing.BGZIP:
        return packed, Link(packed, each.path)
    words = ("bgzip", "--stdout", "--threads", str(work.cores))
    return packed, Run(words, Feed((each.path,)), into=packed)
