"""Every line of the table in docs/how-to/pipelines.md: it is read from there, and it is true."""

import os
import re
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.events.reports import read_report
from app.reporter.command import run
from app.sources.reports import TYPES
from tests.reporter.conftest import BITBUCKET, GITLAB, Service

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "pipelines.md"
BUDGETS = (0.4, 4.0, 40.0)
"""Of a service that does not answer; a larger one where a busy machine did not come to ask within the smaller one."""
MODES = {
    "answers": "201",
    "answers 500": "500",
    "refuses the token": "401",
    "hangs": "hangs",
    "answers a byte at a time": "drips",
    "is not there": "gone",
}


@dataclass(frozen=True)
class Row:
    number: int
    where: str
    variables: dict[str, str]
    words: list[str]
    service: str
    told: str
    log: str
    exit_code: int


def rows() -> list[Row]:
    found = []
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 8 or not cells[0].isdigit():
            continue
        number, where, given, command, service, told, log, code = cells
        pairs = shlex.split(given.strip("`").replace("\\x1b", "\x1b")) if given != "–" else []
        variables = dict(pair.split("=", 1) for pair in pairs)
        words = shlex.split(command.strip("`"))
        found.append(Row(int(number), where, variables, words, service, told, log, int(code)))
    return found


ROWS = rows()


def test_there_are_as_many_as_were_asked_for() -> None:
    assert [row.number for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= 30
    assert {row.service for row in ROWS} == set(MODES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.where}".replace(" ", "_"))
def test_the_line_is_true(row: Row, service: Service, settings: dict[str, str], tmp_path: Path) -> None:
    said: list[str] = []
    base = {"Bitbucket": BITBUCKET, "GitLab": GITLAB, "shell": {}}[row.where.partition(",")[0]]
    service.mode = MODES[row.service]
    url = {"SHIPBELL_URL": "http://127.0.0.1:9"} if service.mode == "gone" else {}
    variables = {**base, **settings, **url, **row.variables}
    for budget in BUDGETS if service.mode in ("hangs", "drips", "gone") else (40.0,):
        said.clear()
        began = time.monotonic()
        code = run(row.words, variables, write=said.append, budget=budget, bitbucket=service.url)
        took, log = time.monotonic() - began, "\n".join(said)
        if took < budget + 1 and service.told == row.told and row.log in log:
            break
    assert took < budget + 1
    assert (code, service.told) == (row.exit_code, row.told)
    assert row.log in log
    assert "secret-token-0123" not in log
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", log)
    assert os.listdir(tmp_path) == []
    for _, _, body in [each for each in service.heard if each[0].endswith("/reports")]:
        assert read_report(body, TYPES)  # the service understands it, hostile values and all
