"""Programs that are denied something: a port that is taken, a path, a privilege, their own user."""

from diagnose.logs.signature import PATH, PORT, Signature, patterns

_ADDRESS = r"(?:\[[0-9a-f:.]{0,45}\]|[\w.*-]{0,100})"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B13",
        code="PortConflict",
        words=("in use", "eaddrinuse", "bind", "only one usage", "占用"),
        patterns=patterns(
            rf"listen \w{{2,5}} {_ADDRESS}:{PORT}:.{{0,40}} bind: address already in use",
            rf"EADDRINUSE.{{0,80}}?{_ADDRESS}:{PORT}\b",
            rf"EADDRINUSE.{{0,80}}?\b{PORT}\b",
            r"EADDRINUSE",
            rf"\bport:? {PORT} (?:was|is) already (?:in use|allocated|bound)",
            rf"bind\(\) to {_ADDRESS}:{PORT} failed \(98",
            rf"could not bind .{{0,60}}address.{{0,60}}?\"?{_ADDRESS}\"?.{{0,40}}(?:address (?:already )?in use)",
            rf"(?:address|port|socket).{{0,20}} (?:already )?in use.{{0,60}}?[:(\s]{PORT}\b(?!\])",
            rf"[:\s]{PORT}\b(?!\]).{{0,60}}(?:address|port|socket)(?: is)? already in use",
            rf"connection in use: \('[^']{{0,60}}', {PORT}\)",
            r"address (?:is )?already in use",
            r"only one usage of each socket address",
            rf"端口(?:号)? ?[:：]?{PORT}.{{0,20}}(?:被占用|已被使用|占用)",
            r"端口.{0,20}(?:被占用|已被使用)",
        ),
    ),
    Signature(
        id="B14",
        code="FilesystemReadOnly",
        words=("read-only file system", "erofs", "errno 30", "readonly file system", "只读文件系统"),
        patterns=patterns(
            rf"read-?only file ?system:? ?['\"(]{{0,2}}{PATH}",
            rf"EROFS.{{0,80}}? ['\"]?{PATH}",
            rf"{PATH}['\"]?\)?[:,]? .{{0,60}}read-?only file ?system",
            rf"\w+ {PATH}: read-?only file ?system",
            r"read-?only file ?system|EROFS|errno 30\b|只读文件系统",
        ),
        not_patterns=patterns(r"remount", r"EXT4-fs|XFS \("),
    ),
    Signature(
        id="B14",
        code="RootUserRefused",
        words=("root",),
        patterns=patterns(
            r"(?:should not|cannot|can ?not|can't|refus\w{1,5} to|must not|don't|do not|won't) (?:be )?(?:run|"
            r"start|execut)\w{0,5}"
            r" (?:\w{1,20} )?as (?:the )?[\"'(]?root",
            r"\"root\" execution of the \w{1,30} server is not permitted",
            r"running (?:chrome )?as root without --no-sandbox",
            r"running as root is not (?:allowed|supported|permitted)",
            r"please read .{0,60} to find out how to run \w{1,20} as root",
            r"(?P<wants>(?:must|needs? to|has to) be (?:run|started|executed) (?:as|by) (?:the )?[\"']?root)",
            r"(?P<wants>(?:requires?|need) root (?:privileges|permissions|access))",
        ),
        not_patterns=patterns(r"running pip as|npm warn|^warning|\bwarn(?:ing)?:"),
    ),
    Signature(
        id="B14",
        code="AppPermissionDenied",
        variant="port",
        words=("permission denied", "eacces", "failed (13", "operation not permitted"),
        patterns=patterns(
            rf"listen \w{{2,5}} {_ADDRESS}:{PORT}:.{{0,40}} bind: permission denied",
            rf"bind\(\) to {_ADDRESS}:{PORT} failed \(13",
            rf"listen EACCES.{{0,60}}?{_ADDRESS}:{PORT}\b",
            rf"could not bind to address {_ADDRESS}:{PORT}",
            rf"bind.{{0,60}}?:{PORT}\b.{{0,40}}permission denied",
            r"bind: permission denied",
        ),
    ),
    Signature(
        id="B14",
        code="AppPermissionDenied",
        variant="capability",
        words=("operation not permitted", "eperm", "must be privileged", "cap_"),
        patterns=patterns(
            r"\b(?P<call>chown|chmod|setuid|setgid|setgroups|initgroups|mount|unshare|iptables|ip6?tables|ioctl|"
            r"ping|chroot|"
            r"mknod|setpriority|mlock|mlockall|ptrace|sethostname|setcap|sysctl|socket|clone|bpf|prctl)\b.{0,160}"
            r"(?:operation not permitted|EPERM)",
            r"(?P<call>su-exec|gosu|su|sudo|runuser|setpriv)\b.{0,80}operation not permitted",
            r"(?:missing|requires?|need) (?:the )?(?:capability )?(?P<call>CAP_[A-Z_]{3,30})",
            r"operation not permitted",
        ),
    ),
    Signature(
        id="B14",
        code="AppPermissionDenied",
        variant="file",
        words=(
            "permission denied",
            "eacces",
            "unauthorizedaccessexception",
            "accessdeniedexception",
            "权限不足",
            "权限不够",
            "wrong ownership",
            "invalid permissions",
        ),
        patterns=patterns(
            rf"permission denied:? ?['\"(]{{0,2}}{PATH}",
            rf"EACCES.{{0,80}}? ['\"]?{PATH}",
            rf"\b(?:open|mkdir|stat|unlink|rename|create|creat|write|read|touch|cd|exec|access|cp|mv|rm|chdir|"
            rf"scandir)(?:\(\))?:?"
            rf" .{{0,60}}?['\"‘]?{PATH}['\"’]?.{{0,60}}permission denied",
            rf"{PATH}['\"’]?\)?[:,]? .{{0,80}}(?:permission denied|\(13\b)",
            rf"access to the path ['\"]{PATH}['\"] is denied",
            rf"AccessDeniedException: {PATH}",
            rf"data directory \"{PATH}\" has (?:invalid permissions|wrong ownership)",
            rf"{PATH}['\"’”]?[:：，,]? ?.{{0,20}}权限不[足够]",
            r"\bEACCES\b|permission denied|权限不[足够]",
        ),
        not_patterns=patterns(
            r"permission denied (?:for|to) (?:table|relation|schema|database|sequence|function|user|create|view|"
            r"column|language)",
            r"\(publickey|ssh:|git@",
            r"code = PermissionDenied|PERMISSION_DENIED|\b403\b",
        ),
    ),
)
