# ruff: noqa: E501 - a table: each row stands together
"""Dockerfiles, what they copy, base images: by the words of buildah and BuildKit."""

from builder.repair import remedies
from builder.repair.model import LIKELY, known

_WRITE = ("Correct the Dockerfile.", "请更正 Dockerfile。")

CLASSES = (
    known("dockerfile.source-missing", (r"building at STEP \"(?:COPY|ADD) (?!--from).*copier: stat: \"/?(?P<path>[^\"]+)\": no such file", r"failed to calculate checksum of ref .*\"/(?P<path>[^\"]+)\": not found"), ("A file that is copied is not in the build's folder.", "要复制的文件不在构建目录中。"), ("Correct the path; it is relative to the build's folder.", "请更正路径；它相对于构建目录。")),
    known("dockerfile.stage-file-missing", r"building at STEP \"COPY --from=(?P<stage>\S+) (?P<path>\S+) .*no such file or directory", ("An earlier stage does not leave the file that is copied from it.", "前面的阶段没有产生要复制的文件。"), ("See where the build writes its result.", "请确认构建结果写到何处。")),
    known("dockerfile.source-ignored", r"no items matching glob .* copied \(\d+ filtered out using \S*ignore\)", ("What is copied is kept out by .dockerignore.", ".dockerignore 排除了要复制的文件。"), ("Allow it in .dockerignore.", "请在 .dockerignore 中放行。")),
    known("dockerfile.stage-missing", r"COPY --from=(?P<stage>\S+): no stage or image found with that name", ("There is no stage of that name.", "没有该名称的阶段。"), _WRITE),
    known("dockerfile.instruction-unknown", r"(?:Build error: Unknown instruction: |dockerfile parse error .*unknown instruction: )\"?(?P<name>\w+)", ("The Dockerfile has an instruction that does not exist; here-documents need a newer builder.", "Dockerfile 中有不存在的指令；here 文档需要更新的构建器。"), _WRITE),
    known("dockerfile.no-from", r"(?:no FROM statement found|no build stage in current context)", ("The Dockerfile names no base.", "Dockerfile 没有指定基础镜像。"), _WRITE),
    known("dockerfile.empty", r"^Error: no contents in \"|the Dockerfile \(\S+\) cannot be empty", ("The Dockerfile is empty.", "Dockerfile 为空。"), _WRITE),
    known("dockerfile.missing", r"cannot find Containerfile or Dockerfile in context directory|failed to read dockerfile: open", ("There is no Dockerfile.", "没有 Dockerfile。"), ("Name it.", "请指定。")),
    known("dockerfile.arguments", r"(?:requires at least one argument|must have two arguments|requires exactly one argument)", ("An instruction lacks a word: often a variable that is empty.", "指令缺少参数：通常是变量为空。"), _WRITE),
    known("dockerfile.option-unknown", r"only supports the --chmod=<permissions>|unknown flag: --?\w+", ("An instruction has an option that this builder does not know.", "构建器不支持该指令选项。"), ("Leave it out, or build with BuildKit.", "请去掉，或使用 BuildKit。"), certainty=LIKELY),
    known("dockerfile.user-unknown", r"user: unknown user error looking up user \"(?P<name>[^\"]+)\"|unable to find user (?P<name2>\S+): no matching entries", ("The user is not in the image.", "镜像中没有该用户。"), ("Make the user before, or name it by number.", "请先创建用户，或使用数字。")),
    known("dockerfile.secret-missing", r"secret required but no secret with id (?P<name>\S+) found", ("A secret that the build mounts was not given.", "构建所需的密钥未提供。"), ("Give it with the build.", "请在构建时提供。")),
    known("base.not-found", (r"reading manifest (?P<tag>\S+) in (?P<name>\S+): manifest unknown", r"(?:^|: )manifest for \S+ not found: manifest unknown"), ("The base image has no such tag.", "基础镜像没有该标签。"), ("Take a tag that it has.", "请使用已有的标签。")),
    known("base.denied", r"(?:reading manifest \S+ in \S+: (?:denied|unauthorized)|requested access to the resource is denied|unauthorized: authentication required)", ("The base image may not be read.", "无权读取基础镜像。"), ("Log in to its registry, or take a public base.", "请登录其仓库，或使用公开镜像。")),
    known("base.wrong-machine", r"(?:no image found in (?:image index|manifest list) for architecture|no matching manifest for linux/\S+ in the manifest list)", ("The base image is not made for this machine.", "基础镜像不支持此架构。"), ("Take a base that is, or build elsewhere.", "请更换基础镜像，或在其他机器构建。")),
    known("base.command-missing", r"process failed to start with error: exec: \"(?P<command>[^\"]+)\": executable file not found", ("The base has not the program that a step runs: some have no shell.", "基础镜像没有步骤所需的程序：有些没有 shell。"), ("Take a base that has it.", "请使用包含它的镜像。"), repair=remedies.command),
)  # fmt: skip
