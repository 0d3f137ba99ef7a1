"""A part of a transaction that may fail without the rest."""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError


def apart(connection: Connection, work: Callable[[], None]) -> Exception | None:
    """Do some work; when our own code fails on it, undo it and return why. What the database cannot do is raised."""
    connection.exec_driver_sql("SAVEPOINT apart")  # SQLAlchemy's begin_nested() takes five times as long
    defect: Exception | None = None
    try:
        work()
    except Exception as error:  # a defect in one thing must not undo another
        if isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError | ProgrammingError):
            raise
        defect = error
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT apart")
    connection.exec_driver_sql("RELEASE SAVEPOINT apart")
    return defect
