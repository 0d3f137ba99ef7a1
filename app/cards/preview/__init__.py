"""A card as a page that shows it as Teams does: light and dark, on a desktop and on a phone. No I/O."""

from app.cards.preview.page import Choices, Page, Shown, page
from app.cards.preview.renderer import Renderer, find_renderer

__all__ = ["Choices", "Page", "Renderer", "Shown", "find_renderer", "page"]
