"""Who else told of a thing is found by an index: else every batch of news would read all events."""

import sqlalchemy as sa

from app.store import Connection, Database, retold


async def test_words_on_a_subject_are_found_by_an_index(database: Database) -> None:
    def plan(connection: Connection) -> str:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))  # an empty table is read without it
        asked = retold._BY_SUBJECT.params({"subjects_": ["pipeline:1", "pipeline:2"]})
        text = asked.compile(connection, compile_kwargs={"literal_binds": True})
        how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return str(connection.exec_driver_sql(f"{how} {text}").all())

    assert "events_subject" in await database.write(plan)
