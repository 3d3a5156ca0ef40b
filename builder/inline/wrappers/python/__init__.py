"""The parts of a wrapper in Python. One file is put together of ``server`` and the one that calls the function.

They need Python's own library only and run on every release from 3.9 on: no newer forms are used here.
"""
