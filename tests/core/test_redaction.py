import base64
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.redaction import MASK, LineRedactor, redact, redact_args, redact_lines
from core.redaction.kinds import KINDS

# Assembled at run time, so that no scanner of this repository takes an example for a leaked secret.
BODY = "Zq7Lk2Vb9Xw4Tn6Rm8Ps3Hd5Gf1Jc0Ya"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PEM_BODY = ("MIIEowIBAAKCAQEAtX3" + BODY * 2)[:64]


def pem(kind: str = "RSA ") -> tuple[str, str]:
    return f"-----BEGIN {kind}PRIVATE KEY-----", f"-----END {kind}PRIVATE KEY-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    id: str
    text: str
    secret: str = "hunter2"
    keeps: str = ""


def token(kind: str, prefix: str, body: str) -> Masked:
    return Masked(id=kind, text=f"sent {prefix}{body} to it", secret=body, keeps=prefix)


FORMS = (
    Masked(id="authorization_header", text="> Authorization: Bearer hunter2hunter2", keeps="Bearer"),
    Masked(id="authorization_header", text='{"Authorization":["Basic aHVudGVyMg=="]}', secret="aHVudGVy"),
    Masked(id="authorization_header", text="authorization: hunter2hunter2"),
    Masked(id="authorization_header", text="proxy-authorization: Digest username=x, response=hunter2", keeps="Digest"),
    Masked(id="bearer_token", text="curl -H 'X: Bearer hunter2hunter2'", keeps="Bearer"),
    Masked(id="basic_credentials", text="sent basic aHVudGVyMjIy=", secret="aHVudGVyMjIy", keeps="basic"),
    Masked(id="jwt", text=f"got eyJhbGciOiJSUzI1NiJ9.eyJzdWIi{BODY}.{BODY} from", secret=BODY, keeps="got eyJ"),
    Masked(id="jwt", text=f"cut eyJhbGciOiJSUzI1NiIsImtpZCI6{BODY}", secret=BODY),
    Masked(id="url_password", text="postgres://app:hunter2@db:5432/app", keeps="postgres://app:***@db:5432/app"),
    Masked(id="url_password", text="redis://:hunter2@cache:6379/0", keeps="redis://:***@cache:6379/0"),
    Masked(id="url_password", text="amqp://u:hun@ter2@mq/v", secret="ter2", keeps="@mq/v"),
    Masked(id="url_password", text="redis://:ab/hunter2=@cache:6379", keeps="@cache:6379"),
    Masked(id="url_password", text="amqp://u:hunter2@a:1,amqp://u:hunter2@b:1", keeps="@a:1,amqp://u:***@b:1"),
    Masked(id="database_address", text="app:hunter2@tcp(db:3306)/shop", keeps="app:***@tcp(db:3306)/shop"),
    token("aws_access_key_id", "AKIA", "IOSFODNN7EXAMPLE"),
    Masked(id="named_value", text=f"aws_secret_access_key = {BODY}12345678", secret=BODY),
    token("google_api_key", "AIza", BODY + "abc"),
    token("google_oauth", "ya29.", BODY),
    Masked(id="pem_private_key", text=json.dumps({"key": f"{pem()[0]}\n{PEM_BODY}\n{pem()[1]}\n"}), secret=PEM_BODY),
    Masked(id="pem_private_key", text=" ".join((pem("OPENSSH ")[0], PEM_BODY)), secret=PEM_BODY, keeps="OPENSSH"),
    Masked(id="azure_storage_key", text=f"key {(BODY * 3)[:86]}== used", secret=BODY),
    Masked(id="azure_sas", text=f"https://a.blob.example/c?sv=1&sig={BODY}%3D&se=2", secret=BODY, keeps="&se=2"),
    Masked(id="azure_client_secret", text="id abc8Q~" + BODY, secret=BODY),
    *(token("github_token", f"gh{letter}_", BODY + "abcd") for letter in "pousr"),
    token("github_token", "github_pat_", BODY * 2),
    token("gitlab_token", "glpat-", BODY[:20]),
    token("slack_token", "xoxb-", f"123456789012-{BODY}"),
    Masked(
        id="slack_webhook", text=f"POST https://hooks.slack.com/services/T0/B0/{BODY}", secret=BODY, keeps="services"
    ),
    Masked(id="chat_webhook", text=f"https://chat.example/api/webhooks/12/{BODY}", secret=BODY),
    token("stripe_key", "sk_" + "live_", BODY),
    token("twilio_key", "SK", HEX[:32]),
    Masked(id="sendgrid_key", text=f"use SG.{BODY}.{BODY} now", secret=BODY, keeps="SG."),
    token("mailgun_key", "key-", HEX[:32]),
    token("npm_token", "npm_", BODY + "abcd"),
    token("pypi_token", "pypi-A", "gEIcHlwaS5vcmc" + BODY),
    Masked(id="docker_auth", text='{"auths":{"r.example":{"auth":"aHVudGVyMg=="}}}', secret="aHVudGVyMg"),
    token("anthropic_key", "sk-ant-", BODY),
    token("openai_key", "sk-proj-", BODY),
    token("openai_legacy_key", "sk-", BODY),
    token("vault_token", "hvs.", BODY),
    Masked(id="bootstrap_token", text="use abcdef.0123456789abcdef", secret="0123456789abcdef", keeps="abcdef"),
    Masked(
        id="set_cookie", text="Set-Cookie: sid=hunter2; Path=/; HttpOnly", keeps="Set-Cookie: sid=***; Path=/; HttpOnly"
    ),
    Masked(id="cookie", text="Cookie: theme=dark; sid=hunter2", keeps="Cookie:"),
    Masked(id="session_cookie", text="JSESSIONID=hunter2hunter2; x", keeps="JSESSIONID"),
    Masked(id="bcrypt_hash", text="app:$2y$10$" + (BODY * 2)[:53], secret=BODY, keeps="app:"),
    Masked(id="crypt_hash", text="root:$6$salt$" + BODY * 2 + ":1", secret=BODY, keeps="root:"),
    Masked(id="htpasswd_sha", text="app:{SHA}" + BODY[:28], secret=BODY[:20]),
    token("age_key", "AGE-SECRET-KEY-1", BODY.upper()),
    token("digitalocean_token", "dop_v1_", HEX),
    token("databricks_token", "dapi", HEX[:32]),
    token("docker_hub_token", "dckr_pat_", BODY),
    token("huggingface_token", "hf_", BODY),
    token("grafana_token", "glsa_", BODY),
    token("new_relic_key", "NRAK-", BODY[:27].upper()),
    token("shopify_token", "shpat_", HEX[:32]),
    token("atlassian_token", "ATATT3", BODY * 2),
    token("tailscale_key", "tskey-", f"auth-{BODY}"),
    Masked(id="terraform_token", text=f"id abc.atlasv1.{BODY * 2}", secret=BODY),
    token("planetscale_token", "pscale_tkn_", BODY),
    token("artifactory_key", "AKCp", BODY * 2),
    Masked(id="telegram_token", text=f"bot 123456789:AA{(BODY * 2)[:33]} up", secret=BODY, keeps="123456789"),
    Masked(id="environment_value", text='{"name":"DB_PASSWORD","value":"hunter2"}', keeps="DB_PASSWORD"),
    Masked(id="environment_value", text=json.dumps('{"name":"DB_PASSWORD","value":"hunter2"}'), keeps="DB_PASSWORD"),
    Masked(id="command_user", text="curl -u app:hunter2 http://x", keeps="-u app:***"),
    Masked(id="command_password", text="redis-cli -h cache -a hunter2 ping", keeps="ping"),
    Masked(id="mysql_password", text="mysqladmin -uroot -phunter2 ping", keeps="ping"),
    Masked(id="sql_password", text="CREATE USER app IDENTIFIED BY 'hunter2'", keeps="CREATE USER app"),
    Masked(id="config_password", text="requirepass hunter2", keeps="requirepass"),
)

