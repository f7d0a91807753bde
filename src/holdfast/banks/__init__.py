"""
Banks: databanks of others, mirrored here as immutable releases.

A recipe (:mod:`~holdfast.banks.recipes`; BioMAJ's files: :mod:`~holdfast.banks.properties`) says
where a bank comes from and what to do after. What the remote lists is chosen from, named, and
compared with the newest release (:mod:`~holdfast.banks.choosing`, pure). The difference becomes a
release that is being made and a plan of jobs (:mod:`~holdfast.banks.updating`): they fetch, hold
what arrives to what the remote says of it, unpack, run commands (:mod:`~holdfast.banks.commands`)
and tools (:mod:`~holdfast.banks.indexing`), look again and close. The disk is the truth:
:mod:`~holdfast.banks.catalogue` reads it, :mod:`~holdfast.banks.releases` keeps it, and the
register of what happened and what is held (:mod:`~holdfast.banks.register`) follows it.
"""
