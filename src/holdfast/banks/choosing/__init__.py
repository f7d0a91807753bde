"""Choosing: which files of a remote are wanted, how they are called, and what of them is new."""
