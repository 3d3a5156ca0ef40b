import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from cluster.fake import FakeCluster
from tests.api.harness import BEARER, deployment, identity_at, make_context, namespace
from tests.api.serving import served

EXAMPLES = 10
HEALTH = list(HealthCheck)
PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    described: dict[str, Any] = create_app(make_context(tmp_path)).openapi()
    return described


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_every_operation_has_summary_description_and_its_errors(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert answer["content"] == {"application/problem+json": PROBLEM}, (name, status)
                assert answer["description"], (name, status)
        if name != "GET /healthz":
            assert operation["security"] == [{"bearer": []}], name
            assert "401" in operation["responses"], name


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    found = {part.split('"')[0] for part in json.dumps(document).split('"$ref": "')[1:]}
    assert found
    for reference in found:
        assert reference.rpartition("/")[2] in document["components"]["schemas"], reference


def test_the_body_of_a_diagnosis_is_described_in_all_its_forms(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/diagnoses"]["post"]["requestBody"]["content"]
    assert {"application/json", "multipart/form-data", "application/zstd", "application/zip"} <= set(content)
    assert set(content["application/json"]["examples"]) == {"demo", "live"}


def test_the_api_does_what_its_description_says(tmp_path: Path) -> None:
    fake = FakeCluster([namespace("shop"), *deployment("checkout"), *deployment("cart", ready=1)])
    with fake.serve_in_thread() as endpoint, served(make_context(tmp_path, identity=identity_at(endpoint))) as base:
        schema: Any = schemathesis.openapi.from_url(f"{base}/openapi.json", headers=BEARER)
        chosen = schema.exclude(path_regex="events").exclude(tag="knowledge")  # tests/api/knowledge has one of its own
        tried = sum(conforming(operation.ok()) for operation in chosen.get_all_operations())
    assert tried > 50


def conforming(operation: Any) -> int:
    """Call one operation with generated requests, good and bad, and compare the answers with the description.

    Random bytes are no recording and random words no target, so well-formed requests may be refused.
    """
    tried = 0

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=HEALTH)
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(headers=BEARER, excluded_checks=[positive_data_acceptance])

    check()
    return tried
