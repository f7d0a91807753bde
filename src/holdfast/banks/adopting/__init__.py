"""
Adopting: what BioMAJ made becomes releases here, where it is.

:mod:`~holdfast.banks.adopting.history` reads what BioMAJ's database knew of its banks,
:mod:`~holdfast.banks.adopting.finding` looks for releases on the disk and decides which are
adopted, :mod:`~holdfast.banks.adopting.manifest` says what each is made of, and
:mod:`~holdfast.banks.adopting.writing` writes that beside them. Nothing is moved or changed.
"""
