"""`shipbell gate`: ask before a deployment, in a pipeline or at a desk."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlencode

import typer
from typer.core import TyperCommand

from app.cli.gate_asked import ALLOW, USAGE, Asked, Misused, Options, exit_code
from app.config.variables import read_variables
from app.kernel.errors import ShipbellError
from app.kernel.lasting import lasting
from app.reporter.surroundings import read_surroundings

if TYPE_CHECKING:
    from app.cli.gate_local import Rules

TELL_SECONDS = 5.0
NOBODY = "there is nobody to ask: give --rules (with upstreams.jira), or set SHIPBELL_URL and SHIPBELL_TOKEN"


class GateCommand(TyperCommand):
    """Wrong usage is 3 here: 1 and 2 are verdicts."""

    def make_context(self, *given: Any, **more: Any) -> Any:
        try:
            return super().make_context(*given, **more)
        except Exception as error:  # typer brings its own click: its errors are known by what they have
            if hasattr(error, "exit_code") and hasattr(error, "show"):
                error.exit_code = USAGE
            raise


def gate(
    name: Annotated[str, typer.Argument(help="fix-version, security, tests, promotion, freeze, health; or all.")],
    service: Annotated[str, typer.Option(help="Ours or the repository's name; else the step's repository.")] = "",
    environment: Annotated[str, typer.Option(help="Where it is about to be deployed; else the step's.")] = "",
    baseline: Annotated[str, typer.Option(help="Commit or version to count from; else what runs there.")] = "",
    commit: Annotated[str, typer.Option(help="What is to be deployed; else the step's commit, else HEAD.")] = "",
    version: Annotated[str, typer.Option(help="Its version, such as the image tag.")] = "",
    repo_dir: Annotated[Path, typer.Option(help="A clone of the service.")] = Path(),
    rules: Annotated[Path | None, typer.Option(help="Folder of the rules, or one file of them.")] = None,
    on_unknown: Annotated[
        Literal["block", "allow"] | None,
        typer.Option(help="When nobody can tell; else block before production, allow elsewhere."),
    ] = None,
    skip: Annotated[bool, typer.Option("--skip", help="Go past; recorded with who and why.")] = False,
    reason: Annotated[str, typer.Option(help="Why you go past.")] = "",
    unreleased: Annotated[bool, typer.Option("--unreleased", help="Only unreleased Fix Versions count.")] = False,
    release: Annotated[str, typer.Option(help="Only this Fix Version counts.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell nobody, and exit 0.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report here.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Print each step.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a gate before a deployment. Exits 0 allow, 1 block, 2 unknown, 3 wrong usage.

    The rules say what is asked and where; without rules the service at SHIPBELL_URL is asked. Every verdict is told
    to that service, and never fails the step if it does not listen.

    Examples:

      shipbell gate fix-version --service checkout --environment qa

      shipbell gate all --environment prod --on-unknown block --junit gate.xml

      shipbell gate all --dry-run
    """
    options = Options(name, service, environment, baseline, commit, version, repo_dir, rules, on_unknown, skip,
                      reason, unreleased, release, dry_run)  # fmt: skip
    raise typer.Exit(_run(options, junit, debug=debug, as_json=as_json))


def _run(options: Options, junit_file: Path | None, *, debug: bool, as_json: bool) -> int:
    """Ask, print, and give the exit code; whatever goes wrong in our own code is no verdict on the change."""
    variables = read_variables()
    asked = Asked(options, read_surroundings(variables), variables)
    say: Callable[[str], None] = (lambda text: typer.echo(f"… {text}", err=True)) if debug else (lambda _: None)
    try:
        found = _ask(asked, say)
    except ShipbellError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        return USAGE
    except Exception as error:  # noqa: BLE001  a defect is no verdict; its own text may hold a token
        found = [_no_answer(asked, f"a fault of Shipbell's own: {type(error).__name__}", "internal_error")]
    if asked.is_preview():
        _print_preview(found, as_json=as_json)
        return ALLOW
    _print(found[0], as_json=as_json, junit_file=junit_file)
    return ALLOW if options.dry_run else exit_code(found[0])


