"""Queries of the ORM whose SQL is written once and asked again and again.

Django takes some milliseconds to write the SQL of a query that the database answers in a tenth of one. The SQL of a
hot query is always the same but for its parameters, so it is kept: rules stay where they are stated, in querysets.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import AutoField, Model, QuerySet
from django.db.models.sql import InsertQuery

from objects_app import clock

Row = TypeVar("Row", bound=Model)
Rows = QuerySet[Any, Any]
Build = Callable[..., Rows]
Converters = dict[int, tuple[list[Callable[..., Any]], Any]]
MOST_STATEMENTS = 1_000


class Statement:
    """A query in SQL. `marks` are the parameters that stand for values; each must be in the query, as it is."""

    def __init__(self, rows: Rows, marks: Sequence[str]) -> None:
        compiler = rows.query.get_compiler(connection=connection)
        try:
            self.sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            self.sql, parameters = "", tuple(marks)
        if missing := set(marks) - set(parameters):
            raise ValueError(f"The query does not hold {missing} as they are.")
        self._parameters = [(mark, mark in marks) for mark in parameters]
        self._converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
        self._row: Any = namedtuple("Row", rows.query.selected or ())  # type: ignore[misc]

    def all(self, values: dict[str, str]) -> list[Any]:
        return [self._converted(row) for row in self._ask(self.sql, values)]

    def count(self, values: dict[str, str]) -> int:
        [(count,)] = self._ask(f"SELECT COUNT(*) FROM ({self.sql}) AS counted", values) or [(0,)]  # noqa: S608  the ORM's
        return int(count)

    def _ask(self, sql: str, values: dict[str, str]) -> list[Any]:
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql, [values[each] if is_mark else each for each, is_mark in self._parameters])
            found: list[Any] = cursor.fetchall()
            return found

    def _converted(self, row: Iterable[Any]) -> Any:
        return self._row(*_converted(row, self._converters))


def _converted(row: Iterable[Any], converters: Converters) -> list[Any]:
    values = list(row)
    for place, (converts, expression) in converters.items():
        for convert in converts:
            values[place] = convert(values[place], expression, connection)
    return values


_statements: dict[Hashable, Statement] = {}


def rows(build: Build, *shape: Any, **values: str) -> list[Any]:
    """The rows of `build(*shape, **values)`, a query by `values_list`, as named tuples.

    The query must depend on nothing else, the clock apart; each value is one of its parameters, unchanged.
    """
    return _statement(build, shape, values).all(_marked(values))


def first(build: Build, *shape: Any, **values: str) -> Any | None:
    found = rows(build, *shape, **values)
    return found[0] if found else None


def count(build: Build, *shape: Any, **values: str) -> int:
    return _statement(build, shape, values).count(_marked(values))


def _statement(build: Build, shape: Sequence[Any], values: Iterable[str]) -> Statement:
    known = (build, *shape, *values, connection.vendor, clock.now)
    statement = _statements.get(known)
    if statement is None:
        if len(_statements) >= MOST_STATEMENTS:
            _statements.clear()
        marks = {name: _mark(name) for name in values}
        statement = _statements[known] = Statement(build(*shape, **marks), list(marks.values()))
    return statement


def _marked(values: dict[str, str]) -> dict[str, str]:
    return {_mark(name): value for name, value in values.items()}


def _mark(name: str) -> str:
    return f"<{name}>"


def create(model: type[Row], **columns: Any) -> Row:
    """Insert a row and return it as the database has it, expressions included, without a second query; no signals."""
    known = (model, connection.vendor)
    if known not in _insertions:
        _insertions[known] = Insertion(model)
    return cast("Row", _insertions[known].create(columns))


class Insertion:
    """How rows of a model come into their table."""

    def __init__(self, model: type[Model]) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._fields = {each.attname: each for each in fields}
        self._required = [each for each in fields if not (isinstance(each, AutoField) or each.has_db_default())]
        self._compiler = InsertQuery(model).get_compiler(connection=connection)
        self._converters = self._compiler.get_converters([each.get_col(model._meta.db_table) for each in fields])
        self._into = f"INSERT INTO {_quoted([model._meta.db_table])} "
        self._returning = f" RETURNING {_quoted(each.column for each in fields)}"

    def create(self, columns: dict[str, Any]) -> Any:
        given = {each.attname: each.get_default() for each in self._required if each.attname not in columns} | columns
        places: list[str] = []
        parameters: list[Any] = []
        for name, value in given.items():
            place, values = self._place_of(self._fields[name], value)
            places.append(place)
            parameters += values
        names = _quoted(self._fields[name].column for name in given)
        with connection.cursor() as cursor:
            cursor.execute(f"{self._into}({names}) VALUES ({', '.join(places)}){self._returning}", parameters)
            row = _converted(cursor.fetchone(), self._converters)
        return self._model.from_db(connection.alias, list(self._fields), row)

    def _place_of(self, field: Any, value: Any) -> tuple[str, Sequence[Any]]:
        if not hasattr(value, "resolve_expression"):
            return "%s", (field.get_db_prep_save(value, connection),)
        resolved = value.resolve_expression(self._compiler.query, allow_joins=False, for_save=True)
        sql, parameters = self._compiler.compile(resolved)
        return sql, parameters


def _quoted(columns: Iterable[str | None]) -> str:
    return ", ".join(connection.ops.quote_name(column) for column in columns if column)


_insertions: dict[Hashable, Insertion] = {}
