"""`manage.py roll_up_key_uses`: the sweep of the uses of API keys, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Write the newest use of each API key into the key."
    job = "roll_up_key_uses"
