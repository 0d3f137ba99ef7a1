"""The estate: services, environments and who owns them; turns a source's names into ours."""

from app.estate.estate import Estate
from app.estate.load import load_estate
from app.estate.sections import SECTIONS

__all__ = ["SECTIONS", "Estate", "load_estate"]
