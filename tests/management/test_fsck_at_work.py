"""`manage.py fsck` beside a server that goes on writing."""

from concurrent.futures import ThreadPoolExecutor

from django.core.management import call_command
from django.db import connections

from objects_app.lifecycle import objects
from objects_app.management.commands import fsck
from tests.factories import make_object, make_person


def test_others_may_write_between_one_object_and_the_next(real_database, disk, monkeypatch, capsys):
    alice = make_person("alice")
    for number in range(3):
        make_object(alice, f"{number}.txt")
    monkeypatch.setattr(objects, "BATCH", 1)
    examine = fsck.Command.examine

    def examine_after_a_write(self, stored_object, **options):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()
        return examine(self, stored_object, **options)

    def write():
        make_object(alice, "meanwhile.txt")
        connections.close_all()

    monkeypatch.setattr(fsck.Command, "examine", examine_after_a_write)
    call_command("fsck", "--limit", "3")
    assert "3 objects with 15 bytes are sound." in capsys.readouterr().out
