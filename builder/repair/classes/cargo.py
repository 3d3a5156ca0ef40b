# ruff: noqa: E501 - a table: each row stands together
"""cargo and rustc, and programs written in Rust."""

from builder.repair import remedies
from builder.repair.model import LIKELY, START, SYMPTOM, known

_LOCK = ("Commit the Cargo.lock that cargo writes.", "请提交 cargo 生成的 Cargo.lock。")
_MANIFEST = ("Correct Cargo.toml.", "请更正 Cargo.toml。")

CLASSES = (
    known("cargo.lock-outdated", (r"^error: cannot (?:update|create) the lock file .* because --(?:locked|frozen) was passed", r"^error: the lock file \S+ needs to be updated but --(?:locked|frozen) was passed"), ("Cargo.lock does not match Cargo.toml, or is missing.", "Cargo.lock 与 Cargo.toml 不一致或缺失。"), _LOCK, repair=remedies.loosen("cargo")),
    known("cargo.lock-version", r"lock file version `?\d+`? (?:was found, but this version of Cargo does not understand|requires `-Znext-lockfile-bump`)", ("Cargo.lock was written by a newer cargo.", "Cargo.lock 由更新的 cargo 写成。"), ("Take a newer Rust.", "请使用更新的 Rust。")),
    known("cargo.lock-invalid", r"^error: failed to parse lock file at: ", ("Cargo.lock cannot be read.", "无法读取 Cargo.lock。"), ("Write it anew with cargo generate-lockfile.", "请用 cargo generate-lockfile 重新生成。"), certainty=LIKELY),
    known("cargo.rust-release", (r"^error: rustc [\d.]+\S* is not supported by the following package", r"requires rustc (?P<wanted>[\d.]+) or newer, while the currently active rustc version"), ("A crate asks for a newer Rust.", "有 crate 要求更新的 Rust。"), ("Take a newer Rust, or an older version of the crate.", "请使用更新的 Rust，或旧版 crate。")),
    known("cargo.edition", (r"supported edition values are .* but `\w+` is unknown", r"feature `edition\d+` is required"), ("The edition is newer than this Rust.", "edition 比此版本的 Rust 新。"), ("Take a newer Rust.", "请使用更新的 Rust。")),
    known("cargo.manifest-invalid", r"^error: failed to parse manifest at `", ("Cargo.toml says something that cargo cannot take.", "Cargo.toml 中有 cargo 无法接受的内容。"), _MANIFEST, certainty=LIKELY),
    known("cargo.manifest-missing", r"^error: could not find `Cargo\.toml` in ", ("There is no Cargo.toml where cargo runs.", "cargo 运行的目录中没有 Cargo.toml。"), ("Build from the folder that holds it.", "请在其所在目录构建。")),
    known("cargo.no-targets", r"^\s+no targets specified in the manifest$", ("Sources of the crate are not there when cargo reads the manifest.", "cargo 读取清单时没有源文件。"), ("Copy src before the build.", "请在构建前复制 src。")),
    known("cargo.compile", r"^error\[E0(?!463|554)\d+\]: ", ("The code does not compile.", "代码无法编译。"), ("Correct the file that is named.", "请更正所指的文件。")),
    known("cargo.nightly", r"^error\[E0554\]: `#!\[feature\]` may not be used on the (?:stable|beta) release channel", ("The code needs nightly Rust.", "代码需要 nightly 版 Rust。"), ("Name the toolchain in rust-toolchain.toml.", "请在 rust-toolchain.toml 中指定工具链。")),
    known("cargo.variable-missing", r"^error: environment variable `(?P<name>\w+)` not defined at compile time", ("A variable must be set while compiling.", "编译时必须设置某个变量。"), ("Give it as a build-time variable.", "请作为构建时变量提供。")),
    known("cargo.version-not-found", r"^error: failed to select a version for ", ("No version of a crate fits.", "没有符合要求的 crate 版本。"), _MANIFEST),
    known("cargo.crate-not-found", r"^error: no matching package named `(?P<name>[^`]+)` found", ("A crate is not in the registry.", "crate 不在仓库中。"), _MANIFEST),
    known("cargo.path-missing", r"^\s+failed to read `(?P<path>[^`]+/Cargo\.toml)`", ("A crate of the project is not where the manifest says.", "项目中的 crate 不在清单所写的位置。"), ("Build from the folder that holds all of the workspace.", "请在包含整个工作区的目录构建。"), repair=remedies.copied),
    known("cargo.openssl", r"Could not find directory of OpenSSL installation", ("A crate compiles against OpenSSL, whose headers are missing.", "有 crate 需要 OpenSSL 头文件。"), ("Install libssl-dev and pkg-config, or take rustls.", "请安装 libssl-dev 和 pkg-config，或改用 rustls。"),
          repair=remedies.system("libssl-dev", "pkg-config", run=("libssl3",))),
    known("cargo.pkg-config", r"(?:The pkg-config command could not be found|Could not run `.*pkg-config)", ("A crate asks pkg-config, which is not installed.", "有 crate 需要 pkg-config，但未安装。"), ("Install pkg-config.", "请安装 pkg-config。"), repair=remedies.system("pkg-config")),
    known("cargo.linker-missing", r"^error: linker `(?P<name>[^`]+)` not found", ("There is no linker.", "没有链接器。"), ("Install gcc.", "请安装 gcc。"), repair=remedies.system("gcc", "libc6-dev")),
    known("cargo.target-missing", r"the `(?P<name>[^`]+)` target may not be installed", ("The target is not installed.", "目标平台没有安装。"), ("Name it in rust-toolchain.toml.", "请写入 rust-toolchain.toml。")),
    known("cargo.binary-missing", r"^error: no (?:bin|example) target named `(?P<name>[^`]+)`", ("There is no program of that name.", "没有该名称的程序。"), ("Name one that the manifest holds.", "请指定清单中的程序。")),
    known("cargo.feature-missing", r"does not (?:contain this feature|have (?:that|these) feature)", ("A crate has no such feature.", "crate 没有该 feature。"), _MANIFEST),
    known("cargo.member-missing", r"^error: package ID specification `(?P<name>[^`]+)` did not match any packages", ("The workspace has no such member.", "工作区没有该成员。"), ("Name one that it has.", "请指定已有的成员。")),
    known("cargo.protoc", r"Could not find `?protoc`?", ("A crate compiles protocol buffers, for which protoc is missing.", "有 crate 需要 protoc。"), ("Install protobuf-compiler while building.", "请在构建时安装 protobuf-compiler。"), repair=remedies.system("protobuf-compiler")),
    known("cargo.cmake", r"is `cmake` not installed\?|failed to execute command: No such file or directory .*cmake", ("A crate is built with CMake, which is missing.", "有 crate 需要 CMake。"), ("Install cmake while building.", "请在构建时安装 cmake。"), repair=remedies.system("cmake", "make", "g++")),
    known("cargo.libclang", r"Unable to find libclang", ("A crate reads C headers with libclang, which is missing.", "有 crate 需要 libclang。"), ("Install libclang-dev while building.", "请在构建时安装 libclang-dev。"), repair=remedies.system("libclang-dev", "clang")),
    known("cargo.build-script", r"^error: failed to run custom build command for `", ("The build script of a crate failed.", "crate 的构建脚本失败。"), ("Look at its own lines below.", "请看其下脚本自身的输出。"), certainty=SYMPTOM),
    known("cargo.not-built", r"^error: could not compile `", ("A crate could not be compiled.", "crate 无法编译。"), ("Look at the errors above.", "请看上面的错误。"), certainty=SYMPTOM),
    known("rust.variable-missing", (r"called `Result::unwrap\(\)` on an `Err` value: NotPresent", r"^(?P<name>[A-Z][A-Z0-9_]+)\b.*: NotPresent$"), ("The program needs a variable that is not set.", "程序需要的变量没有设置。"), ("Give the variable.", "请提供该变量。"), where=START),
    known("rust.panic", r"^thread '[^']+'(?: \(\d+\))? panicked at ", ("The program ended by a panic.", "程序因 panic 退出。"), ("Look at the line below it.", "请看其下一行。"), where=START, certainty=SYMPTOM),
)  # fmt: skip
