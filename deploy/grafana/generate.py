"""Writes the dashboards: `python -m deploy.grafana.generate`."""

import json
from pathlib import Path

from deploy.grafana.health import HEALTH
from deploy.grafana.leaders import OVERVIEW, SERVICES
from deploy.grafana.panels import board_json
from deploy.grafana.places import ENVIRONMENTS, SECURITY

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = (OVERVIEW, SERVICES, ENVIRONMENTS, SECURITY, HEALTH)


def files() -> dict[str, str]:
    """Each dashboard's file by its name."""
    return {f"{board.uid}.json": json.dumps(board_json(board), indent=1) + "\n" for board in BOARDS}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
