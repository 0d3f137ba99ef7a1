"""The gates that there are, by name."""

from collections.abc import Mapping

import app.gates.rooms
from app.gates.gate import AnyGate
from app.kernel.discover import rooms

GATES: Mapping[str, AnyGate] = rooms(app.gates.rooms, "GATE")
ALL = "all"
"""Stands for those that the rules ask for."""
