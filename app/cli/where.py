"""`shipbell where`: what runs where, and how far a ticket, a commit, a tag or a version has got."""

import re
from typing import Annotated, Any

import typer

from app.cli.output import AsJson, print_json, print_rows
from app.cli.owners import OfArea, OfComponent, OfPlatform, OfPod, OfTeam
from app.cli.remote import Service, segment

Row = dict[str, Any]

_STATES = {"service": "service", "environment": "environment", "runs": "actual_version", "wanted": "desired_version",
           "since": "since", "state": "state", "health": "health", "note": "note"}  # fmt: skip
_RAN = {"service": "service", "environment": "environment", "ran": "actual_version", "kind": "kind", "since": "since",
        "until": "until", "deployment": "deployment_id"}  # fmt: skip
_GOT = {"service": "service", "environment": "environment", "state": "state", "since": "since", "with": "version",
        "deployment": "deployment_id", "waits for": "waits_for"}  # fmt: skip
_HOLDS = {"service": "service", "environment": "environment", "since": "since", "with": "version",
          "deployment": "deployment_id"}  # fmt: skip
_COMMITS = {"commit": "sha", "author": "author", "message": "message", "live in": "live_in"}
_WAITING = {"commit": "sha", "service": "service", "author": "author", "in it since": "since", "message": "message"}
_TICKETS = {"ticket": "key", "service": "service", "status": "status", "fix versions": "fix_versions",
            "summary": "summary"}  # fmt: skip
_COUNTED = {"commits": "commit", "pull_requests": "pull request", "tickets": "ticket"}
_WHOLE = re.compile(r"[0-9a-f]{40}")
_SHORT, _MOST = 12, 500


