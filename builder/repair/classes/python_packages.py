# ruff: noqa: E501 - a table: each row stands together
"""pip, uv, poetry, pdm, pipenv: what their installs say when they fail."""

from builder.repair import remedies
from builder.repair.model import LIKELY, SYMPTOM, known

_LOCK = ("Commit the lock file that the tool writes.", "请提交工具生成的锁文件。")
_DIFFERS = ("The lock file does not match the manifest.", "锁文件与清单不一致。")
_NO_LOCK = ("A frozen install needs a lock file, and there is none.", "冻结安装需要锁文件，但没有找到。")
_PYTHON = ("The project asks for another release of Python.", "项目要求其他版本的 Python。")
_RELEASE = ("Say in requires-python what the project really needs.", "请在 requires-python 中写明实际要求。")
_RANGES = ("Loosen one of the versions.", "请放宽其中一个版本。")
_ERROR = r"^\s*(?:error|ERROR):\s+"

CLASSES = (
    known("pip.no-distribution", _ERROR + r"No matching distribution found for (?P<name>\S+)", ("No release of a distribution fits this Python, or there is none.", "没有适合此 Python 的发行版，或不存在。"),
          ("Correct its name or version, or take a release of Python that it supports.", "请更正名称或版本，或使用其支持的 Python。")),
    known("pip.conflict", (r"ResolutionImpossible", _ERROR + r"Cannot install .* because these package versions have conflicting dependencies"),
          ("Requirements contradict each other.", "依赖要求互相矛盾。"), _RANGES),
    known("pip.python-release", (_ERROR + r"Package '[^']+' requires a different Python: \S+ not in '(?P<wanted>[^']+)'", _ERROR + r".*requires Python '(?P<wanted>[^']+)' but the running Python"),
          _PYTHON, _RELEASE, repair=remedies.runtime("python")),
    known("pip.hash-mismatch", _ERROR + r"THESE PACKAGES DO NOT MATCH THE HASHES", ("A package is not what the requirements recorded.", "软件包与记录的哈希不符。"),
          ("Find out why it changed before you write the hashes anew.", "重新生成哈希之前，请查明原因。")),
    known("pip.hash-missing", _ERROR + r"(?:In --require-hashes mode|Hashes are required in --require-hashes mode)", ("Some requirements have hashes and some have none.", "部分依赖有哈希，部分没有。"),
          ("Write hashes for all, or for none.", "请全部写哈希，或全部不写。")),
    known("pip.requirements-missing", _ERROR + r"Could not open requirements file: .*'(?P<path>[^']+)'", ("A file of requirements is not there when it is read.", "读取时没有依赖文件。"),
          ("Name the right file, or copy it before the install.", "请指定正确的文件，或在安装前复制。"), repair=remedies.copied),
    known("pip.requirement-invalid", (_ERROR + r"Invalid requirement: (?P<name>.+)", r"InvalidRequirement: "), ("A requirement is not written as pip reads it.", "依赖写法无效。"),
          ("Correct the line that is named.", "请更正所指的行。")),
    known("pip.manifest-invalid", r"TOMLDecodeError: ", ("pyproject.toml is not valid TOML.", "pyproject.toml 不是有效的 TOML。"), ("Correct it.", "请更正。")),
    known("pip.not-a-project", _ERROR + r"Directory '[^']+' is not installable\. Neither 'setup\.py' nor 'pyproject\.toml' found", ("There is nothing to install in the folder.", "目录中没有可安装的内容。"),
          ("Install from the folder of pyproject.toml.", "请在 pyproject.toml 所在目录安装。")),
    known("pip.flat-layout", r"error: Multiple top-level (?:packages|modules) discovered in a flat-layout", ("setuptools cannot tell which folders are the package.", "setuptools 无法判断哪些目录属于软件包。"),
          ("Name the packages in pyproject.toml.", "请在 pyproject.toml 中写明 packages。")),
    known("pip.git-missing", _ERROR + r"Cannot find command 'git'|Git executable not found", ("A requirement comes from git, which is not installed.", "有依赖来自 git，但未安装 git。"),
          ("Take it from the index, or let git be installed.", "请改用索引中的版本，或安装 git。"), repair=remedies.system("git", "ca-certificates")),
    known("pip.pg-config", r"Error: pg_config executable not found", ("psycopg2 is compiled, for which PostgreSQL's headers are missing.", "编译 psycopg2 缺少 PostgreSQL 头文件。"),
          ("Take psycopg2-binary, or install libpq-dev while building.", "请改用 psycopg2-binary，或构建时安装 libpq-dev。"), repair=remedies.system("gcc", "libc6-dev", "libpq-dev", run=("libpq5",))),
    known("pip.mysql-config", (r"Exception: Can not find valid pkg-config name", r"mysql_config: (?:command )?not found|OSError: mysql_config not found"),
          ("mysqlclient is compiled, for which MySQL's headers are missing.", "编译 mysqlclient 缺少 MySQL 头文件。"), ("Install default-libmysqlclient-dev and pkg-config while building.", "请在构建时安装 default-libmysqlclient-dev 和 pkg-config。"),
          repair=remedies.system("gcc", "libc6-dev", "pkg-config", "default-libmysqlclient-dev", run=("libmariadb3",))),
    known("pip.backend-missing", (r"BackendUnavailable", r"Cannot import '\S+'$"), ("The project's build backend is not installed.", "项目的构建后端没有安装。"),
          ("Name it under build-system.requires.", "请写入 build-system.requires。"), certainty=LIKELY),
    known("pip.build-import", r"ModuleNotFoundError: No module named '(?P<name>pkg_resources|setuptools|distutils|wheel|numpy|Cython|packaging)(?:\.[\w.]+)?'",
          ("A build script takes a distribution for granted.", "构建脚本默认存在某个发行版。"), ("Name it under build-system.requires.", "请写入 build-system.requires。"), repair=remedies.distribution),
    known("pip.compiler-missing", (r"error: (?:command|unable to execute) '?(?:\S*/)?(?:gcc|cc|g\+\+|clang|x86_64-linux-gnu-gcc)'?(?: failed: |: )No such file", r"error: (?:\[Errno 2\] )?No such file or directory: '(?:\S*/)?(?:gcc|cc|g\+\+)'"),
          ("A distribution is compiled, for which a compiler is missing.", "编译发行版缺少编译器。"), ("Take a version with a wheel, or install gcc while building.", "请使用带 wheel 的版本，或构建时安装 gcc。"),
          repair=remedies.system("gcc", "g++", "libc6-dev")),
    known("pip.rust-missing", r"error: can't find Rust compiler|Cargo, the Rust package manager, is not installed or is not on PATH", ("A distribution is compiled with Rust, which is not installed.", "编译发行版需要 Rust，但未安装。"),
          ("Take a version with a wheel, or install cargo while building.", "请使用带 wheel 的版本，或构建时安装 cargo。"), repair=remedies.system("cargo", "rustc", "gcc", "libc6-dev")),
    known("pip.externally-managed", r"^error: externally-managed-environment", ("pip may not install into the system's own Python.", "pip 不可安装到系统 Python。"),
          ("Install into a virtual environment.", "请安装到虚拟环境。"), repair=remedies.variable("PIP_BREAK_SYSTEM_PACKAGES", "1")),
    known("pip.wheel-failed", (_ERROR + r"(?:Failed building wheel for|Could not build wheels for|Failed to build) ", r"did not run successfully\.$"), ("A distribution could not be built.", "发行版构建失败。"),
          ("Look at the lines above: they are the build's own.", "请看上面构建自身的输出。"), certainty=SYMPTOM),
    known("uv.lock-outdated", _ERROR + r"The lockfile at `uv\.lock` needs to be updated", _DIFFERS, _LOCK, repair=remedies.loosen("uv")),
    known("uv.lock-missing", _ERROR + r"Unable to find lockfile at `uv\.lock`", _NO_LOCK, _LOCK, repair=remedies.loosen("uv")),
    known("uv.no-solution", (r"No solution found when resolving dependencies", r"we can conclude that .* requirements are unsatisfiable"), ("Requirements cannot be met together.", "依赖要求无法同时满足。"), _RANGES),
    known("uv.python-missing", _ERROR + r"No interpreter found for Python (?P<wanted>\S+)", _PYTHON, _RELEASE, repair=remedies.runtime("python")),
    known("uv.file-missing", _ERROR + r"File not found: `?(?P<path>[^`\s]+)", ("A file of requirements is not there when it is read.", "读取时没有依赖文件。"),
          ("Name the right file, or copy it before the install.", "请指定正确的文件，或在安装前复制。"), repair=remedies.copied),
    known("uv.build-failed", _ERROR + r"Failed to build `", ("A distribution could not be built.", "发行版构建失败。"), ("Look at the lines below it.", "请看其下的内容。"), certainty=SYMPTOM),
    known("poetry.lock-outdated", r"^pyproject\.toml changed significantly since poetry\.lock was last generated|poetry\.lock is not up to date with pyproject\.toml", _DIFFERS, _LOCK, repair=remedies.loosen("poetry")),
    known("poetry.python-release", (r"^The currently activated Python version \S+ is not supported by the project \((?P<wanted>[^)]+)\)", r"^Current Python version \(\S+\) is not allowed by the project \((?P<wanted>[^)]+)\)"),
          _PYTHON, _RELEASE, repair=remedies.runtime("python")),
    known("poetry.root", r"^Error: The current project could not be installed: .*?(?:`(?P<path>[^`]+)` does not exist)?", ("Poetry cannot install the project itself.", "Poetry 无法安装项目自身。"),
          ("Add what it names, or set package-mode = false.", "请补上所指内容，或设置 package-mode = false。"), repair=remedies.copied),
    known("poetry.not-found", r"^(?:Package \S+ \([^)]*\) not found\.|Because .* version solving failed\.)|^So, because .* version solving failed\.$", ("Requirements cannot be met.", "依赖要求无法满足。"), _RANGES),
    known("poetry.manifest-missing", r"^Poetry could not find a pyproject\.toml file in", ("There is no pyproject.toml where poetry runs.", "poetry 运行的目录中没有 pyproject.toml。"),
          ("Build from the folder that holds it.", "请在其所在目录中构建。")),
    known("pdm.lock-outdated", r"Lockfile doesn't satisfy the project requirements|Lock file hash doesn't match pyproject\.toml", _DIFFERS, _LOCK, certainty=LIKELY, repair=remedies.loosen("pdm")),
    known("pdm.lock-missing", r"\[ProjectError\]: Lockfile does not exist, nothing to install", _NO_LOCK, _LOCK, repair=remedies.loosen("pdm")),
    known("pipenv.lock-outdated", r"^Your Pipfile\.lock \(\w+\) is out of date", _DIFFERS, _LOCK, repair=remedies.loosen("pipenv")),
    known("pipenv.lock-missing", r"Pipfile\.lock not found!", _NO_LOCK, _LOCK, repair=remedies.loosen("pipenv")),
)  # fmt: skip
