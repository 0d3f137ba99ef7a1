"""The only SQL. Every function takes a Connection inside a transaction that `Database` opened."""

from app.store.engine import Database, open_database

__all__ = ["Database", "open_database"]
