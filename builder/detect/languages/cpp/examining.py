"""What the rules for C and C++ make of a project: a draft for each server that it builds, one for anything else."""

import ast
from collections.abc import Sequence
from posixpath import basename

from builder.detect.languages.cpp import cmake, make, meson
from builder.detect.languages.cpp.build import Build, Target
from builder.detect.languages.cpp.libraries import SERVICES, packages_of
from builder.detect.languages.cpp.listening import reads
from builder.detect.languages.cpp.reading import CPP_SUFFIXES, MAX_FILES, guessed, reached
from builder.detect.languages.cpp.servers import (
    Facts,
    library_of,
    opens_a_socket,
    screen_of,
)
from builder.detect.languages.cpp.serving import add_framework, add_listening
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, LOCKED, STATED
from builder.look import Place
from builder.plan import Command, Commands, Kind, Service
from core.phrase import Phrase

MAX_PROGRAMS = 12
"""Programs of one project that are looked into, the one called as the project first."""


def project(place: Place) -> Build:
    """Read the build files of a folder, those of the tool that people are meant to call first."""
    if place.has("CMakeLists.txt"):
        return cmake.read(place)
    if place.has("meson.build"):
        return meson.read(place)
    if place.has("configure.ac", "configure.in") or (place.has("configure") and place.has("Makefile.in")):
        return make.read_autotools(place)
    file = place.has(*make.MAKEFILES)
    if file:
        return make.read(place, file)
    found = Build(tool="none")
    mains = [
        name for name in place.names(".c", ".cc", ".cpp", ".cxx") if name.split(".")[0] in {"main", "server", "app"}
    ]
    if mains:
        sources = tuple(place.names(".c", ".cc", ".cpp", ".cxx"))
        found.targets.append(
            Target(name=place.name or "app", program=True, sources=sources, output="app",
                   evidence=place.cite_file(mains[0]))
        )  # fmt: skip
    return found


def drafts(place: Place) -> Sequence[Draft]:
    """Return what the project makes."""
    build = project(place)
    if build.file and not build.targets and not build.other:
        build.targets.extend(guessed(place, build))
    programs = [one for one in build.targets if one.program and not one.aside]
    libraries = {one.name: one for one in build.targets if not one.program}
    read: dict[str, Facts] = {}
    if not programs or build.other:
        return [_not_a_program(place, build)] if build.targets or build.other or build.name else []
    programs.sort(key=lambda one: one.name.lower() not in _project_names(build))
    examined = []
    for one in programs[:MAX_PROGRAMS]:
        found = reached(place, one, libraries, read)
        examined.append((one, found))
        if one.name.lower() in _project_names(build) and _serves(found):
            return [_program(place, build, one, found)]  # the programs beside it are its tools
    serving = [(one, found) for one, found in examined if _serves(found)]
    if not any(library_of(found) for _, found in serving):
        serving = [one for one in serving if _called_server(one[0].name)] or serving[:1]
    chosen = serving or examined[:1]
    return [_program(place, build, one, found) for one, found in chosen]


def _called_server(name: str) -> bool:
    """Say whether a program is called a server: of several with bare sockets the others are its clients and tools."""
    return "server" in name.lower() or (name.lower().endswith("d") and len(name) > 3)


def _project_names(build: Build) -> frozenset[str]:
    return frozenset({build.name.lower(), f"{build.name.lower()}d", f"{build.name.lower()}-server"})


def _serves(found: list[Facts]) -> bool:
    return not screen_of(found) and (library_of(found) is not None or opens_a_socket(found))


def _program(place: Place, build: Build, target: Target, found: list[Facts]) -> Draft:
    draft = _begun(place, build, target.name, target.sources)
    evidence = target.evidence
    library = library_of(found)
    screen = screen_of(found)
    if library and not screen:
        add_framework(place, draft, library, found)
    if screen:
        why = Phrase(en=f"It opens windows ({screen}).", zh=f"它会打开窗口（{screen}）。")
        draft.kind.add(Kind.DESKTOP, CODE, "cpp.kind.screen", why, evidence)
    elif library or opens_a_socket(found):
        draft.kind.add(
            Kind.WEB, CODE, "cpp.kind.listens", Phrase(en="It listens on a port.", zh="它监听端口。"), evidence
        )
        add_listening(place, draft, library, found)
    else:
        why = Phrase(en="It serves nothing.", zh="它不提供网络服务。")
        draft.kind.add(Kind.CLI, CONVENTION, "cpp.kind.program", why, evidence)
    _built(place, draft, build, target)
    for one in found:
        for name, line in reads(one):
            add_read(draft, name, place.cite(one.path, line), default=None, required=False)
    add_examples(place, draft)
    return draft


_COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "cmake": (
        ("cmake", "-S", ".", "-B", "build", "-DCMAKE_BUILD_TYPE=Release"),
        ("cmake", "--build", "build", "--parallel"),
    ),
    "meson": (("meson", "setup", "build", "--buildtype=release"), ("meson", "compile", "-C", "build")),
    "autotools": (("./configure",), ("make",)),
}


