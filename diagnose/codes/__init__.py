"""The rows of the catalogue, one file per family. ``diagnose.catalogue`` joins them.

Belongs here: what a code means and when it is given. Does not belong here: the rules that find it (``analyzers``).
"""
