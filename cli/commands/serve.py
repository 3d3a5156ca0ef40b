"""``sextant serve``."""

from typing import Annotated

import typer

from cli.options import Config, Context, Kubeconfig

SERVICES = "sextant.services"
"""The group of entry points of long-running services; the packages that carry them are not known here."""


def serve(
    *,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on (default: the settings').", metavar="ADDRESS")
    ] = "",
    port: Annotated[
        int,
        typer.Option(
            "--port", help="Port to listen on; 0 takes a free one.", min=-1, max=65535, show_default="the settings'"
        ),
    ] = -1,
    kubeconfig: Kubeconfig = None,
    context: Context = "",
    config: Config = None,
) -> None:
    """Start the HTTP API and its page. The terminal prints one address; without a cluster the demo is served."""
    from importlib.metadata import entry_points

    from core.errors import SettingInvalid

    found = entry_points(group=SERVICES, name="serve")
    if not found:
        raise SettingInvalid(
            "this source tree is not installed, so the service cannot be found",
            next_step="Run `make run`, or install it: pip install -e .",
        )
    run = next(iter(found)).load()
    run(host=host, port=port, kubeconfig=kubeconfig, context=context, config=config)
