"""``sextant build``: from source code to a plan, files, an image."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.building_options import (
    Answer,
    AskModel,
    Build,
    Digests,
    KindSaid,
    Only,
    Port,
    Reading,
    Ref,
    Release,
    Source,
    Start,
    Subfolder,
    pairs,
    secrets_of,
    wanted_of,
)
from cli.options import Config, Language, Output, OutputFormat

if TYPE_CHECKING:
    from builder.files import Prepared

build = typer.Typer(
    name="build",
    help="Turn source code into an image: see the plan, write the files, build and try it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@build.command("plan", short_help="Say what the source code is, how it is built and run, and why.")
def plan_(
    *,
    source: Source = ".",
    ref: Ref = "",
    subfolder: Subfolder = "",
    language: Reading = "",
    kind: KindSaid = None,
    start: Start = None,
    port: Port = None,
    build_command: Build = None,
    runtime: Release = None,
    answer: Answer = None,
    model: AskModel = True,
    output: OutputFormat = Output.TEXT,
    lang: Language,
    config: Config = None,
) -> None:
    """Say what the source code is, how it is built and run, and where each value stands. Nothing is executed.

    \b
    Examples:
      sextant build plan .
      sextant build plan ./shop -o json
      sextant build plan shop.tar.gz --port 3000
      sextant build plan https://git.example.com/shop/web --ref v1.4 --subfolder services/web
    """
    from builder.render import as_data, screen
    from cli.building_sources import plan_of, source_of
    from cli.terminal import painter, write_structure

    said = {"kind": kind, "start": start, "port": port, "build": build_command, "runtime": runtime}
    wanted = wanted_of(
        source, ref=ref, subfolder=subfolder, language=language, said=said, answers=answer, model=model, config=config
    )
    with source_of(wanted) as opened:
        found = plan_of(wanted, opened)
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
    source: Source = ".",
    ref: Ref = "",
    subfolder: Subfolder = "",
    component: Only = "",
    language: Reading = "",
    kind: KindSaid = None,
    start: Start = None,
    port: Port = None,
    build_command: Build = None,
    runtime: Release = None,
    answer: Answer = None,
    model: AskModel = True,
    image: Annotated[
        str, typer.Option("--image", help="Image that the manifests run.", show_default="localhost/NAME:latest")
    ] = "",
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Namespace of the manifests.", metavar="NS", show_default="apps")
    ] = "",
    manifests: Annotated[
        bool, typer.Option("--manifests/--no-manifests", help="Write Kubernetes manifests below deploy/.")
    ] = True,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder to write to.", metavar="FOLDER", show_default="the source", file_okay=False),
    ] = None,
    digests: Digests = True,
    from_compose: Annotated[
        bool, typer.Option("--from-compose", help="Write manifests of all services of the compose file instead.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    show: Annotated[bool, typer.Option("--print", help="Print them; write nothing.")] = False,
    config: Config = None,
) -> None:
    """Write Dockerfile, .dockerignore and Kubernetes manifests. Files that exist are shown as a diff and kept.

    A Dockerfile that is there is reviewed and a hardened form of it proposed; with --language one of ours is.

    \b
    Examples:
      sextant build files .
      sextant build files . --print
      sextant build files . --image registry.example.com/shop:1 -n shop
      sextant build files https://git.example.com/shop/web --to ./shop
    """
    from builder.detect.languages import PROVIDERS
    from builder.files import prepared
    from cli.building_files import Writing, put, with_digests, write_files
    from cli.building_sources import plan_of, source_of

    said = {"kind": kind, "start": start, "port": port, "build": build_command, "runtime": runtime}
    wanted = wanted_of(
        source, ref=ref, subfolder=subfolder, language=language, said=said, answers=answer, model=model, config=config
    )
    writing = Writing(
        image=image, namespace=namespace, manifests=manifests, force=force, show=show, to=to, anew=bool(language)
    )
    with source_of(wanted) as opened:
        if from_compose:
            from cli.building_composing import composed_files

            put(opened, composed_files(opened, writing), writing)
            return
        found: Sequence[Prepared] = prepared(plan_of(wanted, opened), opened.tree, PROVIDERS, only=component)
        if digests:
            found = with_digests(found, opened, config)
        write_files(opened, found, writing)


@build.command("run", short_help="Build the image, run it as a strict cluster would, repair it, and report.")
def run(
    *,
    source: Source = ".",
    ref: Ref = "",
    subfolder: Subfolder = "",
    component: Only = "",
    language: Reading = "",
    kind: KindSaid = None,
    start: Start = None,
    port: Port = None,
    build_command: Build = None,
    runtime: Release = None,
    answer: Answer = None,
    model: AskModel = True,
    tag: Annotated[
        str, typer.Option("--tag", "-t", help="Name of the image.", show_default="localhost/NAME:latest")
    ] = "",
    environment: Annotated[
        list[str] | None, typer.Option("--env", help="NAME=VALUE for the trial; may be repeated.", metavar="NAME=VALUE")
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            "--secret",
            help="Secret of the build, from a file or a variable; may be repeated. It reaches no layer.",
            metavar="ID=FILE|ID=env:NAME",
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Run the image after it is built.")] = True,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            help="Folder for the files that it was built from, repairs included.",
            metavar="FOLDER",
            file_okay=False,
        ),
    ] = None,
    digests: Digests = True,
    push: Annotated[
        str, typer.Option("--push", help="Push the image there, when it works.", metavar="REGISTRY/NAME:TAG")
    ] = "",
    archive: Annotated[
        Path | None, typer.Option("--archive", help="Write the image into a file (OCI, tar).", metavar="FILE")
    ] = None,
    sbom: Annotated[
        Path | None,
        typer.Option(
            "--sbom", help="Write what is in the image: CycloneDX, or SPDX where the name says so.", metavar="FILE"
        ),
    ] = None,
    provenance: Annotated[
        Path | None, typer.Option("--provenance", help="Write how it was made (SLSA, in-toto).", metavar="FILE")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print each line of the log.")] = False,
    output: OutputFormat = Output.TEXT,
    lang: Language,
    config: Config = None,
) -> None:
    """Build the image, run it without a right on a read-only root, ask its port, stop it, and report each check.

    What fails is repaired where a rule knows how, at most four times; each attempt is reported with what proves it.

    \b
    Examples:
      sextant build run .
      sextant build run ./shop --env DATABASE_URL=postgresql://…
      sextant build run https://git.example.com/shop/web --ref v1.4 --secret npmrc=~/.npmrc
      sextant build run . --push registry.example.com/shop:1 --sbom shop.cdx.json
    """  # fmt: skip
    from cli.building_handing import Handing
    from cli.building_running import Running, built
    from cli.building_shown import data
    from cli.building_shown import show as show_one
    from cli.terminal import write_structure

    said = {"kind": kind, "start": start, "port": port, "build": build_command, "runtime": runtime}
    wanted = wanted_of(
        source, ref=ref, subfolder=subfolder, language=language, said=said, answers=answer, model=model, config=config,
        component=component,
    )  # fmt: skip
    running = Running(
        tag=tag,
        environment=pairs("--env", environment),
        secrets=secrets_of(secret),
        check=check,
        digests=digests,
        verbose=verbose,
        to=to,
        handing=Handing(push=push, archive=archive, sbom=sbom, provenance=provenance),
    )
    done = built(wanted, running)
    if output in {Output.JSON, Output.YAML}:
        write_structure({"images": [data(one, lang.value) for one in done]}, output)
    else:
        for one in done:
            show_one(one, lang.value)
    if not all(one.well for one in done):
        raise typer.Exit(1)
