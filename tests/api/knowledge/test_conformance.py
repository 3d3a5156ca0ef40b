"""The paths of the knowledge base do what their description says, for requests good and bad."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis

from tests.api.harness import BEARER
from tests.api.knowledge.harness import knowing_context
from tests.api.serving import served
from tests.api.test_openapi import conforming

WITHOUT = "backup|restore"
"""They take the knowledge base away from the other requests of this test."""


# The service runs in a thread of this process, and its back-off takes from `random` while requests are being made up.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_the_knowledge_base_does_what_its_description_says(tmp_path: Path) -> None:
    with served(knowing_context(tmp_path, local_paths=False)) as base:
        schema: Any = schemathesis.openapi.from_url(f"{base}/openapi.json", headers=BEARER)
        chosen = schema.include(tag="knowledge").exclude(path_regex=WITHOUT)
        tried = sum(conforming(operation.ok()) for operation in chosen.get_all_operations())
    assert tried > 100
