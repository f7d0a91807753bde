"""
What Holdfast shows over HTTP.

:mod:`holdfast.web.server` runs it, as one process or several. :mod:`holdfast.web.application`
puts the pages and the API together; :mod:`holdfast.web.sequences` answers for the store of
sequences, alone or beside them.

``static/plot.html`` is the dot-plot page: one file that needs no network, made from ``viewer/``
when Holdfast is built and never kept in the repository. `holdfast.dotplots.bundle` puts a scene
into it.
"""
