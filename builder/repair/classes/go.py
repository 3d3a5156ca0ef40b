# ruff: noqa: E501 - a table: each row stands together
"""The go command, and programs written in Go."""

from builder.repair import remedies
from builder.repair.model import ANY, LIKELY, START, known
from builder.repair.patches import ChangeBase

_TIDY = ("Run go mod tidy and commit go.mod and go.sum.", "请运行 go mod tidy 并提交 go.mod 和 go.sum。")
_SOURCE = ("Correct the file that is named.", "请更正所指的文件。")

CLASSES = (
    known("go.manifest-missing", r"^go: (?:go\.mod file not found in current directory|cannot find main module)", ("There is no go.mod where go runs.", "go 运行的目录中没有 go.mod。"), ("Build from the folder of go.mod.", "请在 go.mod 所在目录构建。")),
    known("go.sum-missing", r"missing go\.sum entry for (?:module|go\.mod)", ("go.sum does not hold a module that is needed.", "go.sum 缺少所需模块。"), _TIDY, repair=remedies.loosen("go")),
    known("go.module-not-required", r"no required module provides package (?P<name>\S+?);", ("A package is imported whose module go.mod does not name.", "导入的包所属模块未写入 go.mod。"), _TIDY, repair=remedies.loosen("go")),
    known("go.mod-outdated", r"^go: updates to go\.mod needed|^go: updating go\.mod: existing contents have changed", ("go.mod does not match the imports.", "go.mod 与导入不一致。"), _TIDY, repair=remedies.loosen("go")),
    known("go.sum-mismatch", r"^(?:go: )?verifying \S+: checksum mismatch$", ("A module is not what go.sum recorded.", "模块与 go.sum 记录不符。"), ("Find out why it changed before you write go.sum anew.", "重新生成 go.sum 之前，请查明原因。")),
    known("go.release", (r"^go: (?:go\.mod|\S+) requires go (?P<wanted>>= [\d.]+) \(running go", r"invalid go version '[\d.]+': must match format", r"note: module requires Go (?P<wanted>[\d.]+)"),
          ("The module asks for a newer Go.", "模块要求更新的 Go。"), ("Take that release.", "请使用该版本。"), repair=remedies.runtime("go")),
    known("go.vendor-inconsistent", r"^go: inconsistent vendoring in ", ("The folder vendor does not match go.mod.", "vendor 目录与 go.mod 不一致。"), ("Run go mod vendor and commit it.", "请运行 go mod vendor 并提交。"), repair=remedies.loosen("go")),
    known("go.compile", r"^\S+\.go:\d+:\d+: (?!fatal error|pattern |no required module|missing go\.sum|package |module lookup)(?:undefined: |declared and not used|syntax error|cannot use |\"\S+\" imported and not used|missing return|.* undefined \()",
          ("The code does not compile.", "代码无法编译。"), _SOURCE),
    known("go.compiler-missing", r"cgo: C compiler \"(?P<name>[^\"]+)\" not found", ("The program uses C code, for which a compiler is missing.", "程序使用 C 代码，但缺少编译器。"), ("Build it with CGO_ENABLED=0, or install gcc.", "请设置 CGO_ENABLED=0，或安装 gcc。"),
          repair=remedies.system("gcc", "libc6-dev")),
    known("go.cgo-disabled", (r"build constraints exclude all Go files in ", r"Binary was compiled with 'CGO_ENABLED=0'"), ("A package needs C code, but cgo is switched off.", "有包需要 C 代码，但 cgo 已关闭。"), ("Build with CGO_ENABLED=1 and a compiler.", "请设置 CGO_ENABLED=1 并安装编译器。"),
          where=ANY, certainty=LIKELY),
    known("go.embed-missing", r"pattern (?P<path>\S+?): no matching files found$", ("Files that are embedded are not there: often a front end that is built first.", "要嵌入的文件不存在：通常需先构建前端。"), ("Build or copy them before go build.", "请在 go build 之前构建或复制。")),
    known("go.private-module", (r"unrecognized import path \"(?P<name>[^\"]+)\"", r"fatal: could not read Username for '"), ("A module cannot be read: its host is not known or asks for a login.", "无法读取模块：主机未知或需要登录。"), ("Give access to private modules by a secret, or vendor them.", "请用密钥授权私有模块，或使用 vendor。")),
    known("go.offline", r"module lookup disabled by GOPROXY=off", ("Modules may not be loaded.", "不允许下载模块。"), ("Allow a module proxy, or vendor the modules.", "请允许模块代理，或使用 vendor。")),
    known("go.no-files", (r"^(?:no Go files in |stat \S+: directory not found$)", r"^package \S+ is not a main package"), ("There is no program in the folder that is built.", "所构建目录中没有程序。"), ("Name the folder of the main package.", "请指定 main 包所在目录。")),
    known("go.not-in-std", r"package (?P<name>\S+) is not in (?:std|GOROOT) \(", ("An import leads nowhere: a package of the project is missing, or the release is too old.", "导入无效：缺少项目的包，或版本过旧。"), ("Copy the whole module, or take a newer Go.", "请复制整个模块，或使用更新的 Go。"), certainty=LIKELY),
    known("go.module-path", r"^\s+module declares its path as: (?P<name>\S+)$", ("A module is required under another name than its own.", "模块以不同的名称被引用。"), ("Import it by the name that it declares.", "请使用其声明的名称。")),
    known("go.panic", r"^panic: (?!runtime error: invalid memory)", ("The program ended by a panic.", "程序因 panic 退出。"), ("Look at the line of the program that is named below it.", "请看其下所指的程序行。"), where=START, certainty=LIKELY),
    known("go.nil", r"panic: runtime error: invalid memory address or nil pointer dereference", ("The program used a nil pointer: often a setting or a service that is missing.", "程序使用了空指针：通常缺少设置或服务。"), ("Look at the first line of the program below it.", "请看其下程序的第一行。"), where=START),
    known("go.deadlock", r"^fatal error: all goroutines are asleep - deadlock!", ("The program waits for itself.", "程序互相等待而死锁。"), ("Look at what each goroutine waits for.", "请查看每个 goroutine 在等待什么。"), where=START),
    known("libc.version", (r"version [`']GLIBC_[\d.]+' not found", r"version [`']GLIBCXX_[\d.]+' not found"), ("The program was built for a newer C library than the image has.", "程序所需的 C 库比镜像中的新。"), ("Build and run on the same release of the distribution.", "请在同一发行版版本上构建和运行。"), where=START),
    known("libc.musl", (r"Error relocating \S+: \S+: symbol not found", r"Error loading shared library (?P<library>ld-linux\S+): No such file"), ("The program was built for glibc, and the image has musl.", "程序为 glibc 构建，而镜像使用 musl。"), ("Take a base with glibc (Debian).", "请使用带 glibc 的基础镜像（Debian）。"),
          where=ANY, repair=remedies.fixed(ChangeBase(form="debian"))),
)  # fmt: skip
