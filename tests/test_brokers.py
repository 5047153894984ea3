"""REDIS_URL: what is wrong is one sentence, which never holds the password."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import brokers


@pytest.mark.parametrize(
    "url", ["redis://h", "redis://h:6380/", "rediss://:p%40@h/3", "redis://[::1]/0?protocol=3", ""]
)
def test_a_redis_url_is_taken_as_it_is(url):
    assert brokers.check_redis_url(url) == url


@pytest.mark.parametrize(
    "url", ["h:6379", "http://:hidden@h", "redis:///0", "redis://:hidden@h:x", "redis://:hidden@h/name", "redis://[::1"]
)
def test_a_wrong_redis_url_is_refused_without_its_password(url):
    with pytest.raises(ImproperlyConfigured, match=r"^REDIS_URL is not redis://") as refusal:
        brokers.check_redis_url(url)
    assert "hidden" not in str(refusal.value)


def test_without_redis_messages_are_files_and_counters_stay_in_the_process():
    assert "data_folder_in" in brokers.transport_options("", Path("broker"))
    assert brokers.cache("")["BACKEND"].endswith("LocMemCache")
