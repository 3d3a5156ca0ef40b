"""One command a file. Top-level imports here are typer, ``cli.options`` and the standard library only."""
