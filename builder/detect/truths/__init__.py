"""What people wrote about running the project, one file each.

``TRUTHS`` holds them in the order in which they are believed: what runs in a container already, then what a platform
runs, then what runs on a machine, then what develops and tests.
"""

from builder.detect.truths.app_json import APP_JSON
from builder.detect.truths.compose import COMPOSE
from builder.detect.truths.devcontainer import DEVCONTAINER
from builder.detect.truths.dockerfile import DOCKERFILE
from builder.detect.truths.fly import FLY
from builder.detect.truths.hosted import HOSTED
from builder.detect.truths.kubernetes import KUBERNETES
from builder.detect.truths.nixpacks import NIXPACKS
from builder.detect.truths.procfile import PROCFILE
from builder.detect.truths.railway import RAILWAY
from builder.detect.truths.render import RENDER
from builder.detect.truths.scripts import SCRIPTS
from builder.detect.truths.systemd import SYSTEMD
from builder.detect.truths.workflows import WORKFLOWS
from builder.provider import Truth

TRUTHS: tuple[Truth, ...] = (
    DOCKERFILE, COMPOSE, KUBERNETES, PROCFILE, RENDER, FLY, RAILWAY, NIXPACKS, APP_JSON, HOSTED, SYSTEMD, SCRIPTS,
    WORKFLOWS, DEVCONTAINER,
)  # fmt: skip
