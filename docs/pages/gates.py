"""The page of gates: what each asks, its settings, and the reasons that it may give."""

from app.gates.faults import CODES
from app.gates.found import GATES
from app.gates.gate import AnyGate
from app.gates.rooms.freeze import Exemption, Window
from app.kernel.clock import DAY, HOUR, MINUTE
from docs.pages.markdown import code, model_table, table

ORIGIN = "app/gates/"

_INTRO = """# Gates

What is asked before a deployment: `shipbell gate NAME`, `POST /api/v1/gates/{name}`. How to use them:
[ask before a deployment](../how-to/gates.md). The settings stand under `gates.<name>` of the rules, or in an entry of
`gates.ask` for some services and environments alone.
"""


def pages() -> dict[str, str]:
    """`gates.md`."""
    parts = [
        _INTRO,
        table(["gate", "asks"], [(f"[{code(name)}](#{name})", gate.question) for name, gate in GATES.items()]),
        *(_gate(gate) for gate in GATES.values()),
        "## When somebody gives no answer",
        "The verdict is `unknown`; the code begins with who was asked (`jira_auth_error`, `bitbucket_unreachable`, "
        "`git_not_found`), but for the last two.",
        table(["code", "because"], [(code(name), text) for name, text in CODES.items()]),
    ]
    return {"gates.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def _gate(gate: AnyGate) -> str:
    rows = [
        (code(name), _default(field.default), field.description or "")
        for name, field in gate.settings.model_fields.items()
    ]
    settings = table(["setting", "default", "what it is"], rows) if rows else "It has no settings."
    reasons = table(["reason", "means"], [(code(name), text) for name, text in gate.codes.items()])
    pieces = [f"## {gate.name}", f"**{gate.title}.** {gate.question}", settings.rstrip()]
    if gate.name == "freeze":
        pieces += [
            "A window:",
            model_table(Window).rstrip(),
            "An entry of `except_for`:",
            model_table(Exemption).rstrip(),
        ]
    return "\n\n".join([*pieces, reasons.rstrip()])


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return code(", ".join(map(str, value))) if value else "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, int) and value >= MINUTE:
        unit, letter = next(
            (unit, letter) for unit, letter in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")) if value % unit == 0
        )
        return code(f"{value // unit}{letter}")
    return "none" if value in (None, "") else code(str(value))
