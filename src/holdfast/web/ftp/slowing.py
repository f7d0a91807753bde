"""Slowing: a channel for data that is hung up on when nobody takes it, and no quicker than set."""

from pyftpdlib.handlers import ThrottledDTPHandler

PIECE = 256 * 1024  #: bytes handed to the system at once


class Slowed(ThrottledDTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """A channel for data; `write_limit` is bytes a second, 0 any number."""

    ac_out_buffer_size = PIECE

    def use_sendfile(self) -> bool:
        """Whether the system may send the file by itself: only where nothing is counted."""
        # Past the class above, which never does, to what says no of a channel by TLS.
        return not self.write_limit and bool(super(ThrottledDTPHandler, self).use_sendfile())
