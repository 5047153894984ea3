"""The settings of a bucket: what is wrong is one sentence at the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import bucket

GIVEN = {"bucket_name": "objects", "endpoint_url": "https://s3.example.com", "region_name": "", "access_key": "K"}


def test_what_is_not_given_is_left_to_django_storages():
    options = bucket.backend_options(GIVEN, further="")
    assert options == {"bucket_name": "objects", "endpoint_url": "https://s3.example.com", "access_key": "K"}


def test_further_options_of_django_storages_are_handed_on():
    further = '{"object_parameters": {"StorageClass": "STANDARD_IA"}}'
    assert bucket.backend_options(GIVEN, further=further)["object_parameters"] == {"StorageClass": "STANDARD_IA"}


@pytest.mark.parametrize("further", ["{", "[]", '{"bucket_name": "other"}', '{"client_config": 1}'])
def test_options_that_are_no_object_or_set_elsewhere_are_refused(further):
    with pytest.raises(ImproperlyConfigured, match=r"^S3_OPTIONS"):
        bucket.backend_options(GIVEN, further=further)


@pytest.mark.parametrize("name", ["a", "Upper", "with space", "-a-", "x" * 64])
def test_what_is_no_name_of_a_bucket_is_refused(name):
    with pytest.raises(ImproperlyConfigured, match=r"^S3_BUCKET"):
        bucket.check_name(name, is_needed=True)


def test_a_bucket_is_only_needed_where_objects_go_into_it():
    assert bucket.check_name("", is_needed=False) == ""
    with pytest.raises(ImproperlyConfigured, match="S3_BUCKET is missing"):
        bucket.check_name("", is_needed=True)


@pytest.mark.parametrize(
    "url", ["s3.example.com", "ftp://s3.example.com", "https://", "https://h:x", "https://h?x=1", "https://h/p"]
)
def test_what_is_no_endpoint_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match=r"^S3_ENDPOINT_URL"):
        bucket.check_endpoint("S3_ENDPOINT_URL", url)


def test_browsers_may_be_led_to_the_bucket_however_it_is_addressed():
    assert bucket.origins(GIVEN, "http://127.0.0.1:9000") == ["http://127.0.0.1:9000", "http://objects.127.0.0.1:9000"]
    assert bucket.origins({"bucket_name": "objects", "region_name": "eu-west-1"}, "") == [
        "https://objects.s3.amazonaws.com",
        "https://objects.s3.eu-west-1.amazonaws.com",
    ]
    assert bucket.origins({"bucket_name": ""}, "") == []
