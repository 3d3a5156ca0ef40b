# ruff: noqa: E501 - a table: each row stands together
"""The dotnet command and MSBuild."""

from builder.repair import remedies
from builder.repair.model import ANY, LIKELY, START, known

_SDK = ("Take the SDK that the project targets.", "请使用项目目标的 SDK。")
_NAME = ("Correct the name or version in the project file.", "请更正项目文件中的名称或版本。")

CLASSES = (
    known("dotnet.sdk-too-old", r"error NETSDK1045: The current \.NET SDK does not support targeting \.NET(?: Core)? (?P<wanted>[\d.]+?)\.(?:\s|$)", ("The project targets a newer .NET.", "项目目标是更新的 .NET。"), _SDK, repair=remedies.runtime("dotnet")),
    known("dotnet.sdk-missing", (r"A compatible (?:installed )?\.NET (?:Core )?SDK (?:for global\.json version|was not found)", r"^Requested SDK version: (?P<wanted>\d+\.\d+)"), ("global.json asks for an SDK that is not in the image.", "global.json 要求的 SDK 不在镜像中。"), ("Let global.json roll forward.", "请在 global.json 中允许 rollForward。"), repair=remedies.runtime("dotnet")),
    known("dotnet.lock-outdated", r"error NU1004: ", ("packages.lock.json does not match the project.", "packages.lock.json 与项目不一致。"), ("Commit the lock file that restore writes.", "请提交 restore 生成的锁文件。"), repair=remedies.loosen("dotnet")),
    known("dotnet.package-not-found", r"error NU1101: Unable to find package (?P<name>\S+?)\. ", ("A package is in none of the sources.", "软件包不在任何源中。"), _NAME),
    known("dotnet.version-not-found", r"error NU110[23]: Unable to find (?:a stable )?package (?P<name>\S+)", ("No version of a package fits.", "没有符合要求的版本。"), _NAME),
    known("dotnet.source-unreachable", r"error NU1301: ", ("A source of packages does not answer.", "软件包源没有响应。"), ("Try again; see nuget.config.", "请重试；检查 nuget.config。"), transient=True),
    known("dotnet.compile", r": error CS\d+: ", ("The code does not compile.", "代码无法编译。"), ("Correct the file that is named.", "请更正所指的文件。")),
    known("dotnet.project-missing", r"error MSB100[39]: ", ("There is no project where dotnet runs, or several.", "dotnet 运行的目录中没有项目，或有多个。"), ("Name the project file.", "请指定项目文件。")),
    known("dotnet.runtime-missing", (r"^You must install or update \.NET to run this application\.", r"^The framework '[^']+', version '(?P<wanted>\d+\.\d+)[^']*' was not found"), ("The image has another .NET than the program needs.", "镜像中的 .NET 与程序所需不同。"), _SDK, where=START, repair=remedies.runtime("dotnet")),
    known("dotnet.icu-missing", r"Couldn't find a valid ICU package installed on the system", (".NET finds no data of languages.", ".NET 找不到语言数据。"), ("Install libicu, or set the invariant mode.", "请安装 libicu，或使用不变模式。"), where=ANY, repair=remedies.variable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1", "both")),
    known("dotnet.exception", r"^Unhandled exception\. (?P<name>\S+)", ("The program ended by an exception.", "程序因异常退出。"), ("Look at the lines below it.", "请看其下的内容。"), where=START, certainty=LIKELY),
)  # fmt: skip
