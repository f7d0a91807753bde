"""
Holdfast keeps the reference data of a biology lab.

It mirrors remote databanks (:mod:`holdfast.banks`), keeps every sequence once under the digest of
its residues (:mod:`holdfast.sequences`) and compares genomes in dot plots
(:mod:`holdfast.dotplots`). Each of the three is a library on its own; :mod:`holdfast.app` is where
they meet, and the command line shows what it answers.
"""

from importlib.metadata import version

__version__ = version("holdfast")