def where(
    anything: Annotated[
        str | None, typer.Argument(help="A service, ticket, commit, tag or version; else every service.")
    ] = None,
    between: Annotated[
        str | None, typer.Option(metavar="FROM,TO", help="What is in one environment and not yet in the other.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="What ran on that day, e.g. 2026-10-01.")] = None,
    team: OfTeam = None,
    business_area: OfArea = None,
    pod: OfPod = None,
    component: OfComponent = None,
    platform: OfPlatform = None,
    as_json: AsJson = False,
) -> None:
    """Where something is, and what it waits for. It exits 1 when nothing of that name is known.

    Examples:

      shipbell where checkout

      shipbell where SHOP-12

      shipbell where 9f2c0d1e

      shipbell where checkout --between qa,prod

      shipbell where checkout --on 2026-10-01

      shipbell where --pod buy --between qa,prod
    """
    owner = {"team": team, "business_area": business_area, "pod": pod, "component": component, "platform": platform}
    if between is not None and on is not None:
        raise typer.BadParameter("ask for --between or for --on")
    if between is not None:
        _between(anything, between, owner, as_json)
    elif on is not None or anything is None:
        answer = _all("/api/v1/environments", service=anything, on=on, **owner)
        columns, rows = (_RAN, answer["items"]) if on else (_STATES, [_state(row) for row in answer["items"]])
        _told(answer, columns, [_brief(row) for row in rows], as_json, "Nothing is known of it.")
    elif any(owner.values()):
        raise typer.BadParameter("whose it is narrows lists: leave the name out, or ask for --between or --on")
    else:
        _anything(anything, as_json)


def _all(path: str, **query: Any) -> Row:
    """Every page of a listing."""
    api, items, cursor = Service(), list[Row](), None
    while True:
        answer = api.get(path, **query, limit=_MOST, cursor=cursor)
        items += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return {"items": items}


def _told(answer: Any, columns: dict[str, str], rows: list[Row], as_json: bool, empty: str) -> None:
    if as_json:
        print_json(answer)
    else:
        print_rows(rows, columns, empty=empty)


def _anything(anything: str, as_json: bool) -> None:
    answer = Service().get(f"/api/v1/where/{segment(anything)}")
    if as_json:
        print_json(answer)
        return
    for each in answer["services"] if answer["what"] == "commit" else ():
        _commit(each)
    if answer["what"] == "ticket":
        typer.echo(_ticket(answer["ticket"]))
    rows = [{"service": each["service"], **row} for each in answer["services"] for row in each["environments"]]
    columns = {"service": _STATES, "ticket": _HOLDS, "commit": _GOT}[answer["what"]]
    shown = [_state(row) for row in rows] if answer["what"] == "service" else rows
    print_rows(map(_brief, shown), columns, empty="It is in no environment that anything is known of.")
    if answer["commits"]:
        typer.echo("")
        print_rows([_brief(row) for row in answer["commits"]], _COMMITS, empty="")


def _commit(each: Row) -> None:
    told = each["commit"] or {}
    name = " ".join(filter(None, (each["version"], (each["sha"] or "")[:_SHORT])))
    words = [f"{each['service']}: {name}", told.get("message"), told.get("author")]
    if request := told.get("pull_request"):
        words.append(f"pull request {request['id']}{'' if request['merged_at'] else ' (not merged)'}")
    typer.echo(" · ".join(filter(None, words)))


def _ticket(told: Row) -> str:
    if told.get("restricted"):
        return f"{told['key']} (restricted)"
    versions = ", ".join(told.get("fix_versions") or [])
    said = [told["key"], told.get("summary"), told.get("status"), f"fix version {versions}" if versions else None]
    if "status" not in told:
        said.append(
            "not found in the ticket tool, or hidden" if told.get("missing") else "the ticket tool said nothing"
        )
    elif told.get("fix_versions") == []:
        said.append("no fix version")
    stale = f"stale: asked last {_moment(told['looked_at'])}" if told.get("stale") else None
    return " · ".join(filter(None, [*said, stale]))


def _state(row: Row) -> Row:
    """A state with what is to be said of it in words: drift, what cannot be read and where, that it is stale."""
    state = "DRIFT" if row["drift"] else {True: "in sync", False: "out of sync"}.get(row["in_sync"], "unknown")
    manifest, notes = row["manifest"] or {}, []
    if manifest.get("problem"):
        place = ":".join(str(manifest[name]) for name in ("path", "line") if manifest.get(name))
        notes.append(f"{place}: {manifest['problem']}")
    if row["stale"]:
        notes.append(f"stale: looked at last {_moment(row['looked_at'])}")
    return {**row, "state": state, "note": "; ".join(notes)}


def _between(service: str | None, between: str, owner: Row, as_json: bool) -> None:
    source, comma, target = (part.strip() for part in between.partition(","))
    if not (source and comma and target) or source == target:
        raise typer.BadParameter("two environments are wanted, as in qa,prod", param_hint="--between")
    query = {"service": service, "from": source, "to": target, "limit": _MOST}
    answer = Service().get("/api/v1/environments/waiting", **query, **owner)
    if as_json:
        print_json(answer)
        return
    print_rows([_brief(row) for row in answer["commits"]], _WAITING, empty="No commit waits.")
    if answer["tickets"]:
        typer.echo("")
        hidden = {"status": "(restricted)"}
        print_rows([row | hidden if row["restricted"] else row for row in answer["tickets"]], _TICKETS, empty="")
    _sum(answer["sum"], answer["next"])


def _sum(total: Row, more: str | None) -> None:
    authors = ", ".join(f"{name} ({count})" for name, count in total["authors"].items())
    least = "" if total["complete"] else "at least "
    counts = [_count(total[name], word) for name, word in _COUNTED.items()]
    typer.echo(f"\n{least}{', '.join(counts)}{f'; by {authors}' if authors else ''}")
    _size(total["size"])
    for name in ("migrations", "reverts"):
        for each in total[name]:
            typer.echo(f"  {name[:-1]}: {each['sha'][:_SHORT]} {each['message']}")
    if more:
        typer.echo(f"… and more commits than {_MOST}: GET /api/v1/environments/waiting")


def _size(size: Row | None) -> None:
    if size is None:
        typer.echo("how much changes is unknown: no repository told")
        return
    lines = f"+{size['lines_added']} -{size['lines_removed']} lines"
    typer.echo(f"{'' if size['complete'] else 'at least '}{_count(size['files'], 'file')}, {lines}")
    for each in size["migrations"]:
        typer.echo(f"  migration: {each['service']} {each['path']}")
    if size["unknown"]:
        typer.echo(f"  unknown of {', '.join(size['unknown'])}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _brief(row: Row) -> Row:
    """A row as a table shows it: times to the minute, and no more of a commit than tells it from others."""
    return {name: _moment(value) if name in ("since", "until") else _word(value) for name, value in row.items()}


def _word(value: Any) -> Any:
    return value[:_SHORT] if isinstance(value, str) and _WHOLE.fullmatch(value) else value


def _moment(text: str | None) -> str:
    return (text or "")[:16].replace("T", " ")
