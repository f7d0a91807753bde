"""The tool ``bgzip``: files packed so that any part can be read alone."""

from collections.abc import Iterator

from holdfast.banks.indexing.acts import Act, Feed, Link, Run
from holdfast.banks.indexing.databases import unpacked_names
from holdfast.banks.indexing.tool import Build, Keys, Packing, Program, Tool, Work

BGZIP = Program("bgzip", "tabix")


class Bgzip(Tool[Keys]):
    """Makes ``<file>.gz`` and its ``.gzi`` of each file."""

    sentence = "files packed in blocks, with an index (bgzip)"
    programs = (BGZIP,)
    keys = Keys

    def builds(self, work: Work[Keys]) -> Iterator[Build]:
        for name, each in zip(unpacked_names(work.inputs), work.inputs, strict=True):
            packed = f"{name}.gz"
            acts: tuple[Act, ...]
            if each.packing is Packing.BGZIP:
                acts = (Link(packed, each.path), Run(("bgzip", "--reindex", packed)))
            else:
                words = ("bgzip", "--stdout", "--threads", str(work.cores))
                index = ("--index", "--index-name", f"{packed}.gzi")
                acts = (Run((*words, *index, *work.keys.options), Feed((each.path,)), into=packed),)
            yield Build(acts, "bgzip", (packed,))
