"""All measures, and all views of other products, by name: found by their being there."""

import app.measures.rooms
import app.measures.views
from app.kernel.discover import rooms
from app.measures.definition import Measure
from app.measures.told import View

MEASURES: dict[str, Measure] = rooms(app.measures.rooms, "MEASURE")
VIEWS: dict[str, View] = rooms(app.measures.views, "VIEW")
