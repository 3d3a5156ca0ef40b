# ruff: noqa: E501 - a table: each row stands together
"""mix, Hex, and programs on the Erlang virtual machine."""

from builder.repair import remedies
from builder.repair.model import ANY, LIKELY, START, known

_MIX = r"\*\* \(Mix\) "

CLASSES = (
    known("mix.project-missing", _MIX + r"Could not find a Mix\.Project", ("There is no mix.exs where mix runs.", "mix 运行的目录中没有 mix.exs。"), ("Build from the folder that holds it.", "请在其所在目录构建。")),
    known("mix.elixir-release", _MIX + r"You're trying to run :\w+ on Elixir v\S+ but it has declared in its mix\.exs file it supports only Elixir (?P<wanted>[\d<>=~. ]+)", ("The project asks for another Elixir.", "项目要求其他版本的 Elixir。"), ("Take that release.", "请使用该版本。"), repair=remedies.runtime("elixir")),
    known("mix.hex-missing", r"^Could not find (?:Hex|\"rebar3\"), which is needed to build dependency", ("Hex is not installed in the image.", "镜像中没有 Hex。"), ("Run mix local.hex --force before deps.get.", "请先运行 mix local.hex --force。"), certainty=LIKELY),
    known("mix.unreachable", _MIX + r"httpc request failed with: |Could not install Hex because Mix could not download metadata", ("Hex's repository does not answer.", "Hex 仓库没有响应。"), ("Try again; see that the build reaches it.", "请重试，并确认构建可以访问。"), transient=True),
    known("mix.lock-outdated", r"(?:Your mix\.lock is out of date|the dependency (?:is )?not locked|lock mismatch: the dependency is out of date)", ("mix.lock does not match mix.exs.", "mix.lock 与 mix.exs 不一致。"), ("Run mix deps.get and commit mix.lock.", "请运行 mix deps.get 并提交 mix.lock。"), repair=remedies.loosen("mix")),
    known("mix.dependency", r"(?:No package with name \S+|Failed to use \"[^\"]+\" \(version)", ("A package is not in Hex, or no version fits.", "软件包不在 Hex 中，或没有符合的版本。"), ("Correct mix.exs.", "请更正 mix.exs。")),
    known("mix.compile", r"^== Compilation error in file (?P<path>\S+) ==|^\*\* \((?:SyntaxError|TokenMissingError|CompileError)\)", ("The code does not compile.", "代码无法编译。"), ("Correct the file that is named.", "请更正所指的文件。")),
    known("elixir.variable-missing", (r"\*\* \((?:System\.EnvError|ArgumentError|RuntimeError)\) (?:could not fetch environment variable \"(?P<name>\w+)\"|environment variable (?P<name2>\w+) is missing)",), ("The program needs a variable that is not set.", "程序需要的变量没有设置。"), ("Give the variable.", "请提供该变量。"), where=ANY),
    known("erlang.boot-failed", r"^(?:Runtime terminating during boot|Kernel pid terminated \(application_controller\))", ("The virtual machine ended while it started the application.", "虚拟机在启动应用时退出。"), ("Look at the reason in the same line.", "请看同一行中的原因。"), where=START, certainty=LIKELY),
    known("erlang.home", r"erlexec: HOME must be set|could not create \S*\.erlang\.cookie|Failed to create cookie file", ("Erlang wants a home folder that it may write to.", "Erlang 需要可写的主目录。"), ("Set HOME to a folder that is writable.", "请将 HOME 设为可写目录。"), where=START, repair=remedies.variable("HOME", "/tmp", "run")),  # noqa: S108 - a folder of the image
)  # fmt: skip
