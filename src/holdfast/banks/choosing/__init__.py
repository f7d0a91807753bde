"""Choosing: which files of a remote are wanted, how they and the release are called, what is new."""
