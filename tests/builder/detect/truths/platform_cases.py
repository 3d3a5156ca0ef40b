"""Files of platforms, workflows, clusters and machines about a known component."""

from builder.plan import Kind
from tests.builder.detect.truths.cases import Case, docker
from tests.builder.detect.truths.telling import Found

PLATFORMS = (
    Case(
        id="Procfile",
        files={
            "Procfile": "web: gunicorn shop:app --log-file -\nworker: celery -A shop worker\n"
            "clock: celery -A shop beat\nrelease: flask db upgrade\n"
        },
        start="gunicorn shop:app --log-file -",
        tasks=(
            ("worker", "celery -A shop worker"),
            ("schedule", "celery -A shop beat"),
            ("migrate", "flask db upgrade"),
        ),
    ),
    Case(
        id="Procfile of a bot",
        files={"Procfile": "worker: python bot.py\n"},
        found=Found(kind=Kind.CLI),
        kind=Kind.WORKER,
        start="python bot.py",
    ),
    Case(
        id="Procfile with a mark and comments",
        files={"Procfile": "\ufeff# x\n\nweb:   python   a.py  \r\nnonsense\n"},
        start="python a.py",
    ),
    Case(
        id="Procfile for developing",
        files={"Procfile.dev": "web: flask run\ncss: x --watch\n"},
        start="gunicorn app:app",
    ),
    Case(
        id="Dockerfile before Procfile",
        files={**docker("CMD python d.py"), "Procfile": "web: python p.py\n"},
        start="python d.py",
        rivals=("python p.py",),
        version="3.11",
    ),
    Case(
        id="app.json",
        files={
            "app.json": '{"env": {"SECRET_KEY": {"generator": "secret"}, "LEVEL": "5"}, "addons": '
            '["heroku-postgresql:mini", {"plan": "heroku-redis"}], "scripts": '
            '{"postdeploy": "python '
            'manage.py migrate"}}'
        },
        variables=("SECRET_KEY", "LEVEL"),
        secrets=("SECRET_KEY",),
        services=(("postgresql", ""), ("redis", "")),
        tasks=(("migrate", "python manage.py migrate"),),
    ),
    Case(id="Expo's app.json", files={"app.json": '{"expo": {"name": "x"}, "env": {"A": "1"}}'}),
    Case(
        id="render.yaml",
        files={
            "render.yaml": "services:\n  - type: web\n    name: x\n    env: python\n"
            "    buildCommand: pip install -r r.txt\n    startCommand: gunicorn r:app\n"
            "    healthCheckPath: /up\n"
            "    preDeployCommand: python manage.py migrate\n"
            "    disk: {mountPath: /var/files}\n"
            "    envVars:\n      - key: PYTHON_VERSION\n        value: 3.12.1\n"
            "      - key: DATABASE_URL\n"
            "        fromDatabase: {name: d, property: connectionString}\n"
            "      - key: TOKEN\n        sync: false\n  - type: cron\n    name: nightly\n"
            "    schedule: '0 1 * * *'\n    startCommand: python n.py\ndatabases:\n"
            "  - name: d\n"
        },
        start="gunicorn r:app",
        health="/up",
        version="3.12",
        volumes=("/var/files",),
        services=(("postgresql", ""),),
        schedule="0 1 * * *",
        tasks=(("migrate", "python manage.py migrate"), ("schedule", "python n.py")),
        variables=("DATABASE_URL", "TOKEN"),
        secrets=("DATABASE_URL", "TOKEN"),
    ),
    Case(
        id="fly.toml",
        files={
            "fly.toml": 'app = "x"\n[env]\nA = "1"\n[deploy]\nrelease_command = "alembic upgrade head"\n'
            "[http_service]\n"
            'internal_port = 8090\n[[http_service.checks]]\npath = "/ok"\n[mounts]\n'
            'source = "d"\n'
            'destination = "/data"\n[processes]\napp = "python f.py"\n'
            'worker = "python w.py"\n'
        },
        start="python f.py",
        port=8090,
        health="/ok",
        volumes=("/data",),
        tasks=(("migrate", "alembic upgrade head"), ("worker", "python w.py")),
        variables=("A",),
    ),
    Case(
        id="railway.json",
        files={"railway.json": '{"deploy": {"startCommand": "python r.py", "healthcheckPath": "/h"}}'},
        start="python r.py",
        health="/h",
    ),
    Case(
        id="railway.toml with a schedule",
        files={"railway.toml": '[deploy]\nstartCommand = "python r.py"\ncronSchedule = "*/5 * * * *"\n'},
        found=Found(kind=Kind.CLI),
        kind=Kind.SCHEDULED,
        start="python r.py",
        tasks=(("schedule", "python r.py"),),
        schedule="*/5 * * * *",
    ),
    Case(
        id="netlify.toml",
        files={
            "netlify.toml": '[build]\ncommand = "npm run build"\npublish = "out"\n[build.environment]\n'
            'NODE_VERSION = "20.1.0"\nX = "1"\n'
        },
        found=Found(provider="node", kind=Kind.STATIC),
        kind=Kind.STATIC,
        output="out",
        version="20",
        variables=("X",),
    ),
    Case(
        id="vercel.json",
        files={"vercel.json": '{"outputDirectory": "./web-dist/", "env": {"KEY": "@key"}}'},
        found=Found(provider="node", kind=Kind.STATIC),
        kind=Kind.STATIC,
        output="web-dist",
        variables=("KEY",),
        secrets=("KEY",),
    ),
    Case(
        id="nixpacks.toml",
        files={
            "nixpacks.toml": '[phases.setup]\naptPkgs = ["libgl1", "..."]\n[start]\ncmd = "python n.py"\n'
            "[variables]\n"
            'NIXPACKS_PYTHON_VERSION = "3.10"\n'
        },
        start="python n.py",
        packages=("libgl1",),
        version="3.10",
    ),
    Case(
        id="project.toml",
        files={"project.toml": '[project]\nid = "x"\n[[build.env]]\nname = "BP_CPYTHON_VERSION"\nvalue = "3.11.*"\n'},
        version="3.11",
    ),
    Case(
        id="devcontainer, weaker than a manifest",
        files={
            ".devcontainer/devcontainer.json": "{\n // x\n"
            ' "image": "mcr.microsoft.com/devcontainers/python:1-3.12-bookworm", '
            '"forwardPorts": [9999]}'
        },
        version="3.12",
        port=8000,
    ),
    Case(
        id="a workflow's version",
        files={
            ".github/workflows/ci.yml": "jobs:\n  t:\n    steps:\n      - uses: actions/setup-python@v5\n"
            "        with: {python-version: '3.12'}\n"
        },
        version="3.12",
    ),
    Case(
        id="a workflow's matrix: the newest",
        files={
            ".github/workflows/ci.yml": "jobs:\n  t:\n    strategy:\n      matrix: {py: ['3.9', '3.12', '3.10']}\n"
            "    steps:\n"
            "      - uses: actions/setup-python@v5\n"
            "        with: {python-version: '${{ matrix.py }}'}\n"
        },
        version="3.12",
    ),
    Case(
        id="GitLab's image", files={".gitlab-ci.yml": "image: python:3.11\ntest:\n  script: pytest\n"}, version="3.11"
    ),
    Case(
        id="Kubernetes",
        files={
            "k8s/app.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n"
            "  template:\n    spec:\n"
            "      containers:\n        - name: app\n          image: ghcr.io/x/app:1\n"
            "          command: [python, k.py]\n          ports: [{containerPort: 8181}]\n"
            "          readinessProbe: {httpGet: {path: /ready, port: 8181}}\n"
            "          env: [{name: PASS, valueFrom: {secretKeyRef: {name: a, key: b}}}]\n"
            "---\n"
            "kind: StatefulSet\nmetadata: {name: db}\n"
            "spec: {template: {spec: {containers: [{name: db, image: 'postgres:15'}]}}}\n"
        },
        start="python k.py",
        port=8181,
        health="/ready",
        variables=("PASS",),
        secrets=("PASS",),
        services=(("postgresql", "15"),),
    ),
    Case(
        id="a chart",
        files={
            "chart/Chart.yaml": "name: app\n",
            "chart/values.yaml": "image: {repository: x/app}\nport: 8282\n",
            "chart/templates/d.yaml": 'kind: Deployment\nmetadata:\n  name: {{ include "x" . }}\nspec:\n  template:\n'
            "    spec:\n"
            "      {{- with .Values.a }}\n      {{- end }}\n"
            "      containers:\n        - name: app\n"
            '          image: "{{ .Values.image.repository }}:{{ .Values.tag | default "1" '
            '}}"\n'
            "          ports:\n            - containerPort: {{ .Values.port }}\n",
        },
        port=8282,
    ),
    Case(
        id="a schedule in Kubernetes",
        files={
            "deploy/c.yaml": "kind: CronJob\nmetadata: {name: nightly}\nspec:\n  schedule: '1 2 * * *'\n"
            "  jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: app, "
            "command: [python, "
            "n.py]}]}}}}\n"
        },
        tasks=(("schedule", "python n.py"),),
        schedule="1 2 * * *",
    ),
    Case(
        id="systemd",
        files={
            "deploy/app.service": '[Service]\nWorkingDirectory=/opt/app\nEnvironment="MODE=x"\n'
            "ExecStart=/opt/app/venv/bin/gunicorn -b :8500 app:app\n"
        },
        start="gunicorn -b :8500 app:app",
        port=8500,
        variables=("MODE",),
    ),
    Case(
        id="a unit with paths of its machine",
        files={"app.service": "[Service]\nExecStart=/usr/bin/app --config /etc/app.conf\n"},
        start="gunicorn app:app",
    ),
    Case(
        id="a timer",
        files={
            "app.service": "[Service]\nType=oneshot\nExecStart=/usr/bin/python3 n.py\n",
            "app.timer": "[Timer]\nOnCalendar=*-*-* 04:30:00\n",
        },
        tasks=(("schedule", "python3 n.py"),),
        schedule="30 4 * * *",
    ),
    Case(
        id="a start script",
        files={"start.sh": "#!/bin/sh\npython manage.py migrate\nexec python s.py\n"},
        found=Found(),
        start="python s.py",
        tasks=(("migrate", "python manage.py migrate"),),
    ),
)
