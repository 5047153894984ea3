"""The broker is a hint: a sweep can be hurried by name, and a message that is lost costs only time."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

logger = logging.getLogger(__name__)
WORTH_SECONDS = 60  # by then the schedule has sent another one; messages that pile up would sweep the same rows


def hurry(task: str, **arguments: str) -> None:
    """Send once the surrounding transaction is committed."""
    transaction.on_commit(lambda: _send(task, arguments))


def _send(task: str, arguments: dict[str, str]) -> None:
    try:
        current_app.send_task(task, kwargs=arguments, expires=WORTH_SECONDS)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("%s could not be hurried and will run on its schedule: %s", task, error)
