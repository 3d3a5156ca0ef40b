"""Zola: ``config.toml`` with ``base_url``, content and templates."""

from builder.detect.languages.static.generator import ALPINE, Generator, Site
from builder.look import Place


def site(place: Place) -> Site | None:
    """Return the site, None where the folder is none of Zola's."""
    file = place.has("config.toml", "zola.toml")
    table = place.toml(file) if file else {}
    folders = any(place.tree.has_folder(place.file(name)) for name in ("content", "templates", "sass", "themes"))
    if "base_url" not in table or not (folders or file == "zola.toml"):
        return None
    output = table.get("output_dir")
    return Site(
        generator="zola",
        manifest=file,
        build=("zola", "build"),
        output=output if isinstance(output, str) and output else "public",
        evidence=place.cite(file, "base_url"),
    )


ZOLA = Generator(
    name="zola",
    names=("config.toml", "zola.toml"),
    found=site,
    base=lambda _version: ALPINE,
    packages=lambda _version: ("zola",),
)
