"""Which start commands count as the same."""

from dataclasses import dataclass

import pytest

from evals.builder.commands import equivalent, essence


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    id: str
    wanted: str
    found: str
    same: bool = True


PAIRS = (
    Pair(id="equal", wanted="node server.js", found="node server.js"),
    Pair(id="suffix", wanted="node dist/main", found="node ./dist/main.js"),
    Pair(id="npx", wanted="next start", found="npx next start -p $PORT"),
    Pair(id="path of a program", wanted="next start", found="node_modules/.bin/next start"),
    Pair(id="module", wanted="python -m flower", found="flower --address=0.0.0.0 --port=5555"),
    Pair(id="version of python", wanted="python app.py", found="python3.12 app.py"),
    Pair(id="port and host", wanted="gunicorn --bind 0.0.0.0:80 web:app", found="gunicorn web:app -b [::]:${PORT:-80}"),
    Pair(id="bundle", wanted="bundle exec rails server -b 0.0.0.0", found="rails server"),
    Pair(id="environment", wanted="env A=1 node main.js", found="A=1 node main.js"),
    Pair(id="shell", wanted="uvicorn app:app", found="sh -c 'exec uvicorn app:app --port $PORT'"),
    Pair(id="folder of a program", wanted="hello", found="/app/bin/hello"),
    Pair(id="program alone", wanted="caddy", found="caddy run --config Caddyfile"),
    Pair(id="archive", wanted="java -jar target/demo-1.0.jar", found="java -Xmx300m -jar /app/demo-*.jar"),
    Pair(id="dashes", wanted="sqlite_web", found="sqlite-web"),
    Pair(id="last of several", wanted="node app.js", found="npm run migrate && node app.js"),
    Pair(id="other program", wanted="node app.js", found="deno app.js", same=False),
    Pair(id="other file", wanted="node app.js", found="node worker.js", same=False),
    Pair(id="other order", wanted="celery worker app", found="celery app worker", same=False),
    Pair(id="less", wanted="pypi-server run", found="pypi-server", same=False),
    Pair(id="development server", wanted="gunicorn site.wsgi", found="python manage.py runserver", same=False),
    Pair(id="nothing", wanted="node app.js", found="", same=False),
    Pair(id="no end of quotes", wanted="node app.js", found="node 'app.js", same=False),
    Pair(id="shell without a line", wanted="node app.js", found="sh -c", same=False),
)  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.id)
def test_commands_are_equivalent_when_program_and_words_that_matter_agree(pair: Pair) -> None:
    assert equivalent(pair.wanted, pair.found) is pair.same


def test_the_essence_of_a_command_has_no_options_and_addresses() -> None:
    assert essence("exec ./bin/web serve --port 80 -v :8080 0.0.0.0 tcp://0.0.0.0:99 $PORT") == ("web", "serve")
