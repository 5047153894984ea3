"""Parts of names are found by an index of trigrams where PostgreSQL has them, and without one where it has not."""

from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from config import databases
from objects_app import listing
from objects_app.filters import Filters
from objects_app.models import StoredObject
from tests.databases import NAME, everything_in

INDEX = "object_name_trigrams"


def answer(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({statement})")
        return cursor.fetchone()[0]


def has_index() -> bool:
    return answer(f"SELECT FROM pg_indexes WHERE indexname = '{INDEX}'")


@pytest.fixture
def powerless_url(postgresql_url):
    """Of somebody who may make tables, and no extension."""
    role = f"{NAME}_powerless"
    with psycopg.connect(postgresql_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT ALL ON SCHEMA public TO {role}")
        parts = urlsplit(postgresql_url)
        yield parts._replace(netloc=f"{role}:secret@{parts.netloc.rpartition('@')[2]}").geturl()
        admin.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_there_is_an_index_where_the_extension_can_be_had(postgresql_database):
    assert has_index() == answer("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")


@pytest.mark.parametrize("filters", [Filters(name="part"), Filters(search="part")], ids=str)
def test_a_part_of_a_name_is_found_by_its_trigrams(postgresql_database, filters):
    if not has_index():
        pytest.skip("this PostgreSQL has no pg_trgm")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # an empty table is read whole otherwise
    plan = StoredObject.objects.filter(listing._matches(filters)).explain()
    assert f"Bitmap Index Scan on {INDEX}" in plan


def test_migrations_pass_without_the_right_to_create_an_extension(powerless_url, django_db_blocker):
    with django_db_blocker.unblock(), everything_in(databases.postgresql(powerless_url)):
        call_command("migrate", verbosity=0)
        assert not has_index()
