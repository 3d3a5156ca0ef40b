# ruff: noqa: E501 - a table: each row stands together
"""Compilers of C and C++, linkers, make, CMake, Meson, pkg-config."""

from builder.repair import remedies
from builder.repair.model import LIKELY, SYMPTOM, known

_HEADERS = ("Install the -dev package that holds it while building.", "请在构建时安装包含它的 -dev 软件包。")

CLASSES = (
    known("c.header-missing", (r"fatal error: (?P<header>[\w./+-]+): No such file or directory", r"you need to install a library that provides `(?P<header>[\w./+-]+)`"), ("A header that is included is not there.", "缺少所包含的头文件。"), _HEADERS, repair=remedies.header),
    known("c.library-missing", r"ld: cannot find -l(?P<library>[\w.+-]+)", ("A library that is linked is not there.", "缺少要链接的库。"), _HEADERS, repair=remedies.linked),
    known("c.undefined-reference", r"undefined reference to [`'](?P<name>[^`']+)'", ("A function is declared, but no object or library holds it.", "函数有声明但没有实现。"), ("Link the library that holds it.", "请链接包含它的库。")),
    known("c.option-unknown", r"(?:gcc|g\+\+|cc1plus|cc1|clang): error: (?:unrecognized command[- ]line option|bad value|unknown argument)", ("The compiler is too old for an option, or made for another machine.", "编译器过旧或目标机器不同，不支持该选项。"), ("Take a newer compiler, or leave the option out.", "请使用更新的编译器，或去掉该选项。")),
    known("c.compile", r"^\S+\.(?:c|cc|cpp|cxx|h|hpp):\d+(?::\d+)?: error: ", ("The code does not compile.", "代码无法编译。"), ("Correct the file that is named.", "请更正所指的文件。"), certainty=LIKELY),
    known("c.warnings-as-errors", r"^cc1(?:plus)?: all warnings being treated as errors|\[-Werror=", ("A warning ends the build.", "警告导致构建失败。"), ("Mend it, or build releases without -Werror.", "请修正，或发布构建不使用 -Werror。")),
    known("make.no-makefile", r"^make(?:\[\d+\])?: \*\*\* No targets specified and no makefile found", ("There is no Makefile where make runs.", "make 运行的目录中没有 Makefile。"), ("Configure first, or build from the folder that holds it.", "请先配置，或在其所在目录构建。")),
    known("make.no-rule", r"^make(?:\[\d+\])?: \*\*\* No rule to make target '(?P<path>[^']+)'", ("A file or target that is needed is not there.", "缺少所需的文件或目标。"), ("Copy the file, or name another target.", "请复制该文件，或指定其他目标。"), repair=remedies.copied),
    known("make.separator", r"\*\*\* missing separator", ("A rule of the Makefile begins with spaces, not a tab.", "Makefile 规则以空格而非制表符开头。"), ("Write a tab.", "请改用制表符。")),
    known("make.tool-missing", r"^make(?:\[\d+\])?: (?P<command>[\w.+-]+): No such file or directory", ("make calls a tool that is not installed.", "make 调用的工具没有安装。"), ("Install it while building.", "请在构建时安装。"), repair=remedies.command),
    known("make.failed", r"^make(?:\[\d+\])?: \*\*\* \[.*\] Error \d+", ("A rule of the Makefile failed.", "Makefile 规则执行失败。"), ("Look at the lines above.", "请看上面的内容。"), certainty=SYMPTOM),
    known("cmake.no-project", r"^CMake Error: The source directory \"[^\"]+\" does not (?:appear to contain CMakeLists\.txt|exist)", ("There is no CMakeLists.txt where CMake looks.", "CMake 所找目录中没有 CMakeLists.txt。"), ("Name the folder that holds it.", "请指定其所在目录。")),
    known("cmake.release", r"^\s+CMake (?P<wanted>[\d.]+) or higher is required\.\s+You are running version", ("The project asks for a newer CMake.", "项目要求更新的 CMake。"), ("Take a newer distribution, or install CMake from pip.", "请使用更新的发行版，或用 pip 安装 CMake。")),
    known("cmake.policy-removed", r"Compatibility with CMake < 3\.5 has been removed from CMake", ("The project is for a CMake that is no longer supported.", "项目针对已不支持的 CMake。"), ("Raise cmake_minimum_required.", "请提高 cmake_minimum_required。"), repair=remedies.variable("CMAKE_POLICY_VERSION_MINIMUM", "3.5")),
    known("cmake.package-missing", (r"^\s+Could NOT find (?P<module>\w+)\b(?!.*\(found)(?:,| \(missing)", r"Could not find a package configuration file provided by \"(?P<module>[\w:-]+)\""), ("A package that CMake looks for is not there.", "缺少 CMake 所找的软件包。"), _HEADERS, certainty=LIKELY, repair=remedies.module, under=(r"^CMake (?:Error|Warning|Deprecation)", r"^CMake Error")),
    known("cmake.compiler-missing", (r"^CMake Error: CMAKE_\w+_COMPILER not set, after EnableLanguage", r"No CMAKE_\w+_COMPILER could be found"), ("CMake finds no compiler.", "CMake 找不到编译器。"), ("Install gcc and g++.", "请安装 gcc 和 g++。"), repair=remedies.system("gcc", "g++", "make", "libc6-dev")),
    known("cmake.generator-missing", r"CMake was unable to find a build program corresponding to \"(?P<name>[^\"]+)\"", ("CMake finds no make or Ninja.", "CMake 找不到 make 或 Ninja。"), ("Install it.", "请安装。"), repair=remedies.system("make", "ninja-build")),
    known("cmake.submodule-missing", (r"add_subdirectory given source \"(?P<path>[^\"]+)\" which is not an", r"^\s+does not contain a CMakeLists\.txt file"), ("A folder of the project is empty or not there: often a git submodule.", "项目目录为空或不存在：通常是 git 子模块。"), ("Fetch submodules with the sources.", "请随源码获取子模块。")),
    known("cmake.source-missing", r"^\s+Cannot find source file:", ("A source file that CMake names is not there.", "缺少 CMake 所列的源文件。"), ("Copy all sources before configuring.", "请在配置前复制所有源码。")),
    known("meson.dependency-missing", r"ERROR: Dependency \"(?P<module>[^\"]+)\" not found", ("A dependency that Meson looks for is not there.", "缺少 Meson 所找的依赖。"), _HEADERS, repair=remedies.module),
    known("meson.release", r"ERROR: Meson version is \S+ but project requires (?P<wanted>\S+)", ("The project asks for a newer Meson.", "项目要求更新的 Meson。"), ("Install it from pip.", "请用 pip 安装。")),
    known("meson.program-missing", r"ERROR: Program '(?P<command>[^']+)' not found", ("A program that Meson looks for is not there.", "缺少 Meson 所找的程序。"), ("Install it while building.", "请在构建时安装。"), repair=remedies.command),
    known("pkg-config.module-missing", r"^(?:-- )?\s*Package (?P<module>[\w.+-]+) was not found in the pkg-config search path|No package '(?P<module2>[\w.+-]+)' found", ("A library is not there, or its development files are not.", "缺少库或其开发文件。"), _HEADERS, repair=remedies.module),
)  # fmt: skip
