"""``sextant serve``."""

from typing import Annotated

import typer

from cli.options import Config, Context, Kubeconfig


def serve(
    *,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on (default: the settings').", metavar="ADDRESS")
    ] = "",
    port: Annotated[
        int,
        typer.Option(
            "--port", help="Port to listen on; 0 takes a free one.", min=-1, max=65535, show_default="settings"
        ),
    ] = -1,
    kubeconfig: Kubeconfig = None,
    context: Context = "",
    config: Config = None,
) -> None:
    """Start the HTTP API and its page. The terminal prints one address; without a cluster the demo is served."""
    from cli.serving import run

    run(host=host, port=port, kubeconfig=kubeconfig, context=context, config=config)
