"""Parsers of what source trees hold: one file for each format, all alike.

Each takes text and returns data, or None for what is not of the format: a broken file in somebody's repository is a
fact about it, not an error of ours. Nothing here runs, imports or fetches anything that a tree holds.
"""
