"""Settings and rules files. Only main and cli see this; everybody else is given values."""
