"""Fixtures that tests of builds and of trials share."""

from tests.builder.build.benches import build_cluster as build_cluster
