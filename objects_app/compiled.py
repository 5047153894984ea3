"""Queries of the ORM whose SQL is written once and asked again and again.

Django takes some milliseconds to write the SQL of a query that the database answers in a tenth of one. The SQL of a
hot query is always the same but for its parameters, so it is kept: rules stay where they are stated, in querysets.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import (
    AutoField,
    BigIntegerField,
    CharField,
    Model,
    PositiveBigIntegerField,
    QuerySet,
    TextField,
)
from django.db.models.sql import DeleteQuery, InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from objects_app import clock

Row = TypeVar("Row", bound=Model)
Rows = QuerySet[Any, Any]
Converters = dict[int, tuple[list[Callable[..., Any]], Any]]
MOST_STATEMENTS = 1_000
PLACE, PERCENT = "%s", "%%"
PLACES = re.compile("%[s%]")
LARGEST_INTEGER = 2**63 - 1
PLAIN_FIELDS = {CharField, TextField, BigIntegerField, PositiveBigIntegerField}  # which hand these on as they are


Value = str | int


def kept_cursor() -> CursorWrapper:
    """Of the database: both of ours (`objects_app/sqlite`, `objects_app/postgresql`) have one."""
    return cast("CursorWrapper", cast("Any", connections[DEFAULT_DB_ALIAS]).kept_cursor())


class Statement:
    """SQL, and where each of the values that differ goes. `marks` stand for them; each must be in it, as it is."""

    def __init__(self, compiler: SQLCompiler, marks: Sequence[Value]) -> None:
        try:
            self.sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            self.sql, parameters = "", tuple(marks)
        if missing := set(marks) - set(parameters):
            raise ValueError(f"The statement does not hold {missing} as they are.")
        literals = [None if each in marks else _literal(each) for each in parameters]
        self.sql = _with_literals(self.sql, literals)
        kept = [each for each, literal in zip(parameters, literals, strict=True) if literal is None]
        self._parameters = [(marks.index(each), None) if each in marks else (None, each) for each in kept]

    def execute(self, cursor: CursorWrapper, values: Sequence[Value], *, within: str = "%s") -> None:
        parameters = [constant if place is None else values[place] for place, constant in self._parameters]
        cursor.execute(within.replace("%s", self.sql, 1), parameters)


def _with_literals(sql: str, literals: Sequence[str | None]) -> str:
    """Put each literal that there is in the place of its parameter."""
    left = iter(literals)
    return PLACES.sub(lambda found: found[0] if found[0] == PERCENT else next(left) or PLACE, sql)


def _literal(constant: Any) -> str | None:
    """As SQL, so that a plan for any value can use indexes that are only for this one; None for other types."""
    if isinstance(constant, bool):
        return str(constant).upper()
    if isinstance(constant, int):
        return str(constant)
    if isinstance(constant, str):
        return "'" + str(constant).replace("'", "''").replace("%", PERCENT) + "'"
    return None


class Query(Statement):
    def __init__(self, rows: Rows, marks: Sequence[Value]) -> None:
        compiler = rows.query.get_compiler(connection=connection)
        super().__init__(compiler, marks)
        self._converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
        self._row: Any = namedtuple("Row", rows.query.selected or ())  # type: ignore[misc]

    def all(self, values: Sequence[Value]) -> list[Any]:
        if not self.sql:
            return []
        with kept_cursor() as cursor:
            self.execute(cursor, values)
            return [self._row(*_converted(row, self._converters)) for row in cursor.fetchall()]

    def count(self, values: Sequence[Value]) -> int:
        return self._of_all("COUNT(*)", values)[0]

    def count_and_sum(self, values: Sequence[Value]) -> tuple[int, int]:
        (column,) = self._row._fields
        count, total = self._of_all(f"COUNT(*), SUM({_quoted([column])})", values)
        return count, total

    def _of_all(self, aggregates: str, values: Sequence[Value]) -> tuple[int, ...]:
        if not self.sql:
            return (0, 0)
        with kept_cursor() as cursor:
            self.execute(cursor, values, within=f"SELECT {aggregates} FROM (%s) AS counted")  # noqa: S608  our own
            return tuple(int(each or 0) for each in cursor.fetchone())


class Change(Statement):
    """What updates or deletes rows."""

    def carry_out(self, values: Sequence[Value]) -> int:
        if not self.sql:
            return 0
        with kept_cursor() as cursor:
            self.execute(cursor, values)
            return int(cursor.rowcount)


class Update(Change):
    def __init__(self, change: tuple[Rows, dict[str, Any]], marks: Sequence[Value]) -> None:
        rows, columns = change
        query = cast("UpdateQuery", rows.query.chain(UpdateQuery))
        query.add_update_values(columns)
        query.annotations = {}
        super().__init__(query.get_compiler(connection=connection), marks)


class Removal(Change):
    def __init__(self, rows: Rows, marks: Sequence[Value]) -> None:
        super().__init__(rows.query.chain(DeleteQuery).get_compiler(connection=connection), marks)


def _converted(row: Iterable[Any], converters: Converters) -> list[Any]:
    values = list(row)
    for place, (converts, expression) in converters.items():
        for convert in converts:
            values[place] = convert(values[place], expression, connection)
    return values


def rows(build: Callable[..., Rows], *shape: Any, **values: Value) -> list[Any]:
    """The rows of `build(*shape, **values)`, a query by `values_list`, as named tuples.

    It must depend on nothing else; each value is one of its parameters, unchanged.
    """
    return _kept(Query, build, shape, values).all(tuple(values.values()))


def first(build: Callable[..., Rows], *shape: Any, **values: Value) -> Any | None:
    found = rows(build, *shape, **values)
    return found[0] if found else None


def count(build: Callable[..., Rows], *shape: Any, **values: Value) -> int:
    return _kept(Query, build, shape, values).count(tuple(values.values()))


def count_and_sum(build: Callable[..., Rows], *shape: Any, **values: Value) -> tuple[int, int]:
    """How many rows there are, and the sum of their only column, of whole numbers."""
    return _kept(Query, build, shape, values).count_and_sum(tuple(values.values()))


def update(build: Callable[..., tuple[Rows, dict[str, Any]]], *shape: Any, **values: Value) -> int:
    """Change the rows of a queryset as its `update` would, by what `build` returns: the queryset, and the columns.

    Return how many there were.
    """
    return _kept(Update, build, shape, values).carry_out(tuple(values.values()))


def delete(build: Callable[..., Rows], *shape: Any, **values: Value) -> int:
    """Delete the rows of a query to which nothing points; return how many there were."""
    return _kept(Removal, build, shape, values).carry_out(tuple(values.values()))


_statements: dict[Hashable, Statement] = {}
Kind = TypeVar("Kind", bound=Statement)


def _kept(kind: Callable[..., Kind], build: Callable[..., Any], shape: Sequence[Any], values: dict[str, Value]) -> Kind:
    types = tuple((name, type(value)) for name, value in values.items())
    known = (kind, build, *shape, types, connection.vendor)
    statement = cast("Kind | None", _statements.get(known))
    if statement and not clock.is_replaced():
        return statement
    marks = {name: _mark(place, value) for place, (name, value) in enumerate(values.items())}
    statement = kind(build(*shape, **marks), list(marks.values()))
    if not clock.is_replaced():
        if len(_statements) >= MOST_STATEMENTS:
            _statements.clear()
        _statements[known] = statement
    return statement


def _mark(place: int, value: Value) -> Value:
    """Of the type of the value, and like nothing that a query says by itself."""
    return f"<value {place}>" if isinstance(value, str) else LARGEST_INTEGER - place


def create(model: type[Row], **columns: Any) -> Row:
    """Insert a row and return it as the database has it, expressions included, without a second query; no signals."""
    return cast("Row", _insertion(model).create(columns))


def create_soon(model: type[Row], **columns: Any) -> Row:
    """The same, committed by itself without waiting for the disk: other processes see it, a loss of power may undo it.

    In a transaction it is as durable as that.
    """
    own = connections[DEFAULT_DB_ALIAS]
    if own.in_atomic_block:
        return create(model, **columns)
    with cast("Any", own).committing_soon() as returned:
        return cast("Row", _insertion(model).create(columns, returned))


def _insertion(model: type[Model]) -> "Insertion":
    known = (model, connection.vendor)
    if known not in _insertions:
        _insertions[known] = Insertion(model)
    return _insertions[known]


class Insertion:
    """How rows of a model come into their table. What is given as it will be there is not asked back."""

    def __init__(self, model: type[Model]) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._fields = {each.attname: each for each in fields}
        self._plain = {each.attname for each in fields if type(each) in PLAIN_FIELDS}
        self._required = [each for each in fields if not (isinstance(each, AutoField) or each.has_db_default())]
        self._compiler = InsertQuery(model).get_compiler(connection=connection)
        self._statements: dict[tuple[tuple[str, str], ...], tuple[str, list[str], Converters]] = {}

    def create(self, columns: dict[str, Any], also_returned: str = "") -> Any:
        own = connections[DEFAULT_DB_ALIAS]  # each look through the proxy takes as long as a value
        given = {each.attname: each.get_default() for each in self._required if each.attname not in columns} | columns
        places: list[tuple[str, str]] = []
        parameters: list[Any] = []
        for name, value in given.items():
            if name in self._plain and isinstance(value, str | int):
                places.append((name, PLACE))
                parameters.append(value)
            elif hasattr(value, "resolve_expression"):
                sql, values = self._compiled(value)
                places.append((name, f"({sql})"))
                parameters += values
            else:
                places.append((name, PLACE))
                parameters.append(self._fields[name].get_db_prep_save(value, own))
        sql, computed, converters = self._statement(tuple(places))
        with kept_cursor() as cursor:
            cursor.execute(sql + also_returned, parameters)
            read = _converted(cursor.fetchone()[: len(computed)], converters)
        known = given | dict(zip(computed, read, strict=True))
        return self._model.from_db(own.alias, list(self._fields), [known[name] for name in self._fields])

    def _compiled(self, expression: Any) -> tuple[str, Sequence[Any]]:
        resolved = expression.resolve_expression(self._compiler.query, allow_joins=False, for_save=True)
        sql, parameters = self._compiler.compile(resolved)
        return sql, parameters

    def _statement(self, places: tuple[tuple[str, str], ...]) -> tuple[str, list[str], Converters]:
        """The SQL, the columns that the database computes, and how to read them."""
        if places not in self._statements:
            computed = [name for name in self._fields if (name, PLACE) not in places]
            read = [self._fields[name].get_col(self._model._meta.db_table) for name in computed]
            if len(self._statements) >= MOST_STATEMENTS:
                self._statements.clear()
            self._statements[places] = self._sql(dict(places), computed), computed, self._compiler.get_converters(read)
        return self._statements[places]

    def _sql(self, places: dict[str, str], computed: list[str]) -> str:
        into = f"INSERT INTO {_quoted([self._model._meta.db_table])} ({self._columns(places)})"
        return f"{into} VALUES ({', '.join(places.values())}) RETURNING {self._columns(computed)}"

    def _columns(self, names: Iterable[str]) -> str:
        return _quoted(self._fields[name].column for name in names)


def _quoted(columns: Iterable[str | None]) -> str:
    return ", ".join(connection.ops.quote_name(column) for column in columns if column)


_insertions: dict[Hashable, Insertion] = {}
