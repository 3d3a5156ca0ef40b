"""Programs that do not start: a variable, module, argument or setting is missing or wrong."""

import re

from diagnose.logs.signature import NAME, Signature, patterns

_FILE = r"(?P<file>[\w./@-]{1,200}\.(?:ya?ml|toml|json|conf|cnf|ini|properties|xml|cfg|env|hcl))"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="B9",
        code="EnvVarMissing",
        words=(
            "keyerror",
            "env",
            "not set",
            "required",
            "missing",
            "placeholder",
            "unbound",
            "parameter",
            "not defined",
            "must be",
            "specify",
            "not provided",
            "key not found",
            "undefined",
            "环境变量",
            "secret_key_base",
            "unset",
            "_root_password",
        ),
        patterns=patterns(
            rf"^(?:\w+\.)*KeyError: ['\"](?P<variable>{NAME})['\"]",
            rf"(?:missing|required|undefined|unset|no) (?:required )?(?:env\w{{0,10}}|environment)(?: variables?|"
            rf" vars?)?"
            rf"[^A-Za-z0-9]{{0,6}}(?:named |called )?[`'\"$({{\[]{{0,3}}(?P<variable>{NAME})\b",
            rf"(?:environment|env) ?(?:variable|var)s?:? [`'\"$({{\[]{{0,3}}(?P<variable>{NAME})\b.{{0,60}}"
            rf"(?:missing|not (?:set|found|defined|provided|present)|undefined|required|must|unset|empty)",
            rf"(?P<variable>{NAME})[`'\")}}\]]{{0,3}}:? (?:env\w{{0,10}} (?:variable |var )?)?(?:is|was|must be|"
            rf"has to be|needs to be)"
            rf" (?:not (?:set|defined|provided|specified|present)|required|missing|undefined|unset|set\b|"
            rf"provided|defined|"
            rf"specified|empty)",
            rf"(?P<variable>{NAME})[`'\")}}\]]{{0,3}}:? (?:not (?:set|defined|provided|specified|found)\b|"
            rf"required\b|missing\b)",
            rf"could not resolve placeholder ['\"](?P<variable>{NAME})['\"]",
            rf"environment variables? not found: [`'\"]?(?P<variable>{NAME})\b",
            rf"\b(?:set|provide|define|specify) the [`'\"]?(?P<variable>{NAME})[`'\"]? (?:environment|env)\b",
            rf"required key (?P<variable>{NAME}) missing value",
            rf"key not found: \"(?P<variable>{NAME})\"",
            rf"(?:line \d{{1,6}}|\d{{1,6}}|sh): \$?\{{?(?P<variable>{NAME})\}}?: (?:parameter not set|unbound "
            rf"variable|"
            rf"parameter null or not set)",
            rf"(?:you must|please|need to|must) (?:specify|set|provide|define)(?: one of)?(?: the)?"
            rf"(?: env\w{{0,10}}| environment variable)? ?[`'\"$({{\[]{{0,3}}(?P<variable>{NAME})\b",
            r"missing (?:`|')?(?P<variable>(?-i:secret_key_base|SECRET_KEY_BASE))",
            r"^-? ?(?P<variable>(?-i:(?:MYSQL|MARIADB)_ROOT_PASSWORD))$",
            rf"(?:缺少|未设置|没有设置|未配置|未找到)(?:必需的?|"
            rf"必要的?)?(?:环境变量)[:： ]{{0,3}}(?P<variable>{NAME})\b",
            rf"环境变量[:： ]{{0,3}}[`'\"“「]?(?P<variable>{NAME})[`'\"”」]? ?(?:未设置|没有设置|缺失|不存在|为空|"
            rf"未定义|未配置)",
        ),
        not_patterns=patterns(
            r"(?:using|use|falling back|fallback|defaulting|assum\w{2,4}|will use|default(?:s|ing)? (?:to|"
            r"value)|ignor\w{2,4})\b",
            r"使用默认|默认值",
        ),
    ),
    Signature(
        id="B11",
        code="AppModuleMissing",
        words=(
            "module",
            "importerror",
            "class",
            "jarfile",
            "assembly",
            "cannot load such file",
            "can't locate",
            "failed opening required",
            "shared librar",
            "relocating",
            "could not find",
            "framework: '",
            "glibc",
            "libstdc",
            "package",
        ),
        patterns=patterns(
            r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.-]{1,150})'?",
            r"^\S{0,200}python[\d.]{0,5}: No module named (?P<module>[\w.-]{1,150})",
            r"ImportError: (?P<module>[^\s:]{1,150}\.so[^\s:]{0,40}): cannot open shared object",
            r"ImportError: cannot import name '(?P<module>[\w.]{1,100})'",
            r"error while loading shared libraries: (?P<module>[^\s:]{1,150})",
            r"Error loading shared library (?P<module>[^\s:]{1,150})",
            r"Error relocating (?P<module>[^\s:]{1,150}): \S{1,150}: symbol not found",
            r"Cannot find (?:module|package) '(?P<module>[^']{1,300})'",
            r"(?:java\.lang\.)?(?:ClassNotFoundException|NoClassDefFoundError): (?P<module>[\w.$/]{1,200})",
            r"Could not find or load main class (?P<module>[\w.$/-]{1,200})",
            r"Could not load file or assembly '(?P<module>[^',]{1,200})",
            r"cannot load such file -- (?P<module>\S{1,200})",
            r"Can't locate (?P<module>\S{1,150}\.p[ml]) in @INC",
            r"Could not find (?P<module>\S{1,100}-\d\S{0,40}) in (?:any of the sources|locally installed gems)",
            r"^Framework: '(?P<module>[^']{1,100})', version '",
            r"Failed opening required '(?P<module>[^']{1,200})'",
            r"(?:PHP )?Fatal error:.{0,40} Class \"(?P<module>[^\"]{1,150})\" not found",
            r"version [`'](?P<module>GLIBC(?:XX)?_[\d.]{1,12})' not found",
        ),
        not_patterns=patterns(
            r"falling back|optional|skipping|ignor(?:ed|ing)|disabled|npm warn",
            r"Cannot find module '/[^']{1,300}\.(?:js|mjs|cjs|ts)'",
        ),
    ),
    Signature(
        id="B12",
        code="CommandNotExecutable",
        words=("exec format error", "cannot execute", "permission denied"),
        patterns=patterns(
            r"exec (?P<word>/\S{1,200}): exec format error",
            r"(?P<word>\S{1,200}): cannot execute(?: binary file)?",
            r"exec format error",
            r"(?:^|(?:sh|bash|line \d{1,5}|\d{1,5}|exec|env): )'?(?P<word>\.{0,2}/\S{1,200}?)'?: permission denied$",
        ),
    ),
    Signature(
        id="B12",
        code="CommandNotFound",
        words=("not found", "no such file"),
        patterns=patterns(
            r"(?:^|\b(?:sh|bash|ash|dash|env|exec|tini|dumb-init)\b.{0,80}?(?:line )?\d{0,6}: )(?:exec: )?"
            r"[‘'\"]?(?P<word>[\w./+@-]{1,200})[’'\"]?: (?:command )?not found$",
            r"(?:^|\b(?:sh|bash|env|exec|tini|dumb-init)\b.{0,60}?: )(?:line \d{1,5}: )?(?:exec: "
            r")?[‘'\"]?(?P<word>[\w./+@-]{1,200})[’'\"]?"
            r": No such file or directory$",
            r"exec (?P<word>/\S{1,200}): no such file or directory",
            r"exec (?P<word>[\w./-]{1,200}) failed: no such file or directory",
            r"(?P<word>[\w.-]{1,80}): applet not found",
        ),
    ),
    Signature(
        id="B12",
        code="CommandInvalid",
        words=(
            "unknown",
            "unrecognized",
            "unrecognised",
            "flag provided",
            "invalid option",
            "syntax error",
            "can't open file",
            "illegal option",
            "bad option",
            "jarfile",
            "cannot find module",
            "no such option",
            "unexpected argument",
            "unknown command",
            "could not open input",
            "unknown shorthand",
            "invalid argument",
            "entrypoint",
            "too many arguments",
            "missing script",
            "no such command",
        ),
        patterns=patterns(
            r"flag provided but not defined: -{1,2}(?P<word>[\w.-]{1,80})",
            r"unknown (?:shorthand )?(?:flag|option|switch|argument|parameter)s?:? "
            r"?[`'\"]?-{0,2}(?P<word>[\w.-]{1,80})",
            r"unknown (?:sub)?command:? ?[`'\"]?(?P<word>[\w.-]{1,80})",
            r"(?:unrecogni[sz]ed|invalid|illegal|bad|unsupported) (?:command.line )?(?:option|flag|switch)s?:?"
            r" ?(?:-- )?[`'\"]?-{0,2}(?P<word>[\w.-]{1,80})",
            r"unrecogni[sz]ed arguments?: (?P<word>\S{1,80})",
            r"unexpected argument ['\"](?P<word>[^'\"]{1,80})['\"]",
            r"no such (?:option|command):? [`'\"]?(?P<word>[\w.-]{1,80})",
            r"can't open file '(?P<file>[^']{1,300})': \[Errno 2\]",
            r"(?:Unable to access|Invalid or corrupt) jarfile (?P<file>\S{1,300})",
            r"Cannot find module '(?P<file>/[^']{1,300}\.(?:js|mjs|cjs|ts))'",
            r"Could not open input file: (?P<file>\S{1,300})",
            r"Missing script: [\"']?(?P<word>[\w:.-]{1,80})",
            r"(?:sh|bash|ash|dash)(?:: line \d{1,5}|: \d{1,5})?: syntax error.{0,80}unexpected",
        ),
        not_patterns=patterns(r"\bHTTP/|client \d|request", r"SQLSTATE|near \""),
    ),
    Signature(
        id="B10",
        code="AppConfigInvalid",
        any_level=True,
        words=("unrecognized configuration parameter",),
        patterns=patterns(
            r"unrecognized configuration parameter \"(?P<key>[^\"]{1,80})\" "
            r"in file \"(?P<file>[^\"]{1,200})\" line (?P<line>\d{1,6})",
        ),
    ),
    Signature(
        id="B10",
        code="AppConfigInvalid",
        words=(
            "yaml",
            "toml",
            "json",
            "config",
            "[emerg]",
            "emerg",
            "strconv",
            "unsupported scheme",
            "invalid value",
            "invalid dsn",
            "malformed",
            "unknown variable",
            "placeholder",
            "unknown directive",
            "unrecognized directive",
            "upstream",
            "in /etc/",
            "failed to bind properties",
            "max_map_count",
            "invalid port",
            "validation",
            "parsing",
            "配置",
            "unknown field",
            "could not be cast",
            "syntax error on line",
            ">>> '",
            "invalid url",
            "invalid character",
            "could not parse",
        ),
        patterns=patterns(
            r"(?:unknown directive|invalid number of arguments in|unexpected \"[^\"]{0,3}\"|directive "
            r".{0,40}is not).{0,120}"
            r" in (?P<file>/\S{1,200}?):(?P<line>\d{1,6})",
            r"unknown directive \"(?P<key>[^\"]{1,80})\"",
            r"(?P<file>/[^\s:]{1,200}):(?P<line>\d{1,6}): unrecognized directive: (?P<key>\S{1,80})",
            r"cannot load certificate \"(?P<file>[^\"]{1,200})\"",
            rf"(?:error|fail\w{{0,4}}|cannot|could not|unable|invalid).{{0,60}}?{_FILE}.{{0,40}}?(?:line |"
            rf":)(?P<line>\d{{1,6}})",
            rf"(?:fail\w{{0,4}}|error|unable|could not|cannot)(?: to)? (?:load|pars|read|decod|"
            rf"initiali[sz]|unmarshal)\w{{0,6}}(?: the)?"
            rf" (?:\w{{1,20}} )?config\w{{0,12}}.{{0,80}}?{_FILE}",
            r"(?:fail\w{0,4}|error|unable|could not|cannot)(?: to)? (?:load|pars|read|decod|unmarshal|"
            r"validat)\w{0,6}(?: the)?"
            r" (?:\w{1,20} )?config\w{0,12}",
            r"(?:yaml|toml|json).{0,80}(?:line (?P<line>\d{1,6})|unexpected|did not find|unmarshal|invalid "
            r"character)",
            rf"{_FILE}.{{0,60}}(?:syntax error|parse error|invalid|unexpected)",
            r"could not resolve placeholder ['\"](?P<key>[\w.-]{1,120})['\"]",
            r"failed to bind properties under '(?P<key>[\w.-]{1,120})'",
            r"unrecognized configuration parameter \"(?P<key>[^\"]{1,80})\"",
            r"unknown variable '(?P<key>[\w-]{1,80})",
            r"unknown (?:field|key|setting|property) [\"'`](?P<key>[\w.-]{1,80})",
            r"FATAL CONFIG FILE ERROR",
            r"^>>> '(?P<key>[\w-]{1,80})[^']{0,200}'",
            r"configuration file \"(?P<file>[^\"]{1,200})\" contains errors",
            r"Error parsing (?:INI|YAML) config",
            r"invalid (?:configuration )?value(?: for)?[: ]{1,2}[\"'`]?(?P<key>[\w.-]{1,80})",
            r"invalid value [\"'](?P<value>[^\"']{0,80})[\"'] for (?:flag |option |key |setting |env\w{0,10} "
            r"(?:variable |var )?)?-{0,2}"
            r"[\"'`]?(?P<key>[\w.-]{1,80})",
            r"strconv\.(?:Parse\w{2,6}|Atoi): parsing \"(?P<value>[^\"]{0,80})\"",
            r"could not be cast to integer value as '(?P<value>[^']{0,80})'",
            r"\bparsing \[(?P<file>/[^\]:]{1,200}):(?P<line>\d{1,6})\]",
            r"\b(?:can't|cannot|could not|unable to) (?:open|find|read) (?:the )?config\w{0,12} file "
            r"'?(?P<file>/[^\s']{1,200})",
            r"Syntax error on line (?P<line>\d{1,6}) of (?P<file>/[^\s:]{1,200})",
            r"yaml\.(?:scanner|parser|composer|constructor|reader)\.\w{0,30}(?:Exception|Error)",
            r"\bvalidation errors? for \w{0,60}(?:Settings|Config)\w{0,20}",
            r"unsupported (?:URL )?scheme",
            r"invalid (?:DSN|URL|connection string|URI|port)\b",
            r"malformed (?:URL|URI)|MalformedURLException",
            r"config\w{0,10}.{0,20} (?:validation|schema) (?:error|failed)",
            r"invalid config\w{0,10}|config\w{0,10} (?:is )?invalid|(?<!no )configuration error|bad configuration",
            r"max virtual memory areas vm\.max_map_count \[(?P<value>\d{1,12})\] is too low",
            r"配置文件 ?(?P<file>/[^\s，：:]{1,200}).{0,60}(?:错误|无效|解析失败|不存在|格式)",
            r"配置(?:文件)?.{0,20}(?:错误|无效|解析失败|不存在|格式)",
        ),
        not_patterns=patterns(
            r"\b400\b|request body|bad request|payload|from client|user input|webhook",
            r"overcommit|transparent huge",
        ),
    ),
    Signature(
        id="B10",
        code="AppConfigInvalid",
        words=("assign requested address", "eaddrnotavail"),
        patterns=patterns(
            r"listen \w{2,6} (?P<value>\S{2,60}): bind: cannot assign requested address",
            r"listen EADDRNOTAVAIL: \S{1,20}(?: \w{2,12}){0,3} (?P<value>\S{2,60})",
            r"\bbind(?:ing)?\b.{0,80}cannot assign requested address",
        ),
    ),
    Signature(
        id="B10",
        code="AppConfigInvalid",
        words=("invalid literal", "could not convert string"),
        patterns=patterns(
            r"invalid literal for int\(\) with base 10: '(?P<value>[^']{0,80})'",
            r"could not convert string to float: '(?P<value>[^']{0,80})'",
        ),
        # A number of a row of data fails in the same words as one of a setting.
        around=re.compile(r"environ|getenv|\bsettings?\b|\bconfig", re.IGNORECASE),
    ),
)
