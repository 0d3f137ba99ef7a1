"""The measures: one file each, found by being there."""
