"""The command by which an image asks its own port, with what the image holds anyway."""

from typing import assert_never

from builder.plan import Probe
from builder.recipe import HealthTool

TIMEOUT_SECONDS = 3

_PYTHON = """\
import sys, urllib.error, urllib.request as r
try: status = r.urlopen('http://127.0.0.1:{port}{path}', timeout={timeout}).status
except urllib.error.HTTPError as e: status = e.code
sys.exit(status >= {worst})"""

_JAVASCRIPT = (
    "require('http').get({{host:'127.0.0.1',port:{port},path:'{path}',timeout:{timeout}000}},"
    "r=>process.exit(r.statusCode<{worst}?0:1)).on('error',()=>process.exit(1)).on('timeout',()=>process.exit(1))"
)

_DENO = (
    "const r = await fetch('http://127.0.0.1:{port}{path}', {{signal: AbortSignal.timeout({timeout}000)}});"
    "Deno.exit(r.status < {worst} ? 0 : 1)"
)

_PHP = (
    "$s=@fsockopen('127.0.0.1',{port},$n,$m,{timeout}); if(!$s) exit(1);"
    'fwrite($s,"GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n");'
    "exit((int)substr((string)fgets($s),9,3)<{worst}?0:1);"
)

_RUBY = (
    "require 'net/http'; r=Net::HTTP.start('127.0.0.1',{port},open_timeout:{timeout},read_timeout:{timeout})"
    "{{|h|h.get('{path}')}}; exit(r.code.to_i<{worst})"
)

_BASH = (
    "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && "
    "read -r -t {timeout} _ status _ <&3 && [ $status -lt {worst} ]"
)

_WGET = "wget -S -T {timeout} -O /dev/null http://127.0.0.1:{port}{path} 2>&1 | grep -qE 'HTTP/[0-9.]+ {well}'"
"""It fails for every refusal, so the status is read from what it prints."""

FOUND = 400
"""A path that is known to answer must answer well."""

ANY = 500
"""Of a path that nobody named (``/``) it is only asked that the program answers: it may redirect or want a login."""


def check(tool: HealthTool, port: int, probe: Probe | None) -> tuple[str, ...] | None:
    """Return the words of the health command, None where the image holds nothing to ask with."""
    path, worst = (probe.path, FOUND) if probe and probe.path else ("/", ANY)
    given = {"port": port, "path": path, "timeout": TIMEOUT_SECONDS, "worst": worst}
    match tool:
        case "python":
            return "python", "-c", _PYTHON.format(**given)
        case "node" | "bun":
            return tool, "-e", _JAVASCRIPT.format(**given)
        case "deno":
            return "deno", "eval", _DENO.format(**given)
        case "php":
            return "php", "-r", _PHP.format(**given)
        case "ruby":
            return "ruby", "-e", _RUBY.format(**given)
        case "bash":
            return "/bin/bash", "-c", _BASH.format(**given)
        case "busybox":
            return "/bin/sh", "-c", _WGET.format(**given, well="[23]" if worst == FOUND else "[234]")
        case "none":
            return None
        case _:
            assert_never(tool)
