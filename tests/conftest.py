"""Fixtures that several packages' tests share. Real parts are started once in a session."""

from core.llm import forbid_live_models
from tests.real_cluster import real_cluster as real_cluster

forbid_live_models()
