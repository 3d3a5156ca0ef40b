"""Fixtures of the diagnosis' tests."""

from tests.real_cluster import real_cluster as real_cluster
