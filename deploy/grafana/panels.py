"""Panels and dashboards as Grafana's JSON (schema 39, Grafana 11)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24


@dataclass(frozen=True, slots=True)
class Query:
    """An expression and the legend of its series. One that is `quiet` has no series while all is well."""

    expr: str
    legend: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: `kind` is Grafana's, `unit` one of its units, `limits` are (value from which, colour)."""

    title: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 6
    height: int = 7
    text: str = ""
    limits: tuple[tuple[float | None, str], ...] = ((None, "green"),)
    exemplars: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard; `variables` are (name, label query or list of values, default, whether many may be chosen)."""

    uid: str
    title: str
    text: str
    panels: tuple[Panel, ...]
    variables: tuple["Variable", ...] = ()
    since: str = "now-24h"
    tags: tuple[str, ...] = field(default=("shipbell",))


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of a dashboard: the values of a label (`query`), or these `values`."""

    name: str
    query: str = ""
    values: tuple[str, ...] = ()
    many: bool = True


def board_json(board: Board) -> dict[str, Any]:
    """A dashboard, its panels in rows from left to right."""
    panels, x, y, tallest = [], 0, 0, 0
    for number, panel in enumerate(board.panels, 1):
        if x + panel.width > WIDTH:
            x, y, tallest = 0, y + tallest, 0
        panels.append(_panel(panel, number, {"h": panel.height, "w": panel.width, "x": x, "y": y}))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.text,
        "tags": list(board.tags),
        "schemaVersion": 39,
        "editable": True,
        "time": {"from": board.since, "to": "now"},
        "refresh": "1m",
        "templating": {"list": [_DATASOURCE, *map(_variable, board.variables)]},
        "panels": panels,
    }


_DATASOURCE = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}


def _variable(variable: Variable) -> dict[str, Any]:
    shared = {"name": variable.name, "label": variable.name, "multi": variable.many, "includeAll": variable.many}
    if variable.many:
        shared |= {"allValue": ".*", "current": {"text": "All", "value": "$__all"}}
    if variable.values:
        options = [{"text": each, "value": each, "selected": each == variable.values[0]} for each in variable.values]
        return shared | {
            "type": "custom",
            "query": ",".join(variable.values),
            "options": options,
            "current": {"text": variable.values[0], "value": variable.values[0]},
        }
    return shared | {"type": "query", "datasource": SOURCE, "query": variable.query, "refresh": 2, "sort": 1}


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    at_once = panel.kind != "timeseries"
    steps = [{"color": colour, "value": value} for value, colour in panel.limits]
    shown: dict[str, Any] = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.text,
        "datasource": SOURCE,
        "gridPos": place,
        "targets": [_target(query, index, panel, at_once) for index, query in enumerate(panel.queries)],
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "options": _options(panel.kind),
    }
    if panel.kind == "table":
        hidden = dict.fromkeys(("Time", "__name__", "job", "instance", "pod"), True)
        shown["transformations"] = [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": hidden}},
        ]
    return shown


def _options(kind: str) -> dict[str, Any]:
    if kind == "timeseries":
        return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if kind == "table":
        return {"showHeader": True}
    return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "value"}


def _target(query: Query, index: int, panel: Panel, at_once: bool) -> dict[str, Any]:
    return {
        "refId": chr(ord("A") + index),
        "datasource": SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend,
        "instant": at_once,
        "range": not at_once,
        "exemplar": panel.exemplars,
        "format": "table" if panel.kind == "table" else "time_series",
    }


def every_query(boards: Sequence[Board]) -> list[tuple[str, Query]]:
    """Each query with where it stands."""
    return [
        (f"{board.title}: {panel.title}", query)
        for board in boards
        for panel in board.panels
        for query in panel.queries
    ]
