"""Answers the scrape: what the process knows of itself, what the store has counted, and what the facts come to."""
