"""Language runtimes that run out of memory, and programs that end with an uncaught error."""

from diagnose.logs.signature import Signature, patterns

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B32",
        code="RuntimeHeapExhausted",
        variant="Java",
        any_level=True,
        words=("outofmemoryerror",),
        patterns=patterns(
            r"java\.lang\.OutOfMemoryError: (?P<kind>Java heap space|Metaspace|GC overhead limit exceeded|"
            r"Direct buffer memory|"
            r"Requested array size exceeds VM limit|Compressed class space)",
            r"Terminating due to java\.lang\.OutOfMemoryError(?:: (?P<kind>[\w ]{1,60}))?",
        ),
        not_patterns=patterns(
            r"unable to create (?:new )?native thread", r"-XX:\+?(?:ExitOn|HeapDumpOn|CrashOn|OnOutOf)"
        ),
    ),
    Signature(
        id="B33",
        code="RuntimeHeapExhausted",
        any_level=True,
        words=(
            "heap out of memory",
            "runtime: out of memory",
            "memoryerror",
            "outofmemoryexception",
            "allowed memory size",
            "bad_alloc",
            "堆内存不足",
            "内存溢出",
            "内存不足",
        ),
        patterns=patterns(
            r"(?P<kind>JavaScript heap) out of memory",
            r"fatal error: (?P<kind>runtime): out of memory",
            r"runtime: out of memory",
            r"^(?:\w+\.)*_?(?:Array)?(?P<kind>MemoryError)\b",
            r"System\.(?P<kind>OutOfMemoryException)",
            r"Allowed memory size of (?P<size>\d{1,15}) bytes exhausted",
            r"(?P<kind>NoMemoryError)",
            r"(?P<kind>std::bad_alloc)",
            r"(?P<kind>堆内存不足|内存溢出|内存不足)",
        ),
    ),
    Signature(
        id="B34",
        code="AppCrashed",
        fallback=True,
        words=(
            "panic",
            "fatal error",
            "uncaught",
            "unhandled",
            "exception",
            "error:",
            "panicked",
            "segmentation fault",
            "异常",
        ),
        patterns=patterns(
            r"^panic: (?P<message>.{1,300})",
            r"^fatal error: (?P<message>.{1,300})",
            r"Exception in thread \"[^\"]{1,80}\" (?P<class>[\w.$]{1,150})(?:: (?P<message>.{1,300}))?",
            r"Unhandled exception\.? (?P<class>[\w.$]{1,150}): (?P<message>.{1,300})",
            r"(?:Uncaught|UnhandledPromiseRejection)\w{0,20}:? (?P<message>.{1,300})",
            r"PHP Fatal error:\s+(?P<message>.{1,200}?) in (?P<file>/\S{1,200})",
            r"^(?:panicked: |thread '[^']{1,80}' panicked at )(?P<message>.{1,300})",
            r"^\S{1,200}:\d{1,6}:in .{1,80}: (?P<message>.{1,200}) \((?P<class>[\w:]{1,80})\)",
            r"^(?P<class>(?:[a-z_][\w$]{0,40}\.){0,8}[A-Z]\w{1,80}(?:Error|Exception|Failure|Fault))(?:: "
            r"(?P<message>.{1,300}))?$",
            r"(?P<message>Segmentation fault)",
        ),
        not_patterns=patterns(r"http: panic serving"),
    ),
)
