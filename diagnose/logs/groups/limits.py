"""Limits of the operating system that a program runs into: descriptors, processes, ports, connections, watches."""

from diagnose.logs.signature import Signature, patterns

_SETTING = patterns(
    r"\bulimit\b|\brlimit\b|\b(?:soft|hard) limit\b|limit (?:is|was) (?:set|raised)|(?:raising|setting) "
)

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B42",
        code="ProcessLimitExhausted",
        variant="inotify",
        released=False,
        words=("inotify", "fsnotify", "file watchers"),
        patterns=patterns(
            r"inotify.{0,120}(?:limit|too many|no space|exhausted)",
            r"(?:limit|too many|no space).{0,120}inotify",
            r"(?:failed|unable|could not) (?:to )?create (?:an? )?fsnotify watcher",
            r"System limit for number of file watchers reached",
        ),
    ),
    Signature(
        id="B42",
        code="ProcessLimitExhausted",
        variant="conntrack",
        any_level=True,
        released=False,
        words=("conntrack",),
        patterns=patterns(r"nf_conntrack: (?:nf_conntrack: )?table full", r"conntrack table.{0,40}(?:full|exhausted)"),
    ),
    Signature(
        id="B42",
        code="ProcessLimitExhausted",
        variant="ephemeral_ports",
        released=False,
        words=("assign requested address", "eaddrnotavail", "address not available", "ephemeral port"),
        patterns=patterns(
            r"(?:connect\w{0,3}|dial\w{0,4}|socket).{0,200}(?:cannot assign requested address|EADDRNOTAVAIL|"
            r"address not available)",
            r"(?:cannot assign requested address|EADDRNOTAVAIL|address not available).{0,120}"
            r"(?:connect\w{0,3}|dial\w{0,4})",
            r"(?:no|out of|exhausted).{0,20}ephemeral ports",
        ),
        not_patterns=patterns(r"\bbind\w{0,4}\b|\blisten\w{0,4}\b"),
    ),
    Signature(
        id="B41",
        code="ProcessLimitExhausted",
        variant="processes",
        released=False,
        words=(
            "native thread",
            "pthread_create",
            "start new thread",
            "resource temporarily unavailable",
            "cannot allocate",
            "can't fork",
            "cannot fork",
            "os can't spawn",
            "failed to spawn thread",
        ),
        patterns=patterns(
            r"unable to create (?:new )?native thread",
            r"pthread_create (?:failed|returned|error)|pthread_create.{0,60}resource temporarily unavailable",
            r"can't start new thread|OS can't spawn worker thread|failed to spawn thread",
            r"\b(?:v?fork|clone|spawn|exec)\b.{0,120}resource temporarily unavailable",
            r"cannot allocate .{0,30}\bpid\b|cannot fork|can't fork",
        ),
    ),
    Signature(
        id="B40",
        code="ProcessLimitExhausted",
        variant="file_descriptors",
        released=False,
        words=("too many open files", "emfile", "enfile", "max file descriptors"),
        patterns=patterns(
            r"too many open files",
            r"\b(?:EMFILE|ENFILE)\b",
            r"max file descriptors \[(?P<limit>\d{1,9})\].{0,60}too low",
        ),
        not_patterns=(*_SETTING, *patterns(r"inotify|fsnotify")),
    ),
)
"""Asked by the family of saturation alone: a line of these says what ran out, whatever else the program says of it."""
