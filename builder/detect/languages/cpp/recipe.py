"""The image of a C or C++ program: built on Debian with the packages it looks for, run with the libraries it links."""

from posixpath import basename, join

from builder.errors import PlanIncomplete
from builder.plan import Component
from builder.recipe import Base, Copy, Final, Packages, Recipe, Run, Stage, Step
from builder.tree import Tree

_DEBIAN = Base(image="docker.io/library/debian", tag="bookworm-slim")
_TOOLS = {
    "cmake": ("build-essential", "cmake", "pkg-config"),
    "meson": ("build-essential", "meson", "ninja-build", "pkg-config"),
    "make": ("build-essential", "pkg-config"),
    "autotools": ("build-essential", "autoconf", "automake", "libtool", "pkg-config"),
    "none": ("build-essential",),
    "vcpkg": (
        "build-essential",
        "ca-certificates",
        "cmake",
        "curl",
        "git",
        "ninja-build",
        "pkg-config",
        "tar",
        "unzip",
        "zip",
    ),
    "conan": ("build-essential", "ca-certificates", "cmake", "pipx", "pkg-config"),
}
_FILES = (
    "config.json",
    "config.yaml",
    "config",
    "templates",
    "views",
    "static",
    "public",
    "www",
    "assets",
    "web",
    "html",
)
"""What servers in C and C++ read beside themselves, by habit: there is no rule for it."""


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    build, output, start = component.build.value, component.output.value, component.start.value
    if build is None or output is None or start is None:
        raise PlanIncomplete(f"{component.name}: build, output and start must be known before it can be built.")
    manager = component.package_manager.value or "none"
    names = dict.fromkeys((*_TOOLS.get(manager, _TOOLS["make"]), *(one.value for one in component.build_packages)))
    if "git" in names:
        names["ca-certificates"] = None
    steps: list[Step] = [Packages(names=tuple(names))]
    if manager == "vcpkg":
        steps.append(
            Run(
                line="git clone --depth 1 https://github.com/microsoft/vcpkg /opt/vcpkg"
                " && /opt/vcpkg/bootstrap-vcpkg.sh -disableMetrics"
            )
        )
    elif manager == "conan":
        steps.append(Run(line="PIPX_BIN_DIR=/usr/local/bin pipx install 'conan>=2' && conan profile detect"))
    steps.append(Copy(sources=(".",), to="/src/"))
    if component.install.value:
        steps.append(Run(line=component.install.value.text, caches=("/root/.conan2/p",)))
    steps.append(Run(line=f"{build.text} && mkdir -p /out && cp {output} /out/{basename(output)}"))
    final: list[Step] = []
    if component.system_packages:
        final.append(Packages(names=tuple(one.value for one in component.system_packages)))
    final.append(Copy(sources=("/out/",), to="/app/", stage="build"))
    for name in _FILES:
        path = join(component.path, name)
        if tree.has_folder(path):
            final.append(Copy(sources=(f"{name}/",), to=f"/app/{name}/"))
        elif path in tree:
            final.append(Copy(sources=(name,), to=f"/app/{name}"))
    return Recipe(
        stages=(Stage(name="build", base=_DEBIAN, steps=tuple(steps), directory="/src"),),
        final=Final(base=_DEBIAN, steps=tuple(final), command=start, health_tool="bash"),
        ignored=("build",),
    )
