"""
FTP: the banks as a tree to read, for clients that know nothing else.

It is a process of its own beside the pages. Whoever connects sees what ``/db/`` shows: the complete
releases of the banks they may see, and nothing can be written.
"""

import warnings

with warnings.catch_warnings():
    # Up to Python 3.11 it uses the standard library's asyncore, which says that it is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyftpdlib.servers  # noqa: F401 - so that nobody else is the first to import it
