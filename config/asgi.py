"""What the web server runs: `granian --interface asginl config.asgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from config import databases

databases.started_as = "web"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

from objects_app.processes import die_with_parent  # noqa: E402
from objects_app.transfer.root import Root  # noqa: E402  settings are ready only now

die_with_parent()
application = Root(django_application)
