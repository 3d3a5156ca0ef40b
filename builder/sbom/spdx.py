"""Write SPDX 2.3 as JSON (https://spdx.github.io/spdx-spec/v2.3/)."""

import re
from typing import Any

from builder.sbom.cyclonedx import image_purl
from builder.sbom.documents import TOOL, encoded, serial, tool_version
from builder.sbom.model import Inventory, Subject

_IMAGE = "SPDXRef-image"
_NO_IDENTIFIER = re.compile(r"[^A-Za-z0-9.-]+")
UNSAID = "NOASSERTION"


def spdx(subject: Subject, found: Inventory) -> bytes:
    """Return the bill of materials: the image contains its packages. The same input gives the same bytes.

    ::

        {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name", "documentNamespace",
         "creationInfo": {"created", "creators"}, "packages": [image, package …],
         "relationships": [document DESCRIBES image, image CONTAINS package …]}

    Licences are left open: SPDX wants expressions of its own list, and what packages say need not be one.
    """
    version = tool_version()
    packages = [_package(_IMAGE, subject.name, subject.digest or subject.id, image_purl(subject), "CONTAINER")]
    if system := found.system:
        packages.append(_package("SPDXRef-system", system.id, system.version, "", "OPERATING_SYSTEM"))
    for at, one in enumerate(found.components):
        name = f"{one.group}/{one.name}" if one.group and one.ecosystem not in {"deb", "apk"} else one.name
        identifier = f"SPDXRef-{one.ecosystem}-{at}-{_NO_IDENTIFIER.sub('-', one.name)}"
        packages.append(
            _package(identifier, name, one.version, one.purl, "FRAMEWORK" if one.kind == "platform" else "LIBRARY")
        )
    about = [gap.en for gap in found.gaps] + [f"Not read: {path}" for path in found.unread]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": subject.name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{TOOL}-{serial(subject, 'spdx')}",
        "creationInfo": {"created": subject.created, "creators": [f"Tool: {TOOL}{'-' if version else ''}{version}"]},
        "packages": packages,
        "relationships": [
            _relationship("SPDXRef-DOCUMENT", "DESCRIBES", _IMAGE),
            *(_relationship(_IMAGE, "CONTAINS", one["SPDXID"]) for one in packages[1:]),
        ],
    }
    return encoded(document | ({"comment": "\n".join(about)} if about else {}))


def _package(identifier: str, name: str, version: str, purl: str, purpose: str) -> dict[str, Any]:
    package: dict[str, Any] = {
        "SPDXID": identifier,
        "name": name,
        "versionInfo": version,
        "downloadLocation": UNSAID,
        "filesAnalyzed": False,
        "licenseConcluded": UNSAID,
        "licenseDeclared": UNSAID,
        "copyrightText": UNSAID,
        "primaryPackagePurpose": purpose,
    }
    if purl:
        package["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        ]
    return package if version else {key: value for key, value in package.items() if key != "versionInfo"}


def _relationship(element: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": other}
