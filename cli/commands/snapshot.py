"""``sextant snapshot``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AllNamespaces, AsGroup, AsUser, Config, Context, Kubeconfig, Namespace


def snapshot(
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Bundle to write, such as shop.tar.zst.", metavar="FILE", dir_okay=False),
    ],
    target: Annotated[
        str, typer.Argument(help="A workload whose logs are recorded even when it is healthy.", metavar="KIND/NAME")
    ] = "",
    namespace: Namespace = "",
    all_namespaces: AllNamespaces = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it exists.")] = False,
    kubeconfig: Kubeconfig = None,
    context: Context = "",
    as_user: AsUser = "",
    as_group: AsGroup = None,
    config: Config = None,
) -> None:
    """Record a namespace as a redacted bundle that `diagnose --from` reads anywhere.

    Secret values are never kept; passwords, tokens and keys in variables, arguments, annotations, events and logs are
    masked before anything is written.

    \b
    Examples:
      sextant snapshot -n shop -o shop.tar.zst
      sextant snapshot -A -o cluster.tar.zst
    """
    from cli.recordings import snapshot_for
    from cli.wanted import Wanted
    from cluster.recording.bundle import write_bundle
    from core.errors import UsageError
    from core.settings import load_settings

    wanted = Wanted(
        target=target,
        namespace=namespace,
        all_namespaces=all_namespaces,
        kubeconfig=kubeconfig,
        context=context,
        as_user=as_user,
        as_groups=tuple(as_group or ()),
    )
    if output.exists() and not force:
        raise UsageError(f"{output} exists", next_step="Choose another name, or add --force to replace it.")
    taken, space = snapshot_for(wanted, load_settings(config))
    summary = write_bundle(taken, output)
    where = f"namespace {space}" if space else "all namespaces"
    sys.stdout.write(
        f"{summary.path}: {where}, {summary.objects} objects, {summary.logs} logs, {summary.bytes} bytes, redacted\n"
    )
    for gap in taken.coverage.gaps:
        sys.stderr.write(f"warning: {gap.kind} {gap.state}: {gap.note}\n")
