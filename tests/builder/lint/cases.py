"""Dockerfiles with one thing wrong each, and their right form: the first must be found, the second must not."""

from dataclasses import dataclass, field

from builder.lint import Surroundings
from builder.tree import Tree

OS = "FROM docker.io/library/debian:12.8-slim@sha256:" + "a" * 64 + "\n"
NODE = "FROM docker.io/library/node:24.1-slim@sha256:" + "a" * 64 + "\n"
PYTHON = "FROM docker.io/library/python:3.13-slim@sha256:" + "a" * 64 + "\n"
ALPINE = "FROM docker.io/library/alpine:3.22@sha256:" + "a" * 64 + "\n"
RED_HAT = "FROM docker.io/library/almalinux:9@sha256:" + "a" * 64 + "\n"
END = 'USER 10001\nCMD ["/app/shop"]\n'
LISTS = " && rm -rf /var/lib/apt/lists/*"
UPDATE = "RUN apt-get update && "


@dataclass(frozen=True, kw_only=True)
class Case:
    code: str
    wrong: str
    line: int = 2
    right: str
    after: str | None = None
    """What stands there after hardening, None where nothing is edited; only parts that the edit touches."""
    around: Surroundings = field(default_factory=Surroundings)


def tree(**files: str) -> Surroundings:
    return Surroundings(tree=Tree.of({name.replace("__", "."): text for name, text in files.items()}))


LOCKED = Surroundings(tree=Tree.of({"package.json": "{}", "package-lock.json": "{}"}))
ENTRY = Surroundings(tree=Tree.of({"entry.sh": '#!/bin/sh\nset -e\n"$@"\n'}))
ENTRY_EXEC = Surroundings(tree=Tree.of({"entry.sh": '#!/bin/sh\nset -e\nexec "$@"\n'}))

