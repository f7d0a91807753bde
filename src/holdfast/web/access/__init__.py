"""
Access: who asks over the web, and what of a request is let in at all.

:mod:`~holdfast.web.access.guard` stands before everything: it knows the person, refuses what comes
from a page of somebody else, and says to browsers what our pages may do. Whether a person may see
or change a thing is decided in ``app/``, not here.
"""
