"""Measures: numbers from facts, each with its definition. One file a measure in `rooms`; what they share stands here.

A room has `MEASURE` (a `Measure`) and is found by being there. `views` holds what other products would print of the
same facts.
"""

from app.measures.answers import Answer, answer
from app.measures.definition import FEW, REASONS, Measure, Numbers, Reason
from app.measures.points import Seen

__all__ = ["FEW", "REASONS", "Answer", "Measure", "Numbers", "Reason", "Seen", "answer"]
