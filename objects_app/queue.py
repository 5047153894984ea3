"""The broker is a hint: a sweep can be hurried by name, and a message that is lost costs only time."""

import logging
from functools import cache
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from celery import Celery

logger = logging.getLogger(__name__)
WORTH_SECONDS = 60  # by then the schedule has sent another one; messages that pile up would sweep the same rows


def hurry(task: str, **arguments: str) -> None:
    """Send once the surrounding transaction is committed."""
    transaction.on_commit(lambda: _send(task, arguments))


def _send(task: str, arguments: dict[str, str]) -> None:
    from kombu.exceptions import ChannelError, OperationalError  # noqa: PLC0415  as `sender` says

    try:
        sender().send_task(task, kwargs=arguments, expires=WORTH_SECONDS)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("%s could not be hurried and will run on its schedule: %s", task, error)


@cache
def sender() -> "Celery":
    """What sends from any process. Web processes have no Celery of their own, and load it when they need it first."""
    from celery import Celery  # noqa: PLC0415

    app = Celery("holdall", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    return app
