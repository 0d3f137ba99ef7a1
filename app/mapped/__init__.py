"""Sources that are only a file: `rules/sources/<name>.yaml` says where a tool's messages have what we call what."""

from app.mapped.load import load_mapped

__all__ = ["load_mapped"]
