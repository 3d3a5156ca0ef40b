"""Which service a dependency is a client of: one table for all languages, by the name of the package."""

from builder.detect.shared import (
    clients_crates,
    clients_go,
    clients_hex,
    clients_npm,
    clients_packagist,
    clients_pypi,
    clients_rubygems,
)
from builder.draft import Draft
from builder.grounds import DECLARED
from builder.plan import Service
from core.evidence import Evidence
from core.phrase import Phrase

CLIENTS: dict[str, dict[str, str]] = {
    "crates": clients_crates.CLIENTS,
    "go": clients_go.CLIENTS,
    "hex": clients_hex.CLIENTS,
    "npm": clients_npm.CLIENTS,
    "packagist": clients_packagist.CLIENTS,
    "pypi": clients_pypi.CLIENTS,
    "rubygems": clients_rubygems.CLIENTS,
}
"""By ecosystem. Names are lower case, in the ecosystem's own form; for Go without the major version."""


def add_service(draft: Draft, ecosystem: str, package: str, evidence: Evidence | None) -> None:
    """Add the service that a dependency is a client of, if it is one."""
    service = CLIENTS.get(ecosystem, {}).get(package.lower())
    if service and all(one.name != service for one in draft.services):
        draft.services.add(
            Service(name=service),
            DECLARED,
            f"{ecosystem}.service.client",
            Phrase(
                en=f"It depends on {package}, a client of {service}.", zh=f"依赖 {package}，即 {service} 的客户端。"
            ),
            evidence,
        )
