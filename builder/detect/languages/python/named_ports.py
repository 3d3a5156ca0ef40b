"""Ports that options, settings and defaults are named for, where no serving call could be followed to its value."""

import ast
import re
from collections.abc import Iterator

from builder.detect.languages.python.found import Facts, Port
from builder.detect.languages.python.modules import Module, reached
from builder.detect.languages.python.scopes import Scope, argument
from builder.detect.languages.python.values import Value, value_of
from builder.grounds import CONVENTION
from core.phrase import Phrase

_NAMES = (
    "PORT", "port", "SERVER_PORT", "APP_PORT", "HTTP_PORT", "API_PORT", "server_port", "http_port", "LISTEN_PORT",
    "WEB_PORT", "DEFAULT_PORT", "DEFAULT_HTTP_PORT", "DEFAULT_SERVER_PORT", "app_port", "api_port",
)  # fmt: skip
_OPTION = re.compile(r"-*(http[-_]?|server[-_]?|listen[-_]?|web[-_]?)?port")
_OPTIONS = frozenset({"add_argument", "add_option", "option", "define", "Option"})
_CLIENTS = frozenset(
    {22, 25, 110, 143, 389, 443, 465, 587, 993, 995, 1433, 1521, 1883, 3306, 5432, 5672, 6379, 8883, 9042, 9092, 9200,
     11211, 27017}
)  # fmt: skip
"""Ports of services that programs connect to rather than listen on."""

_FAR = 24
"""Modules that a program imports in which a default may stand."""


def named_port(facts: Facts, file: str) -> Port | None:
    """Return the port that speaks for itself by its name: an option, a setting, a value in a table of defaults."""
    for name in reached(facts.program, file):
        if (module := facts.program.module(name)) and (found := _option(facts, module) or _setting(facts, module)):
            return found
    for name in reached(facts.program, file, _FAR):
        if (module := facts.program.module(name)) and (found := _default(facts, module)):
            return found
    return None


def _option(facts: Facts, module: Module) -> Port | None:
    for call in module.calls:
        if call.name.rpartition(".")[2] not in _OPTIONS:
            continue
        words = [one.value for one in call.node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if any(_OPTION.fullmatch(one) for one in words):
            scope = Scope(program=facts.program, module=module, function=call.within)
            found = value_of(scope, argument(call.node, "default"))
            if found and found.port:
                why = Phrase(
                    en=f"The option for the port is {found.port} unless given.", zh=f"端口选项默认为 {found.port}。"
                )
                return _port(facts, module, found, CONVENTION, "python.port.option", why)
    return None


def _setting(facts: Facts, module: Module) -> Port | None:
    for key in _NAMES:
        if key in module.assigned:
            found = value_of(Scope(program=facts.program, module=module), module.assigned[key])
            if found and found.port:
                why = Phrase(en=f"{key} is {found.port}.", zh=f"{key} 为 {found.port}。")
                return _port(facts, module, found, CONVENTION, "python.port.setting", why)
    return None


def _default(facts: Facts, module: Module) -> Port | None:
    for key, node in _pairs(module):
        plain = node.value if isinstance(node, ast.Constant) else None
        if key in _NAMES and isinstance(plain, int) and plain not in _CLIENTS:
            value = Value(value=plain, file=module.file, line=node.lineno)
            if value.port:
                why = Phrase(en=f"A table of defaults gives {key} as {plain}.", zh=f"默认配置中 {key} 为 {plain}。")
                return _port(facts, module, value, CONVENTION - 0.05, "python.port.default", why)
    return None


def _pairs(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for value in module.assigned.values():
        for node in ast.walk(value):
            if isinstance(node, ast.Dict):
                for key, held in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, held
            elif isinstance(node, ast.Call):
                yield from ((one.arg, one.value) for one in node.keywords if one.arg)
    for cls in module.classes.values():
        for one in cls.body:
            if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
                target = one.targets[0] if isinstance(one, ast.Assign) else one.target
                if isinstance(target, ast.Name):
                    yield target.id, one.value


def _port(facts: Facts, module: Module, found: Value, confidence: float, rule: str, why: Phrase) -> Port:
    evidence = facts.place.cite(found.file or module.file, found.line)
    return Port(port=found.port or 0, confidence=confidence, rule=rule, why=why, evidence=evidence)
