"""Programs that another program calls: functions of cloud platforms, spiders of Scrapy."""

import ast
from collections.abc import Iterator

from builder.detect.languages.python.found import Facts, Found, Port
from builder.detect.languages.python.objects import made_of
from builder.detect.languages.python.scopes import Scope
from builder.detect.languages.python.servers import line
from builder.grounds import CODE, CONVENTION, DECLARED
from builder.plan import Command, Kind
from core.phrase import Phrase


def find(facts: Facts) -> Iterator[Found]:
    """Tell functions and spiders."""
    yield from _functions(facts)
    yield from _chalice(facts)
    yield from _spiders(facts)


def _functions(facts: Facts) -> Iterator[Found]:
    """Tell a function for the Functions Framework, which serves it anywhere."""
    for module in facts.program.mentions("functions_framework"):
        for function in module.functions.values():
            named = {module.dotted(one) for one in function.decorator_list}
            if found := next((one for one in named if one.startswith("functions_framework.")), ""):
                kind = "http" if found.endswith(".http") else "cloudevent"
                why = Phrase(
                    en=f"{module.file} holds a function for the Functions Framework.",
                    zh=f"{module.file} 中有 Functions Framework 函数。",
                )
                port = Port(port=8080, confidence=CONVENTION, rule="python.port.framework", why=why)
                source = "" if module.file == "main.py" else f" --source {module.file}"
                options = f"--target {function.name} --signature-type {kind} --port ${{PORT:-8080}}"
                yield Found(
                    kind=Kind.WEB,
                    framework="functions-framework",
                    rank=120,
                    confidence=CODE,
                    rule="python.start.functions-framework",
                    why=why,
                    evidence=facts.place.cite(module.file, function.lineno),
                    start=line(f"functions-framework{source} {options}"),
                    file=module.file,
                    ports=(port,),
                    adds=() if facts.manifest.asks("functions-framework") else ("functions-framework",),
                )
                return


def _chalice(facts: Facts) -> Iterator[Found]:
    for module in facts.program.mentions("chalice"):
        scope = Scope(program=facts.program, module=module)
        for node in module.assigned.values():
            if made_of(scope, node) == "chalice":
                yield Found(
                    kind=Kind.OTHER,
                    framework="chalice",
                    rank=110,
                    confidence=CODE,
                    rule="python.kind.chalice",
                    why=Phrase(
                        en="Chalice runs it as functions of AWS, not in a container.",
                        zh="Chalice 将其作为 AWS 函数运行，而不是容器。",
                    ),
                    evidence=facts.place.cite(module.file, node.lineno),
                    file=module.file,
                )
                return


def _spiders(facts: Facts) -> Iterator[Found]:
    """Tell a Scrapy project: a job where it has one spider, a choice where it has several."""
    if not facts.place.has("scrapy.cfg"):
        return
    found = [
        (name, module.file)
        for module in facts.program.mentions("Spider")
        for held in module.classes.values()
        if any(module.dotted(base).endswith("Spider") for base in held.bases) and (name := _name_of(held))
    ]
    commands = [Command(argv=("scrapy", "crawl", name)) for name, _ in found]
    yield Found(
        kind=Kind.JOB,
        framework="scrapy",
        rank=70,
        confidence=DECLARED,
        rule="python.start.scrapy",
        why=Phrase(en="scrapy.cfg makes it a Scrapy project.", zh="scrapy.cfg 表明这是 Scrapy 项目。"),
        evidence=facts.place.cite_file("scrapy.cfg"),
        start=commands[0] if commands else None,
        rivals=tuple(commands[1:]),
        file=found[0][1] if found else "",
        adds=() if facts.manifest.asks("scrapy") else ("scrapy",),
    )


def _name_of(held: ast.ClassDef) -> str:
    for one in held.body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id == "name":
            return str(one.value.value) if isinstance(one.value, ast.Constant) else ""
    return ""
