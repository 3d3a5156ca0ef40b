# ruff: noqa: E501 - a table: each row stands together
"""npm, yarn, pnpm, bun, corepack: what their installs say when they fail."""

from builder.repair import remedies
from builder.repair.model import LIKELY, SYMPTOM, known

_LOCK = ("Commit the lock file that an install writes.", "请提交安装命令生成的锁文件。")
_NAME = ("Correct the name or version in package.json.", "请更正 package.json 中的名称或版本。")
_SCRIPT = (
    "Add the script to package.json, or name another build command.",
    "请在 package.json 中添加该脚本，或指定其他构建命令。",
)
_ENGINE = ("Choose a release of Node that engines allows.", "请选择 engines 允许的 Node 版本。")
_DIFFERS = ("The lock file does not match package.json.", "锁文件与 package.json 不一致。")
_NO_LOCK = ("A frozen install needs a lock file, and there is none.", "冻结安装需要锁文件，但没有找到。")
_UNKNOWN = ("A package is not in the registry, or not for this reader.", "软件包不在仓库中，或无权读取。")
_NO_VERSION = ("No published version of a package fits.", "软件包没有符合要求的已发布版本。")
_NO_SCRIPT = ("package.json has no such script.", "package.json 中没有该脚本。")
_OLD = ("A package wants another release of Node.", "软件包要求其他版本的 Node。")
_CHANGED = ("A package is not what the lock file recorded.", "软件包与锁文件记录不符。")
_TAMPERED = (
    "Find out why the package changed before you write the lock file anew.",
    "重新生成锁文件之前，请查明软件包为何改变。",
)
_NPM = r"^npm (?:error|ERR!) "

