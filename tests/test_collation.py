"""PostgreSQL orders and compares our texts byte by byte, as SQLite and Python do, whatever the database's collation."""

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from config import databases
from objects_app import listing
from objects_app.filters import Filters
from objects_app.models import StoredObject
from tests.databases import NAME, everything_in, new_postgresql
from tests.factories import make_object, make_person

IDS = ["obj_B", "obj_Z", "obj_a", "obj_b"]
ENGLISH = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'"
OTHERWISE = """
    SELECT a.attrelid::regclass::text, a.attname
    FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
    WHERE a.attrelid = ANY(%s::regclass[]) AND a.attnum > 0 AND c.collname <> 'C'
"""


@pytest.fixture
def english_database(django_db_blocker):
    """Where 'a' comes before 'B'."""
    try:
        with (
            new_postgresql(f"{NAME}_english", ENGLISH) as url,
            django_db_blocker.unblock(),
            everything_in(databases.postgresql(url)),
        ):
            assert ids_in_its_order() != sorted(IDS)
            call_command("migrate", verbosity=0)
            yield
    except psycopg.errors.FeatureNotSupported as error:
        pytest.skip(f"this PostgreSQL knows no other order than that of bytes: {error}")


def ids_in_its_order() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM unnest(%s::text[]) AS id ORDER BY id", [IDS])
        return [pk for (pk,) in cursor]


def test_every_text_of_ours_is_compared_byte_by_byte(postgresql_database):
    tables = [
        model._meta.db_table for model in apps.get_app_config("objects_app").get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(OTHERWISE, [tables])
        assert cursor.fetchall() == []


def test_pages_follow_the_bytes_of_the_ids_where_the_database_would_order_otherwise(english_database):
    alice = make_person("alice")
    made = [make_object(alice, name) for name in IDS]
    for each, pk in zip(made, IDS, strict=True):
        StoredObject.objects.filter(pk=each.pk).update(id=pk, created_at=made[0].created_at)
    objects, after, seen = listing.own_list(alice.actor, Filters()), "", []
    while rows := objects.page(limit=1, after=after).rows:
        after = rows[0].id
        seen.append(after)
    assert seen == sorted(IDS, reverse=True)
