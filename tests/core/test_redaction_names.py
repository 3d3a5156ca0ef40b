import pytest

from core.redaction import secret_name

SECRET = (
    *("PASSWORD", "DB_PASSWORD", "MYSQL_ROOT_PASSWORD", "PGPASSWORD", "DB_PASSWD", "DB_PWD", "DB_PASS", "PASSPHRASE"),
    *(
        "SECRET",
        "CLIENT_SECRET",
        "clientSecret",
        "APP_SECRET_KEY",
        "SECRET_KEY_BASE",
        "TOKEN",
        "GITHUB_TOKEN",
        "accessToken",
    ),
    *("APIKEY", "API_KEY", "STRIPE_API_KEY", "apiKey", "PRIVATE_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    *(
        "ENCRYPTION_KEY",
        "SIGNING_KEY",
        "CREDENTIAL",
        "GOOGLE_CREDENTIALS",
        "AUTH",
        "REDIS_AUTH",
        "BASIC_AUTH",
        "AUTH_TOKEN",
    ),
    *(
        "AUTHTOKEN",
        "DB_PASSWORD_2",
        "TOKEN_PROD",
        "spring.datasource.password",
        "X-Api-Key",
        "JWT_SECRET",
        "ACCOUNT_KEY",
    ),
)

NOT_SECRET = (
    *("SECRET_NAME", "secretName", "TOKEN_PATH", "TOKEN_FILE", "TOKEN_URL", "TOKEN_TTL", "PASSWORD_FILE", "API_KEY_ID"),
    *(
        "AWS_ACCESS_KEY_ID",
        "KEY",
        "PUBLIC_KEY",
        "PRIMARY_KEY",
        "MAX_TOKENS",
        "tokens",
        "AUTHOR",
        "AUTH_URL",
        "AUTH_MODE",
    ),
    *("AUTH_ENABLED", "DATABASE_URL", "DSN", "imagePullSecret", "existingSecret", "automountServiceAccountToken"),
    *("secretKeyRef", "tokenExpirationSeconds", "PATH", "HOME", "PORT", "", "CREDENTIALS_FILE", "PASSWORD_MIN_LENGTH"),
    *("checksum/secret", "COMPASS", "BYPASS", "MONKEY", "KEYCLOAK_HOST", "OLDPWD"),
)


@pytest.mark.parametrize("name", SECRET)
def test_the_name_of_a_secret_is_known(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize("name", NOT_SECRET)
def test_the_name_of_something_about_a_secret_is_none(name: str) -> None:
    assert not secret_name(name)