NAMED = (
    "DB_PASSWORD=hunter2",
    "export DB_PASSWORD=hunter2",
    "DB_PASSWORD=a,b&c;hunter2",
    '"password":"hunter2"',
    '"password" : "a\\"hunter2"',
    r"{\"password\":\"hunter2\",\"user\":\"app\"}",
    "'password': 'hunter2'",
    "password: hunter2",
    "  password: 'hunter2 and more'",
    "password: correct horse hunter2",
    'level=info password="hunter2 x" user=app',
    'cut password="hunter2 without an end',
    "host=db password=hunter2 user=app",
    "Server=db;Uid=app;Pwd=hunter2;Database=shop",
    "AccountName=a;AccountKey=hunter2hunter2==;EndpointSuffix=x",
    "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=hunter2=",
    "run --password hunter2 --user app",
    "run --api-key=hunter2",
    "GET /cb?token=hunter2&next=1",
    "api_key: hunter2",
    "passwd: hunter2",
    "secret=hunter2",
    "X-Api-Key: hunter2",
    "X-Vault-Token: hunter2",
    "//registry.example/:_authToken=hunter2",
    "Config{user=app, password=hunter2}",
    "PGPASSWORD=hunter2 psql -h db",
    "spring.datasource.password=hunter2",
    "clientSecret: hunter2",
    "password:hunter2",
    'msg="login with password=hunter2 done"',
    "refresh_token=hunter2",
    "SIGNING_KEY=hunter2",
    "redis_auth=hunter2",
)

