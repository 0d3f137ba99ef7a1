"""Shipbell: takes the webhooks of a delivery chain, loses none, and tells the right people."""
