"""Events of a file, line by line; and of a store that is not there."""

from pathlib import Path

import pytest

from app.cli.past_events import Past, stored_events, written_events
from app.kernel.clock import SECOND
from app.kernel.errors import ConfigError

NOON = '"received_at": "2026-03-04T12:00:00Z"'


def read(tmp_path: Path, text: str) -> list[Past]:
    file = tmp_path / "events.ndjson"
    file.write_text(text)
    return list(written_events(file))


def test_lines_are_events_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    lines = (
        f'{{"type": "gate.decided", {NOON}}}\n\n{{"type": "gate.decided", "received_at": "2026-03-04T13:00:01+01:00"}}'
    )
    one, two = read(tmp_path, lines)
    assert one.view["type"] == "gate.decided"
    assert two.at - one.at == SECOND
    assert (0 < one.read < 1, two.read) == (True, 1)
    assert [one.view["id"], two.view["id"]] == ["line 1", "line 3"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "no event"),
        ("[]", "expected an object"),
        ("{}", "unknown type None"),
        ('{"type": "deployment.finnished"}', "unknown type 'deployment.finnished'"),
        ('{"type": ["gate.decided"]}', "unknown type"),
        ('{"type": "gate.decided"}', "received_at must be a time"),
        ('{"type": "gate.decided", "received_at": 5}', "received_at must be a time"),
        ('{"type": "gate.decided", "received_at": "2026-03-04T12:00:00"}', "with its zone"),
        ('{"type": "gate.decided", "received_at": "2026-03-04T11:59:59Z"}', "sort them by received_at"),
        ('{"type": "gate.decided", "received_at": "9999-12-31T23:59:59-14:00"}', "received_at must be a time"),
        ('{"type": "gate.decided", "received_at": "0001-01-01T00:00:00Z"}', "before 1970"),
        ('{"type": "\\ud800"}', "no event"),
    ],
)
def test_a_line_that_is_no_event_is_told_with_its_number(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"events\.ndjson:2") as caught:
        read(tmp_path, f'{{"type": "gate.decided", {NOON}}}\n{line}\n')
    assert told in str(caught.value)


def test_a_line_without_an_end_is_not_read_whole(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"events\.ndjson:1"):
        read(tmp_path, "[" * (3 << 20))


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        list(written_events(tmp_path / "missing.ndjson"))
    with pytest.raises(ConfigError, match="there is no database"):
        list(stored_events(f"sqlite:///{tmp_path}/missing.db", 0))
    assert list(tmp_path.iterdir()) == []
