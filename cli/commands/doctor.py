"""``sextant doctor``."""

import sys
from typing import Annotated

import typer

from cli.options import Config, Context, Kubeconfig, Namespace, Output, OutputFormat


def doctor(
    *,
    settings_only: Annotated[
        bool, typer.Option("--settings", help="Print every setting with its value, unit and the reason of its default.")
    ] = False,
    namespace: Namespace = "",
    output: OutputFormat = Output.TEXT,
    kubeconfig: Kubeconfig = None,
    context: Context = "",
    config: Config = None,
) -> None:
    """Say what is configured, what is reachable, what is missing, and what each missing part costs.

    Exits with 1 when something that is configured does not work; a part that is not configured is no failure.
    """
    import asyncio

    from cli.checkup import examine, settings_table
    from cli.terminal import painter, write_structure
    from core.settings import load_settings

    settings = load_settings(config)
    if settings_only:
        rows = settings_table(settings)
        if output in {Output.JSON, Output.YAML}:
            write_structure(rows, output)
            return
        for row in rows:
            sys.stdout.write(f"{row['name']} = {row['value']}    ({row['env']}, default {row['default']})\n")
            sys.stdout.write(f"    {row['description']}\n")
        return
    checks = asyncio.run(examine(settings, kubeconfig=kubeconfig, context=context, namespace=namespace))
    if output in {Output.JSON, Output.YAML}:
        write_structure([check.plain() for check in checks], output)
    else:
        paint = painter(sys.stdout)
        width = max(len(check.name) for check in checks)
        for check in checks:
            sys.stdout.write(f"{paint(check.state, f'{check.state:<4}')}  {check.name:<{width}}  {check.detail}\n")
            if check.next_step:
                sys.stdout.write(f"{'':<{width + 8}}{check.next_step}\n")
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)
