"""How fast the admin is on PostgreSQL with 1,000,000 objects and 5,000,000 events: `python -m benchmarks.admin`.

Every page is asked 30 times in one process, without server and network, round by round so that all see the same
machine. On one that does other things, the least and the processor time say most. Then events are sealed, verified
and exported. DATABASE_URL names the (empty) database; without it the one of the tests is started. A database that
this has filled already is measured as it is.
"""

import argparse
import gc
import os
import re
import statistics
import tempfile
import time
from pathlib import Path

import django
import psycopg
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client

from benchmarks import admin_pages, admin_seed, processes
from benchmarks.databases import start_postgres

EMAIL = "operator@example.com"
OK = 200
Took = tuple[float, float]  # wall and processor time of this process, in milliseconds
OLDER = re.compile(r'href="(\?[^"]*before=[^"]*)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--sealed", type=int, default=1_000_000, help="how many events are sealed and verified")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or start_postgres(Path(folder))
        prepare(url, folder, objects=options.objects, events=options.events)
        rows = admin_pages.known(url)
        browser = sign_in(rows.account)
        measure_pages(browser, admin_pages.addresses(rows), options.rounds)
        measure_jobs(browser, rows, options.sealed)


def prepare(url: str, folder: str, *, objects: int, events: int) -> None:
    os.environ |= {"DATABASE_URL": url, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.environ.setdefault("SECRET_KEY", "of this benchmark alone, and longer than fifty characters")
    django.setup()
    from objects_app.storage import get_storage  # noqa: PLC0415 models exist only after django.setup()

    get_storage().prepare(holds_blobs=False)  # those that rows name were never there
    call_command("migrate", verbosity=0)
    with psycopg.connect(url) as database:
        is_empty = database.execute("SELECT NOT EXISTS (SELECT 1 FROM objects_app_account)").fetchone() == (True,)
    if is_empty:
        admin_seed.seed(url, objects=objects, events=events)


def sign_in(account_id: str) -> Client:
    """A superuser, who sees every page, and a member of the account, who may keep exports in it."""
    people = get_user_model().objects
    if not people.filter(email=EMAIL).exists():
        call_command("createsuperuser", interactive=False, email=EMAIL, verbosity=0)
        people.get(email=EMAIL).memberships.create(account_id=account_id, role="owner")
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(people.get(email=EMAIL))
    return browser


def measure_pages(browser: Client, pages: admin_pages.Pages, rounds: int) -> None:
    """The first round warms up, and finds the second page of each list that has one."""
    for name, address in list(pages.items()):
        _, content = ask(browser, name, address)
        if found := OLDER.search(content):
            pages[f"{name}; next page"] = address.partition("?")[0] + found[1].replace("&amp;", "&")
    gc.freeze()  # as the web server does with what is loaded (config/asgi.py)
    times: dict[str, list[Took]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, address in pages.items():
            times[name].append(ask(browser, name, address)[0])
    print("| page | p50 ms | p95 ms | least ms | CPU ms |\n|---|---|---|---|---|")
    for name, took in times.items():
        walls, processor = zip(*took, strict=True)
        figures = [
            statistics.median(walls),
            statistics.quantiles(walls, n=20)[-1],
            min(walls),
            statistics.median(processor),
        ]
        print(f"| {name} | {' | '.join(f'{each:.0f}' for each in figures)} |", flush=True)


def ask(browser: Client, name: str, address: str) -> tuple[Took, str]:
    if name.endswith("made anew"):
        caches["process"].clear()
    began, processor = time.perf_counter(), time.process_time()
    answer = browser.get(f"/admin/{address}")
    took = (time.perf_counter() - began) * 1000, (time.process_time() - processor) * 1000
    if answer.status_code != OK:
        raise RuntimeError(f"{name}: {answer.status_code}")
    return took, answer.content.decode()


def measure_jobs(browser: Client, rows: admin_pages.Known, sealed: int) -> None:
    """Exports are of the last fifth of the events."""
    carry_out("seal_audit", "--limit", str(sealed))
    carry_out("verify_audit")
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        query = "SELECT at FROM objects_app_auditevent WHERE id = (SELECT MAX(id) * 4 / 5 FROM objects_app_auditevent)"
        (since,) = database.execute(query).fetchone() or (rows.event_at,)
    for layout in ("csv", "ndjson"):
        chosen = {"format": layout, "account": rows.account}
        browser.post(f"/admin/export-events/?since={since:%Y-%m-%dT%H:%M}", chosen)
        carry_out("export_events")


def carry_out(*command: str) -> None:
    began, before = time.monotonic(), processes.resident_kib(os.getpid())
    processes.forget_peak(os.getpid())
    call_command(*command)
    memory = (processes.peak_kib(os.getpid()) - before) / 1024
    print(f"{command[0]}: {time.monotonic() - began:.1f} s, {memory:.0f} MiB more", flush=True)


if __name__ == "__main__":
    main()
