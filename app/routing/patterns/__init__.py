"""The AWS EventBridge event pattern language, for a rule's `pattern:`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html; where it is not followed to the
letter is written in docs/how-to/eventbridge-patterns.md.
"""

from app.routing.patterns.mistakes import PatternError
from app.routing.patterns.pattern import Pattern, compile_pattern
from app.routing.patterns.reasons import Row

__all__ = ["Pattern", "PatternError", "Row", "compile_pattern"]
