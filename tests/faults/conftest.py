"""The whole service, in this process or in one of its own, on both databases, with a fake Teams."""

from tests.running.fixtures import (
    cradle,
    make_process,
    process,
    service,
    shipped,
    sink_settings,
    start,
    teams,
    teams_settings,
)

__all__ = [
    "cradle",
    "make_process",
    "process",
    "service",
    "shipped",
    "sink_settings",
    "start",
    "teams",
    "teams_settings",
]
