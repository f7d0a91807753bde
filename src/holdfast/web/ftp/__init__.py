"""
FTP: the banks as a tree to read, for clients that know nothing else.

It is a process of its own beside the pages. Whoever connects sees what ``/db/`` shows: the complete
releases of the banks they may see, and nothing can be written.
"""
