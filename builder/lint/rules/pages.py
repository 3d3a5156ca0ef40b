"""The pages that say why: Docker's documentation, Kubernetes' and the tools' own."""

from typing import Final

REFERENCE: Final = "https://docs.docker.com/reference/dockerfile/"
BEST: Final = "https://docs.docker.com/build/building/best-practices/"
CHECKS: Final = "https://docs.docker.com/reference/build-checks/"
SECRETS: Final = "https://docs.docker.com/build/building/secrets/"
CACHE: Final = "https://docs.docker.com/build/cache/optimize/"
STAGES: Final = "https://docs.docker.com/build/building/multi-stage/"
PODS: Final = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
APT: Final = "https://manpages.debian.org/bookworm/apt/apt-get.8.en.html"
APK: Final = "https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper"
DNF: Final = "https://dnf.readthedocs.io/en/latest/command_ref.html"
PIP: Final = "https://pip.pypa.io/en/stable/cli/pip_install/"
NPM: Final = "https://docs.npmjs.com/cli/v11/commands/npm-ci"
LABELS: Final = "https://github.com/opencontainers/image-spec/blob/main/annotations.md"
"""Where the names of labels are specified."""
