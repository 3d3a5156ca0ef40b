"""Programs without a framework: a server socket, a bot, a consumer, a command line; and what has no program at all."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import add_package
from builder.detect.languages.jvm.packaging import program
from builder.detect.languages.jvm.saying import add_bind, add_framework, add_kind, add_ports
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Kind

_WORKERS = {
    "net.dv8tion:JDA": "jda", "com.discord4j:": "discord4j", "org.javacord:": "javacord", "dev.kord:": "kord",
    "org.telegram:telegrambots": "telegrambots", "com.github.pengrad:java-telegram-bot-api": "telegram",
    "io.github.kotlin-telegram-bot": "telegram", "com.github.twitch4j:": "twitch4j",
    "com.slack.api:bolt-socket": "slack",
    "org.apache.camel:camel-main": "camel", "org.apache.kafka:kafka-streams": "kafka-streams",
    "org.quartz-scheduler:": "quartz",
    "org.apache.kafka:kafka-clients": "kafka", "com.rabbitmq:amqp-client": "rabbitmq", "dev.inmo:tgbotapi": "telegram",
    "com.github.kotlin-telegram-bot": "telegram", "org.apache.kafka:kafka_": "kafka",
    "com.github.fd4s:fs2-kafka": "kafka",
    "com.jagrosh:jda-utilities": "jda",
}  # fmt: skip
_COMMANDS = (
    "info.picocli:", "commons-cli:", "com.beust:jcommander", "org.jcommander:", "com.github.ajalt:clikt",
    "com.github.ajalt.clikt:",
    "com.github.scopt:", "org.rogach:scallop", "com.monovore:decline", "args4j:", "net.sf.jopt-simple:", "org.jline:",
    "org.clojure:tools.cli", "com.xenomachina:kotlin-argparser", "org.jetbrains.kotlinx:kotlinx-cli",
    "com.lihaoyi:mainargs",
)  # fmt: skip


def plain(module: Module, draft: Draft) -> bool:
    """Say what a program is that no family knows; always answers."""
    main = module.main
    evidence = module.place.cite(main.file, main.line) if main else module.project.evidence
    if not module.main_class:
        _without(module, draft)
        return True
    worker = next((one for start in _WORKERS if (one := module.uses(start))), None)
    sockets = module.sources.holds("new ServerSocket(", "ServerSocket(", "ServerSocketChannel.open", "DatagramSocket(")
    if command := next((one for one in module.project.used() if one.own and one.full.startswith(_COMMANDS)), None):
        add_kind(draft, Kind.CLI, "jvm.kind.command", command.evidence)
    elif worker:
        name = next(name for start, name in _WORKERS.items() if worker.full.startswith(start))
        add_framework(draft, name, worker.evidence)
        add_kind(draft, Kind.WORKER, "jvm.kind.worker", worker.evidence, CODE)
    elif sockets and module.sources.listens and "client" not in module.main_class.lower():
        add_kind(draft, Kind.WEB, "jvm.kind.socket", module.place.cite(sockets, "ServerSocket"), CODE)
        add_ports(module, draft, usual=8080, framework="")
        add_bind(module, draft)
    else:
        if module.plugin("org.jetbrains.kotlin.multiplatform") and not module.plugin("application"):
            add_kind(draft, Kind.LIBRARY, "jvm.kind.multiplatform", evidence, CONVENTION)
            return True
        if module.incidental:
            add_kind(draft, Kind.LIBRARY, "jvm.kind.library-with-main", evidence, CONVENTION)
            return True
        add_kind(draft, Kind.CLI, "jvm.kind.program", evidence, CONVENTION)
    if made := program(module):
        add_package(module, draft, made)
    return True


def _without(module: Module, draft: Draft) -> None:
    evidence = module.project.evidence
    if (
        module.sources.files
        or module.project.packaging in {"pom", "bundle"}
        or module.plugin("java-library", "maven-publish", "java-platform")
    ):
        add_kind(draft, Kind.LIBRARY, "jvm.kind.library", evidence, DECLARED if module.sources.files else CONVENTION)
    else:
        add_kind(draft, Kind.OTHER, "jvm.kind.empty", evidence, CONVENTION)
