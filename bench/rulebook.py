"""Writes the rule book of the bench: 49 rules of all kinds that refuse a finished build, and one that takes it.

JSON is YAML: the files are written with the standard library.
"""

import json
import shutil
from pathlib import Path
from typing import Any

RULES = 50
_SHIPPED_CARDS = Path(__file__).parent.parent / "rules" / "cards"
_TYPE = "pipeline.finished"


def write_rules(folder: Path) -> Path:
    """The folder to give as `SHIPBELL_RULES_DIR`; the channel's URL is the setting `BENCH_SINK_URL`."""
    rules = folder / "rules"
    rules.mkdir()
    shutil.copytree(_SHIPPED_CARDS, rules / "cards")
    services: dict[str, dict[str, str]] = {f"service-{number}": {} for number in range(RULES)}
    estate = {
        "environments": {"dev": {"tier": "development"}, "prod": {"tier": "production"}},
        "services": {"checkout": {"team": "payments", "repositories": ["acme/checkout"]}, **services},
        "tickets": {"projects": ["SHOP"], "url": "https://acme.example.com/browse/{key}"},
    }
    channel = {"kind": "webhook", "url_env": "BENCH_SINK_URL", "concurrency": 16}
    routes = {
        "version": 1,
        "defaults": {"fallback": "sink"},
        "purposes": {"builds": ["sink"]},
        "rules": [*map(_refusing, range(RULES - 1)), _rule("every-success", {"type": _TYPE, "status": "succeeded"})],
    }
    (rules / "estate.yaml").write_text(json.dumps(estate, indent=1))
    (rules / "channels.yaml").write_text(json.dumps({"channels": {"sink": channel}}, indent=1))
    (rules / "routes.yaml").write_text(json.dumps(routes, indent=1))
    return rules


def _refusing(number: int) -> dict[str, Any]:
    """One of five kinds of rule, each asked for by the event's type and refused at its second clause."""
    clauses: list[dict[str, Any]] = [
        {"service": f"service-{number}"},
        {"build.ref": {"glob": f"release/{number}-*"}},
        {"commit.author.email": {"regex": rf"^team-{number}\..*@example\.com$"}},
        {"repository.full_name": {"glob": f"acme/team-{number}-*"}},
        {"any": [{"status": "failed"}, {"commit.message": {"contains": f"[hotfix-{number}]"}}]},
    ]
    return _rule(f"refusing-{number}", {"type": _TYPE, **clauses[number % len(clauses)]})


def _rule(name: str, match: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "match": match, "to": ["builds"], "card": "pipeline", "dedupe": False}
