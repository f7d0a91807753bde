"""
Importing what another program kept: a site of BioMAJ becomes ours, where it is.

:mod:`~holdfast.app.importing.site` goes through a site, :mod:`~holdfast.app.importing.bank` adopts
one bank of it, :mod:`~holdfast.app.importing.made` knows how its releases came to be, and
:mod:`~holdfast.app.importing.past` writes into the register what had happened before.
"""
