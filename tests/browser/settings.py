"""The product's settings, but for how often one address may sign in: all browsers of the tests come from one."""

from config.settings import *  # noqa: F403
from config.settings import ACCOUNT_RATE_LIMITS

ACCOUNT_RATE_LIMITS = ACCOUNT_RATE_LIMITS | {"login": "10000/10m/ip"}
