"""What the output of a probe says that no waiting will change."""

import re

_MISSING = re.compile(
    r"exec: \"(?P<a>[^\"]{1,200})\": (?:executable file not found|stat [^:]{1,200}: no such file|permission denied)|"
    r"executable file [`'](?P<e>[^`']{1,200})[`'] not found|"
    r"stat (?P<b>/\S{1,200}): no such file or directory|"
    r"(?:^|\s)(?:/\S{0,60}/)?(?:ba|da|a|z|k)?sh: (?:line )?(?:\d{1,4}: )?(?P<c>[\w./-]{1,200}): "
    r"(?:(?:command )?not found|No such file or directory|Permission denied)|"
    r"(?:fork/)?exec (?P<d>/\S{1,200}): (?:no such file or directory|permission denied|exec format error)",
    re.IGNORECASE,
)
_RUNTIME = re.compile(r"OCI runtime exec failed|executable file not found|command terminated with exit code 12[67]")


def missing_program(output: str) -> str | None:
    """Return the program that an exec probe could not run, empty when the text does not name it; None when it ran."""
    match = _MISSING.search(output)
    if match is None:
        return "" if _RUNTIME.search(output) else None
    return next((found for found in match.groups() if found), "")
