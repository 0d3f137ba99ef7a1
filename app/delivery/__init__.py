"""Delivery: claims what is due, makes the card, sends it, and records what came of it."""
