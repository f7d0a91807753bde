"""
What Holdfast shows in a browser.

:mod:`holdfast.web.gallery` serves the finished plots of a home folder as a page of cards.

``static/plot.html`` is the dot-plot page: one file that needs no network, made from ``viewer/``
when Holdfast is built and never kept in the repository. `holdfast.dotplots.bundle` puts a scene
into it.
"""
