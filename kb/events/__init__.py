"""Cluster events as knowledge: patterns instead of single events, what is new, what helped the last time.

Belongs here: fingerprints, occurrences and their decay, incidents with the fix that a person confirmed.
Does not belong here: watching a cluster (``cluster.watching``), diagnosing (``diagnose``).
"""
