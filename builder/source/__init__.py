"""Open what a person points at as a ``Tree``: a directory, an archive, a Git repository, pasted files.

Everything that comes in is untrusted: nothing is executed, no link is followed, and all sizes have limits.
"""
