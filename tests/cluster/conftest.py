"""Fixtures of the cluster tests."""

from tests.real_cluster import real_cluster as real_cluster
