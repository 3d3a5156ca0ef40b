"""Which registry answers for which: mirrors and registries without TLS, in the words of registries.conf."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """``mirrors`` by the registry that they stand for (``docker.io``: ``mirror.example.com/docker.io``).

    ``insecure`` are registries that speak plain HTTP: only for those of a test or a closed network.
    """

    mirrors: Mapping[str, str] = field(default_factory=dict)
    insecure: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The file. Short names are never looked up: ``FROM debian`` means Docker Hub's, as it does everywhere."""
        lines = ['unqualified-search-registries = ["docker.io"]', 'short-name-mode = "disabled"']
        for registry, mirror in self.mirrors.items():
            lines += ["", "[[registry]]", f"prefix = {json.dumps(registry)}", f"location = {json.dumps(mirror)}"]
            lines += ["insecure = true"] if mirror.split("/")[0] in self.insecure else []
        for registry in sorted(self.insecure):
            lines += ["", "[[registry]]", f"location = {json.dumps(registry)}", "insecure = true"]
        return "\n".join(lines) + "\n"
