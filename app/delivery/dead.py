"""Dead letters: deliveries that were given up, until somebody has them sent again."""

from collections.abc import Callable, Iterable

from app.kernel.clock import DAY
from app.store import Connection, Database
from app.store.deliveries import owe_again
from app.store.delivery_list import DeliveryRow, show_delivery


async def retry(
    database: Database, delivery_id: int, wake: Callable[[Iterable[str]], None], max_age_us: int = DAY
) -> DeliveryRow | None:
    """Owe a dead letter's card again: the new delivery, the same one when asked twice; None if it is no dead letter."""
    now = database.clock()

    def work(connection: Connection) -> DeliveryRow | None:
        again = owe_again(connection, delivery_id, now, max_age_us)
        found = show_delivery(connection, again) if again is not None else None
        return found[0] if found else None

    new = await database.write(work)
    if new is not None:
        wake([new.channel])
    return new
