"""
Indexing: the steps that run a program of the field on the files of a release.

A :class:`~holdfast.banks.indexing.tool.Tool` says, without doing anything, which acts make its
index from which files (:mod:`~holdfast.banks.indexing.acts`); one module of :mod:`tools` each.
:mod:`running` does the acts, feeding programs with plain bytes through pipes, so that no compressed
file is unpacked for a program that reads one. A stranger's tool is found as ours are, by the
entry-point group ``holdfast.steps``.
"""
