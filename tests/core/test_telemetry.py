import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from core.telemetry import Metrics, configure_logging, metrics, new_request_id, request_id


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    token = request_id.set("")
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    request_id.reset(token)


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_lines_are_json_on_stderr_with_the_request_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", json=True)
    made = new_request_id()
    structlog.get_logger("sextant").info("started", port=8484)
    (line,) = logged(capsys)
    assert (line["event"], line["port"], line["level"], line["request_id"]) == ("started", 8484, "info", made)
    assert str(line["timestamp"]).endswith("Z")


def test_secrets_are_masked_wherever_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug", json=True)
    log = structlog.get_logger("sextant")
    log.info("asked", url="postgres://a:hunter2@db/x", token="hunter2", nested={"password": "hunter2", "user": ["app"]})
    logging.getLogger("library").warning("login with %s", "password=hunter2")
    try:
        raise ValueError("bad password=hunter2")
    except ValueError:
        log.exception("failed")
    lines = logged(capsys)
    assert len(lines) == 3
    assert "hunter2" not in json.dumps(lines)
    assert lines[0]["nested"] == {"password": "***", "user": ["app"]}
    assert "ValueError" in str(lines[2]["exception"])


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", json=True)
    structlog.get_logger("sextant").info("quiet")
    logging.getLogger("library").info("quiet")
    logging.getLogger("library").warning("loud")
    assert [line["event"] for line in logged(capsys)] == ["loud"]


def test_lines_for_people_are_plain_text_when_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    structlog.get_logger("sextant").info("started", port=8484)
    text = capsys.readouterr().err
    assert "started" in text
    assert "port=8484" in text
    assert "\x1b" not in text


def test_metrics_are_counted_and_rendered() -> None:
    counted = Metrics()
    counted.diagnoses.labels(verdict="failing").inc()
    counted.requests.labels(route="/v1/diagnoses", method="POST", status="200").inc()
    counted.runs.labels(kind="diagnosis", state="succeeded").inc()
    counted.cluster_requests.labels(verb="list", status="200").inc(3)
    counted.collection_seconds.observe(0.3)
    counted.request_seconds.labels(route="/v1/diagnoses", method="POST").observe(0.4)
    text, content_type = counted.render()
    assert content_type.startswith("text/plain")
    assert b'sextant_diagnoses_total{verdict="failing"} 1.0' in text
    assert b'sextant_cluster_requests_total{status="200",verb="list"} 3.0' in text
    assert b"sextant_collection_seconds_count 1.0" in text


def test_the_metrics_of_a_process_are_one() -> None:
    assert metrics() is metrics()


def test_importing_telemetry_imports_no_vendor() -> None:
    code = "import sys, core.telemetry; print([m for m in ('structlog', 'prometheus_client') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
