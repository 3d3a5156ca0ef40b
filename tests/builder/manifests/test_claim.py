"""Volumes of what runs once or at times."""

from builder.manifests.claim import claimed, claims
from builder.plan import Kind
from tests.builder.manifests.subjects import ready, subject


def test_a_job_has_a_claim_of_its_own() -> None:
    about = subject(ready(Kind.JOB, volumes=("/out",)))
    assert [one.name for one in claims(about)] == ["shop-data-out"]
    assert claimed(about) == {"data-out": "shop-data-out"}


def test_beside_a_statefulset_its_claims_are_used() -> None:
    about = subject(ready(volumes=("/out",)))
    assert claims(about) == ()
    assert claimed(about) == {"data-out": "data-out-shop-0"}
