"""Queries of the ORM whose SQL is written once and asked again and again.

Django takes some milliseconds to write the SQL of a query that the database answers in a tenth of one. The SQL of a
hot query is always the same but for its parameters, so it is kept: rules stay where they are stated, in querysets.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.sql import DeleteQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from objects_app import clock

Rows = QuerySet[Any, Any]
Converters = dict[int, tuple[list[Callable[..., Any]], Any]]
MOST_STATEMENTS = 1_000
PLACE, PERCENT = "%s", "%%"
PLACES = re.compile("%[s%]")
LARGEST_INTEGER = 2**63 - 1
KEYS = {"object_id", "ids"}  # values that name rows by their primary key

Value = str | int


def kept_cursor() -> CursorWrapper:
    """Of the database: both of ours (`objects_app/sqlite`, `objects_app/postgresql`) have one."""
    return cast("CursorWrapper", cast("Any", connections[DEFAULT_DB_ALIAS]).kept_cursor())


def check_connection() -> None:
    """Before a call in a thread that keeps its connection for the next one, and so past Django's own looking after."""
    cast("Any", connections[DEFAULT_DB_ALIAS]).close_unless_usable()


def committing_soon() -> AbstractContextManager[str]:
    """For one statement that is committed by itself without waiting for the disk, which has to return this as well.

    Other processes see it, a loss of power may undo it. In a transaction it is as durable as that.
    """
    own = connections[DEFAULT_DB_ALIAS]
    return nullcontext("") if own.in_atomic_block else cast("Any", own).committing_soon()


class Statement:
    """SQL, and where each of the values that differ goes. `marks` stand for them; each must be in it, as it is.

    Constants are written into the SQL, so that a plan for any value can use indexes of only some rows. Where rows are
    named `by_key` they are not: a plan made while such an index was empty would read all that is in it later.
    """

    def __init__(self, compiler: SQLCompiler, marks: Sequence[Value], *, by_key: bool) -> None:
        try:
            self.sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            self.sql, parameters = "", tuple(marks)
        if missing := set(marks) - set(parameters):
            raise ValueError(f"The statement does not hold {missing} as they are.")
        literals = [None if by_key or each in marks else _literal(each) for each in parameters]
        self.sql = _with_literals(self.sql, literals)
        kept = [each for each, literal in zip(parameters, literals, strict=True) if literal is None]
        self._parameters = [(marks.index(each), None) if each in marks else (None, each) for each in kept]

    def parameters(self, values: Sequence[Value]) -> list[Any]:
        return [constant if place is None else values[place] for place, constant in self._parameters]

    def execute(self, cursor: CursorWrapper, values: Sequence[Value], *, within: str = "%s") -> None:
        cursor.execute(within.replace("%s", self.sql, 1), self.parameters(values))


def _with_literals(sql: str, literals: Sequence[str | None]) -> str:
    """Put each literal that there is in the place of its parameter."""
    left = iter(literals)
    return PLACES.sub(lambda found: found[0] if found[0] == PERCENT else next(left) or PLACE, sql)


def _literal(constant: Any) -> str | None:
    """As SQL; None for other types."""
    if isinstance(constant, bool):
        return str(constant).upper()
    if isinstance(constant, int):
        return str(constant)
    if isinstance(constant, str):
        return "'" + str(constant).replace("'", "''").replace("%", PERCENT) + "'"
    return None


class Query(Statement):
    def __init__(self, rows: Rows, marks: Sequence[Value], *, by_key: bool) -> None:
        compiler = rows.query.get_compiler(connection=connection)
        super().__init__(compiler, marks, by_key=by_key)
        self._converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
        self._row: Any = namedtuple("Row", rows.query.selected or ())  # type: ignore[misc]

    def all(self, values: Sequence[Value]) -> list[Any]:
        if not self.sql:
            return []
        with kept_cursor() as cursor:
            self.execute(cursor, values)
            return [self.row(each) for each in cursor.fetchall()]

    def row(self, columns: Iterable[Any]) -> Any:
        return self._row(*converted(columns, self._converters))

    def count(self, values: Sequence[Value]) -> int:
        return self._of_all("COUNT(*)", values)[0]

    def count_and_sum(self, values: Sequence[Value]) -> tuple[int, int]:
        (column,) = self._row._fields
        count, total = self._of_all(f"COUNT(*), SUM({quoted([column])})", values)
        return count, total

    def _of_all(self, aggregates: str, values: Sequence[Value]) -> tuple[int, ...]:
        if not self.sql:
            return (0, 0)
        with kept_cursor() as cursor:
            self.execute(cursor, values, within=f"SELECT {aggregates} FROM (%s) AS counted")  # noqa: S608  our own
            return tuple(int(each or 0) for each in cursor.fetchone())


