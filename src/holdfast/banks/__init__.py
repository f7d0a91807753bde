"""
Banks: databanks of others, mirrored here as immutable releases.

A :mod:`~holdfast.banks.recipe` says where a bank comes from and what to do after. What the remote
lists, read through a :mod:`~holdfast.banks.selection` and given a name by
:mod:`~holdfast.banks.naming`, is compared with the newest release (:mod:`~holdfast.banks.changes`,
pure); the difference becomes a :class:`~holdfast.banks.making.Making`, the state of a release that
is not finished, and a plan of jobs (:mod:`~holdfast.banks.update`, pure). The jobs fetch
(:mod:`~holdfast.banks.fetch`) and hold what arrives (:mod:`~holdfast.banks.arriving`) to what the
remote says of it (:mod:`~holdfast.banks.verification`), unpack (:mod:`~holdfast.banks.unpack`),
look again and close (:mod:`~holdfast.banks.finish`). The disk is the truth:
:mod:`~holdfast.banks.catalogue` reads it.
"""
