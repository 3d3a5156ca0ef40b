"""Static sites made by Ruby: Jekyll, Middleman, Bridgetown, Nanoc."""

from dataclasses import dataclass

from builder.detect.languages.ruby.families.project import Project, framework
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Command, Commands, Kind
from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    name: str
    gems: tuple[str, ...]
    marks: tuple[str, ...]
    words: tuple[str, ...]
    output: str


_MAKERS = (
    _Maker(name="bridgetown", gems=("bridgetown",), marks=("bridgetown.config.yml", "config/initializers.rb"),
           words=("bridgetown", "deploy"), output="output"),
    _Maker(name="jekyll", gems=("jekyll", "github-pages"), marks=("_config.yml", "_config.yaml", "_config.toml"),
           words=("jekyll", "build"), output="_site"),
    _Maker(name="middleman", gems=("middleman", "middleman-core", "middleman-cli"), marks=("config.rb",),
           words=("middleman", "build"), output="build"),
    _Maker(name="nanoc", gems=("nanoc", "nanoc-cli"), marks=("nanoc.yaml", "config.yaml"),
           words=("nanoc", "compile"), output="output"),
)  # fmt: skip


def site(project: Project, draft: Draft) -> bool:
    """Look for a static site."""
    place, gemfile = project.place, project.gemfile
    for one in _MAKERS:
        gem, mark = gemfile.has(*one.gems), place.has(*one.marks)
        if not mark or not (gem or (one.name == "jekyll" and _jekyll(project))):
            continue
        if project.gemspec and one.name == "jekyll" and not _pages(project):
            return False
        if gem not in gemfile.gems and gemfile.gems and not gemfile.of_gemspec:
            continue
        _static(project, draft, one, gem, mark)
        return True
    return False


def _static(project: Project, draft: Draft, maker: _Maker, gem: str, mark: str) -> None:
    evidence = framework(project, draft, maker.name, gem, mark)
    draft.kind.add(
        Kind.STATIC, DECLARED, f"ruby.{maker.name}.kind",
        Phrase(en=f"{maker.name} makes files that any web server shows.", zh=f"{maker.name} 生成静态文件。"), evidence,
    )  # fmt: skip
    command = Command(argv=(*project.prefix, *maker.words))
    draft.build.add(
        Commands(each=(command,)), CODE, f"ruby.{maker.name}.build",
        Phrase(en=f"`{command.text}` makes the site.", zh=f"由 `{command.text}` 生成站点。"), evidence,
    )  # fmt: skip
    settings = project.place.yaml(mark) if mark.endswith((".yml", ".yaml")) else {}
    given = settings.get("destination", settings.get("output_dir")) if isinstance(settings, dict) else None
    output = given.strip("./") if isinstance(given, str) and given.strip("./") else maker.output
    draft.output.add(
        output, DECLARED if output == given else CONVENTION, f"ruby.{maker.name}.output",
        Phrase(en=f"The site is written to {output}.", zh=f"站点写入 {output}。"), project.place.cite_file(mark),
    )  # fmt: skip


def _jekyll(project: Project) -> bool:
    """Say whether a folder is a Jekyll site by its layout, without a Gemfile that says so."""
    return not project.gemfile.file and _content(project)


def _pages(project: Project) -> bool:
    """Say whether a folder that makes a theme holds a site as well."""
    tree, place = project.place.tree, project.place
    return any(tree.has_folder(place.file(one)) for one in ("_posts", "_pages", "_docs"))


def _content(project: Project) -> bool:
    tree, place = project.place.tree, project.place
    return any(tree.has_folder(place.file(one)) for one in ("_posts", "_layouts", "_includes", "_data", "_pages"))
