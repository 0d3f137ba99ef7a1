"""A part of a transaction that may fail without the rest."""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError


def apart(connection: Connection, work: Callable[[], None]) -> Exception | None:
    """Do some work; when our own code fails on it, undo it and return why. What the database cannot do is raised."""
    try:
        with connection.begin_nested():
            work()
    except (DataError, IntegrityError, ProgrammingError) as error:
        return error
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001  a defect in one thing must not undo another
        return error
    return None
