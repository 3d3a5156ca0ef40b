"""``sextant version``."""

import typer


def installed_version() -> str:
    """Return the version of the installed distribution."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    try:
        return of("sextant-ops")
    except PackageNotFoundError:
        return "unknown (run from a source tree that is not installed)"


def version() -> None:
    """Print the version."""
    typer.echo(f"sextant {installed_version()}")


def print_version(value: bool) -> None:  # noqa: FBT001 - typer calls it with the flag
    """Print the version and stop, when the flag is set."""
    if value:
        version()
        raise typer.Exit