CLASSES = (
    known("npm.lockfile-out-of-sync", _NPM + r"`npm ci` can only install packages when your package\.json and .* are in sync",
          _DIFFERS, _LOCK, repair=remedies.loosen("npm")),
    known("npm.lockfile-missing", _NPM + r"The `npm ci` command can only install with an existing package-lock\.json", _NO_LOCK, _LOCK,
          repair=remedies.loosen("npm")),
    known("npm.peer-conflict", _NPM + r"(?:code ERESOLVE$|ERESOLVE (?:unable to resolve|could not resolve))",
          ("Two packages want different versions of a third.", "两个软件包要求第三个软件包的不同版本。"),
          ("Raise or lower one of the two until their peers agree.", "请调整其中一个的版本，使对等依赖一致。"),
          repair=remedies.variable("NPM_CONFIG_LEGACY_PEER_DEPS", "true")),
    known("npm.package-not-found", (_NPM + r"code E404$", _NPM + r"404 Not Found - (?:GET|PUT) "), _UNKNOWN, _NAME),
    known("npm.version-not-found", (_NPM + r"code ETARGET$", _NPM + r"notarget No matching version found for (?P<name>\S+?)\.$"), _NO_VERSION, _NAME),
    known("npm.script-missing", _NPM + r'Missing script: "(?P<name>[^"]+)"', _NO_SCRIPT, _SCRIPT),
    known("npm.manifest-invalid", _NPM + r"(?:code EJSONPARSE$|JSON\.parse )",
          ("package.json is not valid JSON.", "package.json 不是有效的 JSON。"), ("Correct package.json.", "请更正 package.json。")),
    known("npm.manifest-missing", _NPM + r"enoent Could not read package\.json",
          ("There is no package.json where npm runs.", "npm 运行的目录中没有 package.json。"),
          ("Build from the folder that holds package.json.", "请在包含 package.json 的目录中构建。")),
    known("npm.engine", (_NPM + r"code EBADENGINE$", _NPM + r'notsup Required: \{.*"node":"(?P<wanted>[^"]+)"'), _OLD, _ENGINE,
          repair=remedies.runtime("node")),
    known("npm.workspace-protocol", (_NPM + r"code EUNSUPPORTEDPROTOCOL$", _NPM + r'Unsupported URL Type "workspace:"'),
          ("npm cannot read `workspace:` versions: another manager made them.", "npm 无法读取 `workspace:` 版本：它由其他包管理器写成。"),
          ("Say by packageManager which manager installs it.", "请用 packageManager 指定安装所用的包管理器。")),
    known("npm.integrity", _NPM + r"(?:code EINTEGRITY$|.*Integrity checksum failed when using)", _CHANGED, _TAMPERED),
    known("npm.git-missing", _NPM + r"(?:syscall spawn git$|path git$)", ("A package comes from git, which is not installed.", "有软件包来自 git，但未安装 git。"),
          ("Take the package from the registry, or let git be installed.", "请改用仓库中的软件包，或安装 git。"),
          repair=remedies.system("git", "ca-certificates", "openssh-client")),
    known("npm.native-python", r"gyp ERR! (?:find Python You need to install|stack Error: Could not find any Python)",
          ("A package compiles native code, for which Python is missing.", "有软件包要编译原生代码，但缺少 Python。"),
          ("Install python3, make and g++ while building.", "请在构建时安装 python3、make 和 g++。"), repair=remedies.system("python3", "make", "g++")),
    known("npm.native-compiler", r"gyp ERR! stack Error: not found: make|gyp ERR!.* (?:make|cc|g\+\+): (?:command )?not found",
          ("A package compiles native code, for which a compiler is missing.", "有软件包要编译原生代码，但缺少编译器。"),
          ("Install python3, make and g++ while building.", "请在构建时安装 python3、make 和 g++。"), repair=remedies.system("python3", "make", "g++")),
    known("npm.permission", _NPM + r"code (?:EACCES|EPERM|EROFS)$", ("npm may not write where it installs.", "npm 无权写入安装目录。"),
          ("Install as the owner of the folder; let no build step change to another user before it.", "请以目录所有者身份安装，不要在之前切换用户。")),
    known("npm.lifecycle-failed", _NPM + r"(?:command failed$|code ELIFECYCLE$)", ("A script of a package failed.", "软件包的脚本执行失败。"),
          ("Look at the lines above: they are the script's own.", "请看上面脚本自身的输出。"), certainty=SYMPTOM),
    known("yarn.lockfile-out-of-sync", r"^error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`", _DIFFERS, _LOCK,
          repair=remedies.loosen("yarn")),
    known("yarn.lockfile-would-change", r"YN0028: .*The lockfile would have been (?:modified|created) by this install", _DIFFERS, _LOCK,
          repair=remedies.loosen("yarn")),
    known("yarn.package-not-found", (r"^error Couldn't find package \"(?P<name>[^\"]+)\"", r"YN0035: .*Package not found$"), _UNKNOWN, _NAME),
    known("yarn.version-not-found", (r"^error Couldn't find any versions for \"(?P<name>[^\"]+)\"", r"YN0082: .*No candidates found"), _NO_VERSION, _NAME),
    known("yarn.engine", r"^error .*The engine \"node\" is incompatible with this module\. Expected version \"(?P<wanted>[^\"]+)\"", _OLD, _ENGINE,
          repair=remedies.runtime("node")),
    known("yarn.script-missing", (r"^error Command \"(?P<name>[^\"]+)\" not found\.", r"^Usage Error: Couldn't find a script named \"(?P<name>[^\"]+)\""),
          _NO_SCRIPT, _SCRIPT),
    known("yarn.release", r"^error This project's package\.json defines \"packageManager\": \"yarn@",
          ("The project wants another release of yarn than the one that ran.", "项目要求的 yarn 版本与运行的不同。"),
          ("Let corepack bring the release that packageManager names.", "请让 corepack 提供 packageManager 指定的版本。")),
    known("yarn.integrity", (r"^error .*Integrity check failed for \"", r"YN0018: .*checksum"), _CHANGED, _TAMPERED),
    known("pnpm.lockfile-out-of-sync", r"ERR_PNPM_OUTDATED_LOCKFILE", _DIFFERS, _LOCK, repair=remedies.loosen("pnpm")),
    known("pnpm.lockfile-missing", r"ERR_PNPM_NO_LOCKFILE", _NO_LOCK, _LOCK, repair=remedies.loosen("pnpm")),
    known("pnpm.lockfile-settings", r"ERR_PNPM_LOCKFILE_CONFIG_MISMATCH", ("The lock file was written with other settings.", "锁文件是在其他设置下写成的。"), _LOCK,
          repair=remedies.loosen("pnpm")),
    known("pnpm.package-not-found", r"ERR_PNPM_FETCH_404", _UNKNOWN, _NAME),
    known("pnpm.version-not-found", r"ERR_PNPM_NO_MATCHING_VERSION\s+(?:No matching version found for (?P<name>\S+))?", _NO_VERSION, _NAME),
    known("pnpm.engine", (r"ERR_PNPM_UNSUPPORTED_ENGINE", r"^Expected version: (?P<wanted>[\d<>=^~.| ]+)$"), _OLD, _ENGINE, repair=remedies.runtime("node")),
    known("pnpm.script-missing", r"ERR_PNPM_NO_SCRIPT\b", _NO_SCRIPT, _SCRIPT),
    known("pnpm.workspace-package-missing", r"ERR_PNPM_WORKSPACE_PKG_NOT_FOUND",
          ("A package of the workspace is not there.", "工作区中缺少一个包。"), ("Add its folder to pnpm-workspace.yaml and to what is built.", "请将其目录加入 pnpm-workspace.yaml 和构建内容。")),
    known("pnpm.manifest-missing", r"ERR_PNPM_NO_(?:PKG_MANIFEST|IMPORTER_MANIFEST_FOUND)", ("There is no package.json where pnpm runs.", "pnpm 运行的目录中没有 package.json。"),
          ("Build from the folder that holds package.json.", "请在包含 package.json 的目录中构建。")),
    known("pnpm.peer-conflict", r"ERR_PNPM_PEER_DEP_ISSUES", ("Peers of packages are not met.", "软件包的对等依赖不满足。"),
          ("Raise or lower one of the packages.", "请调整其中一个软件包的版本。"), repair=remedies.variable("NPM_CONFIG_STRICT_PEER_DEPENDENCIES", "false")),
    known("bun.lockfile-out-of-sync", r"^error: lockfile had changes, but lockfile is frozen", _DIFFERS, _LOCK, repair=remedies.loosen("bun")),
    known("bun.package-not-found", r"^error: (?:GET \S+ - 404|.* failed to resolve)$", _UNKNOWN, _NAME),
    known("bun.script-missing", r'^error: Script not found "(?P<name>[^"]+)"', _NO_SCRIPT, _SCRIPT),
    known("corepack.other-manager", r"^This project is configured to use (?P<name>\w+) because .*\"packageManager\" field",
          ("The project names another package manager than the one that ran.", "项目指定的包管理器与运行的不同。"),
          ("Correct packageManager, or take the lock file of that manager.", "请更正 packageManager，或使用该管理器的锁文件。")),
    known("corepack.version-not-exact", r"^Invalid package manager specification in .*expected a semver version",
          ("packageManager does not name an exact version.", "packageManager 没有写明确切版本。"), ("Write the whole version: pnpm@9.1.0.", "请写完整版本，如 pnpm@9.1.0。")),
    known("corepack.offline", r"^Network access disabled by the environment; can't reach ", ("The package manager was not brought into the image.", "镜像中没有包管理器。"),
          ("Prepare it while building, with the network.", "请在构建时联网准备。"), where=("build", "start"), certainty=LIKELY),
)  # fmt: skip
