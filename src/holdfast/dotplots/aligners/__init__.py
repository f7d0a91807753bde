"""
Aligners: what finds the matches between two genomes.

An aligner answers a question (two FASTA files, a preset, cores) with a PAF file. Each is a plug-in
of the group ``holdfast.aligners``; ours, mappy, is added in the same way as a stranger's.
"""
