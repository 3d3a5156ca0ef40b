"""Fixtures that several packages' tests share. Real parts are started once in a session."""

from core.llm import forbid_live_models
from tests.databases import database as database
from tests.databases import postgres as postgres
from tests.databases import storage as storage
from tests.images import images as images
from tests.real_cluster import real_cluster as real_cluster

forbid_live_models()
