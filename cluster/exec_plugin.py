"""Run the credential plugin that a person's own kubeconfig names (``client.authentication.k8s.io``).

Only ``cluster.kubeconfig`` calls this, and only for a kubeconfig of the machine that Sextant runs on.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cluster.fields import mapping, objects, strings, text, truth
from cluster.identity import Credentials, Endpoint
from core.errors import SettingInvalid, Unauthenticated

PLUGIN_TIMEOUT_SECONDS = 60.0
"""Long enough for a log-in in the browser that the plugin may open."""

_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


def run_plugin(
    plugin: Mapping[str, Any],
    *,
    folder: Path,
    cluster: Mapping[str, Any],
    endpoint: Endpoint,
    timeout_seconds: float = PLUGIN_TIMEOUT_SECONDS,
) -> Credentials:
    """Run the plugin without a shell and return the credentials that it prints.

    Raises ``SettingInvalid`` where it cannot be started, ``Unauthenticated`` where it gives no credentials.
    """
    version = text(plugin, "apiVersion")
    if version not in _VERSIONS:
        raise SettingInvalid(f"The exec plugin speaks {version or 'no version'}; known are {' and '.join(_VERSIONS)}.")
    program = _program(plugin, folder)
    interactive = text(plugin, "interactiveMode") != "Never" and sys.stdin is not None and sys.stdin.isatty()
    if text(plugin, "interactiveMode") == "Always" and not interactive:
        raise Unauthenticated(f"The credential plugin {program} needs a terminal to log in.")
    environment = {
        **os.environ,
        "KUBERNETES_EXEC_INFO": _exec_info(plugin, version, cluster, endpoint, interactive=interactive),
    }
    environment |= {text(item, "name"): text(item, "value") for item in objects(plugin, "env") if text(item, "name")}
    try:
        done = subprocess.run(  # noqa: S603 - the person's own kubeconfig names it, as it does for kubectl
            [program, *strings(plugin, "args")],
            env=environment,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise Unauthenticated(
            f"The credential plugin {program} did not end within {timeout_seconds:g} s.",
            next_step="Run it by hand once to log in, then try again.",
        ) from exc
    except OSError as exc:
        raise SettingInvalid(f"The credential plugin {program} cannot be started: {exc.strerror}.") from exc
    if done.returncode != 0:
        said = (done.stderr or b"").decode("utf-8", "replace").strip().splitlines()
        last = said[-1][:300] if said else "it said nothing"
        raise Unauthenticated(
            f"The credential plugin {program} failed with exit code {done.returncode}: {last}",
            next_step="Run the same command by hand; a log-in may have expired.",
        )
    return _credentials(done.stdout, program, version)


def _program(plugin: Mapping[str, Any], folder: Path) -> str:
    """Return the program's path; a relative path with a slash starts at the kubeconfig's folder."""
    command = text(plugin, "command")
    found = str(folder / command) if "/" in command else shutil.which(command) if command else None
    if found is None or not Path(found).exists():
        raise SettingInvalid(
            f"The credential plugin {command!r} of the kubeconfig is not installed.",
            next_step=text(plugin, "installHint").strip() or f"Install {command} or put it on PATH.",
        )
    return found


def _exec_info(
    plugin: Mapping[str, Any], version: str, cluster: Mapping[str, Any], endpoint: Endpoint, *, interactive: bool
) -> str:
    spec: dict[str, Any] = {"interactive": interactive}
    if truth(plugin, "provideClusterInfo"):
        about: dict[str, Any] = {"server": endpoint.server}
        if endpoint.ca_pem:
            about["certificate-authority-data"] = base64.b64encode(endpoint.ca_pem.encode()).decode()
        if endpoint.insecure:
            about["insecure-skip-tls-verify"] = True
        if endpoint.tls_server_name:
            about["tls-server-name"] = endpoint.tls_server_name
        for extension in objects(cluster, "extensions"):
            if text(extension, "name") == "client.authentication.k8s.io/exec":
                about["config"] = extension.get("extension")
        spec["cluster"] = about
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "spec": spec}, default=str)


def _credentials(output: bytes, program: str, version: str) -> Credentials:
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError) as exc:
        raise Unauthenticated(f"The credential plugin {program} printed no ExecCredential.") from exc
    if text(answer, "kind") != "ExecCredential" or text(answer, "apiVersion") != version:
        raise Unauthenticated(f"The credential plugin {program} printed no ExecCredential of {version}.")
    status = mapping(answer, "status")
    credentials = Credentials(
        token=text(status, "token"),
        certificate_pem=text(status, "clientCertificateData"),
        key_pem=text(status, "clientKeyData"),
    )
    if not credentials.token and not credentials.certificate_pem:
        raise Unauthenticated(f"The credential plugin {program} gave neither a token nor a client certificate.")
    return credentials
