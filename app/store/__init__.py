"""The only SQL. Every function takes a Connection inside a transaction that `Database` opened."""

from sqlalchemy import Connection

from app.store.engine import Database

__all__ = ["Connection", "Database"]
