"""The reference is in step with the code, and nothing that people can use is missing in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import app.channels
import app.sources
from app.cards.filters import ALLOWED
from app.cards.language import NAMES
from app.cards.vocabulary import PROPERTIES
from app.channels import REASONS, ChannelKind
from app.cli import cli
from app.config.settings import Settings
from app.events import EVENT_TYPES
from app.events.fields import field_catalogue
from app.exporter.families import Operational
from app.exporter.shown import SHOWN
from app.kernel.answers import Verdict
from app.kernel.discover import rooms
from app.kernel.samples import sample_names
from app.routing.operators import OPERATORS
from app.routing.rule_entries import RuleEntry
from app.sources import Source
from app.telemetry import REJECT_REASONS
from docs.generate import pages, stale, write
from tests.docs.pages import REFERENCE, ROOT, reference

SOURCES: dict[str, Source] = rooms(app.sources, "SOURCE")
KINDS: dict[str, ChannelKind] = rooms(app.channels, "CHANNEL")


def missing(page: str, names: Any) -> list[str]:
    """Those that do not stand on the page as code."""
    text = reference(page)
    return [name for name in names if f"`{name}`" not in text and f"`{name}(" not in text]


def test_the_pages_are_what_the_code_says() -> None:
    assert stale(pages()) == [], "run: python -m docs.generate"


def test_a_page_that_is_edited_or_left_over_is_told_and_mended(tmp_path: Path) -> None:
    wanted = {"a.md": "A\n", "b/c.md": "C\n"}
    write(wanted, tmp_path)
    assert stale(wanted, tmp_path) == []
    (tmp_path / "a.md").write_text("edited\n")
    (tmp_path / "old.md").write_text("a room that is gone\n")
    assert stale(wanted, tmp_path) == ["a.md", "old.md"]
    write(wanted, tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.md")) == ["a.md", "c.md"]
    assert (tmp_path / "a.md").read_text() == "A\n"


def test_every_setting() -> None:
    secrets = [name for source in SOURCES.values() if source.door == "hook" for name in (source.name, *source.aliases)]
    names = [*Settings.model_fields, *(f"SECRET_{name}" for name in secrets)]
    assert missing("settings.md", [f"SHIPBELL_{name.upper().replace('-', '_')}" for name in names]) == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_variable_that_the_code_names() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "app").rglob("*.py"))
    named = {name.rstrip("_") for name in re.findall(r"\bSHIPBELL_[A-Z_]+", code)} - {"SHIPBELL", "SHIPBELL_SECRET"}
    assert "SHIPBELL_URL" in named
    assert missing("settings.md", named) == []


def test_every_metric() -> None:
    told = list(Operational({}).collect())
    names = [m.name + ("_total" if m.type == "counter" else "") for m in told]
    ours = [name for name in names if not name.startswith("http_")]
    assert len(ours) > 40
    assert missing("metrics.md", [*ours, *(metric.name for metric in SHOWN), "deployment_lead_time_seconds"]) == []
    assert [metric.name for metric in SHOWN if not metric.text] == []
    assert [m.name for m in told if not m.documentation] == []


def test_every_type_and_field_of_events() -> None:
    assert missing("events.md", EVENT_TYPES) == []
    assert missing("fields.md", field_catalogue()) == []


def test_everything_that_rules_and_cards_may_say() -> None:
    assert missing("rules.md", [*OPERATORS, *RuleEntry.model_fields, "any", "all", "none", "not"]) == []
    assert missing("cards.md", [*NAMES, *ALLOWED, *PROPERTIES, "$when", "$each", "$limit", "$of", "$drop"]) == []
    assert missing("cards.md", [path.stem for path in (ROOT / "rules" / "cards").glob("*.yaml")]) == []


def _paths(command: Any, path: str) -> Iterator[str]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from _paths(inner, f"{path} {name}")


def test_every_command_with_its_help() -> None:
    group: Any = typer.main.get_command(cli())
    commands = list(_paths(group, "shipbell"))
    assert len(commands) > 15
    assert missing("commands.md", commands) == []
    silent = [path for path, each in zip(commands, _all(group), strict=True) if not each.help]
    assert silent == []


def _all(command: Any) -> Iterator[Any]:
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _all(inner)


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_with_its_types_and_samples(name: str) -> None:
    assert f"(sources/{name}.md)" in reference("sources.md")
    samples = [f"{name}/{sample}" for sample in sample_names(f"app.sources.{name.replace('-', '_')}")]
    assert missing(f"sources/{name}.md", [*SOURCES[name].types, *samples]) == []


def test_every_kind_of_channel_with_its_settings() -> None:
    for kind in KINDS.values():
        assert missing("channels.md", [kind.name, *kind.aliases, *kind.settings.model_fields]) == []


def test_every_outcome() -> None:
    assert missing("outcomes.md", [*REASONS, *REJECT_REASONS, *Verdict]) == []


def test_every_endpoint() -> None:
    from docs.pages.api import schema

    named = [f"{method.upper()} {path}" for path, methods in schema()["paths"].items() for method in methods]
    assert len(named) > 10
    assert missing("api.md", named) == []


def test_nothing_else_lies_in_the_reference() -> None:
    assert {path.suffix for path in REFERENCE.rglob("*") if path.is_file()} == {".md"}
