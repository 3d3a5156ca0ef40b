"""mdBook: ``book.toml``, and the folder that it writes to."""

from posixpath import join

from builder.detect.languages.static.generator import ALPINE, Generator, Site
from builder.look import Place


def site(place: Place) -> Site | None:
    """Return the book, None where the folder holds none."""
    table = place.toml("book.toml")
    book = table.get("book")
    source = book.get("src", "src") if isinstance(book, dict) else "src"
    if not place.has("book.toml", join(str(source), "SUMMARY.md")):
        return None
    if not place.has("book.toml"):
        return None
    build = table.get("build")
    output = build.get("build-dir") if isinstance(build, dict) else None
    folder = output if isinstance(output, str) and output else "book"
    writers = table.get("output")
    several = isinstance(writers, dict) and len(writers) > 1  # each then has a folder of its own
    return Site(
        generator="mdbook",
        manifest="book.toml",
        build=("mdbook", "build"),
        output=join(folder, "html") if several else folder,
        evidence=place.cite_file("book.toml"),
    )


MDBOOK = Generator(
    name="mdbook",
    names=("book.toml",),
    found=site,
    base=lambda _version: ALPINE,
    packages=lambda _version: ("mdbook",),
)
