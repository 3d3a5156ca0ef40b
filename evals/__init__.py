"""Evaluation suites over ``datasets/`` or a folder that the user names; metrics and reports.

Belongs here: cases, scoring, reports. May import every other package; nothing imports it.
"""
