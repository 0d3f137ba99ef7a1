"""Facts: what events add up to. Pure: the same events give the same facts, in whatever order they came."""
