"""Stand-ins of the systems that the collector reads: real servers with invented data, for the demo and the tests."""
