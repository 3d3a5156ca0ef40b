"""Where a person's own credentials for registries stand, as docker, podman and buildah keep them."""

import os
from pathlib import Path


def login_of() -> Path | None:
    """Return the file, None where there is none."""
    named, runtime = os.environ.get("REGISTRY_AUTH_FILE"), os.environ.get("XDG_RUNTIME_DIR")
    docker = os.environ.get("DOCKER_CONFIG")
    places = [
        *([Path(named)] if named else []),
        *([Path(runtime) / "containers" / "auth.json"] if runtime else []),
        (Path(docker) if docker else Path.home() / ".docker") / "config.json",
    ]
    return next((path for path in places if path.is_file()), None)
