"""Reads a case file: the events that it tells, and what they must come to."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.world import telling

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
_DAY = re.compile(r"\d\dT\d\d:\d\d")
_TELLERS = {name: getattr(telling, name) for name in ("push", "merge", "deploy", "health", "incident", "build")}


@dataclass(frozen=True)
class Story:
    """A case: its events in the order in which they came, and what is expected of them."""

    name: str
    title: str
    views: list[dict[str, Any]]
    expect: dict[str, Any]
    window: tuple[int, int] | None
    notes: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> Story:
    """A case file. A time is a day of March 2026 and an hour, `02T10:00`; a commit is called by a short name."""
    told = _dated(YAML(typ="safe", pure=True).load(path.read_text()))
    window = told.get("window")
    return Story(
        path.stem,
        told["title"],
        [_view(dict(each)) for each in told["events"]],
        told["expect"],
        (telling.us(window[0]), telling.us(window[1])) if window else None,
        {key: told[key] for key in told.keys() - {"case", "title", "events", "expect", "window"}},
    )


def _dated(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return f"2026-03-{value}:00Z"
    if isinstance(value, dict):
        return {key: _dated(each) for key, each in value.items()}
    return [_dated(each) for each in value] if isinstance(value, list) else value


def _view(said: dict[str, Any]) -> dict[str, Any]:
    teller = _TELLERS[said.pop("tell")]
    service, moment = said.pop("service"), said.pop("at")
    if teller == telling.push:
        return telling.push(service, moment, said.pop("before"), _commits(said.pop("commits")), **said)
    if said.get("commits"):
        said["commits"] = _commits(said["commits"])
    view: dict[str, Any] = teller(service, moment, **said)
    return view


def _commits(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [telling.commit(**{**each, **_message(each)}) for each in said]


def _message(said: dict[str, Any]) -> dict[str, str]:
    """`{a1}` in a message is the whole id of that commit."""
    text = said.get("message")
    return {"message": re.sub(r"\{(\w+)\}", lambda name: telling.sha(name[1]), text)} if text else {}
