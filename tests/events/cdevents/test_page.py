"""The how-to page names everything that we write, everything that we leave out, and why."""

from pathlib import Path

from app.events.cdevents import MAKERS, SPEC_VERSION, Why
from app.events.cdevents.event import TYPES

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "cdevents.md").read_text("utf-8")


def test_every_kind_and_every_reason_is_told() -> None:
    assert [name for name in (*TYPES, *Why) if f"`{name}`" not in PAGE] == []
    assert SPEC_VERSION in PAGE


def test_every_type_that_may_have_a_cdevent_is_told() -> None:
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    told = {word.strip("`,") for cell in cells for word in cell.split()}
    news = {name: name.partition(".")[2] for name in MAKERS}
    assert [name for name, short in news.items() if not {name, short} & told] == []
