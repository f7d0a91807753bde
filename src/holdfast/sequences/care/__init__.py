"""Care: looking at what was done, undoing it, checking, repairing, and making room.

Everything here works from the journal, which is the truth, and changes nothing that is named.
"""
