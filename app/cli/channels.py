"""`shipbell channels …`: how the channels stand, and one test card through one of them."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from app.cards import MINIMAL, CardContext
from app.channels import Message, Outcome, Verdict
from app.cli.faults import USAGE, WRONG, say
from app.cli.output import AsJson, print_json, print_rows
from app.cli.remote import Service
from app.config.environment import read_environment
from app.config.settings import read_settings
from app.kernel.clock import system_clock
from app.kernel.ids import new_id
from app.kernel.yaml import did_you_mean

if TYPE_CHECKING:
    from app.config.reload import Rules

channels_cli = typer.Typer(help="Channels: how they stand; test one.", no_args_is_help=True)

_COLUMNS = {"name": "name", "kind": "kind", "breaker": "breaker", "waiting": "waiting", "paused until": "paused_until",
            "last accepted": "last_accepted_at", "last reason": "last_reason"}  # fmt: skip


@channels_cli.command("list")
def channels_list(as_json: AsJson = False) -> None:
    """Every channel of the running service: paused, broken, how many cards wait. Example: shipbell channels list."""
    answer = Service().get("/api/v1/channels")
    if as_json:
        print_json(answer)
    else:
        print_rows(answer["items"], _COLUMNS, empty="The rules have no channels.")


@channels_cli.command("test")
def channels_test(name: Annotated[str, typer.Argument(help="The channel's name.")], as_json: AsJson = False) -> None:
    """Send one test card through a channel, as this configuration has it; no service needs to run.

    Exits 1 when it did not arrive. Example: shipbell channels test security
    """
    from app.main import prepare

    environ = read_environment()
    printed: list[str] = []
    building = prepare(read_settings(environ), environ, write=printed.append)
    printed.clear()  # what was said of the other channels
    known = building.rules.now.channels
    if name not in known:
        raise say(f"there is no channel {name!r} ({did_you_mean(name, known)})", USAGE)
    outcome = asyncio.run(_send(building.rules, name))
    if as_json:
        print_json({"channel": name, "verdict": outcome.verdict, "reason": outcome.reason, "status": outcome.status})
    elif outcome.verdict is Verdict.DELIVERED:
        typer.echo("".join(printed), nl=False)
        typer.secho(f"{name}: the other side took it. Look whether it is there.", fg="green")
    else:
        status = f", HTTP {outcome.status}" if outcome.status else ""
        say(f"{name}: {outcome.verdict}: {outcome.reason}{status}")
    if outcome.verdict is not Verdict.DELIVERED:
        raise typer.Exit(WRONG)


async def _send(rules: "Rules", name: str) -> Outcome:
    now = system_clock()
    view = {"service": "Shipbell", "type": f"a test card for the channel {name}"}
    rendered = rules.now.cards.render(MINIMAL, CardContext(view, icon="🔔"))
    try:
        return await rules.now.channels[name].channel.send(
            Message(new_id(now), rendered.card, rendered.summary, view, now)
        )
    finally:
        await rules.close()
