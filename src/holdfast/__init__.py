"""
Holdfast keeps the reference data of a biology lab.

It mirrors remote databanks (:mod:`holdfast.banks`), keeps every sequence once under the digest of
its residues (:mod:`holdfast.sequences`) and compares genomes in dot plots
(:mod:`holdfast.dotplots`). Each of the three is a library on its own; :mod:`holdfast.app` is where
they meet, and the command line shows what it answers.
"""


def __getattr__(name: str) -> str:
    """``__version__``, looked up when asked for: looking takes a tenth of the start."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - it is what takes so long

    return version("holdfast")
