"""Names: aliases and their namespaces, what a text means, and where names come from.

Definition lines, tables and assembly reports give aliases; resolving, searching and listing use
them. Nothing is guessed: a name that means several things is refused with all of them.
"""
