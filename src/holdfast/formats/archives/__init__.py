"""
Archives: what others packed, read without trusting them.

::

    kinds        which suffix means what, and do the first bytes agree
    streams      the plain bytes of gzip, bzip2, xz, zstd and compress, with little memory
    members      what tar, zip and 7z hold, one after another
    limits       how much may come out of one archive
    extraction   members written below a folder that none of them can leave; or only read, to see
                 whether the archive is whole

An archive that is cut off, broken, or hostile becomes one
:class:`~holdfast.errors.FormatError`; what the disk refuses stays an ``OSError``.
"""
