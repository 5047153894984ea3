"""Rows that are inserted by SQL that is written once, and come back as the database has them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    Model,
    PositiveBigIntegerField,
    TextField,
)
from django.db.models.sql import InsertQuery

from objects_app.compiled import MOST_STATEMENTS, PLACE, Converters, committing_soon, converted, kept_cursor, quoted

Row = TypeVar("Row", bound=Model)
PLAIN_FIELDS = {BooleanField, CharField, TextField, BigIntegerField, PositiveBigIntegerField}  # hand on what they get


def create(model: type[Row], **columns: Any) -> Row:
    """Insert a row and return it as the database has it, expressions included, without a second query; no signals."""
    return cast("Row", insertion_of(model).create(columns))


def create_soon(model: type[Row], **columns: Any) -> Row:
    """The same, `committing_soon`."""
    with committing_soon() as returned:
        return cast("Row", insertion_of(model).create(columns, returned))


def insertion_of(model: type[Model]) -> "Insertion":
    known = (model, connection.vendor)
    if known not in _insertions:
        _insertions[known] = Insertion(model)
    return _insertions[known]


@dataclass(frozen=True)
class Inserting:
    """An INSERT that nobody has asked the database yet. What is given as it will be there need not be `returned`."""

    model: type[Model]
    sql: str
    parameters: list[Any]
    given: Mapping[str, Any]
    computed: Sequence[str]
    returned: str
    converters: Converters

    def row(self, returned: Sequence[Any]) -> Any:
        read = converted(returned[: len(self.computed)], self.converters)
        known = {**self.given, **dict(zip(self.computed, read, strict=True))}
        names = [each.attname for each in self.model._meta.concrete_fields]
        return self.model.from_db(DEFAULT_DB_ALIAS, names, [known[name] for name in names])


Places = tuple[tuple[str, str], ...]


class Insertion:
    """How rows of a model come into their table."""

    def __init__(self, model: type[Model]) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._fields = {each.attname: each for each in fields}
        self._plain = {each.attname for each in fields if type(each) in PLAIN_FIELDS}
        self._required = [each for each in fields if not (isinstance(each, AutoField) or each.has_db_default())]
        self._compiler = InsertQuery(model).get_compiler(connection=connection)
        self._statements: dict[tuple[Places, str], tuple[str, list[str], str, Converters]] = {}

    def create(self, columns: Mapping[str, Any], also_returned: str = "") -> Any:
        inserting = self.of(columns)
        with kept_cursor() as cursor:
            cursor.execute(f"{inserting.sql} RETURNING {inserting.returned}{also_returned}", inserting.parameters)
            return inserting.row(cursor.fetchone())

    def of(self, columns: Mapping[str, Any], *, source: str = "", copied: Mapping[str, str] | None = None) -> Inserting:
        """One row, or one for each of `source`, a part of the same statement: `copied` names what it takes of that."""
        own = connections[DEFAULT_DB_ALIAS]  # each look through the proxy takes as long as a value
        copied = copied or {}
        if twice := columns.keys() & copied.keys():
            raise ValueError(f"{sorted(twice)} are given and copied.")
        missing = (each for each in self._required if each.attname not in columns and each.attname not in copied)
        given = {**{each.attname: each.get_default() for each in missing}, **columns}
        places: list[tuple[str, str]] = []
        parameters: list[Any] = []
        for name, value in given.items():
            is_plain = value is None or (name in self._plain and isinstance(value, str | int))
            place, values = (PLACE, [value]) if is_plain else self._prepared(name, value, own)
            places.append((name, place))
            parameters += values
        places += [(name, quoted([column])) for name, column in copied.items()]
        sql, computed, returned, converters = self._statement(tuple(places), source)
        return Inserting(self._model, sql, parameters, given, computed, returned, converters)

    def _prepared(self, name: str, value: Any, own: BaseDatabaseWrapper) -> tuple[str, Sequence[Any]]:
        """The place in SQL and the parameters of a value, which may be an expression."""
        if not hasattr(value, "resolve_expression"):
            return PLACE, [self._fields[name].get_db_prep_save(value, own)]
        resolved = value.resolve_expression(self._compiler.query, allow_joins=False, for_save=True)
        sql, parameters = self._compiler.compile(resolved)
        return f"({sql})", parameters

    def _statement(self, places: Places, source: str) -> tuple[str, list[str], str, Converters]:
        """The SQL, the columns that the database computes, how to ask for them, and how to read them."""
        if (places, source) not in self._statements:
            computed = [name for name in self._fields if (name, PLACE) not in places]
            read = [self._fields[name].get_col(self._model._meta.db_table) for name in computed]
            if len(self._statements) >= MOST_STATEMENTS:
                self._statements.clear()
            sql, converters = self._sql(dict(places), source), self._compiler.get_converters(read)
            self._statements[places, source] = sql, computed, self._columns(computed), converters
        return self._statements[places, source]

    def _sql(self, places: Mapping[str, str], source: str) -> str:
        values = ", ".join(places.values())
        rows = f"SELECT {values} FROM {source}" if source else f"VALUES ({values})"  # noqa: S608  names of our own
        return f"INSERT INTO {quoted([self._model._meta.db_table])} ({self._columns(places)}) {rows}"

    def _columns(self, names: Iterable[str]) -> str:
        return quoted(self._fields[name].column for name in names)


_insertions: dict[Hashable, Insertion] = {}
