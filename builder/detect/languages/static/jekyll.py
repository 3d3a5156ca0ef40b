"""Jekyll without a Gemfile, as GitHub Pages builds it; with one the site is a Ruby project."""

import re

from builder.detect.languages.static.generator import Generator, Site
from builder.look import Place
from builder.recipe import Base
from builder.versions import RELEASES

_FOLDERS = ("_posts", "_layouts", "_includes", "_pages", "_data", "_sass", "_drafts")
_KEYS = frozenset(
    {"theme", "remote_theme", "plugins", "gems", "markdown", "permalink", "baseurl", "kramdown", "collections"}
)
_GEM = re.compile(r"[a-z][a-z0-9_\-]*")


def site(place: Place) -> Site | None:
    """Return the site, None where the folder is none of Jekyll's or has a Gemfile."""
    file = place.has("_config.yml", "_config.yaml")
    if place.has("Gemfile") or place.has("package.json"):  # Hexo's settings have the same name
        return None
    if not file:
        return None
    found = place.yaml(file)
    table = found if isinstance(found, dict) else {}
    folders = any(place.tree.has_folder(place.file(name)) for name in _FOLDERS)
    if not folders and not _KEYS & table.keys() and not place.has("index.md", "README.md"):
        return None
    gems = ["jekyll"]
    for value in (table.get("theme"), table.get("plugins"), table.get("gems")):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and _GEM.fullmatch(one) and one not in gems:
                gems.append(one)
    if "remote_theme" in table and "jekyll-remote-theme" not in gems:
        gems.append("jekyll-remote-theme")
    output = table.get("destination")
    return Site(
        generator="jekyll",
        manifest=file,
        install=("gem", "install", "--no-document", *gems),
        build=("jekyll", "build"),
        output=output.removeprefix("./") if isinstance(output, str) and output.strip("./") else "_site",
        evidence=place.cite_file(file),
    )


JEKYLL = Generator(
    name="jekyll",
    names=("_config.yml", "_config.yaml"),
    found=site,
    base=lambda _version: Base(image="docker.io/library/ruby", tag=f"{RELEASES['ruby'].usual}-slim-bookworm"),
    packages=lambda _version: ("build-essential",),
)
