"""The scenarios: one file each, with `run(bench) -> list[Figure]`."""
