"""What the rules for static sites make of a folder."""

from collections.abc import Sequence
from posixpath import basename, dirname, join

from builder.detect.languages.static.generator import Generator, Site
from builder.detect.languages.static.hugo import HUGO
from builder.detect.languages.static.jekyll import JEKYLL
from builder.detect.languages.static.mdbook import MDBOOK
from builder.detect.languages.static.plain import MANIFESTS, extension, falls_back, page
from builder.detect.languages.static.plain import roots as plain_roots
from builder.detect.languages.static.serving import PORT
from builder.detect.languages.static.zola import ZOLA
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, STATED
from builder.look import Look, Place
from builder.plan import Command, Commands, Kind, Runtime
from core.phrase import Phrase

GENERATORS: tuple[Generator, ...] = (ZOLA, HUGO, MDBOOK, JEKYLL)
"""Zola before Hugo: both may have ``config.toml``, and only Zola's names ``base_url``."""


def roots(look: Look) -> Sequence[str]:
    """Return the folders of sites: those of generators, and plain pages outside of them."""
    found: list[str] = []
    names = {one for generator in GENERATORS for one in generator.names}
    for path in look.tree.named(*{basename(one) for one in names}):
        folder = dirname(path).removesuffix("config/_default").rstrip("/")
        known = folder in found or _inside_theme(folder) or _documents(look, folder)
        if not known and site_of(look.at(folder)):
            found.append(folder)
    plain = [
        one for one in plain_roots(look) if not any(not at or one == at or one.startswith(f"{at}/") for at in found)
    ]
    return (*found, *plain)


def site_of(place: Place) -> Site | None:
    """Return the generator's site in a folder."""
    return next((site for one in GENERATORS if (site := one.found(place))), None)


def drafts(place: Place) -> Sequence[Draft]:
    """Return the site."""
    site = site_of(place)
    if site:
        return [_generated(place, site)]
    first = page(place)
    return [_plain(place, first)] if first else []


def _generated(place: Place, site: Site) -> Draft:
    draft = _begun(place, site.manifest)
    why = Phrase(en=f"{site.manifest} is {site.generator}'s.", zh=f"{site.manifest} 属于 {site.generator}。")
    draft.kind.add(Kind.STATIC, DECLARED, f"static.kind.{site.generator}", why, site.evidence)
    draft.framework.add(site.generator, DECLARED, f"static.framework.{site.generator}", why, site.evidence)
    build = Commands(each=(Command(argv=site.build),))
    draft.build.add(build, DECLARED, f"static.build.{site.generator}", why, site.evidence)
    draft.output.add(site.output, DECLARED, f"static.output.{site.generator}", why, site.evidence)
    if site.install:
        install = Commands(each=(Command(argv=site.install),))
        draft.install.add(install, CONVENTION, f"static.install.{site.generator}", why, site.evidence)
    if site.version:
        draft.runtime.add(
            Runtime(name=site.generator, version=site.version, constraint=site.constraint),
            STATED,
            f"static.version.{site.generator}",
            Phrase(en=f"Its settings ask for {site.constraint}.", zh=f"设置要求 {site.constraint}。"),
            site.version_evidence,
        )
    return draft


def _plain(place: Place, first: str) -> Draft:
    draft = _begun(place, first)
    evidence = place.cite_file(first)
    if cited := extension(place):
        why = Phrase(en="A browser loads it as an extension.", zh="这是浏览器扩展。")
        draft.kind.add(Kind.OTHER, DECLARED, "static.kind.extension", why, cited)
        return draft
    why = Phrase(en=f"{first} is shown as it is.", zh=f"{first} 可以直接展示。")
    sure = CODE if first.startswith("index.") else CONVENTION
    draft.kind.add(Kind.STATIC, sure, "static.kind.pages", why, evidence)
    draft.output.add(".", sure, "static.output.folder", why, evidence)
    if cited := falls_back(place):
        spa = Phrase(en="Unknown addresses are answered with the first page.", zh="未知地址返回首页。")
        draft.traits.add("static.spa", DECLARED, "static.fallback", spa, cited)
    return draft


def _begun(place: Place, file: str) -> Draft:
    draft = Draft(name=place.name or "site", path=place.path, provider="static", context=place.path)
    why = Phrase(en=f"{file} makes web pages.", zh=f"{file} 用于生成网页。")
    draft.language.add("html", CODE, "static.pages", why, place.cite_file(file))
    said = Phrase(en="The web server listens there.", zh="网页服务器监听该端口。")
    draft.port.add(PORT, CONVENTION, "static.port", said)
    return draft


_DOCUMENTS = frozenset(
    {"book", "doc", "docs", "documentation", "guide", "homepage", "manual", "site", "website", "www"}
)


def _documents(look: Look, folder: str) -> bool:
    """Say whether a site is the documentation of the project that stands above it."""
    if folder.rpartition("/")[2].lower() not in _DOCUMENTS:
        return False
    above = folder
    while above:
        above = dirname(above)
        if any(join(above, one) in look.tree for one in MANIFESTS):
            return True
    return False


def _inside_theme(folder: str) -> bool:
    """Say whether a site is the example of a theme."""
    return any(part in {"themes", "exampleSite", "node_modules", "vendor"} for part in folder.split("/"))
