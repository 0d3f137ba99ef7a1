"""Roles: what a process does."""

import pytest

from app.config.settings import read_settings
from app.kernel.errors import ConfigErrors


def test_a_process_does_everything_unless_it_is_told() -> None:
    assert read_settings({}).roles == ("ingest", "process", "deliver", "collect")


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("collect", ("collect",)),
        ("ingest,process", ("ingest", "process")),
        (" deliver  ingest\n", ("deliver", "ingest")),
    ],
)
def test_the_collector_is_accepted_like_the_others(text: str, roles: tuple[str, ...]) -> None:
    assert read_settings({"SHIPBELL_ROLES": text}).roles == roles


def test_an_unknown_role_is_refused_by_name() -> None:
    with pytest.raises(ConfigErrors, match="SHIPBELL_ROLES"):
        read_settings({"SHIPBELL_ROLES": "ingest,collector"})
