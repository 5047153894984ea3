"""What the web server runs: `granian --interface asginl config.asgi:application`."""

import gc
import os

import django

from config import databases

databases.started_as = "web"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.handlers import Handlers  # noqa: E402  settings are ready only now
from objects_app.processes import die_with_parent  # noqa: E402
from objects_app.transfer.root import Root  # noqa: E402

die_with_parent()
handlers = Handlers()
application = Root(handlers, handlers.answer_directly)
gc.freeze()  # what is loaded stays: a full collection of it would hold up all requests for a tenth of a second
