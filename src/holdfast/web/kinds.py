"""
Kinds of files: what a browser is told about the files of banks.

The names of files come from remotes. What a browser could run or draw (HTML, SVG, XML, scripts) is
told to be text, which it is; what is not known is told to be bytes, and to be kept as a file.
"""

from urllib.parse import quote

BYTES = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
_KINDS = {
    "application/gzip": "gz tgz bgz",
    "application/zip": "zip",
    "application/x-tar": "tar",
    "application/x-bzip2": "bz2",
    "application/x-xz": "xz",
    "application/zstd": "zst",
    "application/json": "json",
    "image/png": "png",
    "image/jpeg": "jpg jpeg",
    "image/gif": "gif",
    TEXT: "txt md text log md5 sha1 sha256 tsv tab csv fa fasta fna faa ffn frn fas aln gb gbk "
    "gbff genbank embl dat gff gff3 gtf bed vcf sam paf maf psl agp fai dict sizes obo newick nwk "
    "html htm xhtml xml svg rdf owl js mjs css py pl sh r yaml yml toml ini properties conf",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes.split()}
_NAMED = frozenset({"readme", "changelog", "license", "licence", "copying", "md5sum", "sha256sum"})


def kind_of(name: str) -> str:
    """The media type of a file.

    >>> kind_of("chr1.fa.gz"), kind_of("logo.SVG"), kind_of("README"), kind_of("alu.nin")
    ('application/gzip', 'text/plain; charset=utf-8', 'text/plain; charset=utf-8', \
'application/octet-stream')
    """
    stem, dot, suffix = name.lower().rpartition(".")
    if not dot or not stem:
        return TEXT if name.lower() in _NAMED else BYTES
    return _BY_SUFFIX.get(suffix, BYTES)


def disposition(name: str, kind: str) -> str | None:
    """The header that has a browser keep a file rather than show it; None: it may show it."""
    if kind.startswith(("text/", "image/")) or kind == "application/json":
        return None
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
