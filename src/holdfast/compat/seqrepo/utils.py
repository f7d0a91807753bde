"""SeqRepo's two functions on names; the module is called so because theirs is."""

import re

__all__ = ["parse_defline", "validate_aliases"]

_REFSEQ_IN_BARS = re.compile(r"ref\|([^|]+)")
_STRANGE = re.compile(r"[^-+./_\w]")


def parse_defline(defline: str, namespace: str) -> list[dict[str, str]]:
    """The names that a definition line gives: those of RefSeq between bars, or its first word.

    >>> parse_defline(">gi|568815364|ref|NT_077402.3| Homo sapiens", "x")
    [{'namespace': 'refseq', 'alias': 'NT_077402.3'}]
    >>> parse_defline("NM_1.1 first", "NCBI")
    [{'namespace': 'NCBI', 'alias': 'NM_1.1'}]

    Raises IndexError for a line without a word.
    """
    word = defline.split(maxsplit=1)[0].removeprefix(">")
    named = _REFSEQ_IN_BARS.findall(word)
    if named:
        return [{"namespace": "refseq", "alias": alias} for alias in named]
    return [{"namespace": namespace, "alias": word}]


def validate_aliases(aliases: list[dict[str, str]]) -> bool:
    """True when all names may be loaded.

    Raises
    ------
    RuntimeError
        One holds a strange letter, or lacks its version where there must be one.
    """
    for record in aliases:
        namespace, alias = record["namespace"], record["alias"]
        if _STRANGE.search(alias):
            raise RuntimeError(f"alias {alias} contains invalid char (one of {_STRANGE})")
        if "." not in alias and _has_versions(namespace, alias):
            raise RuntimeError(f"{namespace} alias {alias} is unversioned")
    return True


def _has_versions(namespace: str, alias: str) -> bool:
    """Whether names like this one come with a version."""
    if namespace.startswith("Ensembl"):
        return alias.startswith("ENS")
    return namespace in ("NCBI", "refseq")
