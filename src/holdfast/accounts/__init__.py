"""
Accounts: who asks, and what they may do.

A server that is open on this machine has one person, who may do everything. With accounts there are
local users and those of a directory (LDAP), sessions, and keys for programs. Nothing here knows a
bank, a sequence or a plot: whether somebody may see one of those is decided in ``app/``.

What is written down is in the ledger's database; of passwords, sessions and keys only what cannot
be turned back into them.
"""