def _ask(asked: Asked, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The answer; in a dry run of all gates without a service, the answers for each service."""
    with lasting():
        from app.gates.found import ALL, GATES

        name = asked.options.gate
        if name not in (*GATES, ALL):
            raise Misused(f"there is no gate {name!r}: {', '.join((*GATES, ALL))}")
        rules, bypass = _rules(asked), asked.bypass()
    return _preview(asked, rules, say) if asked.is_preview() else [_one(asked, rules, bypass, say)]


def _preview(asked: Asked, rules: "Rules | None", say: Callable[[str], None]) -> list[dict[str, Any]]:
    """What the gates would say today of every service."""
    from app.cli.gate_local import preview_here
    from app.cli.gate_running import NoAnswer, ask_service, service_of

    if service_of(asked.variables) is None:
        if rules is None:
            raise Misused(NOBODY)
        return preview_here(asked, rules, say)
    where = {"environment": asked.options.environment} if asked.options.environment else {}
    try:
        items: list[dict[str, Any]] = ask_service(asked.variables, "GET", f"/api/v1/gates?{urlencode(where)}")["items"]
    except NoAnswer as why:
        raise Misused(str(why)) from None
    return items


def _one(
    asked: Asked, rules: "Rules | None", bypass: dict[str, str] | None, say: Callable[[str], None]
) -> dict[str, Any]:
    from app.cli.gate_local import LOCAL, ask_here, bypassed, can_ask
    from app.cli.gate_running import service_of

    name, served = asked.options.gate, service_of(asked.variables) is not None
    local = rules is not None and can_ask(name, rules) and (name in LOCAL or not served)
    if local and rules is not None:
        answer, report = ask_here(asked, rules, say)
    elif bypass is not None and bypass["gate"] in ("", name) and not served:
        answer, report = bypassed(asked, bypass)
    elif served:
        return _at_service(asked, say)
    elif rules is not None:
        answer, report = ask_here(asked, rules, say)
    else:
        raise Misused(NOBODY)
    if not asked.options.dry_run:
        _tell(asked, report)
    return answer


def _rules(asked: Asked) -> "Rules | None":
    """The rules that lie here: where the options or SHIPBELL_RULES_DIR say; without a service, `rules`. Else None."""
    from app.cli.gate_local import read_rules
    from app.cli.gate_running import service_of

    if asked.options.rules is not None:
        return read_rules(asked.options.rules)
    named = asked.variables.get("SHIPBELL_RULES_DIR", "")
    if service_of(asked.variables) is not None or not (named or Path("rules").is_dir()):
        return None  # the image of Shipbell names its own rules: a service that is named knows better
    return read_rules(Path(named or "rules"))


def _at_service(asked: Asked, say: Callable[[str], None]) -> dict[str, Any]:
    """The service's answer; when it gives none, that is an `unknown`, and no fault of the change."""
    from app.cli.gate_running import NoAnswer, ask_service

    try:
        answer: dict[str, Any] = ask_service(
            asked.variables, "POST", f"/api/v1/gates/{asked.options.gate}", asked.body()
        )
    except NoAnswer as why:
        if why.status in (404, 422):
            raise Misused(str(why)) from None
        return _no_answer(asked, str(why), {401: "auth_error", 403: "forbidden"}.get(why.status, "unreachable"))
    for decision in answer["decisions"]:
        for step in decision["trace"]:
            say(f"{decision['gate']}: {step}")
    return answer


def _no_answer(asked: Asked, text: str, kind: str) -> dict[str, Any]:
    from app.gates import told
    from app.gates.model import Decision, Question, Reason

    body = asked.body()
    question = Question(body.get("service", "?"), body.get("environment", "?"), 0, commit=body.get("commit", ""))
    steps = ("Check SHIPBELL_URL and SHIPBELL_TOKEN, then run this step again.",)
    decision = Decision(asked.options.gate, "unknown", (Reason("unknown", f"service_{kind}", text),), steps)
    return told.answer(asked.options.gate, question, [decision], told.stops(asked.options.on_unknown, ""))


def _tell(asked: Asked, report: tuple[str, Any]) -> None:
    """Tell the service, if there is one: whatever goes wrong in that is a line, and nothing more."""
    from app.kernel.clock import monotonic
    from app.reporter.events import Report
    from app.reporter.recipient import open_service

    key, body = report
    service = open_service(asked.variables, files=False)
    if service is None or not body["events"]:
        return
    try:
        answer = service.report(Report(key, body), monotonic() + TELL_SECONDS)
    except Exception as error:  # noqa: BLE001  a build never fails by it
        typer.echo(f"The verdict was not recorded: {type(error).__name__}", err=True)
        return
    if not 200 <= answer.status < 300:
        why = f"the service answered {answer.status}" if answer.status > 0 else answer.text
        typer.echo(f"The verdict was not recorded: {why}", err=True)


def _print(answer: dict[str, Any], *, as_json: bool, junit_file: Path | None) -> None:
    from app.cli.gate_output import block, junit

    if as_json:
        from app.cli.output import print_json

        print_json(answer)
    else:
        encoding = sys.stdout.encoding or "utf-8"
        typer.echo(block(answer).encode(encoding, "backslashreplace").decode(encoding))
    if junit_file is not None:
        try:
            junit_file.write_bytes(junit(answer))
        except OSError as error:
            typer.echo(f"{junit_file} cannot be written: {error.strerror}", err=True)


def _print_preview(found: list[dict[str, Any]], *, as_json: bool) -> None:
    from app.cli.gate_output import table
    from app.cli.output import print_json, print_rows

    if as_json:
        print_json(found)
        return
    columns = {name: name for name in ("service", "environment", "gate", "verdict", "why")}
    print_rows(table(found), columns, empty="The rules ask for no gate anywhere: see gates.ask.")


gate.cls = GateCommand  # type: ignore[attr-defined]  # tree.py asks a verb for its class