KEPT = (
    'password authentication failed for user "app"',
    'FATAL:  password authentication failed for user "checkout"',
    "token expired",
    'secret "smtp" not found',
    'MountVolume.SetUp failed for volume "token" : secret "web-token" not found',
    "missing key password in Secret",
    "couldn't find key password in Secret shop/db",
    "invalid token: unexpected end of JSON input",
    "error: token: invalid",
    "password must be at least 8 characters",
    "bearer token expired",
    "Basic authentication required",
    "authorization: denied",
    "Cookie: not set",
    "flag --token is required",
    'data[password]: Invalid value: "x": must be base64',
    "secret: Required value",
    f"image registry.example.com/shop/app-token:1.0.3@sha256:{HEX}",
    f'Pulling image "docker.io/library/redis@sha256:{HEX}"',
    f"checksum/secret: {HEX}",
    f'"checksum/secret":"{HEX}"',
    "uid 6f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0 resourceVersion 123456789",
    f"commit {HEX[:40]}",
    "sha512-" + base64.b64encode(bytes(range(64))).decode(),
    "pod checkout-7d9f8b6c5-x2x9z and sk-learn-worker-7d9f8b6c5-x2x9z",
    "event myapp1.17f0c3b2a1d4e5f6",
    '"secretName":"db","serviceAccountName":"x","automountServiceAccountToken":false',
    "DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false",
    "postgres://app:$(DB_PASSWORD)@db:5432/app",
    "DB_PASSWORD=$(OTHER)",
    "password: ${DB_PASSWORD}",
    "http://web:8080/path?email=a@b.example",
    "PWD=/home/app",
    "PASSWORD_FILE=/run/secrets/db",
    "--service-account-key-file=/etc/kubernetes/pki/sa.key",
    "max_tokens=4096 tokens: 17",
    "tokenExpirationSeconds: 3607",
    "pass=12 fail=0",
    "author=alice primary_key=5 key=orders:42",
    "key: password",
    'User "system:serviceaccount:shop:token-reader" cannot get resource',
    "docker run -u 1000:1000 curl",
    "mysql -h db -P3306",
    "GET /api/tokens/5 200 12ms",
    "secretKeyRef: {name: db, key: password}",
    f"-----BEGIN CERTIFICATE-----\n{PEM_BODY}\n-----END CERTIFICATE-----",
)


@pytest.mark.parametrize("case", FORMS, ids=lambda case: case.id)
def test_every_form_is_masked_and_its_kind_stays_visible(case: Masked) -> None:
    shown = redact(case.text)
    assert case.secret not in shown
    assert MASK in shown
    assert case.keeps in shown
    assert redact(shown) == shown


@pytest.mark.parametrize("case", FORMS, ids=lambda case: case.id)
def test_the_row_of_the_table_masks_its_own_form(case: Masked) -> None:
    (row,) = [row for row in KINDS if row.name == case.id]
    assert case.secret not in row.mask(case.text)


def test_every_row_of_the_table_has_a_case() -> None:
    assert {row.name for row in KINDS} - {"named_value"} <= {case.id for case in FORMS}
    assert len(KINDS) >= 25


