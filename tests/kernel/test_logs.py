import asyncio
import io
import json
import logging
import subprocess
import sys
import textwrap
import threading
import timeit
from collections.abc import Iterator

import httpx
import pytest

from app.kernel import logs
from app.kernel.secrets import Secret, SecretUrl

CANARY = "CANARY-3f9b1c7a5d2e"
URL = f"https://teams.example.com/powerautomate/workflows/7/triggers/manual/paths/invoke?api-version=1&sig={CANARY}"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, logging.raiseExceptions)
    yield
    root.handlers[:], level, sys.excepthook, threading.excepthook, logging.raiseExceptions = before
    root.setLevel(level)
    logging.captureWarnings(False)


def opened(level: str = "DEBUG", *, json_lines: bool = True) -> io.StringIO:
    stream = io.StringIO()
    logs.configure(level, json_lines=json_lines, stream=stream)
    return stream


def records(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().split("\n") if line]


def test_a_record_is_one_json_line_with_its_fields() -> None:
    stream = opened()
    logs.get("app.test.fields").info("delivered", channel="security", status=202)
    (record,) = records(stream)
    assert record.pop("timestamp", "").endswith("Z")  # type: ignore[attr-defined]
    assert record == {
        "event": "delivered",
        "channel": "security",
        "status": 202,
        "level": "info",
        "logger": "app.test.fields",
    }


def test_the_standard_library_writes_the_same_form_once() -> None:
    stream = opened()
    logging.getLogger("uvicorn.error").warning("started on %s", "127.0.0.1")
    (record,) = records(stream)
    assert (record["event"], record["level"], record["logger"]) == (
        "started on 127.0.0.1",
        "warning",
        "uvicorn.error",
    )


@pytest.mark.parametrize("json_lines", [True, False])
def test_F09_a_hostile_text_stays_one_line_escaped(json_lines: bool) -> None:
    stream = opened(json_lines=json_lines)
    hostile = 'a\x00b\r\n{"event":"forged"}\x1b[2J\u202e\u2028\x85\ud800 ' + "z" + "\u0301" * 50
    logs.get("app.test.hostile").warning(hostile, branch=hostile)
    logging.getLogger("lib").warning("%s", hostile)
    text = stream.getvalue()
    assert not set(text) & set("\x00\r\x1b\u202e\u2028\x85\ud800")
    at_margin = [line for line in text.split("\n") if line and not line.startswith(" ")]
    assert len(at_margin) == 2
    assert not any(line.startswith('{"event":"forged"') for line in at_margin)


def test_F09_json_gives_the_text_back() -> None:
    stream = opened()
    logs.get("app.test.back").info("x", branch="a\nb\x1b\u202e")
    assert records(stream)[0]["branch"] == "a\nb\x1b\u202e"


@pytest.mark.parametrize("json_lines", [True, False])
def test_F53_no_secret_in_any_line_with_debug_on(json_lines: bool) -> None:
    stream = opened(json_lines=json_lines)
    url = SecretUrl(URL)
    log = logs.get("app.test.canary")
    log.debug("posting", url=url, raw=URL, headers={"Authorization": f"Bearer {CANARY}xyz"})
    try:
        raise ConnectionError(f"cannot connect to {URL}")
    except ConnectionError as error:
        log.exception("failed", error=error)
        logging.getLogger("aiohttp.client").error("failed %s", URL, exc_info=True)
    logging.getLogger("sqlalchemy.engine").error("INSERT %r", (URL, CANARY))
    assert CANARY not in stream.getvalue()
    assert "Traceback" in stream.getvalue()
    assert stream.getvalue().count("[secret]") >= 5


def test_F53_httpx_does_not_tell_its_urls() -> None:
    stream = opened()
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get("https://other.example.com/?sig=UNKNOWN-TO-US")
    assert stream.getvalue() == ""


def test_F53_an_uncaught_exception_is_scrubbed_too() -> None:
    script = f"""
        import threading
        from app.kernel import logs
        from app.kernel.secrets import SecretUrl
        logs.configure("INFO", json_lines=True)
        url = SecretUrl({URL!r})
        def fail():
            raise OSError(url.reveal())
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        raise RuntimeError(url.reveal())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert CANARY not in done.stderr
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events == ["uncaught exception", "uncaught exception"]


async def test_F53_a_task_that_nobody_awaited_is_scrubbed() -> None:
    stream = opened()
    SecretUrl(URL)
    asyncio.get_running_loop().call_exception_handler({"message": f"lost {URL}", "exception": OSError(URL)})
    assert "lost" in stream.getvalue()
    assert CANARY not in stream.getvalue()


def test_a_record_that_does_not_fit_its_arguments_is_named_and_does_not_leak() -> None:
    stream = opened()
    logging.getLogger("lib").error("%d apples", URL)
    assert records(stream)[0]["event"] == "a record of lib could not be written: TypeError"


def test_numbers_and_objects_that_json_has_not() -> None:
    stream = opened()
    logs.get("app.test.odd").info("odd", big=2**80, raw=b"\xff", what={1: object}, secret=Secret("hunter2-hunter2"))
    assert records(stream)[0]["big"] == 2**80
    assert "hunter2" not in stream.getvalue()


def test_below_the_level_nothing_is_written_and_it_costs_little() -> None:
    stream = opened("WARNING")
    log = logs.get("app.test.level")
    log.info("unseen")
    logging.getLogger("lib").info("unseen")
    assert stream.getvalue() == ""
    assert timeit.timeit(lambda: log.info("unseen", a=1), number=10_000) / 10_000 < 5e-6


def test_the_self_test_passes_and_writes_nothing() -> None:
    stream = opened("CRITICAL")
    logs.self_test()
    assert stream.getvalue() == ""
    logs.get("app.test.after").critical("after")
    assert records(stream)[0]["event"] == "after"


def test_the_self_test_sees_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    monkeypatch.setattr(logs, "scrub", lambda text: text)
    with pytest.raises(logs.LeakingLog, match="a secret"):
        logs.self_test()


def test_configured_twice_it_still_writes_once() -> None:
    opened()
    stream = opened()
    logging.getLogger("lib").warning("once")
    assert len(records(stream)) == 1
