"""A change, and all that has to be committed with it, in one statement that is a transaction by itself.

PostgreSQL can: parts of a statement change other tables, and what one part returns is the source of another. It saves
a request the trips of a transaction, each of which takes longer than the change. Where a database cannot, or a change
is refused and somebody has to be told why, the same is done statement by statement.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

from django.db import connection
from django.db.models import Model

from objects_app import compiled
from objects_app.compiled import Rows, Value, committing_soon, kept_cursor
from objects_app.insertions import insertion_of

Columns = Mapping[str, Any]
RowOf = tuple[type[Model], Columns]
CHANGED, FIRST, FOUND, BESIDE = "changed", "first_time", "found", "beside"


def is_possible() -> bool:
    return connection.vendor == "postgresql"


class Change:
    """An update of at most one row, as `compiled.update` has it, and what is inserted where it is made.

    All parts see other rows as they were when the statement began, however long it waited for its own row, and that is
    its time as well: what goes with a row by rows of other tables is no matter for it.
    """

    def __init__(self, build: Callable[..., tuple[Rows, dict[str, Any]]], *shape: Any, **values: Value) -> None:
        self._update = compiled.kept(compiled.Update, build, shape, values)
        self._values = tuple(values.values())
        self._parts: list[str] = []
        self._parameters: list[Any] = []

    def inserting(self, model: type[Model], columns: Columns, *, copied: Mapping[str, str]) -> Self:
        """Also a row of this model, which has some columns from the changed row as it is then."""
        beside = insertion_of(model).of(columns, source=CHANGED, copied=copied)
        self._parts.append(beside.sql)
        self._parameters += beside.parameters
        return self

    def carry_out(self, returning: Callable[[], Rows]) -> Any | None:
        """The changed row, with the columns of a query of all rows; None where no row was to be changed."""
        returned = compiled.kept(compiled.Query, returning, (), {})
        columns = returned.sql.removeprefix("SELECT ").rpartition(" FROM ")[0]
        parts = [f"{CHANGED} AS ({self._update.sql} RETURNING {columns})"]
        parts += [f"part_{place} AS ({part})" for place, part in enumerate(self._parts)]
        parameters = [*self._update.parameters(self._values), *returned.parameters(()), *self._parameters]
        with kept_cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT * FROM {CHANGED}", parameters)  # noqa: S608  our own
            row = cursor.fetchone()
        return row and returned.row(row)


def find_and_record(
    build: Callable[..., Rows], *shape: Any, where: str, record: RowOf, copied: Mapping[str, str], **values: Value
) -> tuple[Any, int] | None:
    """The only row of a query, as `compiled.first` has it, and the key of what was inserted because of it.

    It is inserted, and committed as by `insertions.create_soon`, `where` the columns of the row are so, a condition in
    SQL; None is returned otherwise.
    """
    query = compiled.kept(compiled.Query, build, shape, values)
    model, columns = record
    beside = insertion_of(model).of(columns, source=f"{FOUND} WHERE {where}", copied=copied)
    with committing_soon() as returned:
        recorded = f'{beside.sql} RETURNING "id"{returned}'
        with kept_cursor() as cursor:
            cursor.execute(
                f"""
                WITH {FOUND} AS MATERIALIZED ({query.sql}), {BESIDE} AS ({recorded})
                SELECT {FOUND}.*, {BESIDE}."id" FROM {FOUND}, {BESIDE}
                """,  # noqa: S608  our own
                [*query.parameters(tuple(values.values())), *beside.parameters],
            )
            row = cursor.fetchone()
    return (query.row(row[:-1]), row[-1]) if row else None


def create(model: type[Model], columns: Columns, *, beside: RowOf, once: RowOf | None) -> tuple[Any, int] | None:
    """A new row and the key of the one that was inserted `beside` it, both as by `insertions.create`.

    With `once`, nothing is inserted and None is returned where that row conflicts with one that is there.
    """
    source = FIRST if once else ""
    made, other = insertion_of(model).of(columns, source=source), insertion_of(beside[0]).of(beside[1], source=source)
    parts, parameters = [f'{BESIDE} AS ({other.sql} RETURNING "id")'], [*other.parameters, *made.parameters]
    if once:
        record = insertion_of(once[0]).of(once[1])
        parts.insert(0, f"{FIRST} AS ({record.sql} ON CONFLICT DO NOTHING RETURNING 1)")
        parameters = [*record.parameters, *parameters]
    returned = f'{made.returned}, (SELECT "id" FROM {BESIDE})'  # noqa: S608  names of our own
    with kept_cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {made.sql} RETURNING {returned}", parameters)
        row = cursor.fetchone()
    return (made.row(row), row[-1]) if row else None
