"""Fixtures that several packages' tests share. Real parts are started once in a session."""

from tests.real_cluster import real_cluster as real_cluster
