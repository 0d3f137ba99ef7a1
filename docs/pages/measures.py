"""The page of measures: each with its definition, what is left out of it, and what other products make of the same."""

from app.measures import FEW, REASONS, Measure
from app.measures.found import MEASURES, VIEWS
from app.measures.windows import ROLLING
from docs.pages.markdown import code, table

ORIGIN = "app/measures/"

_INTRO = """# Measures

Numbers from facts: `shipbell dora show`, `GET /api/v1/dora`. Why they are defined so, and why other tools print others:
[what the numbers mean](../explanation/dora.md). A definition's id has a version: it changes when the definition does.
"""


def pages() -> dict[str, str]:
    """`measures.md`."""
    rows = [(f"[{code(name)}](#{name})", measure.title, measure.unit) for name, measure in MEASURES.items()]
    windows = ", ".join(f"{days}" for days in ROLLING)
    parts = [
        _INTRO,
        table(["measure", "what it is", "unit"], rows),
        f"Windows: the last {windows} days, or days, ISO weeks and months of the calendar in the zone of the rules "
        "(`defaults.timezone`); a bucket that has not ended is marked. Percentiles are interpolated between the two "
        f"nearest rows. Below {FEW} rows there is no headline, only the values. What there is no data for is null.",
        *(_measure(measure) for measure in MEASURES.values()),
        "## Why a row is left out",
        table(["reason", "because"], [(code(reason), text) for reason, text in REASONS.items()]),
        "## What others print",
        "By their published logic over the same facts, not by running them: `shipbell dora reconcile`.",
        *(_view(name) for name in VIEWS),
    ]
    return {"measures.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def _measure(measure: Measure) -> str:
    left = ", ".join(code(reason) for reason in measure.reasons) or "nothing"
    return "\n\n".join(
        [
            f"## {measure.name}",
            f"**{measure.title}** ({code(measure.definition_id)}). {measure.definition}",
            f"Counted: {measure.counted}. Left out, with the reason: {left}.",
            measure.why,
            table(["value", "means"], [(code(name), text) for name, text in measure.values.items()]).rstrip(),
        ]
    )


def _view(name: str) -> str:
    view = VIEWS[name]
    rows = [(code(measure), text) for measure, text in view.words.items()]
    return (
        f"### {view.title}\n\n{table(['measure', 'theirs'], rows).rstrip()}\n\nRead at [{view.title}]({view.read_at})."
    )
