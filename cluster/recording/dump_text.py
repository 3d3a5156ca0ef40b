"""Cut the text of ``kubectl cluster-info dump`` into the logs in it and everything else."""

import re
from dataclasses import dataclass

START = b"==== START logs for container "
_OPENING = re.compile(
    rb"^==== START logs for container (\S+) of pod ([^/\s]+)/(\S+) ====[ \t]*\r?(?:\n|\Z)", re.MULTILINE
)
_FAILED = re.compile(rb"(?:Create|Request) log error: *(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSection:
    """The log of one container. ``whole`` says that its end was marked; ``failed`` is what kubectl said instead."""

    namespace: str
    pod: str
    container: str
    data: bytes
    whole: bool
    failed: str = ""


def split_dump(data: bytes) -> tuple[list[bytes], list[LogSection]]:
    """Return the texts between logs, and the logs. What a container wrote cannot open a section inside of its own."""
    rest: list[bytes] = []
    sections: list[LogSection] = []
    at = 0
    while opening := _OPENING.search(data, at):
        rest.append(data[at : opening.start()])
        container, namespace, pod = opening.groups()
        closing = b"==== END logs for container %b of pod %b/%b ====" % (container, namespace, pod)
        end = data.find(closing, opening.end())
        if whole := end >= 0:
            at = end + len(closing)
        else:
            following = _OPENING.search(data, opening.end())
            end = at = following.start() if following else len(data)
        log = data[opening.end() : end]
        failed = _FAILED.match(log)
        sections.append(
            LogSection(
                namespace=namespace.decode("utf-8", "replace"),
                pod=pod.decode("utf-8", "replace"),
                container=container.decode("utf-8", "replace"),
                data=b"" if failed else log,
                whole=whole,
                failed=failed[1].decode("utf-8", "replace").strip() if failed else "",
            )
        )
    rest.append(data[at:])
    return [part for part in rest if part.strip()], sections
