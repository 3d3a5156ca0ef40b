"""The documents: CycloneDX and SPDX."""

import json
from pathlib import Path

from builder.build.executor import Image
from builder.sbom import Component, Inventory, Subject, System, cyclonedx, spdx
from core.phrase import Phrase

IMAGE = Image(id="sha256:" + "1" * 64, name="ghcr.io/team/shop:1", size=1, steps_cached=0, steps=1, seconds=0.0)
DIGEST = "sha256:" + "2" * 64
FOUND = Inventory(
    system=System(id="debian", version="12", name="Debian GNU/Linux 12 (bookworm)"),
    components=(
        Component(
            ecosystem="npm",
            group="@scope",
            name="a",
            version="1.0.0",
            purl="pkg:npm/%40scope/a@1.0.0",
            licenses=("MIT",),
            paths=("app/node_modules/@scope/a/package.json",),
        ),
        Component(ecosystem="generic", name="node", version="22.1.0", purl="pkg:generic/node@22.1.0", kind="platform"),
    ),
)


def subject(digest: str = DIGEST) -> Subject:
    configuration = {"created": "2026-01-02T03:04:05.678901Z", "architecture": "amd64"}
    return Subject.of(IMAGE, configuration, digest=digest)


def test_an_image_without_a_time_has_the_epoch() -> None:
    for created in (None, "", "yesterday", 5, "2026-01-02T03:04:05+02:00"):
        assert Subject.of(IMAGE, {"created": created}).created == "1970-01-01T00:00:00Z"
    assert subject().created == "2026-01-02T03:04:05Z"


def test_cyclonedx_says_image_system_and_components() -> None:
    document = json.loads(cyclonedx(subject(), FOUND))
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    assert document["metadata"]["timestamp"] == "2026-01-02T03:04:05Z"
    image = document["metadata"]["component"]
    assert image["type"] == "container"
    assert image["version"] == DIGEST
    assert image["purl"] == f"pkg:oci/shop@{DIGEST}?arch=amd64&repository_url=ghcr.io%2Fteam%2Fshop&tag=1"
    assert document["components"] == [
        {
            "type": "operating-system",
            "bom-ref": "system:debian-12",
            "name": "debian",
            "version": "12",
            "description": "Debian GNU/Linux 12 (bookworm)",
        },
        {
            "type": "library",
            "bom-ref": "pkg:npm/%40scope/a@1.0.0",
            "group": "@scope",
            "name": "a",
            "version": "1.0.0",
            "licenses": [{"license": {"name": "MIT"}}],
            "purl": "pkg:npm/%40scope/a@1.0.0",
            "evidence": {"occurrences": [{"location": "app/node_modules/@scope/a/package.json"}]},
        },
        {
            "type": "platform",
            "bom-ref": "pkg:generic/node@22.1.0",
            "name": "node",
            "version": "22.1.0",
            "purl": "pkg:generic/node@22.1.0",
        },
    ]
    assert document["compositions"] == [{"aggregate": "unknown", "assemblies": [image["bom-ref"]]}]


def test_spdx_says_what_the_image_contains() -> None:
    document = json.loads(spdx(subject(), FOUND))
    assert document["spdxVersion"] == "SPDX-2.3"
    names = {one["SPDXID"]: one["name"] for one in document["packages"]}
    assert names == {
        "SPDXRef-image": "ghcr.io/team/shop:1",
        "SPDXRef-system": "debian",
        "SPDXRef-npm-0-a": "@scope/a",
        "SPDXRef-generic-1-node": "node",
    }
    contained = [
        one["relatedSpdxElement"] for one in document["relationships"] if one["relationshipType"] == "CONTAINS"
    ]
    assert contained == ["SPDXRef-system", "SPDXRef-npm-0-a", "SPDXRef-generic-1-node"]
    assert document["creationInfo"]["created"] == "2026-01-02T03:04:05Z"


def test_the_same_image_gives_the_same_bytes_and_another_one_another_serial() -> None:
    for write in (cyclonedx, spdx):
        assert write(subject(), FOUND) == write(subject(), FOUND)
    other = Subject(name="x", id="sha256:" + "3" * 64)
    serials = {json.loads(cyclonedx(one, FOUND))["serialNumber"] for one in (subject(), subject(""), other)}
    assert len(serials) == 3


def test_gaps_stand_in_the_documents() -> None:
    found = Inventory(
        components=(), gaps=(Phrase(en="Not all was looked at.", zh="没有全部检查。"),), unread=("x.jar",)
    )
    document = json.loads(cyclonedx(subject(), found))
    assert document["compositions"][0]["aggregate"] == "incomplete"
    said = [one["value"] for one in document["metadata"]["component"]["properties"]]
    assert said == [IMAGE.id, "Not all was looked at.", "x.jar"]
    assert json.loads(spdx(subject(), found))["comment"] == "Not all was looked at.\nNot read: x.jar"


def test_an_image_whose_digest_is_not_known_has_no_package_url(tmp_path: Path) -> None:
    image = json.loads(cyclonedx(subject(""), FOUND))["metadata"]["component"]
    assert "purl" not in image
    assert image["version"] == IMAGE.id
    local = Subject(name="localhost/shop:1", id=IMAGE.id, digest=DIGEST)
    assert json.loads(cyclonedx(local, FOUND))["metadata"]["component"]["purl"] == f"pkg:oci/shop@{DIGEST}?tag=1"
