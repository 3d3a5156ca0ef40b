"""``sextant build``: from source code to a plan, files, an image."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Config, Language, Output, OutputFormat

build = typer.Typer(
    name="build",
    help="Turn source code into an image: see the plan, write the files.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

Source = Annotated[Path, typer.Argument(help="Folder of the source code.", metavar="PATH")]


Only = Annotated[str, typer.Option("--component", help="Only this component of several, by its name.", metavar="NAME")]


@build.command("plan", short_help="Say what the source code is, how it is built and run, and why.")
def plan_(*, source: Source = Path(), output: OutputFormat = Output.TEXT, lang: Language) -> None:
    """Say what the source code is, how it is built and run, and where each value stands. Nothing is executed.

    \b
    Examples:
      sextant build plan .
      sextant build plan ./shop -o json
    """
    from builder.detect.planning import plan
    from builder.render import as_data, screen
    from builder.source.directory import open_directory
    from cli.terminal import painter, write_structure

    found = plan(open_directory(source))
    if output in {Output.JSON, Output.YAML}:
        write_structure(as_data(found, lang.value), output)
    else:
        paint = painter(sys.stdout)
        for line in screen(found, lang.value):
            text = "".join(cell.text if cell.style == "plain" else paint(cell.style, cell.text) for cell in line)
            sys.stdout.write(f"{text.rstrip()}\n")
    if not found.deployable:
        raise typer.Exit(1)


@build.command("files", short_help="Write the Dockerfile, .dockerignore and manifests.")
def files(
    *,
    source: Source = Path(),
    component: Only = "",
    image: Annotated[
        str, typer.Option("--image", help="Image that the manifests run.", show_default="localhost/NAME:latest")
    ] = "",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Namespace of the manifests.", metavar="NS", show_default="apps")
    ] = "",
    manifests: Annotated[
        bool, typer.Option("--manifests/--no-manifests", help="Write Kubernetes manifests below deploy/.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    show: Annotated[bool, typer.Option("--print", help="Print them; write nothing.")] = False,
) -> None:
    """Write Dockerfile, .dockerignore and Kubernetes manifests. Files that exist are shown as a diff and kept.

    \b
    Examples:
      sextant build files .
      sextant build files . --print
      sextant build files . --image registry.example.com/shop:1 -n shop
    """
    from cli.building import files_of, write_files

    write_files(
        source,
        files_of(source, component),
        image=image,
        namespace=namespace,
        manifests=manifests,
        force=force,
        show=show,
    )


@build.command("run", short_help="Build the image, run it as a strict cluster would, and report.")
def run(
    *,
    source: Source = Path(),
    component: Only = "",
    tag: Annotated[
        str, typer.Option("--tag", "-t", help="Name of the image.", show_default="localhost/NAME:latest")
    ] = "",
    environment: Annotated[
        list[str] | None, typer.Option("--env", help="NAME=VALUE for the trial; may be repeated.", metavar="NAME=VALUE")
    ] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Run the image after it is built.")] = True,
    output: OutputFormat = Output.TEXT,
    lang: Language,
    config: Config = None,
) -> None:
    """Build the image, run it without a right on a read-only root, ask its port, stop it, and report each check.

    \b
    Examples:
      sextant build run .
      sextant build run ./shop --env DATABASE_URL=postgresql://…
    """
    from cli.building import built

    works = built(
        source,
        component=component,
        tag=tag,
        environment=environment or [],
        check=check,
        output=output,
        language=lang.value,
        config=config,
    )
    if not works:
        raise typer.Exit(1)
