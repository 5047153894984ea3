"""What a change of an object is written into: the indexes that its model names, and none that Django adds by itself."""

import pytest
from django.db import connection

from objects_app.models import MetadataPair, StoredObject

OF_MIGRATIONS = {"object_name_trigrams"}


@pytest.mark.parametrize("model", [StoredObject, MetadataPair])
def test_a_table_has_no_index_that_says_again_what_another_one_does(real_database, model):
    named = {each.name for each in [*model._meta.indexes, *model._meta.constraints]} | OF_MIGRATIONS
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    indexes = {name for name, each in found.items() if each["index"] and not each["primary_key"]}
    assert indexes - named == set()
