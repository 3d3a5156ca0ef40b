# ruff: noqa: E501 - a table: each row stands together
"""apt and apk, and what a shell says about commands and scripts."""

from builder.repair import remedies
from builder.repair.model import ANY, BUILD, LIKELY, START, SYMPTOM, known

_PACKAGE = ("Correct the name for this release of the distribution.", "请按此发行版版本更正名称。")

CLASSES = (
    known("apt.package-missing", (r"^E: Unable to locate package (?P<name>\S+)", r"^E: Package '(?P<name>[^']+)' has no installation candidate"), ("A package is not in this release of the distribution, or its lists were not loaded.", "软件包不在此发行版中，或未更新列表。"), _PACKAGE),
    known("apt.version-missing", r"^E: Version '[^']+' for '(?P<name>[^']+)' was not found", ("A version of a package is no longer there: distributions keep the newest.", "该版本已不存在：发行版只保留最新版。"), ("Leave the version out.", "请不要写版本。")),
    known("apt.release-gone", r"^E: The repository '[^']+' does not have a Release file", ("The distribution's release is no longer served, or never was.", "该发行版版本已下线或不存在。"), ("Take a base of a supported release.", "请使用受支持版本的基础镜像。")),
    known("apt.unsigned", r"(?:NO_PUBKEY|^E: The repository '[^']+' is not signed)", ("A repository is not signed by a key that is known.", "仓库没有已知密钥的签名。"), ("Install the key of the repository before it is read.", "请先安装仓库的密钥。")),
    known("apt.rights", r"^E: (?:Could not open lock file \S+|Unable to acquire the dpkg frontend lock).*(?:Permission denied|are you root\?)", ("Packages are installed by a user who may not.", "当前用户无权安装软件包。"), ("Install before the user is changed.", "请在切换用户之前安装。")),
    known("apt.broken", r"^(?:E: Unable to correct problems, you have held broken packages|The following packages have unmet dependencies:)", ("Packages contradict each other.", "软件包互相冲突。"), ("Take all of them from one release.", "请全部取自同一版本。")),
    known("apt.locked", r"^E: Could not get lock /var/lib/(?:dpkg|apt)\S*\. It is held by process", ("Another install is under way.", "另一个安装正在进行。"), ("Try again.", "请重试。"), transient=True),
    known("apk.package-missing", r"^\s+(?P<name>[\w.+-]+) \(no such package\):", ("A package is not in this release of Alpine.", "软件包不在此 Alpine 版本中。"), _PACKAGE),
    known("shell.command-not-found", (r"^[\w./+-]+: (?:line )?\d+: (?P<command>[\w@.+-]+): (?:command )?not found$", r"^/bin/sh: (?P<command>[\w@.+-]+): not found$", r"exec: \\?\"(?P<command>[\w@.+-]+)\\?\": executable file not found in \$PATH"), ("A command is not installed, or not on the path.", "命令没有安装，或不在路径中。"), ("Install what holds it, or correct its name.", "请安装包含它的软件包，或更正名称。"), where=ANY, repair=remedies.command_or_development),
    known("shell.script-missing", (r"^[\w./+-]+: (?:line )?\d+: (?P<path>\S*/\S+): (?:not found|No such file or directory)$", r"^(?:sh|bash): (?:\d+: )?(?:cannot open )?(?P<path>[\w./-]+\.sh): No such file"), ("A script is not there, or the interpreter that its first line names is not.", "脚本不存在，或其首行所指解释器不存在。"), ("Copy the script; see its first line and its line ends.", "请复制脚本，并检查首行和换行符。"), where=ANY, repair=remedies.copied_or_unix),
    known("shell.interpreter-missing", r"(?P<path>\S+): cannot execute: required file not found|(?P<path2>\S+): bad interpreter: ", ("The interpreter that a script names is not there: often Windows line ends.", "脚本所指解释器不存在：通常是 Windows 换行符。"), ("Save it with Unix line ends.", "请以 Unix 换行符保存。"), where=ANY, repair=remedies.unix_lines),
    known("shell.not-executable", (r"^[\w./+-]+: (?:line )?\d+: (?P<path>\./\S+|/\S+): Permission denied$", r"exec: \\?\"(?P<path>\S+?)\\?\": permission denied"), ("A script is not marked as executable.", "脚本没有可执行权限。"), ("Run chmod +x and commit it.", "请运行 chmod +x 并提交。"), where=ANY, repair=remedies.executable),
    known("shell.wrong-machine", r"(?:cannot execute binary file: )?[Ee]xec format error", ("A program is made for another machine, or has no first line.", "程序为其他架构，或脚本缺少首行。"), ("Build it for this machine.", "请为此架构构建。"), where=ANY),
    known("shell.not-bash", r"^(?:/bin/)?sh: (?:\d+: )?(?:\[\[: not found|source: not found|set: Illegal option -o pipefail|Syntax error: (?:\"\(\" unexpected|redirection unexpected))", ("A line is written for bash, and sh runs it.", "命令是 bash 写法，但由 sh 执行。"), ("Write it for sh, or call bash.", "请改为 sh 写法，或调用 bash。"), where=ANY),
    known("shell.syntax", r"^(?:/bin/)?(?:sh|bash): (?:-c: )?(?:line )?\d+: [Ss]yntax error", ("A line is not valid for the shell.", "命令不符合 shell 语法。"), ("Correct it.", "请更正。"), where=ANY, certainty=LIKELY),
    known("files.not-found", (r"^(?:cp|mv|cat|ls|install): (?:cannot stat |cannot access )?'?(?P<path>[^':]+)'?: No such file or directory$", r"^(?:/bin/)?sh: \d+: cd: can't cd to (?P<path>\S+)$"), ("A file that a build command names is not there.", "构建命令所指的文件不存在。"), ("Copy it before, or correct the path.", "请先复制，或更正路径。"), where=BUILD, repair=remedies.copied),
    known("files.archive-broken", r"^(?:tar: Error is not recoverable|gzip: stdin: (?:not in gzip format|unexpected end of file)|unzip:\s+cannot find)", ("An archive that was loaded is not whole, or no archive.", "下载的归档不完整或不是归档。"), ("See what the address answers.", "请检查下载地址返回的内容。")),
    known("start.file-missing", r"exec: \\?\"(?P<path>/[^\"\\]+)\\?\": stat \S+ no such file or directory", ("The program that is started is not in the image.", "要启动的程序不在镜像中。"), ("See where the build writes it, and that it is copied.", "请确认构建写到何处并已复制。"), where=START),
    known("step.failed", r"^Error: building at STEP \"RUN .*: exit status \d+$", ("A command of the build ended with an error.", "构建命令以错误结束。"), ("Look at the lines above.", "请看上面的内容。"), certainty=SYMPTOM / 2),
)  # fmt: skip