class Modification(Statement):
    """What updates or deletes rows."""

    def carry_out(self, values: Sequence[Value], also_returned: str = "") -> int:
        if not self.sql:
            return 0
        with kept_cursor() as cursor:
            self.execute(cursor, values, within=f"%s RETURNING 1{also_returned}" if also_returned else "%s")
            return int(cursor.rowcount)


class Update(Modification):
    def __init__(self, change: tuple[Rows, dict[str, Any]], marks: Sequence[Value], *, by_key: bool) -> None:
        rows, columns = change
        query = cast("UpdateQuery", rows.query.chain(UpdateQuery))
        query.add_update_values(columns)
        query.annotations = {}
        super().__init__(query.get_compiler(connection=connection), marks, by_key=by_key)


class Removal(Modification):
    def __init__(self, rows: Rows, marks: Sequence[Value], *, by_key: bool) -> None:
        super().__init__(rows.query.chain(DeleteQuery).get_compiler(connection=connection), marks, by_key=by_key)


def converted(row: Iterable[Any], converters: Converters) -> list[Any]:
    values = list(row)
    for place, (converts, expression) in converters.items():
        for convert in converts:
            values[place] = convert(values[place], expression, connection)
    return values


def rows(build: Callable[..., Rows], *shape: Any, **values: Value) -> list[Any]:
    """The rows of `build(*shape, **values)`, a query by `values_list`, as named tuples.

    It must depend on nothing else; each value is one of its parameters, unchanged.
    """
    return kept(Query, build, shape, values).all(tuple(values.values()))


def first(build: Callable[..., Rows], *shape: Any, **values: Value) -> Any | None:
    found = rows(build, *shape, **values)
    return found[0] if found else None


def count(build: Callable[..., Rows], *shape: Any, **values: Value) -> int:
    return kept(Query, build, shape, values).count(tuple(values.values()))


def count_and_sum(build: Callable[..., Rows], *shape: Any, **values: Value) -> tuple[int, int]:
    """How many rows there are, and the sum of their only column, of whole numbers."""
    return kept(Query, build, shape, values).count_and_sum(tuple(values.values()))


def update(build: Callable[..., tuple[Rows, dict[str, Any]]], *shape: Any, **values: Value) -> int:
    """Change the rows of a queryset as its `update` would, by what `build` returns: the queryset, and the columns.

    Return how many there were.
    """
    return kept(Update, build, shape, values).carry_out(tuple(values.values()))


def update_soon(build: Callable[..., tuple[Rows, dict[str, Any]]], *shape: Any, **values: Value) -> int:
    """The same, `committing_soon`."""
    with committing_soon() as returned:
        return kept(Update, build, shape, values).carry_out(tuple(values.values()), returned)


def delete(build: Callable[..., Rows], *shape: Any, **values: Value) -> int:
    """Delete the rows of a query to which nothing points; return how many there were."""
    return kept(Removal, build, shape, values).carry_out(tuple(values.values()))


_statements: dict[Hashable, Statement] = {}
Kind = TypeVar("Kind", bound=Statement)


def kept(kind: Callable[..., Kind], build: Callable[..., Any], shape: Sequence[Any], values: dict[str, Value]) -> Kind:
    """What `build(*shape, **values)` is as a statement, written at the first time."""
    types = tuple((name, type(value)) for name, value in values.items())
    known = (kind, build, *shape, types, connection.vendor)
    statement = cast("Kind | None", _statements.get(known))
    if statement and not clock.is_replaced():
        return statement
    marks = {name: _mark(place, value) for place, (name, value) in enumerate(values.items())}
    statement = kind(build(*shape, **marks), list(marks.values()), by_key=not KEYS.isdisjoint(values))
    if not clock.is_replaced():
        if len(_statements) >= MOST_STATEMENTS:
            _statements.clear()
        _statements[known] = statement
    return statement


def _mark(place: int, value: Value) -> Value:
    """Of the type of the value, and like nothing that a query says by itself."""
    return f"<value {place}>" if isinstance(value, str) else LARGEST_INTEGER - place


def quoted(columns: Iterable[str | None]) -> str:
    return ", ".join(connection.ops.quote_name(column) for column in columns if column)
