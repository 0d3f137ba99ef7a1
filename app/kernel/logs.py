"""Logs: one line a record, control characters escaped, secrets scrubbed, for us and for every library alike.

structlog and the standard library end in one handler and one formatter, so that what is cleaned is the
finished line, with its traceback and whatever a library quoted in it.
"""

import json
import logging
import secrets
import sys
import threading
from collections.abc import Callable
from io import StringIO
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import FilteringBoundLogger, Processor

from app.kernel.errors import ShipbellError
from app.kernel.secrets import Secret, scrub
from app.kernel.text import visible

# Below WARNING these write URLs, SQL with its parameters, a line for each request, or what we say ourselves.
_QUIET = (
    "aiohttp.access",
    "aiohttp.client",
    "aiosqlite",
    "alembic",
    "asyncpg",
    "httpcore",
    "httpx",
    "markdown_it",
    "sqlalchemy",
    "uvicorn.access",
    "uvicorn.error",
    "watchfiles",
)
_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class LeakingLog(ShipbellError):
    """The log's self-test found a secret in what was written."""


class _CleanFormatter(ProcessorFormatter):
    """Renders any record, then cleans the finished line; `keep` are control characters that may stay."""

    def __init__(self, renderer: tuple[Processor, ...], keep: str) -> None:
        super().__init__(
            foreign_pre_chain=_SHARED,
            processors=[ProcessorFormatter.remove_processors_meta, *renderer],
        )
        self._keep = keep

    def format(self, record: logging.LogRecord) -> str:
        try:
            line = super().format(record)
        except (TypeError, ValueError) as error:  # arguments that do not fit their message
            line = self._unprintable(record, error)
        return scrub(visible(line, self._keep)).replace("\n", "\n    ")

    def _unprintable(self, record: logging.LogRecord, error: Exception) -> str:
        text = f"a record of {record.name} could not be written: {type(error).__name__}"
        return super().format(logging.LogRecord(__name__, logging.ERROR, "", 0, text, None, None))


def _to_json(fields: dict[str, Any], default: Callable[[Any], Any]) -> str:
    try:
        return orjson.dumps(fields, default=default, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a lone surrogate, or a number beyond 64 bits
        return json.dumps(fields, default=repr)


_JSON: tuple[Processor, ...] = (
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(serializer=_to_json),
)


def configure(level: str = "INFO", *, json_lines: bool | None = None, stream: TextIO | None = None) -> None:
    """Route all logging to one stream (stderr). JSON lines, or readable ones; by default as the stream is a terminal.

    In the readable form only the first line of a record begins at the margin.
    """
    sink = stream or sys.stderr
    if json_lines if json_lines is not None else not sink.isatty():
        formatter = _CleanFormatter(_JSON, keep="")
    else:
        console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        formatter = _CleanFormatter((console,), keep="\n")
    handler = _Sink(sink)
    handler.setFormatter(formatter)
    number = logging.getLevelNamesMapping()[level.upper()]
    _take_over(handler, number)
    structlog.configure(
        processors=[*_SHARED, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class _Sink(logging.StreamHandler[TextIO]):
    """Our handler, to be told from others'."""


def _take_over(handler: _Sink, level: int) -> None:
    """Make ours the only handler that writes; those of another kind (a test's collector) stay."""
    root = logging.getLogger()
    loggers = [each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    for logger in (root, *loggers):
        logger.propagate = True
        for other in logger.handlers[:]:
            if type(other) in (_Sink, logging.StreamHandler):
                logger.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # it would print the record, unscrubbed, when the stream is gone


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
    else:
        logging.getLogger("app").critical("uncaught exception", exc_info=(kind, error, trace))


def get(name: str) -> FilteringBoundLogger:
    """A logger: `log.info("delivered", channel=…)`. A call below the level costs about a microsecond."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger


def self_test() -> None:
    """Log a made-up secret in every way that we know of and look for it in what was written.

    Call it once after `configure`, before anything else runs. Raises LeakingLog.
    """
    handler = next((each for each in logging.getLogger().handlers if isinstance(each, _Sink)), None)
    if handler is None:
        raise LeakingLog("logs are not configured")
    canary, unknown = (secrets.token_urlsafe(24) for _ in range(2))
    Secret(canary)
    written = StringIO()
    stream = handler.setStream(written)
    try:
        _sing(canary, f"https://example.com/?sig={unknown}")
    finally:
        handler.setStream(stream or sys.stderr)
    text = written.getvalue()
    if canary in text or unknown in text:
        raise LeakingLog("the log wrote a secret that it was told to hide")
    if text.count("[secret]") < 2:
        raise LeakingLog("the log did not write what it was given")


def _sing(canary: str, url: str) -> None:
    get(f"{__name__}.canary").critical("canary", value=canary, url=url)
    try:
        raise ConnectionError(f"cannot reach {url}?key={canary}")
    except ConnectionError:
        logging.getLogger("uvicorn.error").critical("canary %s", canary, exc_info=True)
