"""``sextant kb``: sources, documents and searches of the knowledge base."""

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.kb_upload import upload
from cli.options import Config, Context, Kubeconfig, Namespace, Output, OutputFormat

kb = typer.Typer(
    name="kb",
    help="Keep the knowledge base: add sources, see how they stand, search, open what was cited.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


class State(StrEnum):
    """States of a document, as ``--state`` takes them."""

    PENDING = "pending"
    INDEXING = "indexing"
    READY = "ready"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


Source = Annotated[str, typer.Argument(help="Name or id of a source.", metavar="SOURCE")]
Either = Annotated[
    str, typer.Argument(help="A source by name or id, or a document by id or address.", metavar="SOURCE|DOCUMENT")
]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is done, with progress.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@kb.command("add", short_help="Read a web site, folder, Git repository, ... and keep it searchable.")
def add(
    *,
    locations: Annotated[
        list[str],
        typer.Argument(
            help="https://… (a site, a Git repository, an OpenAPI file), ./docs, a file, git@HOST:PATH, crds, events.",
            metavar="LOCATION...",
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="What to call it.", show_default="made of the location")] = "",
    include: Annotated[
        list[str] | None,
        typer.Option("--include", help="Only these: '*.conf' of files, /docs/ of a site; may be repeated."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Not these, written the same way; may be repeated.")
    ] = None,
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", help="Only for those who may read this namespace.", metavar="NS")
    ] = "",
    platform: Annotated[bool, typer.Option("--platform", help="For everybody: the default.")] = False,
    weight: Annotated[float, typer.Option("--weight", help="Multiplies the score of its passages.", min=0.01)] = 1.0,
    every: Annotated[
        str, typer.Option("--every", help="Read it again so often: 30m, 12h, 1d, 2w.", metavar="TIME")
    ] = "",
    wait: Wait = True,
    output: OutputFormat = Output.TEXT,
    kubeconfig: Kubeconfig = None,
    context: Context = "",
    config: Config = None,
) -> None:
    """Add a source: its documents are read, split and indexed. The same place again is read again.

    What is at the location is read again by `kb sync` or by --every. To keep a document that is nowhere to be
    read from again, use `kb upload`.

    \b
    Examples:
      sextant kb add https://docs.example.com --every 1d
      sextant kb add ./docs --name handbook --exclude 'drafts/'
      sextant kb add guide.pdf runbook.md
      sextant kb add https://github.com/OWNER/REPOSITORY -n shop
      sextant kb add crds
    """
    from cli import knowledge
    from core.errors import UsageError

    if namespace and platform:
        raise UsageError("--namespace and --platform contradict each other", next_step="Leave out one of both.")
    if name and len(locations) > 1:
        raise UsageError("--name is for one source; several are named after their places.", next_step="Leave it out.")
    if "-" in locations:
        raise UsageError(
            "standard input is no place that could be read again",
            next_step=f"Keep what comes there with `sextant kb upload - --name {name or 'notes.md'}`.",
        )
    options = {key: value for key, value in (("include", include), ("exclude", exclude)) if value}
    common = {"access": f"namespace:{namespace}" if namespace else "platform", "weight": weight}
    common |= {"name": name} if name else {}
    common |= {"options": options} if options else {}
    bodies = [{"location": knowledge.place_of(location), **common} for location in locations]
    asking = knowledge.Asking(output=output, config=config, kubeconfig=kubeconfig, context=context)
    knowledge.run(asking, lambda service: knowledge.add(service, asking, bodies, every=every, wait=wait))


kb.command("upload", short_help="Send documents that are kept here; the same name again replaces one.")(upload)


@kb.command("list")
def list_(*, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """List the sources, each with how far it is."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.list_sources(service, asking))


@kb.command()
def show(*, name: Either, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Show everything about a source or a document."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.show(service, asking, name))


@kb.command()
def status(
    *,
    source: Annotated[
        str, typer.Argument(help="Name or id of a source. Nothing: what is not settled in any.", metavar="SOURCE")
    ] = "",
    state: Annotated[State | None, typer.Option("--state", help="Only documents in this state.")] = None,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Say how every document stands: state, tries, the next one, and the last error in plain words."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    wanted = state.value if state else ""
    knowledge.run(asking, lambda service: knowledge.status(service, asking, source, wanted))


@kb.command()
def info(*, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Say how the knowledge base as a whole stands: store, model, totals, trouble."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.about(service, asking))


@kb.command()
def sync(*, source: Source, wait: Wait = True, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Read a source again now, and index what is new or has changed."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.sync(service, asking, source, wait=wait))


@kb.command()
def retry(*, name: Either, wait: Wait = True, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Try again now what failed: all of a source, or one document."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.retry(service, asking, name, wait=wait))


@kb.command()
def cancel(*, name: Either, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Stop reading and indexing a source or a document. What is indexed stays searchable."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.cancel(service, asking, name))


@kb.command()
def rm(*, name: Either, yes: Yes = False, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Remove a source with its documents, or one document."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.remove(service, asking, name, sure=_sure(yes=yes)))


@kb.command()
def search(
    *,
    query: Annotated[list[str], typer.Argument(help="What to look for, in English or Chinese.", metavar="QUERY")],
    limit: Annotated[int | None, typer.Option("--limit", help="Passages at most.", min=1, max=100)] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this source; may be repeated.", metavar="NAME")
    ] = None,
    version: Annotated[
        list[str] | None, typer.Option("--version", help="Only this version; may be repeated.", metavar="VERSION")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only text, code or table; may be repeated.", metavar="KIND")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option("--lang", help="Only pages in en, zh or other; may be repeated.", metavar="LANG")
    ] = None,
    namespace: Namespace = "",
    explain: Annotated[bool, typer.Option("--explain", help="Say how each passage came to its score.")] = False,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Find passages by meaning and by words. Chinese questions find English pages too.

    \b
    Examples:
      sextant kb search "pod keeps restarting with exit code 137"
      sextant kb search 镜像拉取失败 --limit 3
      sextant kb search PodDisruptionBudget --source seed --explain
    """
    from cli import knowledge, knowledge_asking

    asking = knowledge.Asking(output=output, config=config)
    filters = {
        "sources": source or [],
        "versions": version or [],
        "kinds": kind or [],
        "languages": language or [],
    }
    body = {"text": " ".join(query), "filters": filters, "namespace": namespace, "explain": explain, "limit": limit}
    knowledge.run(asking, lambda service: knowledge_asking.search(service, asking, body))


@kb.command("open")
def open_(
    *,
    name: Annotated[
        str, typer.Argument(help="Id of a passage or document, or address of a document.", metavar="PASSAGE|DOCUMENT")
    ],
    start: Annotated[int, typer.Option("--start", help="First character of a document's text.", min=0)] = 0,
    end: Annotated[int | None, typer.Option("--end", help="Character to stop before.", min=0)] = None,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Open what an answer cites: the passage, marked in the text around it, or a document's text."""
    from cli import knowledge, knowledge_asking

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge_asking.open_text(service, asking, name, start=start, end=end))


@kb.command()
def reindex(*, wait: Wait = True, output: OutputFormat = Output.TEXT, config: Config = None) -> None:
    """Make all vectors anew from the stored texts, beside those that are searched, then switch."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.reindex(service, asking, wait=wait))


@kb.command()
def backup(
    *,
    file: Annotated[Path, typer.Argument(help="File to write.", metavar="FILE", dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it exists.")] = False,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Write the whole knowledge base into one file: sources, texts, uploads, incidents. Vectors are made again."""
    from cli import knowledge
    from core.errors import UsageError

    if file.exists() and not force:
        raise UsageError(f"{file} exists", next_step="Choose another name, or add --force to replace it.")
    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.back_up(service, asking, file))


@kb.command()
def restore(
    *,
    file: Annotated[
        Path, typer.Argument(help="File that `sextant kb backup` wrote.", metavar="FILE", dir_okay=False, exists=True)
    ],
    yes: Yes = False,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Replace the whole knowledge base by what is in a file, after the file was checked."""
    from cli import knowledge

    asking = knowledge.Asking(output=output, config=config)
    knowledge.run(asking, lambda service: knowledge.put_back(service, asking, file, sure=_sure(yes=yes)))


def _sure(*, yes: bool) -> Callable[[str], bool]:
    """Return how somebody is asked: not at all with ``--yes``, and never where nobody could answer."""

    def ask(question: str) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            return False
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    return ask