@pytest.mark.parametrize("text", NAMED)
def test_values_beside_a_secret_name_are_masked(text: str) -> None:
    shown = redact(text)
    assert "hunter2" not in shown
    assert MASK in shown
    assert redact(shown) == shown


@pytest.mark.parametrize("text", KEPT)
def test_what_is_needed_to_diagnose_survives(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("prefix", ["", "2026-11-23T12:00:00Z ", "web-1 app | "])
def test_a_private_key_over_several_lines_is_masked_line_by_line(prefix: str) -> None:
    begin, end = pem()
    lines = ["start", begin, "Proc-Type: 4,ENCRYPTED", "", PEM_BODY, PEM_BODY, "abc=", end, "ready to serve"]
    text = "\n".join(prefix + line for line in lines)
    want = ["start", begin, "Proc-Type: 4,ENCRYPTED", "", MASK, MASK, MASK, end, "ready to serve"]
    assert redact(text) == "\n".join(prefix + line for line in want)


def test_a_private_key_that_is_cut_at_its_end_does_not_swallow_what_follows() -> None:
    text = redact(f"{pem()[0]}\n{PEM_BODY}\nserver started on port 80\nword")
    assert text == f"{pem()[0]}\n{MASK}\nserver started on port 80\nword"


def test_a_private_key_whose_start_was_cut_away_is_masked() -> None:
    assert redact_lines(("hello there", PEM_BODY, "abc=", pem()[1])) == ("hello there", MASK, MASK, pem()[1])


def test_lines_that_arrive_one_by_one_are_masked_with_memory() -> None:
    redactor = LineRedactor()
    lines = [
        "x",
        pem()[0],
        PEM_BODY,
        pem()[1],
        "y",
        "- name: DB_PASSWORD",
        "  value: hunter2",
        "- name: MODE",
        "  value: fast",
    ]
    assert [redactor.redact(line) for line in lines] == [
        *("x", pem()[0], MASK, pem()[1], "y"),
        *("- name: DB_PASSWORD", "  value: ***", "- name: MODE", "  value: fast"),
    ]


def test_a_yaml_block_under_a_secret_name_is_masked_to_its_end() -> None:
    assert redact("a: 1\n  password: |\n    one\n\n    two\n  other: x") == (
        "a: 1\n  password: |\n    ***\n\n    ***\n  other: x"
    )


def test_words_of_a_command_are_masked_across_words() -> None:
    args = ("serve", "--password", "hunter2", "--token=hunter2", "--token", "--name", "x", "--password", "$(DB)")
    assert redact_args(args) == (
        "serve",
        "--password",
        "***",
        "--token=***",
        "--token",
        "--name",
        "x",
        "--password",
        "$(DB)",
    )


PIECES = (
    *[case.text for case in FORMS],
    *NAMED,
    *KEPT,
    *("password", "token", "=", ": ", "\n", '"', "'", "\\", " ", "@", "://", "***", "eyJ", "-", ".", "{", "}", ","),
    *("name: DB_PASSWORD\n", "value: ", "secret: |\n  ", *pem(), PEM_BODY, "Authorization", "Bearer ", "Cookie: a="),
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map("".join))
def test_masking_twice_is_masking_once_and_keeps_the_lines(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    assert once.count("\n") == text.count("\n")


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert redact(redact(text)) == redact(text)


HOSTILE = (
    *(
        "a",
        "a.",
        "password=",
        'password="',
        "password='\\\"",
        "password: ",
        "token ",
        "--token ",
        "://",
        "://a:",
        "eyJ",
    ),
    *("eyJ.", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "bearer ", "basic ", "sk-", "cookie: a", "set-cookie: "),
    *(
        '{"name":"A_TOKEN","value":"',
        "curl -u ",
        "redis-cli ",
        "mysql ",
        "\\",
        '\\"',
        "{",
        "authorization: ",
        ".a1",
        "a@",
    ),
    *("$6$a", "://a@", "https://u:p", "name: TOKEN\n", "token: |\n", "pass", "a-", "key ", "AKIA", "A_TOKEN:"),
    *('\\"token\\":\\"', "x@tcp(", "sig=", "==", "identified by '", "SG.aaaaaaaaaaaaaaaaaaaaaa"),
)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_of_a_megabyte_is_masked_in_bounded_time(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    redact(text)
