"""Write CycloneDX 1.6 as JSON (https://cyclonedx.org/docs/1.6/json/)."""

from collections.abc import Iterator
from typing import Any

from builder.registry.errors import NoDigest
from builder.registry.references import reference
from builder.sbom.documents import TOOL, encoded, serial, tool_version
from builder.sbom.model import Component, Inventory, Subject
from builder.sbom.purl import purl


def cyclonedx(subject: Subject, found: Inventory) -> bytes:
    """Return the bill of materials. The same image and inventory give the same bytes.

    ::

        {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:…", "version": 1,
         "metadata": {"timestamp", "lifecycles", "tools", "component": the image},
         "components": [{"type", "bom-ref", "group", "name", "version", "purl", "licenses", "evidence"}],
         "compositions": [{"aggregate": "incomplete" | "unknown", "assemblies": [the image]}]}

    Licences are written by name and not by SPDX id: they are what a package says, and that need not be one.
    """
    image = f"image:{subject.id}"
    parts = [*_system(found), *(_component(one) for one in found.components)]
    return encoded(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{serial(subject, 'cyclonedx')}",
            "version": 1,
            "metadata": {
                "timestamp": subject.created,
                "lifecycles": [{"phase": "post-build"}],
                "tools": {
                    "components": [_without_empty({"type": "application", "name": TOOL, "version": tool_version()})]
                },
                "component": _without_empty(
                    {
                        "type": "container",
                        "bom-ref": image,
                        "name": subject.name,
                        "version": subject.digest or subject.id,
                        "purl": image_purl(subject),
                        "properties": [
                            {"name": "sextant:image:id", "value": subject.id},
                            *({"name": "sextant:gap", "value": gap.en} for gap in found.gaps),
                            *({"name": "sextant:unread", "value": path} for path in found.unread),
                        ],
                    }
                ),
            },
            "components": parts,
            "compositions": [
                {"aggregate": "incomplete" if found.gaps or found.unread else "unknown", "assemblies": [image]}
            ],
        }
    )


def image_purl(subject: Subject) -> str:
    """Return the package URL of an image whose digest is known: without one there is none."""
    try:
        named = reference(subject.name)
    except NoDigest:
        return ""
    if not subject.digest:
        return ""
    local = named.registry == "localhost"
    qualifiers = {"arch": subject.architecture, "tag": named.tag, "repository_url": "" if local else named.name}
    return purl("oci", named.path.rpartition("/")[2], subject.digest, qualifiers=qualifiers)


def _system(found: Inventory) -> Iterator[dict[str, Any]]:
    if system := found.system:
        yield _without_empty(
            {
                "type": "operating-system",
                "bom-ref": f"system:{system.distro}",
                "name": system.id,
                "version": system.version,
                "description": system.name,
            }
        )


def _component(one: Component) -> dict[str, Any]:
    return _without_empty(
        {
            "type": one.kind,
            "bom-ref": one.purl,
            "group": one.group,
            "name": one.name,
            "version": one.version,
            "licenses": [{"license": {"name": name}} for name in one.licenses],
            "purl": one.purl,
            "evidence": {"occurrences": [{"location": path} for path in one.paths]} if one.paths else {},
        }
    )


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
