"""``sextant diagnose``."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cli.options import (
    AllNamespaces,
    AsGroup,
    AsUser,
    Config,
    Context,
    Kubeconfig,
    Language,
    Namespace,
    Output,
    OutputFormat,
)

FAILED_ON = 3
"""Exit code of a diagnosis at or above ``--fail-on``."""


class Level(StrEnum):
    """Severities, as ``--fail-on`` takes them."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Reader(StrEnum):
    """Whom ``--explain`` writes for, as ``--audience`` takes them."""

    NOVICE = "novice"
    DEVELOPER = "developer"
    EXPERT = "expert"


class Extra(StrEnum):
    """What ``--include`` adds to a diagnosis."""

    HYGIENE = "hygiene"


def diagnose(
    *,
    language: Language,
    target: Annotated[
        str,
        typer.Argument(
            help="What to diagnose, such as deploy/checkout. Nothing: the whole namespace.", metavar="KIND/NAME"
        ),
    ] = "",
    namespace: Namespace = "",
    all_namespaces: AllNamespaces = False,
    recording: Annotated[
        str,
        typer.Option(
            "--from",
            help="Read a recording instead of a cluster: a bundle, a folder, an archive, or - for standard input.",
            metavar="PATH",
        ),
    ] = "",
    demo: Annotated[bool, typer.Option("--demo", help="Diagnose the bundled demo recording.")] = False,
    output: OutputFormat = Output.TEXT,
    fail_on: Annotated[
        Level | None, typer.Option("--fail-on", help="Exit with 3 when a cause is at least this severe.")
    ] = None,
    include: Annotated[
        list[Extra] | None,
        typer.Option("--include", help="Also list: hygiene (not broken, but could be better).", metavar="WHAT"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run/--no-dry-run", help="Let the live API server judge each fix, changing nothing.")
    ] = True,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and print what is new, changed or healed until Ctrl-C.")
    ] = False,
    propose: Annotated[
        bool, typer.Option("--propose", help="Write the first fix down as a ChangeProposal for somebody to approve.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also let the model of the settings word what was found.")
    ] = False,
    audience: Annotated[Reader, typer.Option("--audience", help="Whom --explain writes for.")] = Reader.DEVELOPER,
    kubeconfig: Kubeconfig = None,
    context: Context = "",
    as_user: AsUser = "",
    as_group: AsGroup = None,
    config: Config = None,
) -> None:
    """Say why a workload, a namespace or a whole cluster fails, with evidence and a fix.

    \b
    Examples:
      sextant diagnose deploy/checkout -n shop
      sextant diagnose -n shop
      sextant diagnose -A -o json
      sextant diagnose pod/web-0 --from shop.tar.zst
      sextant diagnose --demo
      sextant diagnose -n shop --watch
      sextant diagnose --demo --explain --audience novice
    """
    from cli.proposing import proposed
    from cli.recordings import snapshot_for, with_dry_runs
    from cli.terminal import painter, write_structure
    from cli.wanted import Wanted
    from core.settings import load_settings
    from diagnose import render
    from diagnose.engine import diagnose as run
    from diagnose.findings import Severity

    wanted = Wanted(
        target=target,
        namespace=namespace,
        all_namespaces=all_namespaces,
        recording=recording,
        demo=demo,
        kubeconfig=kubeconfig,
        context=context,
        as_user=as_user,
        as_groups=tuple(as_group or ()),
    )
    settings = load_settings(config)
    if watch:
        from cli import watching

        given = (("--propose", propose), ("--fail-on", fail_on), ("--explain", explain))
        others = [flag for flag, wish in given if wish]
        watching.refuse_contradictions(wanted, output, others=others)
        extra = Extra.HYGIENE in (include or ())
        watching.watch(wanted, settings, output=output, language=language.value, hygiene=extra, dry_run=dry_run)
        return
    snapshot, space = snapshot_for(wanted, settings)
    diagnosis = run(
        snapshot, target=target, namespace=space, numbers=settings.diagnose, hygiene=Extra.HYGIENE in (include or ())
    )
    if dry_run:
        diagnosis = with_dry_runs(wanted, settings, diagnosis)
    if explain:
        from cli import explaining
    match output:
        case Output.TEXT:
            sys.stdout.write(render.text(diagnosis, language.value, painter(sys.stdout)))
        case Output.MARKDOWN:
            sys.stdout.write(render.markdown(diagnosis, language.value))
        case _:
            document = render.document(diagnosis)
            if explain:
                document["explanation"] = explaining.structure(diagnosis, settings, language.value, audience.value)
            write_structure(document, output)
    if explain and output in {Output.TEXT, Output.MARKDOWN}:
        explaining.write(diagnosis, settings, output, language.value, audience.value)
    if propose:
        sys.stderr.write(proposed(wanted, settings, diagnosis) + "\n")
    if fail_on is not None:
        limit = Severity(fail_on.value).rank
        if any(root.severity.rank <= limit for root in diagnosis.roots):
            raise typer.Exit(FAILED_ON)
