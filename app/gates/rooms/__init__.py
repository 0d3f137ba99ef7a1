"""The gates, found by being there: a file or folder each, with the marker `GATE`."""
