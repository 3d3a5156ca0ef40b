"""Dockerfiles about a known component."""

from builder.plan import Kind
from tests.builder.detect.truths.cases import EXPRESS, GO, PACKAGE, SPRING, Case, docker
from tests.builder.detect.truths.telling import Found

DOCKERFILES = (
    Case(
        id="exec form, port, base image",
        files=docker("EXPOSE 5000", 'CMD ["gunicorn", "-b", "0.0.0.0:5000", "app:app"]'),
        start="gunicorn -b 0.0.0.0:5000 app:app",
        port=5000,
        version="3.11",
    ),
    Case(id="shell form", files=docker("CMD gunicorn --workers 2 app:app"), start="gunicorn --workers 2 app:app"),
    Case(
        id="shell form with a variable stays a line",
        files=docker("CMD gunicorn -b :$PORT app:app"),
        start="gunicorn -b :$PORT app:app",
    ),
    Case(
        id="a shell that is named in words",
        files=docker('CMD ["sh", "-c", "flask db upgrade && gunicorn app:app --bind 0.0.0.0:9000"]'),
        start="gunicorn app:app --bind 0.0.0.0:9000",
        port=9000,
        tasks=(("migrate", "flask db upgrade"),),
    ),
    Case(
        id="entry point and command are one",
        files=docker('ENTRYPOINT ["python"]', 'CMD ["main.py", "--port", "7000"]'),
        start="python main.py --port 7000",
        port=7000,
    ),
    Case(
        id="an init before it",
        files=docker('ENTRYPOINT ["/usr/bin/tini", "--"]', 'CMD ["python", "/app/main.py"]'),
        start="python main.py",
        extra={"main.py": ""},
    ),
    Case(
        id="poetry's runner is taken off",
        files=docker('CMD ["poetry", "run", "gunicorn", "app:app"]'),
        start="gunicorn app:app",
    ),
    Case(
        id="a virtual environment's path is taken off",
        files=docker('CMD ["/opt/venv/bin/gunicorn", "x:app"]'),
        start="gunicorn x:app",
    ),
    Case(
        id="a development server is a rival only",
        files=docker("EXPOSE 8000", 'CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]'),
        start="gunicorn app:app",
        port=8000,
        rivals=("python manage.py runserver 0.0.0.0:8000",),
    ),
    Case(id="a shell starts nothing", files=docker('CMD ["/bin/bash"]'), start="gunicorn app:app"),
    Case(id="sleeping starts nothing", files=docker("CMD sleep infinity"), start="gunicorn app:app"),
    Case(
        id="an entry script that passes on",
        files=docker('ENTRYPOINT ["./entrypoint.sh"]', 'CMD ["gunicorn", "app:wsgi"]'),
        extra={"entrypoint.sh": '#!/bin/sh\nset -e\npython manage.py migrate\nexec "$@"\n'},
        start="gunicorn app:wsgi",
        tasks=(("migrate", "python manage.py migrate"),),
    ),
    Case(
        id="a script that ends in the program",
        files=docker("COPY start.sh /start.sh", 'CMD ["/start.sh"]'),
        extra={"start.sh": "#!/bin/bash\necho hi\nexec uvicorn main:app \\\n  --port 8123\n"},
        start="uvicorn main:app --port 8123",
        port=8123,
    ),
    Case(
        id="a script that chooses is run as it is",
        files=docker('CMD ["bash", "start.sh"]'),
        extra={"start.sh": '#!/bin/bash\nif [ -n "$A" ]; then\n  exec foo a\nelse\n  exec foo b\nfi\n'},
        start="bash start.sh",
    ),
    Case(
        id="the last stage counts, its parents too",
        files={
            "Dockerfile": 'FROM node:20 AS web\nCMD ["npm", "start"]\nFROM python:3.12 AS base\n'
            "EXPOSE 8080\n"
            'ENTRYPOINT ["python"]\nFROM base\nCMD ["serve.py"]\n'
        },
        start="python serve.py",
        port=8080,
        version="3.12",
    ),
    Case(
        id="an argument in FROM",
        files={"Dockerfile": "ARG V=3.10\nFROM python:${V}-slim\nCMD python x.py\n"},
        start="python x.py",
        version="3.10",
    ),
    Case(
        id="the variable in EXPOSE",
        files=docker("ENV PORT=8765", "EXPOSE $PORT", "CMD python x.py"),
        start="python x.py",
        port=8765,
    ),
    Case(
        id="udp is no port of it",
        files=docker("EXPOSE 53/udp 8053/tcp", "CMD python x.py"),
        start="python x.py",
        port=8053,
    ),
    Case(
        id="a debugger's port beside",
        files=docker("EXPOSE 5678 8080", "CMD python x.py"),
        start="python x.py",
        port=8080,
    ),
    Case(
        id="the command's port is stronger than EXPOSE",
        files=docker("EXPOSE 80", 'CMD ["uvicorn", "m:a", "--port", "8000"]'),
        start="uvicorn m:a --port 8000",
        port=8000,
    ),
    Case(
        id="health, variables, volumes, packages",
        files=docker(
            "RUN apt-get update && apt-get install -y --no-install-recommends \\\n"
            "    libpq5 ffmpeg=7:* curl \\\n && rm -rf /var",
            "ENV MODE=fast API_TOKEN=abc PATH=/x:$PATH",
            "VOLUME /data",
            "EXPOSE 8000",
            "HEALTHCHECK --interval=5s CMD curl -f http://localhost:8000/healthz || exit 1",
            "CMD python x.py",
        ),
        start="python x.py",
        port=8000,
        health="/healthz",
        variables=("MODE", "API_TOKEN"),
        secrets=("API_TOKEN",),
        volumes=("/data",),
        packages=("libpq5", "ffmpeg"),
    ),
    Case(
        id="another language's image is not about it",
        files=docker("EXPOSE 99", "CMD node x.js", base="node:20"),
        start="gunicorn app:app",
        port=8000,
    ),
    Case(
        id="npm start is what was found",
        files=docker('CMD ["npm", "start"]', base="node:20-alpine"),
        found=EXPRESS,
        extra={"package.json": PACKAGE},
        start="node server.js",
        version="20",
        port=3000,
    ),
    Case(
        id="a script of the manifest is followed",
        files=docker('CMD ["yarn", "worker"]', base="node:lts-iron"),
        found=EXPRESS,
        extra={"package.json": PACKAGE},
        start="node worker.js",
        version="20",
        port=3000,
    ),
    Case(
        id="npm run dev is for developing",
        files=docker('CMD ["npm", "run", "dev"]', base="node:22"),
        found=EXPRESS,
        extra={"package.json": PACKAGE},
        start="node server.js",
        version="22",
        port=3000,
    ),
    Case(
        id="our program with their arguments",
        files=docker('ENTRYPOINT ["/usr/local/bin/shop", "serve", "--port=9090"]', base="golang:1.25"),
        found=GO,
        start="/app/shop serve --port=9090",
        port=9090,
        version="1.25",
    ),
    Case(
        id="a build stage's release",
        files={
            "Dockerfile": "FROM golang:1.24 AS b\nRUN go build\nFROM scratch\nCOPY --from=b /x /x\n"
            "EXPOSE 7000\n"
            'CMD ["/x"]\n'
        },
        found=GO,
        start="/app/shop",
        port=7000,
        version="1.24",
    ),
    Case(
        id="our archive with their flags",
        files=docker(
            'CMD ["java", "-Xmx512m", "-jar", "target/x.jar", "--spring.profiles.active=prod"]',
            base="eclipse-temurin:17-jre",
        ),
        found=SPRING,
        start="java -Xmx512m -jar /app/app.jar --spring.profiles.active=prod",
        port=8080,
        version="17",
    ),
    Case(
        id="Java in Maven's tag",
        files=docker("EXPOSE 9000", base="maven:3.9-eclipse-temurin-21-alpine"),
        found=SPRING,
        start="java -jar /app/app.jar",
        port=9000,
        version="21",
    ),
    Case(
        id="files behind nginx keep their kind",
        files={
            "Dockerfile": "FROM node:20 AS b\nRUN npm ci\nFROM nginx:alpine\n"
            "COPY --from=b /a/dist /usr/share/nginx/html\n"
            'EXPOSE 80\nCMD ["nginx", "-g", "daemon off;"]\n'
        },
        found=Found(provider="node", kind=Kind.STATIC),
        kind=Kind.STATIC,
        version="20",
    ),
    Case(
        id="a library that is served after all",
        files=docker("EXPOSE 8000", "CMD python -m pkg.server"),
        found=Found(kind=Kind.LIBRARY),
        start="python -m pkg.server",
        port=8000,
    ),
    Case(
        id="one for production beside one for developing",
        files={
            "Dockerfile.dev": "FROM python:3.9\nCMD flask run\nEXPOSE 1111\n",
            "Dockerfile.prod": "FROM python:3.12\nEXPOSE 2222\nCMD python p.py\n",
        },
        start="python p.py",
        port=2222,
        version="3.12",
    ),
    Case(
        id="in a folder beside",
        files={"docker/Dockerfile": "FROM python:3.12\nCOPY app.py .\nEXPOSE 4321\nCMD python app.py\n"},
        extra={"app.py": ""},
        start="python app.py",
        port=4321,
        version="3.12",
    ),
    Case(
        id="Podman's name",
        files={"Containerfile": "FROM docker.io/library/python:3.10@sha256:00\nEXPOSE 4444\nCMD python a.py\n"},
        start="python a.py",
        port=4444,
        version="3.10",
    ),
    Case(
        id="an example's is none",
        files={"examples/x/Dockerfile": "FROM python:3.5\nEXPOSE 1\nCMD python x.py\n"},
        start="gunicorn app:app",
        port=8000,
    ),
    Case(
        id="a vendor's image with the version in its name",
        files=docker("CMD python x.py", base="registry.access.redhat.com/ubi9/python-312:1-25"),
        start="python x.py",
        version="3.12",
    ),
    Case(
        id="an image of a tool with the version in its tag",
        files=docker("CMD uv run --no-sync uvicorn m:a", base="ghcr.io/astral-sh/uv:0.5-python3.11-bookworm"),
        start="uvicorn m:a",
        version="3.11",
    ),
    Case(
        id="the image's own variables are put in, PORT is not",
        files=docker("ENV INI=/etc/x.ini PORT=8888", "CMD serve --ini $INI --port ${PORT}"),
        start="serve --ini /etc/x.ini --port ${PORT}",
        port=8888,
        variables=("INI",),
    ),
    Case(id="a runner with flags before", files=docker("CMD uv --offline run --no-sync x serve"), start="x serve"),
    Case(id="a template is none", files={"Dockerfile": "FROM python:3.9\nEXPOSE 99\nCMD {{ cookiecutter.name }}\n"}),
    Case(
        id="a Dockerfile that copies what the build made",
        files={"src/main/docker/Dockerfile.jvm": "FROM ubi9/openjdk-21:1.20\nCOPY target/x/ /d/\nEXPOSE 8443 8090\n"},
        found=SPRING,
        start="java -jar /app/app.jar",
        port=8090,
        version="21",
    ),
    Case(id="supervisor is not ours", files=docker('CMD ["/usr/bin/supervisord", "-n"]'), start="gunicorn app:app"),
)