CASES = (
    Case(code="base.untagged", wrong="FROM debian\n", line=1, right="FROM debian:12.8\n"),
    Case(code="base.untagged", wrong="FROM a.example:5000/debian\n", line=1, right="FROM scratch\n"),
    Case(code="base.latest", wrong="FROM debian:latest\n", line=1, right="FROM debian:12.8\n"),
    Case(code="base.moving", wrong="FROM node:lts-slim\n", line=1, right="FROM debian:bookworm-slim\n"),
    Case(
        code="base.undigested",
        wrong="FROM node:24-slim\n",
        line=1,
        right="# No digest: nobody was asked.\nFROM node:24-slim\n",
    ),
    Case(code="base.ended", wrong="FROM debian:buster-slim\n", line=1, right="FROM debian:trixie-slim\n"),
    Case(code="base.ended", wrong="FROM ubuntu:18.04\n", line=1, right="FROM ubuntu:24.04\n"),
    Case(code="base.ended", wrong="FROM alpine:3.12\n", line=1, right="FROM alpine:3.22\n"),
    Case(code="base.ended", wrong="FROM node:14-slim\n", line=1, right="FROM node:24-slim\n"),
    Case(code="base.ended", wrong="FROM python:3.13-alpine3.15\n", line=1, right="FROM python:3.13-alpine3.22\n"),
    Case(code="base.gone", wrong="FROM openjdk:17\n", line=1, right="FROM eclipse-temurin:17\n"),
    Case(
        code="base.platform",
        wrong="FROM --platform=linux/amd64 debian:12\n",
        line=1,
        right="FROM --platform=$BUILDPLATFORM debian:12\n",
    ),
    Case(
        code="base.platform-default",
        wrong="FROM --platform=$TARGETPLATFORM debian:12\n",
        line=1,
        right="FROM debian:12\n",
        after="FROM debian:12\n",
    ),
    Case(code="base.hole", wrong="ARG TAG\nFROM debian:$TAG\n", right="ARG TAG=12\nFROM debian:$TAG\n"),
    Case(
        code="base.compiler",
        wrong="FROM golang:1.26\nRUN go build -o /app .\n",
        line=1,
        right="FROM golang:1.26 AS build\nFROM alpine:3.22\nCOPY --from=build /app /app\n",
    ),
    Case(code="base.full", wrong="FROM node:24\n", line=1, right="FROM node:24-slim\n"),
    Case(
        code="base.unused-stage",
        wrong="FROM debian:12\nRUN a\nFROM alpine:3.22\n",
        line=1,
        right="FROM debian:12\nRUN a\nFROM alpine:3.22\nCOPY --from=0 /a /a\n",
    ),
    Case(code="user.root", wrong=f"{OS}USER root\n", right=f"{OS}USER root\nUSER 10001\n"),
    Case(code="user.none", wrong=f'{OS}CMD ["a"]\n', right=f'{OS}USER 10001\nCMD ["a"]\n'),
    Case(code="user.none", wrong=f"{OS}EXPOSE 8080\n", right="FROM docker.io/nginxinc/nginx-unprivileged:1.29\n"),
    Case(
        code="user.name",
        wrong=f"{OS}RUN useradd -u 4711 shop\nUSER shop\n",
        line=3,
        right=f"{OS}RUN useradd -u 4711 shop\nUSER 4711\n",
        after="USER 4711\n",
    ),
    Case(code="user.name", wrong=f"{NODE}USER node\n", right=f"{NODE}USER 1000\n", after="USER 1000\n"),
    Case(
        code="user.high",
        wrong=f"{OS}RUN useradd --uid 1234567 shop\n",
        right=f"{OS}RUN useradd --no-log-init --uid 1234567 shop\n",
        after="RUN useradd --no-log-init --uid 1234567 shop\n",
    ),
    Case(code="user.sudo", wrong=f"{OS}RUN sudo make x\n", right=f"{OS}RUN make x\n"),
    Case(code="user.writable-by-all", wrong=f"{OS}RUN chmod -R 777 /app\n", right=f"{OS}RUN chmod -R 755 /app\n"),
    Case(code="user.writable-by-all", wrong=f"{OS}RUN chmod a+rwx /app\n", right=f"{OS}RUN chmod 1777 /tmp\n"),
    Case(
        code="user.chown-layer",
        wrong=f"{OS}COPY app /app\nRUN chown -R 5:5 /app\n",
        line=3,
        right=f"{OS}RUN chown -R 5:5 /app\nCOPY --chown=5:5 app /app\n",
    ),
    Case(
        code="secret.env", wrong=f"{OS}ENV DB_PASSWORD=hunter2x\n", right=f"{OS}ENV DB_PASSWORD_FILE=/run/secrets/db\n"
    ),
    Case(
        code="secret.env",
        wrong=f"{OS}ENV DATABASE_URL=postgres://shop:hunter2x@db/shop\n",
        right=f"{OS}ENV DATABASE_HOST=db\n",
    ),
    Case(code="secret.arg", wrong=f"{OS}ARG NPM_TOKEN\n", right=f"{OS}ARG NPM_REGISTRY\n"),
    Case(code="secret.copied", wrong=f"{OS}COPY .env /app/\n", right=f"{OS}COPY .env.example /app/\n"),
    Case(code="secret.copied", wrong=f"{OS}ADD id_rsa /root/.ssh/\n", right=f"{OS}COPY --from=x id_rsa /root/\n"),
    Case(
        code="secret.literal",
        wrong=f'{OS}RUN curl -H "Authorization: Bearer abcdefghijklmnopqrstuvwx0123456789" https://a.example\n',
        right=f'{OS}RUN curl -H "Authorization: Bearer $TOKEN" https://a.example\n',
    ),
    Case(
        code="secret.context",
        wrong=f"{OS}COPY . /app\n",
        right=f"{OS}COPY src /app\n",
        around=Surroundings(tree=Tree.of({".env": "A=b", "src/a": ""})),
    ),
    Case(
        code="apt.asks",
        wrong=f"{OS}{UPDATE}apt-get install git=1{LISTS}\n",
        right=f"{OS}{UPDATE}apt-get install -qqy git=1{LISTS}\n",
        after="apt-get install -y git=1",
    ),
    Case(
        code="apt.recommends",
        wrong=f"{OS}{UPDATE}apt-get install -y git=1{LISTS}\n",
        right=f"{OS}{UPDATE}apt-get install -y --no-install-recommends git=1{LISTS}\n",
    ),
    Case(
        code="apt.lists",
        wrong=f"{OS}{UPDATE}apt-get install -y git=1\n",
        right=f"{OS}{UPDATE}apt-get install -y git=1{LISTS}\n",
        after="apt-get install -y git=1 && \\\n    rm -rf /var/lib/apt/lists/*\n",
    ),
    Case(
        code="apt.update-alone",
        wrong=f"{OS}RUN apt-get update\nRUN apt-get install -y git=1\n",
        right=f"{OS}{UPDATE}apt-get install -y git=1\n",
        after="RUN apt-get update && \\\n    apt-get install -y git=1",
    ),
    Case(
        code="apt.no-update",
        wrong=f"{OS}RUN apt-get install -y git=1\n",
        right=f"{OS}{UPDATE}apt-get install -y git=1\n",
    ),
    Case(
        code="apt.unpinned",
        wrong=f"{OS}{UPDATE}apt-get install -y git\n",
        right=f"{OS}# hadolint ignore=DL3008\n{UPDATE}apt-get install -y git\n",
    ),
    Case(
        code="apt.tool",
        wrong=f"{OS}RUN apt update && apt install -y git=1\n",
        right=f"{OS}{UPDATE}apt-get install -y git=1\n",
        after="RUN apt-get update && apt-get install -y git=1",
    ),
    Case(
        code="apt.upgrade", wrong=f"{OS}{UPDATE}apt-get upgrade -y\n", right=f"{OS}{UPDATE}apt-get install -y git=1\n"
    ),
    Case(
        code="apt.unverified",
        wrong=f"{OS}{UPDATE}apt-get install -y --allow-unauthenticated git=1\n",
        right=f"{OS}{UPDATE}apt-get install -y git=1\n",
    ),
    Case(code="apt.unverified", wrong=f"{OS}RUN apt-key add k\n", right=f"{OS}COPY k /usr/share/keyrings/\n"),
    Case(
        code="apt.frontend",
        wrong=f"{OS}ENV DEBIAN_FRONTEND=noninteractive\n",
        right=f"{OS}ARG DEBIAN_FRONTEND=noninteractive\n",
        after="ARG DEBIAN_FRONTEND=noninteractive\n",
    ),
    Case(
        code="apk.cache",
        wrong=f"{ALPINE}RUN apk add git=1\n",
        right=f"{ALPINE}RUN apk add --no-cache git=1\n",
        after="RUN apk add --no-cache git=1\n",
    ),
    Case(
        code="apk.unpinned",
        wrong=f"{ALPINE}RUN apk add --no-cache git\n",
        right=f"{ALPINE}RUN apk add --no-cache git=1\n",
    ),
    Case(code="apk.upgrade", wrong=f"{ALPINE}RUN apk upgrade\n", right=f"{ALPINE}RUN apk add git=1\n"),
    Case(
        code="rpm.asks",
        wrong=f"{RED_HAT}RUN dnf install git-2 && dnf clean all\n",
        right=f"{RED_HAT}RUN dnf install -y git-2 && dnf clean all\n",
        after="RUN dnf install -y git-2",
    ),
    Case(
        code="rpm.cache",
        wrong=f"{RED_HAT}RUN yum install -y git-2\n",
        right=f"{RED_HAT}RUN yum install -y git-2 && yum clean all\n",
        after="RUN yum install -y git-2 && \\\n    yum clean all\n",
    ),
    Case(
        code="rpm.unpinned",
        wrong=f"{RED_HAT}RUN zypper install -y git && zypper clean\n",
        right=f"{RED_HAT}RUN zypper install -y git=2 && zypper clean\n",
    ),
    Case(
        code="pip.unpinned",
        wrong=f"{PYTHON}RUN pip install --no-cache-dir flask\n",
        right=f"{PYTHON}RUN pip install --no-cache-dir flask==3.1 -r requirements.txt .\n",
    ),
    Case(
        code="pip.cache",
        wrong=f"{PYTHON}RUN pip install -r requirements.txt\n",
        right=f"{PYTHON}RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt\n",
        after="RUN pip install --no-cache-dir -r requirements.txt\n",
    ),
    Case(
        code="pip.cache",
        wrong=f"{PYTHON}RUN pip install a==1\n",
        right=f"{PYTHON}ENV PIP_NO_CACHE_DIR=1\nRUN pip install a==1\n",
    ),
    Case(code="npm.unpinned", wrong=f"{NODE}RUN npm install -g pm2\n", right=f"{NODE}RUN npm install -g pm2@6.0.1\n"),
    Case(code="npm.unlocked", wrong=f"{NODE}RUN npm install\n", right=f"{NODE}RUN npm ci\n", around=LOCKED),
    Case(
        code="npm.unlocked",
        wrong=f"{NODE}COPY yarn.lock ./\nRUN yarn install\n",
        line=3,
        right=f"{NODE}COPY yarn.lock ./\nRUN yarn install --frozen-lockfile\n",
    ),
    Case(
        code="yarn.cache",
        wrong=f"{NODE}RUN yarn install --frozen-lockfile\n",
        right=f"{NODE}RUN yarn install --frozen-lockfile && yarn cache clean\n",
        after="RUN yarn install --frozen-lockfile && \\\n    yarn cache clean\n",
    ),
    Case(code="gem.unpinned", wrong=f"{OS}RUN gem install rails\n", right=f"{OS}RUN gem install rails:8.0\n"),
    Case(
        code="go.unpinned",
        wrong=f"{OS}RUN go install example.com/tool@latest\n",
        right=f"{OS}RUN go install example.com/tool@v1.2.3 && go install ./cmd/a\n",
    ),
    Case(code="go.unpinned", wrong=f"{OS}RUN cargo install tool\n", right=f"{OS}RUN cargo install tool@1.2.3\n"),
    Case(
        code="composer.development", wrong=f"{OS}RUN composer install\n", right=f"{OS}RUN composer install --no-dev\n"
    ),
    Case(
        code="cache.source-first",
        wrong=f"{NODE}WORKDIR /app\nCOPY . .\nRUN npm ci\n",
        line=3,
        right=f"{NODE}WORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n",
    ),
    Case(
        code="cache.many-runs",
        wrong=f"{OS}RUN a\nRUN b\nRUN c\nRUN d\n",
        line=3,
        right=f"{OS}RUN a && b\nRUN c && d\n",
    ),
    Case(
        code="cache.removed-later",
        wrong=f"{OS}RUN a\nRUN rm -rf /var/lib/apt/lists/*\n",
        line=3,
        right=f"{OS}RUN a && rm -rf /var/lib/apt/lists/*\n",
    ),
    Case(code="copy.add", wrong=f"{OS}ADD a.py /app/\n", right=f"{OS}ADD a.tar.gz /app/\n", after="COPY a.py /app/\n"),
    Case(
        code="copy.archive",
        wrong=f"{OS}COPY a.tgz /t/\nRUN tar xf /t/a.tgz\n",
        right=f"{OS}ADD a.tgz /t/\nRUN tar xf b.tgz\n",
    ),
    Case(code="copy.folder", wrong=f"{OS}COPY a b /app\n", right=f"{OS}COPY a b /app/\n", after="COPY a b /app/\n"),
    Case(
        code="copy.unknown-stage",
        wrong=f"{OS}COPY --from=build /a /a\n",
        right="FROM a:1 AS build\nFROM b:1\nCOPY --from=build /a /a\nCOPY --from=0 /a /b\n",
    ),
    Case(
        code="copy.own-stage",
        wrong="FROM a:1 AS x\nCOPY --from=x /a /b\n",
        right="FROM a:1 AS x\nFROM b:1\nCOPY --from=x /a /b\n",
    ),
    Case(code="copy.nowhere", wrong=f"{OS}COPY a b\n", right=f"{OS}WORKDIR /app\nCOPY a b\n"),
    Case(code="copy.outside", wrong=f"{OS}COPY ../a /app/\n", right=f"{OS}COPY a/../b /app/\n"),
    Case(code="copy.missing", wrong=f"{OS}COPY dist /app\n", right=f"{OS}COPY src /app\n", around=tree(src="x")),
    Case(
        code="fetch.piped",
        wrong=f"{OS}RUN curl -fsSL https://a.example/i.sh | bash\n",
        right=f"{OS}RUN curl -fsSL https://a.example/i.json | jq .\n",
    ),
    Case(
        code="fetch.unchecked",
        wrong=f"{OS}RUN curl -fsSLo t https://a.example/t\n",
        right=f"{OS}RUN curl -fsSLo t https://a.example/t && echo '1 t' | sha256sum -c -\n",
    ),
    Case(
        code="fetch.add-unchecked",
        wrong=f"{OS}ADD https://a.example/t /t\n",
        right=f"{OS}ADD --checksum=sha256:1 https://a.example/t /t\n",
    ),
    Case(
        code="fetch.insecure",
        wrong=f"{OS}RUN curl -k https://a.example\n",
        right=f"{OS}RUN curl -fsS https://a.example\n",
    ),
    Case(
        code="fetch.insecure", wrong=f"{OS}ENV NODE_TLS_REJECT_UNAUTHORIZED=0\n", right=f"{OS}ENV NODE_ENV=production\n"
    ),
    Case(
        code="fetch.plain-http", wrong=f"{OS}RUN curl http://a.example/t\n", right=f"{OS}RUN curl http://localhost/t\n"
    ),
    Case(
        code="fetch.repository",
        wrong=f"{OS}RUN git clone https://a.example/t\n",
        right=f"{OS}RUN git clone --branch v1 https://a.example/t\n",
    ),
    Case(code="fetch.two-tools", wrong=f"{OS}RUN wget -q a && curl b\n", right=f"{OS}RUN curl a && curl b\n"),
    Case(
        code="fetch.progress", wrong=f"{OS}RUN wget https://a.example\n", right=f"{OS}RUN wget -q https://a.example\n"
    ),
    Case(
        code="run.pipefail",
        wrong=f"{OS}RUN cat a | grep b\n",
        right=f'{OS}SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN cat a | grep b\n',
    ),
    Case(code="run.cd", wrong=f"{OS}RUN cd /app && make\n", right=f"{OS}WORKDIR /app\nRUN make\n"),
    Case(code="run.pointless", wrong=f"{OS}RUN service nginx start\n", right=f"{OS}RUN make\n"),
    Case(code="run.link-shell", wrong=f"{OS}RUN ln -sf /bin/bash /bin/sh\n", right=f"{OS}RUN ln -s /a /bin/b\n"),
    Case(
        code="run.json-shell",
        wrong=f'{OS}CMD ["node", "a.js", "--port", "$PORT"]\n',
        right=f'{OS}CMD ["/bin/sh", "-c", "exec node a.js --port $PORT"]\n',
    ),
    Case(
        code="command.shell-form",
        wrong=f"{NODE}CMD node server.js\n",
        right=f'{NODE}CMD ["node", "server.js"]\n',
        after='CMD ["node", "server.js"]\n',
    ),
    Case(
        code="command.shell-form",
        wrong=f"{NODE}CMD node server.js --port $PORT\n",
        right=f'{NODE}CMD ["/bin/sh", "-c", "exec node server.js --port $PORT"]\n',
        after='CMD ["/bin/sh", "-c", "exec node server.js --port $PORT"]\n',
    ),
    Case(code="command.quotes", wrong=f"{NODE}CMD ['node', 'a.js']\n", right=f'{NODE}CMD ["node", "a.js"]\n'),
    Case(
        code="command.several",
        wrong=f'{NODE}CMD ["node", "a.js"]\nCMD ["node", "b.js"]\n',
        right=f'{NODE}CMD ["node", "b.js"]\n',
        after='CMD ["node", "b.js"]\n',
    ),
    Case(code="command.none", wrong=f"{OS}COPY a /a\n", line=1, right=f'{OS}CMD ["/a"]\n'),
    Case(
        code="command.development",
        wrong=f'{PYTHON}CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]\n',
        right=f'{PYTHON}CMD ["gunicorn", "shop.wsgi"]\n',
    ),
    Case(code="command.development", wrong=f'{OS}CMD ["sleep", "infinity"]\n', right=f'{OS}CMD ["/app/shop"]\n'),
    Case(code="command.package-manager", wrong=f'{NODE}CMD ["npm", "start"]\n', right=f'{NODE}CMD ["node", "a.js"]\n'),
    Case(
        code="command.local",
        wrong=f'{PYTHON}CMD ["uvicorn", "a:b", "--host", "127.0.0.1"]\n',
        right=f'{PYTHON}CMD ["uvicorn", "a:b", "--host", "0.0.0.0"]\n',
    ),
    Case(
        code="command.script",
        wrong=f'{OS}COPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n',
        line=3,
        right=f'{OS}ENTRYPOINT ["/app/shop"]\n',
        around=ENTRY,
    ),
    Case(
        code="command.stop-signal",
        wrong=f'{OS}CMD ["nginx", "-g", "daemon off;"]\n',
        right=f'{OS}STOPSIGNAL SIGQUIT\nCMD ["nginx", "-g", "daemon off;"]\n',
        after='STOPSIGNAL SIGQUIT\nCMD ["nginx"',
    ),
    Case(code="command.kill", wrong=f"{OS}STOPSIGNAL SIGKILL\n", right=f"{OS}STOPSIGNAL SIGINT\n"),
    Case(code="command.runtime-only", wrong=f"{PYTHON}COPY a /a\n", line=1, right=f'{PYTHON}COPY a /a\nCMD ["a"]\n'),
    Case(code="expose.impossible", wrong=f"{OS}EXPOSE 80000\n", right=f"{OS}EXPOSE 8000\n"),
    Case(code="expose.form", wrong=f"{OS}EXPOSE 80:8080\n", right=f"{OS}EXPOSE 8080\n"),
    Case(code="expose.protocol", wrong=f"{OS}EXPOSE 53/UDP\n", right=f"{OS}EXPOSE 53/udp\n", after="EXPOSE 53/udp\n"),
    Case(
        code="expose.other-port",
        wrong=f"{OS}EXPOSE 3000\n",
        right=f"{OS}EXPOSE 8000-8010\n",
        around=Surroundings(port=8000),
    ),
    Case(code="expose.privileged", wrong=f"{OS}EXPOSE 80\nUSER 5\n", right=f"{OS}EXPOSE 8080\nUSER 5\n"),
    Case(code="expose.shell", wrong=f"{OS}EXPOSE 22\n", right=f"{OS}EXPOSE 2222\n"),
    Case(
        code="health.none",
        wrong=f'{NODE}EXPOSE 3000\nCMD ["node", "a.js"]\n',
        line=3,
        right=f'{NODE}EXPOSE 3000\nHEALTHCHECK NONE\nCMD ["node", "a.js"]\n',
    ),
    Case(
        code="health.tool",
        wrong=f"{PYTHON}HEALTHCHECK CMD curl -f http://localhost:8000/\n",
        right=f'{PYTHON}HEALTHCHECK CMD ["python", "-c", "pass"]\n',
    ),
    Case(
        code="health.always-well",
        wrong="FROM docker.io/library/node:24\nHEALTHCHECK CMD curl http://localhost:3000/\n",
        right="FROM docker.io/library/node:24\nHEALTHCHECK CMD curl -f http://localhost:3000/\n",
    ),
    Case(
        code="health.port",
        wrong=f"{OS}EXPOSE 8000\nHEALTHCHECK CMD curl -f http://localhost:3000/\n",
        line=3,
        right=f"{OS}EXPOSE 3000\nHEALTHCHECK CMD curl -f http://localhost:3000/\n",
    ),
    Case(
        code="health.curl-installed",
        wrong=f"{NODE}{UPDATE}apt-get install -y curl=8{LISTS}\nHEALTHCHECK CMD curl -f http://localhost:3000/\n",
        line=3,
        right=f'{NODE}HEALTHCHECK CMD ["node", "-e", "0"]\n',
    ),
    Case(code="portable.heredoc", wrong=f"{OS}RUN <<EOF\nmake\nEOF\n", right=f"{OS}RUN make\n"),
    Case(code="portable.copy", wrong=f"{OS}COPY --link a /a\n", right=f"{OS}COPY --chown=5 a /a\n"),
    Case(code="portable.run", wrong=f"{OS}RUN --security=insecure a\n", right=f"{OS}RUN --network=none a\n"),
    Case(
        code="portable.syntax",
        wrong="# syntax=docker/dockerfile:1-labs\nFROM a:1\n",
        line=1,
        right="# syntax=docker/dockerfile:1\nFROM a:1\n",
    ),
    Case(
        code="arg.before-from",
        wrong=f"ARG VERSION=1\n{OS}RUN fetch $VERSION\n",
        line=3,
        right=f"ARG VERSION=1\n{OS}ARG VERSION\nRUN fetch $VERSION\n",
    ),
    Case(
        code="arg.platform",
        wrong=f"{OS}RUN fetch $TARGETARCH\n",
        right=f"{OS}ARG TARGETARCH\nRUN fetch $TARGETARCH\n",
    ),
    Case(code="arg.unused", wrong=f"ARG OTHER=1\n{OS}", line=1, right="ARG TAG=1\nFROM a:$TAG\n"),
    Case(code="env.itself", wrong=f"{OS}ENV A=1 B=$A\n", right=f"{OS}ENV A=1\nENV B=$A\n"),
    Case(
        code="env.old-form",
        wrong=f"{OS}ENV NAME a value\n",
        right=f'{OS}ENV NAME="a value"\n',
        after='ENV NAME="a value"\n',
    ),
    Case(code="env.path", wrong=f"{OS}ENV PATH=/app/bin\n", right=f"{OS}ENV PATH=/app/bin:$PATH\n"),
    Case(code="file.unknown", wrong=f"{OS}RUNN make\n", right=f"{OS}RUN make\n"),
    Case(code="file.order", wrong=f"RUN make\n{OS}", line=1, right=f"ARG A=1\n{OS}"),
    Case(
        code="file.maintainer",
        wrong=f"{OS}MAINTAINER Ada <ada@a.example>\n",
        right=f"{OS}LABEL a=b\n",
        after='LABEL org.opencontainers.image.authors="Ada <ada@a.example>"\n',
    ),
    Case(code="file.onbuild", wrong=f"{OS}ONBUILD FROM a\n", right=f"{OS}ONBUILD RUN a\n"),
    Case(code="file.as", wrong="FROM a:1 as x\n", line=1, right="FROM a:1 AS x\n", after="FROM a:1 AS x\n"),
    Case(code="file.case", wrong=f"{OS}run make\n", right=f"{OS}RUN make\n", after="RUN make\n"),
    Case(
        code="file.continued",
        wrong=f"{OS}RUN a \\\n\n  && b\n",
        right=f"{OS}RUN a \\\n  # why\n  && b\n",
        after="RUN a \\\n  && b\n",
    ),
    Case(code="file.stage-twice", wrong="FROM a:1 AS x\nFROM b:1 AS x\n", right="FROM a:1 AS x\nFROM b:1 AS y\n"),
    Case(code="file.stage-name", wrong="FROM a:1 AS Build\n", line=1, right="FROM a:1 AS build\n"),
    Case(
        code="file.workdir",
        wrong=f"{OS}WORKDIR /srv\nWORKDIR app\n",
        line=3,
        right=f"{OS}WORKDIR /srv\nWORKDIR /srv/app\n",
        after="WORKDIR /srv/app\n",
    ),
    Case(
        code="file.volume",
        wrong=f"{OS}VOLUME /data\nRUN touch /data/a\n",
        line=3,
        right=f"{OS}RUN touch /data/a\nVOLUME /data\n",
    ),
    Case(code="file.label", wrong=f"{OS}LABEL Version=1\n", right=f"{OS}LABEL org.opencontainers.image.version=1\n"),
    Case(
        code="file.label-value",
        wrong=f'{OS}LABEL org.opencontainers.image.url="shop"\n',
        right=f'{OS}LABEL org.opencontainers.image.url="https://a.example"\n',
    ),
)
