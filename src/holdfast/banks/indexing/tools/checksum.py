"""The tool ``checksum``: manifests of the release's files, for those who copy them."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from holdfast.banks.indexing.acts import Act, Run, Write
from holdfast.banks.indexing.tool import Build, Input, Keys, Program, Tool, Work

Algorithm = Literal["md5", "sha1", "sha256", "sha512"]
WORDS_MOST = 100_000  #: characters of names that one command is given; a system takes many more


class ChecksumKeys(Keys):
    """The keys of ``use = "checksum"``."""

    algorithms: tuple[Algorithm, ...] = Field(("sha256",), min_length=1)


class Checksum(Tool[ChecksumKeys]):
    """Makes ``MD5SUMS``, ``SHA256SUMS`` …, as ``md5sum --check`` reads them in ``flat``.

    SHA-256 is known of each file since it came, so no file is read for it.
    """

    sentence = "manifests of checksums (SHA256SUMS, MD5SUMS …)"
    keys = ChecksumKeys

    def needed(self, keys: ChecksumKeys) -> tuple[Program, ...]:
        others = (each for each in keys.algorithms if each != "sha256")
        return tuple(Program(f"{each}sum", "coreutils") for each in others)

    def builds(self, work: Work[ChecksumKeys]) -> Iterator[Build]:
        for algorithm in dict.fromkeys(work.keys.algorithms):
            manifest = f"{algorithm.upper()}SUMS"
            acts: tuple[Act, ...]
            if algorithm == "sha256":
                lines = (f"{each.sha256}  {each.name}\n" for each in work.inputs)
                acts = (Write(manifest, "".join(lines)),)
            else:
                words = (f"{algorithm}sum", *work.keys.options, "--")
                acts = tuple(
                    Run((*words, *names), into=manifest, directory=work.flat)
                    for names in _portions(work.inputs)
                )
            yield Build(acts, "checksum", (manifest,))


def _portions(inputs: Sequence[Input]) -> Iterator[tuple[str, ...]]:
    """The names of `inputs`, as many at a time as one command can be given."""
    portion: list[str] = []
    size = 0
    for each in inputs:
        if size > WORDS_MOST:
            yield tuple(portion)
            portion, size = [], 0
        portion.append(each.name)
        size += len(each.name.encode()) + 1
    yield tuple(portion)
