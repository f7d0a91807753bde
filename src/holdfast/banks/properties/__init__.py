"""
Properties: bank files of BioMAJ, read as they are.

:mod:`~holdfast.banks.properties.reading` turns bytes into sections and keys that know their lines;
:mod:`~holdfast.banks.properties.layers` looks a key up in a bank's file, the site's and the
environment; :mod:`~holdfast.banks.properties.meaning` says what they mean as a
:class:`~holdfast.banks.recipes.recipe.Recipe`. Everything odd on the way is a
:class:`~holdfast.banks.properties.problems.Problem`: an error, of which the bank is refused, a
warning, or a remark. Nothing here is BioMAJ's own code: the rules are those of its files.
"""
