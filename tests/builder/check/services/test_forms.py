"""The schemes by which projects write their addresses."""

from dataclasses import dataclass, field

import pytest

from builder.check.services.forms import forms_of
from builder.tree import Tree
from tests.builder.check.services.subjects import needing


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    forms: dict[str, str]
    reads: list[str] = field(default_factory=lambda: ["DATABASE_URL", "REDIS_URL", "JDBC_URL", "db_dsn"])


CASES = (
    Case(
        id="an-example-of-the-environment",
        files={".env.example": 'DATABASE_URL="postgresql+asyncpg://a:b@localhost/x"\nREDIS_URL=redis://localhost\n'},
        forms={"DATABASE_URL": "postgresql+asyncpg", "REDIS_URL": "redis"},
    ),
    Case(
        id="compose-as-a-mapping",
        files={"compose.yaml": "services:\n  web:\n    environment:\n      DATABASE_URL: mysql+aiomysql://a:b@db/x\n"},
        forms={"DATABASE_URL": "mysql+aiomysql"},
    ),
    Case(
        id="compose-with-a-default",
        files={"docker-compose.yml": "environment:\n- DATABASE_URL=${DATABASE_URL:-postgres://a:b@db/x}\n"},
        forms={"DATABASE_URL": "postgres"},
    ),
    Case(
        id="a-default-in-python",
        files={"app/settings.py": 'URL = os.getenv("DATABASE_URL", "postgresql+psycopg://a:b@db/x")\n'},
        forms={"DATABASE_URL": "postgresql+psycopg"},
    ),
    Case(
        id="a-field-of-pydantic-settings",
        files={"app/settings.py": 'class S(BaseSettings):\n    database_url: str = "postgresql+asyncpg://a:b@db/x"\n'},
        forms={"DATABASE_URL": "postgresql+asyncpg"},
    ),
    Case(
        id="a-default-in-javascript",
        files={"src/db.js": 'const url = process.env.DATABASE_URL || "mysql://root@localhost/x";\n'},
        forms={"DATABASE_URL": "mysql"},
    ),
    Case(
        id="a-default-in-properties",
        files={"src/main/application.properties": "spring.datasource.url=${JDBC_URL:jdbc:postgresql://localhost/x}\n"},
        forms={"JDBC_URL": "jdbc:postgresql"},
    ),
    Case(
        id="the-example-comes-before-the-code",
        files={
            ".env.example": "DATABASE_URL=postgresql+asyncpg://a:b@localhost/x\n",
            "main.py": 'os.getenv("DATABASE_URL", "postgresql://a:b@db/x")\n',
        },
        forms={"DATABASE_URL": "postgresql+asyncpg"},
    ),
    Case(id="sqlite-is-no-server", files={".env.example": "DATABASE_URL=sqlite:///./x.db\n"}, forms={}),
    Case(id="tls-is-not-taken", files={".env.example": "REDIS_URL=rediss://host\n"}, forms={}),
    Case(id="a-web-address-is-none", files={".env.example": "DATABASE_URL=https://example.com\n"}, forms={}),
    Case(id="tests-say-nothing", files={"tests/conf.py": 'X("DATABASE_URL", "mysql://x")\n'}, forms={}),
    Case(id="an-empty-tree", files={}, forms={}),
    Case(
        id="no-variables",
        files={".env.example": "DATABASE_URL=mysql://x\n"},
        forms={"DATABASE_URL": "mysql"},
        reads=[],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_projects_own_scheme_is_found(case: Case) -> None:
    assert forms_of(Tree.of(case.files), needing(reads=case.reads)) == case.forms


def test_no_host_and_no_login_is_taken() -> None:
    tree = Tree.of({".env.example": "DATABASE_URL=postgres://ann:canary@db.example.com/shop\n"})
    assert "canary" not in repr(forms_of(tree, needing(reads=["DATABASE_URL"])))
