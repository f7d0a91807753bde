"""
Why a post was not taken. Two exceptions of this package, which never leave it: they are turned into
what is written down about the post.
"""


class NotTaken(Exception):
    """A post was not taken; the text says why."""


class Passing(NotTaken):
    """It may be taken later: what keeps it concerns its whole way, or passes by itself."""


class Refused(NotTaken):
    """It will never be taken as it is."""
