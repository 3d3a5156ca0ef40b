"""``sextant kb upload``: documents that are sent and kept, and not read from a place again."""

from typing import Annotated

import typer

from cli.options import Config, Output, OutputFormat


def upload(
    *,
    files: Annotated[list[str], typer.Argument(help="Files, or - for standard input.", metavar="FILE...")],
    to: Annotated[
        str, typer.Option("--to", help="Source of kind upload; it is made where there is none.", metavar="SOURCE")
    ] = "uploads",
    name: Annotated[
        str, typer.Option("--name", help="What to call the document.", show_default="that of the file")
    ] = "",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Only for those who may read this namespace.", metavar="NS")
    ] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is done, with progress.")] = True,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Send documents into a source that keeps them. The same name again replaces a document.

    Until the new version is indexed the old one is found. `kb rm upload:NAME` removes one document.

    \b
    Examples:
      sextant kb upload guide.pdf on-call.md
      sextant kb upload on-call.md --to team -n shop
      kubectl get cm/policy -o yaml | sextant kb upload - --name policy.yaml
    """
    from cli import knowledge, knowledge_uploads

    wanted = knowledge_uploads.checked(files, name)
    access = f"namespace:{namespace}" if namespace else ""
    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(
        asking,
        lambda service: knowledge_uploads.upload(service, asking, wanted, to=to, access=access, wait=wait),
    )
