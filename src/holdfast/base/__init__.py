"""
Small things, readable alone: digests, slices, atomic files, locks, progress.

Nothing here knows a bank, a sequence store, a job or a plot. Everything else may stand on it.
"""
