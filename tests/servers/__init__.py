"""
Servers for tests, on loopback: real ones, and one that fails as it is told.

``served`` starts a real server on a folder: Python's, nginx, Apache, an FTP server. ``scripted``
is an HTTP server whose every answer can be made to go wrong.
"""
