"""The engine for cards written in YAML: load, lint, render, escape, shorten, fall back. No I/O."""

from app.cards.context import CardContext, FellBack, Rendered
from app.cards.load import MINIMAL, Cards, load_cards
from app.cards.plain import plain

__all__ = ["MINIMAL", "CardContext", "Cards", "FellBack", "Rendered", "load_cards", "plain"]
