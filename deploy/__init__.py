"""What it takes to run Shipbell somewhere."""
