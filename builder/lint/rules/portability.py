"""What only some builders understand."""

from collections.abc import Iterator
from typing import Final

from builder.lint.model import Hit, Rule, Severity, Surroundings, hit, rule
from builder.lint.rules.pages import REFERENCE
from builder.lint.source import Source

_NEW: Final = {"link": "1.4", "parents": "1.20", "exclude": "1.19"}
"""Options of COPY, with the version of the syntax from which on they stand without a ``labs`` channel."""


@rule("portable.heredoc", Severity.ADVICE, f"{REFERENCE}#here-documents")
def heredoc(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find heredocs: builders before BuildKit 0.10 and Buildah 1.33 do not know them."""
    for part in source.of("RUN", "COPY", "ADD"):
        if part.bodies:
            yield hit(
                part.line,
                "Heredocs are unknown to Buildah before 1.33 and to Docker without BuildKit.",
                "Buildah 1.33 之前以及不使用 BuildKit 的 Docker 不支持 heredoc。",
            )


@rule("portable.copy", Severity.ADVICE, f"{REFERENCE}#copy")
def copy_options(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find options of COPY and ADD that only new builders know."""
    for part in source.of("COPY", "ADD"):
        for flag in part.flags:
            if flag.name in _NEW:
                yield hit(
                    part.line,
                    f"--{flag.name} is known from syntax {_NEW[flag.name]} of Docker on; older builders and "
                    "some others refuse it.",
                    f"--{flag.name} 需要 Docker 语法 {_NEW[flag.name]} 及以上；旧版和部分其他构建器会拒绝。",
                )


@rule("portable.run", Severity.ADVICE, f"{REFERENCE}#run---security")
def run_options(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find options of RUN that a builder must be allowed to follow."""
    for part in source.of("RUN"):
        for flag in part.flags:
            asks = (flag.name == "security" and flag.value == "insecure") or (
                flag.name == "network" and flag.value == "host"
            )
            if asks or flag.name == "device":
                yield hit(
                    part.line,
                    f"--{flag.name}={flag.value} needs a builder that was allowed to do so; most are not.",
                    f"--{flag.name}={flag.value} 需要构建器获得授权；多数构建器没有。",
                )


@rule("portable.syntax", Severity.ADVICE, f"{REFERENCE}#syntax")
def syntax(source: Source, _around: Surroundings) -> Iterator[Hit]:
    """Find mounts in a file that does not name its syntax, where an old Docker would refuse them."""
    first = source.lines[0].strip() if source.lines else ""
    labs = any("labs" in line for line in source.lines[:3] if line.startswith("#"))
    if first.startswith("#") and "syntax" in first and labs:
        yield hit(
            1,
            "The labs channel changes without notice. Name a released version of the syntax.",
            "labs 通道会不经通知而变化。请写已发布的语法版本。",
        )


RULES: tuple[Rule, ...] = (heredoc, copy_options, run_options, syntax)
