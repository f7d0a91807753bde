"""
The register: what happened to banks, and what is held, in the ledger.

What happened is written here and nowhere else (:class:`Register`). What is held is on disk; the
:class:`Index` of it is for those who search, and is made again from the disk at any time.
"""

from holdfast.banks.register.index import Holding, Index
from holdfast.banks.register.register import Event, Register
from holdfast.banks.register.words import Sought

__all__ = ["Event", "Holding", "Index", "Register", "Sought"]
