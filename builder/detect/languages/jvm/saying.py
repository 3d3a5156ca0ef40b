"""What families of frameworks say alike: which framework, that it serves, where it listens, how its health is asked."""

from builder.detect.languages.jvm.module import Module
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT
from builder.plan import Kind, Probe
from core.evidence import Evidence
from core.phrase import Phrase

_KINDS: dict[Kind, Phrase] = {
    Kind.WEB: Phrase(en="It serves requests.", zh="它处理网络请求。"),
    Kind.WORKER: Phrase(en="It runs for ever without a port.", zh="它持续运行，不监听端口。"),
    Kind.JOB: Phrase(en="It runs once and ends.", zh="它运行一次后结束。"),
    Kind.CLI: Phrase(en="It is a program that serves nothing.", zh="它是不提供网络服务的程序。"),
    Kind.LIBRARY: Phrase(en="It has no program.", zh="其中没有可执行的程序。"),
    Kind.DESKTOP: Phrase(en="It draws windows.", zh="它会绘制窗口。"),
    Kind.MOBILE: Phrase(en="It is built for Android.", zh="它面向 Android 构建。"),
    Kind.OTHER: Phrase(en="Another program loads it.", zh="它由其他程序加载。"),
}


def add_framework(draft: Draft, name: str, evidence: Evidence | None, confidence: float = DECLARED) -> None:
    """Say which framework it is."""
    why = Phrase(en=f"It uses {name}.", zh=f"它使用 {name}。")
    draft.framework.add(name, confidence, f"jvm.framework.{name}", why, evidence)


def add_kind(draft: Draft, kind: Kind, rule: str, evidence: Evidence | None, confidence: float = DECLARED) -> None:
    """Say what it is."""
    draft.kind.add(kind, confidence, rule, _KINDS[kind], evidence)


def add_ports(module: Module, draft: Draft, *keys: str, usual: int, framework: str, code: bool = True) -> None:
    """Say where it listens: by its configuration, its code, and what the framework does otherwise."""
    settings = module.settings
    if found := settings.number(*keys):
        _port(draft, int(found.value), DECLARED, "jvm.port.settings", settings.cite(found))
    for one in module.sources.listens if code else ():
        _port(draft, one.port, CODE if one.sure else CODE - 0.1, "jvm.port.code", module.place.cite(one.file, one.line))
    for read in module.sources.reads if code else ():
        if read.name.endswith("PORT") and (read.default or "").isdigit():
            number = int(read.default or "0")
            if 0 < number < 65536:
                confidence = (
                    CODE + 0.04 if read.name in {"PORT", "SERVER_PORT", "HTTP_PORT", "APP_PORT"} else CODE - 0.1
                )
                _port(draft, number, confidence, "jvm.port.environment", module.place.cite(read.file, read.line))
    draft.port.add(
        usual,
        CONVENTION if framework else DEFAULT,
        "jvm.port.usual",
        Phrase(
            en=f"{framework or 'A server'} listens there unless told otherwise.",
            zh=f"{framework or '服务'} 默认监听该端口。",
        ),
    )


def add_bind(module: Module, draft: Draft, *keys: str, usual: str = "0.0.0.0") -> None:  # noqa: S104 - of the program
    """Say which address it binds."""
    settings = module.settings
    found = settings.get(*keys)
    value = found.value if found else usual
    draft.bind.add(
        value,
        DECLARED if found else CONVENTION,
        "jvm.bind.settings" if found else "jvm.bind.usual",
        Phrase(en=f"It listens on {value}.", zh=f"它监听 {value}。"),
        settings.cite(found) if found else None,
    )


def add_health(
    draft: Draft, path: str, evidence: Evidence | None, *, port: int | None = None, sure: float = DECLARED
) -> None:
    """Say how its health is asked."""
    draft.health.add(
        Probe(path=path, port=port),
        sure,
        "jvm.health",
        Phrase(en=f"It answers on {path}.", zh=f"它在 {path} 上应答。"),
        evidence,
    )


def _port(draft: Draft, port: int, confidence: float, rule: str, evidence: Evidence | None) -> None:
    draft.port.add(port, confidence, rule, Phrase(en=f"Port {port} is named.", zh=f"指定了端口 {port}。"), evidence)
