"""All measures by name, found by their being there."""

import app.measures.rooms
from app.kernel.discover import rooms
from app.measures.definition import Measure

MEASURES: dict[str, Measure] = rooms(app.measures.rooms, "MEASURE")
