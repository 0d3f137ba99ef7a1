"""`shipbell dora show|explain|reconcile`: the numbers, the rows behind one of them, and why others print another."""

from typing import Annotated, Any

import typer

from app.cli.output import AsJson, print_json, print_rows
from app.cli.owners import OfArea, OfComponent, OfPlatform, OfPod, OfTeam
from app.cli.remote import Service, segment
from app.cli.sparkline import number, sparkline

dora_cli = typer.Typer(help="Measures: numbers from facts, with the rows behind them.", no_args_is_help=True)

_PATH = "/api/v1/dora"
_TREND = 12
_SECONDS = ("p50", "p90", "oldest", "youngest", "between_", "oldest_")

OfService = Annotated[str | None, typer.Option("--service", help="Of one service.")]
In = Annotated[str | None, typer.Option("--environment", help="In one environment; else in production.")]
Days = Annotated[str, typer.Option(help="7d, 28d or 90d, up to --until.")]
Until = Annotated[str | None, typer.Option(help="Up to this time, ISO 8601; else up to now.")]


@dora_cli.command("show")
def show(
    service: OfService = None,
    team: OfTeam = None,
    business_area: OfArea = None,
    pod: OfPod = None,
    component: OfComponent = None,
    platform: OfPlatform = None,
    environment: In = None,
    window: Days = "28d",
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Every measure, what it leaves out, and its last weeks. Example: shipbell dora show --team payments."""
    scope = {"service": service, "team": team, "business_area": business_area, "environment": environment, "pod": pod,
             "component": component, "platform": platform}  # fmt: skip
    api = Service()
    answer = api.get(_PATH, **scope, window=window, until=until)
    if as_json:
        print_json(answer)
        return
    weeks = api.get(_PATH, **scope, by="week", count=_TREND, until=until)
    trends = {each["measure"]: _trend(each) for each in weeks["measures"]}
    rows = [_line(each, trends[each["measure"]]) for each in answer["measures"]]
    headings = ("measure", "number", "p90", "n", "open", "left out", f"{_TREND} weeks")
    print_rows(rows, {heading: heading for heading in headings}, empty="There are no measures.")
    typer.echo(f"as of {answer['as_of'][:19].replace('T', ' ')} UTC, {window}; weeks in {answer['timezone']}. "
               "Fewer than 5 rows: in brackets. Behind a number: shipbell dora explain MEASURE")  # fmt: skip


def _line(measure: dict[str, Any], trend: list[float | None]) -> dict[str, str]:
    bucket = measure["buckets"][0]
    return {
        "measure": measure["measure"],
        "number": _headline(bucket, measure["unit"]),
        "p90": number(bucket["values"]["p90"], "seconds") if bucket["values"].get("p90") is not None else "",
        "n": str(bucket["n"]),
        "open": str(bucket["open"] or ""),
        "left out": _left_out(bucket),
        f"{_TREND} weeks": sparkline(trend),
    }


def _trend(measure: dict[str, Any]) -> list[float | None]:
    """Its weeks; what is of now had none: the same bar twelve times would tell of twelve weeks."""
    return [] if measure.get("of_now") else [_main(bucket) for bucket in measure["buckets"]]


def _headline(bucket: dict[str, Any], unit: str) -> str:
    if bucket["between"]:
        low, high = bucket["between"]
        return f"{number(low, unit)} … {'?' if high is None else number(high, unit)}"
    if bucket["headline"] is not None:
        return number(bucket["headline"], unit)
    value = _main(bucket)
    return "–" if value is None else f"({number(value, unit)})"


def _main(bucket: dict[str, Any]) -> float | None:
    """The headline, or what it would be were there more rows."""
    found = bucket["headline"]
    return found if found is not None else next(iter(bucket["values"].values()), None)


def _left_out(bucket: dict[str, Any]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in bucket["left_out"].items())


@dora_cli.command("explain")
def explain(
    measure: str,
    service: OfService = None,
    team: OfTeam = None,
    business_area: OfArea = None,
    pod: OfPod = None,
    component: OfComponent = None,
    platform: OfPlatform = None,
    environment: In = None,
    window: Days = "28d",
    until: Until = None,
    left_out: Annotated[bool, typer.Option("--left-out", help="The rows that are not in it, and why.")] = False,
    reason: Annotated[str | None, typer.Option(help="Only those left out for this reason.")] = None,
    limit: Annotated[int, typer.Option(help="How many rows to show.", min=1, max=500)] = 20,
    as_json: AsJson = False,
) -> None:
    """What a number means and the rows behind it. Example: shipbell dora explain change_fail_rate --team payments."""
    scope = {"service": service, "team": team, "business_area": business_area, "environment": environment, "pod": pod,
             "component": component, "platform": platform}  # fmt: skip
    api = Service()
    rows = api.get(f"{_PATH}/{segment(measure)}/rows", **scope, window=window, until=until, limit=limit, reason=reason,
                   left_out=left_out or reason is not None)  # fmt: skip
    if as_json:
        print_json(rows)
        return
    (answer,) = api.get(_PATH, **scope, window=window, until=until, measure=measure)["measures"]
    (told,) = (each for each in api.get(f"{_PATH}/measures")["items"] if each["measure"] == measure)
    typer.echo(f"{told['title']} ({told['definition_id']}): {told['definition']}\nCounted: {told['counted']}.")
    typer.echo(f"Why so: {told['why']}\n")
    _values(answer["buckets"][0], answer["unit"], told["values"])
    _rows(rows["items"])
    if rows["next"]:
        typer.echo(f"… and more: --limit, or GET {_PATH}/{measure}/rows")


def _values(bucket: dict[str, Any], unit: str, words: dict[str, str]) -> None:
    for name, value in bucket["values"].items():
        shown = number(value, "seconds" if name.startswith(_SECONDS) or unit == "seconds" else unit)
        typer.echo(f"  {name:<24} {shown:<10} {words.get(name, '')}")
    typer.echo(f"  n = {bucket['n']}; left out: {_left_out(bucket) or 'nothing'}\n")


def _rows(items: list[dict[str, Any]]) -> None:
    flat = [{"at": each["at"] or "", "reason": each["why"] or "", "row": _row(each["row"])} for each in items]
    columns = {"time": "at", "left out because": "reason", "row": "row"}
    if not any(each["reason"] for each in flat):
        del columns["left out because"]
    print_rows(flat, columns, empty="There are no such rows.")


def _row(row: dict[str, Any]) -> str:
    """What is known of a row, in one line."""
    empty: tuple[Any, ...] = (None, "", [], False)
    return "  ".join(f"{name}={value}" for name, value in row.items() if value not in empty)


@dora_cli.command("reconcile")
def reconcile(
    service: OfService = None,
    team: OfTeam = None,
    business_area: OfArea = None,
    pod: OfPod = None,
    component: OfComponent = None,
    platform: OfPlatform = None,
    environment: In = None,
    window: Days = "28d",
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Why others print other numbers of the same facts. Example: shipbell dora reconcile --service ledger."""
    scope = {"service": service, "team": team, "business_area": business_area, "environment": environment, "pod": pod,
             "component": component, "platform": platform}  # fmt: skip
    answer = Service().get(f"{_PATH}/reconcile", **scope, window=window, until=until)
    if as_json:
        print_json(answer)
        return
    names = [view["name"] for view in answer["views"]]
    rows = [
        {"measure": each["measure"], "ours": number(each["ours"], each["unit"])}
        | {name: number(each["theirs"][name]["value"], each["unit"]) for name in names}
        for each in answer["measures"]
    ]
    print_rows(rows, {name: name for name in ("measure", "ours", *names)}, empty="")
    for each in answer["measures"]:
        typer.echo(f"\n{each['measure']}: {each['why']}")
        for name in names:
            typer.echo(f"  {name}: {each['theirs'][name]['because']}")
    for view in answer["views"]:
        typer.echo(f"\n{view['title']}: {'; '.join([view['frequency'], *view['notes']])}")
