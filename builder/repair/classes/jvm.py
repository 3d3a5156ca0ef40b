# ruff: noqa: E501 - a table: each row stands together
"""Maven, Gradle, sbt, and what the Java virtual machine says."""

from builder.repair import remedies
from builder.repair.model import ANY, LIKELY, START, SYMPTOM, known

_POM = ("Correct pom.xml.", "请更正 pom.xml。")
_JDK = ("Take the JDK that the project names.", "请使用项目指定的 JDK。")
_E = r"^\[(?:ERROR|FATAL)\] .*"

CLASSES = (
    known("maven.manifest-missing", (r"there is no POM in this directory", r"^POM file \S+ specified with the -f/--file command line argument does not exist"), ("There is no pom.xml where Maven runs.", "Maven 运行的目录中没有 pom.xml。"), ("Build from the folder that holds it.", "请在其所在目录构建。")),
    known("maven.artifact-missing", _E + r"(?:Could not find artifact (?P<name>\S+)|was not found in \S+ during a previous attempt)", ("An artifact is in none of the repositories.", "构件不在任何仓库中。"), ("Correct its coordinates, or name its repository.", "请更正坐标，或写明其仓库。"), certainty=LIKELY),
    known("maven.parent-missing", _E + r"Non-resolvable parent POM", ("The parent of the project is not there.", "找不到父项目。"), ("Build from the folder of the parent.", "请在父项目目录构建。")),
    known("maven.module-missing", _E + r"Child module (?P<path>\S+) of \S+ does not exist", ("A module that the project names is not there.", "项目所列的模块不存在。"), ("Copy all modules.", "请复制所有模块。"), repair=remedies.copied),
    known("maven.manifest-invalid", _E + r"(?:Non-readable|Non-parseable|Malformed) POM", ("pom.xml cannot be read.", "无法读取 pom.xml。"), _POM),
    known("maven.compile", r"^\[ERROR\] (?:COMPILATION ERROR|.*\.(?:java|kt|scala):\[\d+,\d+\] )", ("The code does not compile.", "代码无法编译。"), ("Correct the file that is named.", "请更正所指的文件。")),
    known("maven.java-release", (r"(?:invalid target release|release version): ?(?P<wanted>\d+)", r"error: release version (?P<wanted>\d+) not supported", r"Unsupported class file major version \d+"), ("The project is for a newer Java.", "项目需要更新的 Java。"), _JDK, repair=remedies.runtime("java")),
    known("maven.java-source-old", r"(?:Source|Target) option (?P<release>\d) is no longer supported", ("The project asks for a Java that this JDK no longer compiles for.", "此 JDK 不再支持项目要求的 Java 版本。"), ("Set maven.compiler.release to 8 or newer.", "请将 maven.compiler.release 设为 8 或更高。"), repair=remedies.release("java", "<=8")),
    known("maven.plugin-missing", _E + r"(?:No plugin found for prefix '|Plugin \S+ or one of its dependencies could not be resolved)", ("A plugin of Maven cannot be loaded.", "无法加载 Maven 插件。"), ("Name the plugin and its version, and see that the repository answers.", "请写明插件及版本，并确认仓库可用。"), certainty=LIKELY),
    known("maven.phase-unknown", _E + r"Unknown lifecycle phase \"", ("The build command names a phase that Maven does not have.", "构建命令中的阶段不存在。"), ("Name a phase such as package.", "请使用 package 等阶段。")),
    known("maven.offline", _E + r"in offline mode", ("Maven may not load what it lacks.", "Maven 离线，无法下载缺少的内容。"), ("Take -o out of the command and the settings.", "请从命令和设置中去掉 -o。")),
    known("maven.tests", r"^\[ERROR\] (?:Tests run: .*(?:Failures|Errors): [1-9]|There are test failures)", ("Tests fail while the image is built.", "构建镜像时测试失败。"), ("Run tests before, not while building the image.", "请在构建镜像之前运行测试。"),
          repair=remedies.variable("MAVEN_ARGS", "-DskipTests")),
    known("maven.failed", r"^\[ERROR\] Failed to execute goal ", ("A goal of Maven failed.", "Maven 目标执行失败。"), ("Look at the lines above.", "请看上面的内容。"), certainty=SYMPTOM),
    known("gradle.wrapper-missing", r"(?:Could not find or load main class|ClassNotFoundException:) org\.gradle\.wrapper\.GradleWrapperMain|Unable to access jarfile \S*gradle-wrapper\.jar", ("gradle-wrapper.jar is not in the tree.", "源码中没有 gradle-wrapper.jar。"), ("Commit gradle/wrapper/gradle-wrapper.jar.", "请提交 gradle/wrapper/gradle-wrapper.jar。")),
    known("gradle.dependency", (r"^\s*> Could not (?:find|resolve) (?!all )(?P<name>[\w.-]+:\S+)", r"^> Could not resolve all (?:files|dependencies|artifacts) for configuration"), ("A dependency cannot be loaded.", "无法加载依赖。"), ("Correct its coordinates, or name its repository.", "请更正坐标，或写明其仓库。"), certainty=LIKELY),
    known("gradle.toolchain", (r"No matching toolchains found for requested specification: \{languageVersion=(?P<wanted>\d+)", r"Cannot find a Java installation .* matching.*languageVersion=(?P<wanted>\d+)", r"Dependency requires at least JVM runtime version (?P<wanted>\d+)"), ("The project asks for another Java.", "项目要求其他版本的 Java。"), _JDK, repair=remedies.runtime("java")),
    known("gradle.java-too-new", r"(?:Unsupported class file major version (?P<major>\d+)$|Could not determine java version from ')", ("This Gradle is too old for the JDK.", "此 Gradle 对该 JDK 过旧。"), ("Raise the wrapper's Gradle, or take an older JDK.", "请升级 Gradle，或使用旧版 JDK。"), certainty=LIKELY, repair=remedies.release("java", "<=17,>=17")),
    known("gradle.task-missing", r"Task '(?P<name>[^']+)' not found in (?:root )?project", ("The project has no such task.", "项目没有该任务。"), ("Name one that `gradle tasks` lists.", "请使用 `gradle tasks` 列出的任务。")),
    known("gradle.memory", r"(?:Expiring Daemon because JVM heap space is exhausted|Gradle build daemon disappeared unexpectedly|The Daemon will expire.*run out of JVM (?:heap|Metaspace))", ("Gradle used up its memory.", "Gradle 用尽了内存。"), ("Raise org.gradle.jvmargs.", "请提高 org.gradle.jvmargs。"), repair=remedies.memory("gradle")),
    known("gradle.compile", r"^> Compilation (?:failed; see the compiler|error\. See log)|^> Task :\S*compile\S* FAILED", ("The code does not compile.", "代码无法编译。"), ("Correct the files that are named above.", "请更正上面所指的文件。"), certainty=LIKELY),
    known("gradle.failed", r"^FAILURE: Build failed with an exception\.", ("A build of Gradle failed.", "Gradle 构建失败。"), ("Look at `What went wrong` below it.", "请看其下的 `What went wrong`。"), certainty=SYMPTOM),
    known("sbt.dependency", r"\[error\] .*(?:sbt\.librarymanagement\.ResolveException|Error downloading \S+)", ("A dependency cannot be loaded.", "无法加载依赖。"), ("Correct its coordinates, or name its resolver.", "请更正坐标，或写明其仓库。"), certainty=LIKELY),
    known("sbt.compile", r"\[error\] \((?:\S+ / )?Compile / compile\S*\) Compilation failed", ("The code does not compile.", "代码无法编译。"), ("Correct the files that are named above.", "请更正上面所指的文件。")),
    known("java.jar-missing", r"^Error: Unable to access jarfile (?P<path>(?!\S*gradle-wrapper)\S+)", ("The jar that is started is not there.", "要启动的 jar 不存在。"), ("Name the jar that the build writes.", "请指定构建产生的 jar。"), where=ANY),
    known("java.class-missing", r"^Error: Could not find or load main class (?P<name>(?!org\.gradle\.wrapper)\S+)", ("The class that is started is not there.", "要启动的类不存在。"), ("Name it as its package does, and see that the class path holds it.", "请按包名写明，并确认在类路径中。"), where=ANY),
    known("java.no-main", r"^no main manifest attribute, in ", ("The jar does not say which class it starts.", "jar 没有写明启动类。"), ("Build an executable jar (Spring Boot's plugin, shade, application).", "请构建可执行 jar（Spring Boot 插件、shade、application）。"), where=START),
    known("java.class-version", r"UnsupportedClassVersionError: .*\(class file version (?P<major>\d+)\.\d+\)", ("The program was compiled for a newer Java than runs it.", "程序编译所用的 Java 比运行环境新。"), _JDK, where=ANY, repair=remedies.class_version),
    known("java.heap", r"java\.lang\.OutOfMemoryError: (?:Java heap space|GC overhead|Metaspace)", ("Java used up its heap.", "Java 用尽了堆内存。"), ("Give it more memory.", "请增加内存。"), where=ANY, repair=remedies.heap_of_build),
    known("java.option", r"^(?:Unrecognized (?:VM )?option: ?'?(?P<name>\S+?)'?$|Error: Could not create the Java Virtual Machine\.)", ("Java does not know an option that it is started with.", "Java 不认识启动选项。"), ("Take it out, or take the Java that has it.", "请去掉，或使用支持它的 Java。"), where=ANY, certainty=LIKELY),
    known("java.initial-heap", r"^Initial heap size set to a larger value than the maximum heap size", ("The heap begins larger than it may become.", "初始堆大于最大堆。"), ("Set -Xms below -Xmx.", "请使 -Xms 小于 -Xmx。"), where=ANY),
    known("java.home", r"^The JAVA_HOME environment variable is not defined correctly|^ERROR: JAVA_HOME is (?:not set|set to an invalid directory)", ("JAVA_HOME does not lead to a JDK.", "JAVA_HOME 没有指向 JDK。"), ("Take JAVA_HOME out of scripts and settings.", "请从脚本和设置中去掉 JAVA_HOME。"), where=ANY),
    known("spring.failed", r"^APPLICATION FAILED TO START$", ("Spring Boot could not start the application.", "Spring Boot 无法启动应用。"), ("Look at `Description` and `Action` below it.", "请看其下的 `Description` 和 `Action`。"), where=START, certainty=SYMPTOM),
    known("spring.datasource", r"Failed to configure a DataSource: 'url' attribute is not specified", ("Spring Boot was told of no database.", "没有告诉 Spring Boot 数据库地址。"), ("Set SPRING_DATASOURCE_URL.", "请设置 SPRING_DATASOURCE_URL。"), where=START),
    known("java.exception", r"^Exception in thread \"main\" (?P<name>\S+)", ("The program ended by an exception.", "程序因异常退出。"), ("Look at the first `Caused by` that is of the program.", "请看属于程序的第一个 `Caused by`。"), where=START, certainty=SYMPTOM),
)  # fmt: skip
