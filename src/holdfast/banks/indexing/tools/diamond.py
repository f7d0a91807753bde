"""The tool ``diamond``: databases of proteins for DIAMOND."""

from collections.abc import Iterator

from holdfast.banks.indexing.acts import Run
from holdfast.banks.indexing.databases import FASTA_FILES, DatabaseKeys, databases
from holdfast.banks.indexing.tool import PROTEINS, Build, Content, Program, Tool, Work


class Diamond(Tool[DatabaseKeys]):
    """Makes one ``.dmnd`` file."""

    sentence = "databases of proteins for DIAMOND (diamond makedb)"
    programs = (Program("diamond", "diamond-aligner", ("version",)),)
    files = FASTA_FILES
    keys = DatabaseKeys

    def takes(self, keys: DatabaseKeys) -> frozenset[Content]:
        return PROTEINS

    def builds(self, work: Work[DatabaseKeys]) -> Iterator[Build]:
        for database in databases(work):
            index = f"{database.name}.dmnd"
            words: tuple[str, ...] = ("diamond", "makedb", "--quiet", "--threads", str(work.cores))
            words += ("--db", index, *work.keys.options)
            yield Build((Run(words, database.feed),), "diamond", (index,), ("protein",))
