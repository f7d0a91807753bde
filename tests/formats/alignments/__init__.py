"""Alignments of other programs, read as PAF."""
