"""The command line ``sextant``: kubectl's conventions, terminal rendering, exit codes.

Belongs here: arguments, progress, printing. Commands import what they run inside their functions, so that
``sextant --help`` starts fast.
Does not belong here: anything that the HTTP API would need too.
"""
