"""Compose files about a known component."""

from tests.builder.detect.truths.cases import Case, compose

COMPOSED = (
    Case(
        id="ports, needs, variables, volumes",
        files=compose(
            "  web:\n    build: .\n    ports: ['8080:5000']\n    depends_on: [db, cache]\n"
            "    environment:\n"
            "      DATABASE_URL: postgres://u:p@db:5432/x\n"
            "      MODE: ${MODE:-fast}\n"
            "    volumes: ['files:/srv/files', './conf:/etc/conf']\n  db:\n"
            "    image: postgres:16-alpine\n  cache:\n    image: redis:7.2\n"
            "  admin:\n    image: adminer\n"
        ),
        extra={"conf/x": ""},
        port=5000,
        services=(("postgresql", "16"), ("redis", "7.2")),
        variables=("DATABASE_URL", "MODE"),
        secrets=("DATABASE_URL",),
        volumes=("/srv/files",),
    ),
    Case(
        id="a command",
        files=compose("  web:\n    build: {context: .}\n    command: gunicorn -b 0.0.0.0:8001 x:y\n"),
        start="gunicorn -b 0.0.0.0:8001 x:y",
        port=8001,
    ),
    Case(
        id="a file of variables: their names",
        files=compose("  web:\n    build: .\n    env_file: [.env, {path: web.env}, ../out.env]\n"),
        extra={".env": "REAL=1\n", "web.env": "# x\nexport MAIL_HOST=h\nMAIL_TOKEN=t\n"},
        variables=("MAIL_HOST", "MAIL_TOKEN"),
        secrets=("MAIL_TOKEN",),
    ),
    Case(
        id="a migration before the program, in a shell's words",
        files=compose('  web:\n    build: .\n    command: bash -c "python manage.py migrate && gunicorn x:y"\n'),
        start="gunicorn x:y",
        tasks=(("migrate", "python manage.py migrate"),),
    ),
    Case(
        id="workers and migrations are tasks",
        files=compose(
            "  web:\n    build: .\n    ports: ['80:8000']\n  worker:\n    build: .\n"
            "    command: celery -A x worker\n  beat:\n    build: .\n"
            "    command: [celery, -A, x, beat]\n"
            "  migrate:\n    build: .\n    command: python manage.py migrate\n"
        ),
        port=8000,
        tasks=(
            ("worker", "celery -A x worker"),
            ("schedule", "celery -A x beat"),
            ("migrate", "python manage.py migrate"),
        ),
    ),
    Case(
        id="an override is for developing",
        files={
            **compose("  web:\n    build: .\n    ports: ['1:8000']\n    command: python p.py\n"),
            **compose(
                "  web:\n    build: .\n    command: flask run\n    ports: ['5:5']\n", "docker-compose.override.yml"
            ),
        },
        start="python p.py",
        port=8000,
    ),
    Case(
        id="one for production first",
        files={
            **compose("  web:\n    build: .\n    command: python a.py\n"),
            **compose("  web:\n    build: .\n    command: python b.py\n", "compose.prod.yaml"),
        },
        start="python b.py",
        rivals=("python a.py",),
    ),
    Case(
        id="merge keys and anchors",
        files={
            "compose.yaml": "x-base: &b\n  build: .\n  environment: [A=1]\nservices:\n  api:\n    <<: *b\n"
            "    expose: ['7007']\n"
        },
        port=7007,
        variables=("A",),
    ),
    Case(
        id="the long forms",
        files=compose(
            "  api:\n    build: .\n    ports:\n      - target: 8088\n        published: 80\n"
            "    healthcheck:\n      test: [CMD, curl, -f, 'http://localhost:8088/ready']\n"
        ),
        port=8088,
        health="/ready",
    ),
    Case(
        id="a profile for testing",
        files=compose("  t:\n    build: .\n    profiles: [test]\n    command: python t.py\n"),
        start="gunicorn app:app",
    ),
    Case(
        id="a hand-written command with the source mounted is weaker",
        files=compose("  web:\n    build: .\n    volumes: ['.:/code']\n    command: python dev.py\n"),
        start="gunicorn app:app",
        rivals=("python dev.py",),
    ),
    Case(id="only a database", files=compose("  db:\n    image: mariadb:11\n"), services=(("mariadb", "11"),)),
    Case(
        id="the first version",
        files={
            "docker-compose.yml": "web:\n  build: .\n  ports: ['3:8000']\n  links: [redis]\nredis:\n  image: redis\n"
        },
        port=8000,
        services=(("redis", ""),),
    ),
    Case(id="broken", files={"docker-compose.yml": "services:\n  web: [\n"}),
    Case(
        id="nonsense",
        files={
            "docker-compose.yml": "services:\n  web: 5\n"
            "  a: {build: [1], ports: {x: 1}, environment: 7, volumes: x, command: {a: 1}}\n"
        },
    ),
)
