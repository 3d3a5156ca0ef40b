"""The kinds of secret that are known by their own form: one row each.

A row is tried only where one of its ``hints`` occurs (written as it stands, or in lower case when ``fold``), so that
lines without secrets cost a few substring searches. Patterns are bounded and begin with fixed text wherever the form
allows, so that hostile input stays linear. Replacements keep what tells the kind.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.redaction.names import secret_name
from core.redaction.pairs import MASK, WORDS, mask_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKind:
    """One kind of secret. ``mask`` returns a line with its secrets of this kind masked."""

    name: str
    hints: tuple[str, ...]
    fold: bool = False
    mask: Callable[[str], str]


def kind(
    name: str, *hints: str, find: str, keep: str | Callable[[re.Match[str]], str], fold: bool = False
) -> SecretKind:
    """Make a row from a pattern; ``fold`` ignores case in hints and pattern."""
    pattern = re.compile(find, re.IGNORECASE if fold else 0)
    return SecretKind(name=name, hints=hints, fold=fold, mask=lambda line: pattern.sub(keep, line))


def _prefixed(name: str, *prefixes: str, body: str) -> SecretKind:
    """Make a row for tokens that begin with a fixed prefix; the prefix stays visible."""
    alternatives = [
        kind(
            name, prefix, find=rf"{re.escape(prefix)}(?<![A-Za-z0-9]{re.escape(prefix)}){body}", keep=f"{prefix}{MASK}"
        )
        for prefix in prefixes
    ]

    def mask(line: str) -> str:
        for row in alternatives:
            if row.hints[0] in line:
                line = row.mask(line)
        return line

    return SecretKind(name=name, hints=prefixes, mask=mask)


def _environment(match: re.Match[str]) -> str:
    if not secret_name(match["name"]) or match["value"].startswith(("$(", MASK)) or not match["value"].strip():
        return match[0]
    return f"{match['head']}{MASK}"


def _flagged_user(match: re.Match[str]) -> str:
    numeric = match[2].isdigit() and match[3].isdigit()
    return match[0] if numeric else f"{match[1]}{match[2]}:{MASK}"


def _scheme(match: re.Match[str]) -> str:
    return f"{match['head']}{match['scheme']} {MASK}" if match["scheme"] else f"{match['head']}{MASK}"


_PEM_BODY = r"(?:[A-Za-z0-9+/=*,:.\s]|\\{1,8}[nrt]|\\/|-(?!----)){1,65536}+"

KINDS: tuple[SecretKind, ...] = (
    kind(
        "pem_private_key",
        "PRIVATE KEY",
        find=rf"(-----BEGIN [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----){_PEM_BODY}(?=-----END |[\"'\\]|$)",
        keep=rf"\1{MASK}",
    ),
    kind(
        "authorization_header",
        "authorization",
        fold=True,
        find=r"""(?P<head>authorization\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}\[?(?:\\{0,7}["'])?)"""
        r"""(?:(?P<scheme>bearer|basic|digest|token|negotiate|apikey|ntlm|aws4-hmac-sha256)[ \t]{1,4})?"""
        r"""(?!(?:failed|denied|required|error|mode|ok|enabled|disabled|true|false|header)\b)[^\s"'\\\]][^"'\\\]\r\n]{2,8192}+""",
        keep=_scheme,
    ),
    kind(
        "bearer_token",
        "bearer",
        fold=True,
        find=r"\b(bearer[ \t]{1,4})(?=[^\s\"']{0,200}?[0-9])[A-Za-z0-9._~+/\-]{8,8192}+=*",
        keep=rf"\1{MASK}",
    ),
    kind(
        "basic_credentials",
        "basic",
        fold=True,
        find=r"\b(basic[ \t]{1,4})(?=[A-Za-z0-9+/]{0,200}?[0-9=])[A-Za-z0-9+/]{8,4096}+={0,2}",
        keep=rf"\1{MASK}",
    ),
    kind(
        "jwt",
        "eyJ",
        find=r"eyJ(?<![A-Za-z0-9]eyJ)[A-Za-z0-9_\-+/=]{8,65536}+(?:\.[A-Za-z0-9_\-]{0,65536}+){0,4}",
        keep=f"eyJ{MASK}",
    ),
    kind(
        "url_password",
        "://",
        find=r"""://([^\s/?\#:@"'<>]{0,256}+):(?!\*\*\*@|\$[({]|\d{1,5}(?:[/?\#,]|$))"""
        r"""[^\s"'<>@]{1,512}+(?:@[^\s"'<>@/,]{1,256}+(?=@)){0,4}@""",
        keep=rf"://\1:{MASK}@",
    ),
    kind(
        "database_address",
        "@tcp(",
        "@unix(",
        find=r"\b([\w.\-]{1,64}):(?!\*\*\*@)[^\s/\"']{1,256}@(tcp|unix)\(",
        keep=rf"\1:{MASK}@\2(",
    ),
    kind(
        "aws_access_key_id",
        *("AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ANPA"),
        find=r"A(KIA|SIA|GPA|IDA|ROA|NPA)(?<![A-Za-z0-9]A...)[A-Z0-9]{16}(?![A-Za-z0-9])",
        keep=rf"A\1{MASK}",
    ),
    _prefixed("google_api_key", "AIza", body=r"[0-9A-Za-z_\-]{35}"),
    _prefixed("google_oauth", "ya29.", "GOCSPX-", body=r"[0-9A-Za-z_\-.]{20,2048}+"),
    kind(
        "azure_storage_key",
        "==",
        find=r"(?<![A-Za-z0-9+/=\-])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])",
        keep=MASK,
    ),
    kind("azure_sas", "sig=", find=r"sig=(?<=[?&;]sig=)[A-Za-z0-9%/+=_\-]{16,512}+", keep=f"sig={MASK}"),
    kind("azure_client_secret", "Q~", find=r"\b[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{31,34}", keep=f"{MASK}Q~{MASK}"),
    _prefixed("github_token", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", body=r"[A-Za-z0-9_]{20,512}+"),
    _prefixed(
        "gitlab_token",
        *("glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glsoat-", "glagent-", "gloas-"),
        body=r"[A-Za-z0-9_\-.]{16,512}+",
    ),
    _prefixed(
        "slack_token",
        "xoxa-",
        "xoxb-",
        "xoxe-",
        "xoxe.",
        "xoxo-",
        "xoxp-",
        "xoxr-",
        "xoxs-",
        "xapp-",
        body=r"[A-Za-z0-9\-.]{8,512}+",
    ),
    kind(
        "slack_webhook",
        "hooks.slack.com/",
        find=r"hooks\.slack\.com/(services|workflows|triggers)/[A-Za-z0-9/_\-]{8,512}+",
        keep=rf"hooks.slack.com/\1/{MASK}",
    ),
    kind(
        "chat_webhook",
        "/api/webhooks/",
        "/webhookb2/",
        find=r"/(api/webhooks|webhookb2)/[A-Za-z0-9/_\-@.]{16,1024}+",
        keep=rf"/\1/{MASK}",
    ),
    _prefixed("stripe_key", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", body=r"[A-Za-z0-9+/=]{10,512}+"),
    _prefixed("twilio_key", "SK", body=r"[0-9a-f]{32}(?![A-Za-z0-9])"),
    _prefixed("sendgrid_key", "SG.", body=r"[A-Za-z0-9_\-]{16,128}+\.[A-Za-z0-9_\-]{16,256}+"),
    _prefixed("mailgun_key", "key-", body=r"[0-9a-f]{32}(?![A-Za-z0-9])"),
    _prefixed("npm_token", "npm_", body=r"[A-Za-z0-9]{30,256}+"),
    _prefixed("pypi_token", "pypi-A", body=r"[A-Za-z0-9_\-]{40,2048}+"),
    kind(
        "docker_auth",
        '"auth',
        find=r"""(\\{0,7}"auth\\{0,7}"[ \t]{0,4}:[ \t]{0,4}\\{0,7}")(?!\*)[A-Za-z0-9+/=_\-]{4,8192}+""",
        keep=rf"\1{MASK}",
    ),
    _prefixed("anthropic_key", "sk-ant-", body=r"[A-Za-z0-9_\-]{16,512}+"),
    _prefixed("openai_key", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-", body=r"[A-Za-z0-9_\-]{20,512}+"),
    _prefixed("openai_legacy_key", "sk-", body=r"[A-Za-z0-9]{32,256}+"),
    _prefixed("vault_token", "hvs.", "hvb.", "hvr.", body=r"[A-Za-z0-9_\-]{16,1024}+"),
    kind(
        "bootstrap_token",
        ".",
        find=r"\.(?<=[a-z0-9]{6}\.)(?<![\w.\-/][a-z0-9]{6}\.)(?!1[78][0-9a-f]{14})(?=[a-z]{0,15}[0-9])[a-z0-9]{16}(?![\w.\-])",
        keep=f".{MASK}",
    ),
    kind(
        "set_cookie",
        "set-cookie",
        fold=True,
        find=r"""(set-cookie\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}"""
        r"""\[?(?:\\{0,7}["'])?[^\s=;"']{1,128}=)(?!\*\*\*)[^\s;"'\\]{1,8192}+""",
        keep=rf"\1{MASK}",
    ),
    kind(
        "cookie",
        "cookie",
        fold=True,
        find=r"""(?<![\w\-])(cookie\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}"""
        r"""\[?(?:\\{0,7}["'])?)(?=[^\s=;"']{1,128}=)[^"'\\\r\n\]]{1,16384}+""",
        keep=rf"\1{MASK}",
    ),
    kind(
        "session_cookie",
        *("sessid", "sessionid", "session_id", "connect.sid", "csrftoken"),
        fold=True,
        find=r"((?:jsessionid|phpsessid|asp\.net_sessionid|session_?id|connect\.sid|csrftoken)=)(?!\*\*\*)[^\s;,&\"'\\]{8,1024}+",
        keep=rf"\1{MASK}",
    ),
    kind("bcrypt_hash", "$2", find=r"\$2([abxy]?)\$\d\d\$[./A-Za-z0-9]{53}", keep=rf"$2\1${MASK}"),
    kind(
        "crypt_hash",
        *("$apr1$", "$1$", "$5$", "$6$", "$y$", "$argon2", "$scrypt$", "$pbkdf2"),
        find=r"\$(apr1|1|5|6|y|argon2id|argon2i|scrypt|pbkdf2[\w\-]{0,16})\$[./A-Za-z0-9=,+\-]{1,256}\$[./A-Za-z0-9$=,+\-]{8,512}+",
        keep=rf"$\1${MASK}",
    ),
    kind("htpasswd_sha", "{SHA}", "{SSHA}", find=r"\{(S?SHA)\}[A-Za-z0-9+/]{20,128}+={0,2}", keep=rf"{{\1}}{MASK}"),
    _prefixed("age_key", "AGE-SECRET-KEY-1", body=r"[0-9A-Z]{20,128}+"),
    _prefixed("digitalocean_token", "dop_v1_", "doo_v1_", "dor_v1_", body=r"[0-9a-f]{32,128}+"),
    _prefixed("databricks_token", "dapi", body=r"[0-9a-f]{32}"),
    _prefixed("docker_hub_token", "dckr_pat_", "dckr_oat_", body=r"[A-Za-z0-9_\-]{20,128}+"),
    _prefixed("huggingface_token", "hf_", body=r"[A-Za-z0-9]{30,128}+"),
    _prefixed("grafana_token", "glsa_", "glc_", body=r"[A-Za-z0-9_+/=]{20,512}+"),
    _prefixed("new_relic_key", "NRAK-", "NRJS-", body=r"[A-Za-z0-9]{19,64}+"),
    _prefixed("shopify_token", "shpat_", "shpca_", "shppa_", "shpss_", body=r"[0-9a-fA-F]{32}"),
    _prefixed("atlassian_token", "ATATT3", body=r"[A-Za-z0-9_\-=]{40,512}+"),
    _prefixed("tailscale_key", "tskey-", body=r"[A-Za-z0-9\-]{16,128}+"),
    kind("terraform_token", ".atlasv1.", find=r"\.atlasv1\.[A-Za-z0-9\-_=]{40,256}+", keep=f".atlasv1.{MASK}"),
    _prefixed("planetscale_token", "pscale_tkn_", "pscale_pw_", "pscale_oauth_", body=r"[A-Za-z0-9_\-.=]{20,128}+"),
    _prefixed("artifactory_key", "AKCp", body=r"[A-Za-z0-9]{60,128}+"),
    kind("telegram_token", ":AA", find=r"\b(\d{8,10}):AA[A-Za-z0-9_\-]{33}", keep=rf"\1:{MASK}"),
    kind(
        "environment_value",
        "name",
        find=r"""(?P<head>(?P<q>\\{0,7}["'])name(?P=q)[ \t]{0,4}:[ \t]{0,4}(?P=q)(?P<name>[\w.\-]{1,200}+)(?P=q)"""
        r"""[ \t]{0,4},[ \t]{0,4}"""
        r"""(?P=q)value(?P=q)[ \t]{0,4}:[ \t]{0,4}(?P=q))(?P<value>(?:(?!(?P=q))(?:[^"'\\]|\\.|["'])){1,16384}+)""",
        keep=_environment,
    ),
    kind(
        "command_user",
        "curl",
        "wget",
        find=r"((?:^|\s)(?:-u|--user|--proxy-user)(?:[ =]{1,4})[\"']?)([^\s:\"']{1,128}+):(?!\*\*\*)([^\s\"']{1,256}+)",
        keep=_flagged_user,
    ),
    kind(
        "command_password",
        *("redis-cli", "sshpass"),
        find=r"((?:redis-cli\b[^|;\n]{0,200}?[ ]-a|sshpass[ ]{1,4}-p)[ ]{0,4})(?!\*\*\*)[^\s]{1,256}+",
        keep=rf"\1{MASK}",
    ),
    kind(
        "mysql_password",
        *("mysql", "mariadb"),
        find=r"(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^|;\n]{0,200}?[ ]-p)"
        r"(?!\*\*\*|rotocol|ager|ipe|lugin|ort)[^\s\-][^\s]{0,256}+",
        keep=rf"\1{MASK}",
    ),
    kind(
        "sql_password",
        "identified by",
        "password '",
        fold=True,
        find=r"\b((?:identified[ ]by(?:[ ]password)?|password)[ ]{1,4}')(?!\*\*\*')[^'\r\n]{1,1024}+",
        keep=rf"\1{MASK}",
    ),
    kind(
        "config_password",
        *("requirepass", "masterauth", "bindpw"),
        fold=True,
        find=r"\b((?:requirepass|masterauth|bindpw)[ \t]{1,16}[\"']?)(?!\*\*\*)[^\s\"']{1,512}+",
        keep=rf"\1{MASK}",
    ),
    SecretKind(name="named_value", hints=WORDS, fold=True, mask=mask_pairs),
)