def _built(place: Place, draft: Draft, build: Build, target: Target) -> None:
    lines = list(_COMMANDS.get(build.tool, ()))
    if build.tool == "cmake":
        lines[1] = (*lines[1], "--target", target.name)
        if place.has("vcpkg.json"):
            lines[0] = (*lines[0], "-DCMAKE_TOOLCHAIN_FILE=/opt/vcpkg/scripts/buildsystems/vcpkg.cmake")
        elif _manager(place, build)[0] == "conan":
            lines[0] = (*lines[0], "-DCMAKE_TOOLCHAIN_FILE=build/conan_toolchain.cmake")
    elif build.tool == "autotools" and not place.has("configure"):
        lines.insert(0, ("./autogen.sh",) if place.has("autogen.sh") else ("autoreconf", "-fi"))
    elif build.tool == "make":
        lines = [("make",) if build.file == "Makefile" else ("make", "-f", build.file)]
    elif build.tool == "none":
        cpp = any(one.endswith(CPP_SUFFIXES) for one in target.sources)
        lines = [("g++" if cpp else "gcc", "-O2", "-o", "app", *target.sources, "-pthread")]
    why = Phrase(
        en=f"{build.file or 'The source'} says how it is built.", zh=f"{build.file or '源代码'} 说明了如何构建。"
    )
    each = tuple(Command(argv=line) for line in lines)
    sure = CONVENTION if build.tool == "none" else DECLARED
    draft.build.add(Commands(each=each), sure, f"cpp.build.{build.tool}", why, target.evidence)
    draft.output.add(target.output, sure, f"cpp.output.{build.tool}", why, target.evidence)
    why = Phrase(en="The program that is built is started.", zh="启动构建出的程序。")
    draft.start.add(Command(argv=(f"/app/{basename(target.output)}",)), sure, "cpp.start.program", why, target.evidence)


def _begun(place: Place, build: Build, name: str, sources: Sequence[str]) -> Draft:
    draft = Draft(name=name, path=place.path, provider="cpp", context=place.path)
    manifest = place.cite_file(build.file) if build.file else None
    counted = sources or tuple(place.sources(".c", *CPP_SUFFIXES, most=MAX_FILES))
    cpp = sum(one.endswith(CPP_SUFFIXES) for one in counted)
    language = "cpp" if cpp * 2 >= max(len(counted), 1) or build.languages == {"CXX"} else "c"
    why = Phrase(en=f"Its sources are {language}.", zh=f"源文件是 {language}。")
    draft.language.add(language, LOCKED, "cpp.sources", why, manifest, *(place.cite_file(one) for one in counted[:1]))
    manager, file = _manager(place, build)
    why = Phrase(en=f"{file or 'A compiler'} builds it.", zh=f"由 {file or '编译器'} 构建。")
    draft.package_manager.add(manager, STATED if file else DEFAULT, "cpp.manager", why, place.cite_file(file))
    if manager in {"vcpkg", "conan"}:
        argv = ("vcpkg", "install") if manager == "vcpkg" else ("conan", "install", ".", "--output-folder=build",
                                                                 "--build=missing")  # fmt: skip
        why = Phrase(en=f"{file} names its libraries.", zh=f"{file} 列出了所需的库。")
        if manager == "conan":
            draft.install.add(Commands(each=(Command(argv=argv),)), DECLARED, "cpp.install", why, place.cite_file(file))
    _needs(draft, build)
    return draft


def _needs(draft: Draft, build: Build) -> None:
    for need, to_build, to_run in packages_of(build.needs):
        why = Phrase(en=f"The build looks for {need.name}.", zh=f"构建需要 {need.name}。")
        for name in to_build:
            draft.build_packages.add(name, DECLARED, "cpp.packages", why, need.evidence)
        for name in to_run:
            draft.system_packages.add(name, DECLARED, "cpp.packages", why, need.evidence)
    if build.fetched:
        why = Phrase(en=f"The build downloads {build.fetched[0]}.", zh=f"构建时会下载 {build.fetched[0]}。")
        draft.build_packages.add("git", DECLARED, "cpp.packages.fetched", why)
    for need in build.needs:
        service = SERVICES.get(need.name.lower())
        if service and all(one.name != service for one in draft.services):
            why = Phrase(en=f"It links a client of {service}.", zh=f"它链接了 {service} 的客户端。")
            draft.services.add(Service(name=service), DECLARED, "cpp.service.library", why, need.evidence)


def _manager(place: Place, build: Build) -> tuple[str, str]:
    if place.has("vcpkg.json"):
        return "vcpkg", "vcpkg.json"
    if place.has("conanfile.txt") or _requires(place):
        return "conan", place.has("conanfile.txt", "conanfile.py")
    return (build.tool, build.file) if build.file else ("none", "")


def _requires(place: Place) -> bool:
    """Say whether ``conanfile.py`` asks for libraries: many only tell Conan how this one is packed."""
    module = place.python("conanfile.py")
    if module is None:
        return False
    names = {one.name for one in ast.walk(module) if isinstance(one, ast.FunctionDef)}
    assigned = {
        target.id
        for one in ast.walk(module)
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    return bool({"requirements", "requires"} & (names | assigned)) and "name" not in assigned


def _not_a_program(place: Place, build: Build) -> Draft:
    name = build.name or next((one.name for one in build.targets), place.name) or "library"
    draft = _begun(place, build, name, ())
    cited = place.cite_file(build.file) if build.file else None
    if build.other:
        why = Phrase(en=f"It makes {build.other}.", zh=f"它构建的是 {build.other}。")
        draft.kind.add(Kind.OTHER, DECLARED, "cpp.kind.other", why, cited)
    else:
        why = Phrase(en="No program is built but tests and examples.", zh="除测试和示例外没有可执行程序。")
        draft.kind.add(Kind.LIBRARY, DECLARED, "cpp.kind.library", why, cited)
    return draft
