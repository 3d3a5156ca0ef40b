"""The command ``sextant``: one typer application, errors turned into exit codes.

Commands import what they run inside their functions; this module and those it imports load typer and nothing else.
"""

import gc
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cli.commands.ask import ask
from cli.commands.build import build
from cli.commands.diagnose import diagnose
from cli.commands.doctor import doctor
from cli.commands.kb import kb
from cli.commands.serve import serve
from cli.commands.snapshot import snapshot
from cli.commands.version import print_version, version
from core.errors import SextantError

app = typer.Typer(
    name="sextant",
    help="Explain why workloads on Kubernetes fail, with evidence that can be opened.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback()
def root(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Explain why workloads on Kubernetes fail, with evidence that can be opened."""
    del show_version


app.command(short_help="Say why something fails, with evidence and a fix.")(diagnose)
app.command(short_help="Record a namespace as a redacted bundle.")(snapshot)
app.command(short_help="Answer a question from the knowledge base, with citations.")(ask)
app.add_typer(kb, short_help="Keep the knowledge base: add, list, search, open, ...")
app.add_typer(build, short_help="Turn source code into an image: see the plan, write the files.")
app.command(short_help="Start the HTTP API and its page.")(serve)
app.command(short_help="Say what is configured, reachable and missing.")(doctor)
app.command()(version)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with ``arguments``, those of the process by default.

    Exit codes: 0 done, 1 failed, 2 usage, 3 a diagnosis at or above ``--fail-on``.
    """
    # A command reads much and lives shortly: collecting garbage among millions of new objects only costs time.
    gc.set_threshold(200_000, 50, 50)
    try:
        app(args=None if arguments is None else list(arguments))
    except SextantError as error:
        sys.stderr.write(f"error: {error.message}\n")
        if error.next_step:
            sys.stderr.write(f"       {error.next_step}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, less) went away: that is its right, not a fault of ours.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
