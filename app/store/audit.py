"""The audit trail: who changed what through the API, and why."""

from sqlalchemy import Connection
from sqlalchemy import insert as sql_insert

from app.store.tables import audit


def record(connection: Connection, *, at: int, actor: str, action: str, subject: str, detail: str) -> None:
    """Keep one line; in the transaction of what it tells of."""
    connection.execute(
        sql_insert(audit),
        {"at": at, "actor": actor, "action": action, "object": subject[:120], "detail": detail[:2000]},
    )
