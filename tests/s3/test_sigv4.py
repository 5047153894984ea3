"""Our verifier of signatures: what boto3 signs is taken, and every single way to be wrong is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from tests import sigv4
from tests.s3.conftest import ALICE, ENDPOINT, KEY
from tests.sigv4 import Credentials, Refused, Request

CHECKSUM = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
FROM_THE_DOCUMENTATION = Request.to_url(
    "GET",
    "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
    "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
)


def now() -> datetime:
    return datetime.now(UTC)


def verify(request: Request, by: Credentials = ALICE, **later: float) -> sigv4.Signature:
    return sigv4.verify(request, by, now() + timedelta(**later))


def refusal(request: Request, by: Credentials = ALICE, **later: float) -> str:
    with pytest.raises(Refused) as refused:
        verify(request, by, **later)
    return refused.value.code


def with_target(request: Request, old: str, new: str) -> Request:
    assert old in request.target
    return replace(request, target=request.target.replace(old, new))


def with_header(request: Request, name: str, value: str | None) -> Request:
    others = tuple(header for header in request.headers if header[0].lower() != name)
    return replace(request, headers=others if value is None else (*others, (name, value)))


def test_the_example_of_the_documentation_is_right():
    someone = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    signature = sigv4.verify(FROM_THE_DOCUMENTATION, someone, datetime(2013, 5, 24, 23, tzinfo=UTC))
    assert (signature.headers, signature.lifetime) == (("host",), timedelta(days=1))


def test_a_presigned_put_signs_the_host_alone(presign):
    request = presign("put_object", headers=[("Content-Type", "text/plain"), ("Content-Length", "5")], body=b"hello")
    signature = verify(request)
    assert (signature.headers, signature.lifetime) == (("host",), timedelta(seconds=60))


def test_a_declared_length_and_checksum_are_signed(presign):
    headers = [("Content-Length", "5"), ("X-Amz-Checksum-Sha256", CHECKSUM)]
    request = presign("put_object", ContentLength=5, ChecksumSHA256=CHECKSUM, headers=headers)
    assert verify(request).headers == ("content-length", "host", "x-amz-checksum-sha256")
    assert refusal(with_header(request, "content-length", "6")) == "SignatureDoesNotMatch"
    assert refusal(with_header(request, "content-length", None)) == "SignatureDoesNotMatch"
    assert refusal(with_header(request, "x-amz-checksum-sha256", CHECKSUM.lower())) == "SignatureDoesNotMatch"
    assert refusal(with_header(request, "x-amz-checksum-sha256", None)) == "SignatureDoesNotMatch"


def test_a_presigned_get_signs_what_the_answer_is_to_say(presign):
    disposition = "attachment; filename=\"f.txt\"; filename*=UTF-8''%C3%A9 é+&=/"
    request = presign("get_object", ResponseContentDisposition=disposition, ResponseCacheControl="private, no-store")
    assert dict(request.query)["response-content-disposition"] == disposition
    assert verify(request).headers == ("host",)
    assert refusal(with_target(request, "attachment", "inline")) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("action", ["put_object", "get_object"])
def test_temporary_credentials_send_their_token(presign, action):
    temporary = replace(ALICE, session_token="to/ken+=")
    request = presign(action, by=temporary)
    verify(request, temporary)
    assert refusal(request) == "InvalidToken"
    assert refusal(presign(action), temporary) == "InvalidToken"


@pytest.mark.parametrize("key", ["a", "a/b//c", "a b+c%2F~", "é/漢", "..hidden/-_.", "q?x=1&y"])
def test_keys_are_encoded_once(presign, key):
    assert verify(presign("get_object", Key=key))


def test_calls_with_a_header_are_taken(capture):
    put = capture("put_object", Key=KEY, Body=b"hello", Metadata={"a": "b   c"})
    assert put.sha256 == sha256(b"hello").hexdigest()
    assert "x-amz-content-sha256" in verify(put).headers
    source = {"Bucket": "bucket", "Key": KEY}
    assert (
        "x-amz-copy-source-if-match"
        in verify(capture("copy_object", Key="k", CopySource=source, CopySourceIfMatch='"etag"')).headers
    )
    assert verify(capture("list_objects_v2", Prefix="staging/é +", Delimiter="/")).lifetime is None
    assert verify(capture("delete_objects", Delete={"Objects": [{"Key": KEY}]}))


def test_a_body_may_go_unsigned_where_the_header_says_so(capture):
    request = capture("put_object", signs_bodies=False, Key="k", Body=b"hello")
    assert request.header("x-amz-content-sha256") == sigv4.UNSIGNED
    assert verify(request)


def test_another_body_than_the_signed_one_is_refused(capture):
    request = replace(capture("put_object", Key="k", Body=b"hello"), sha256=sha256(b"hullo").hexdigest())
    assert refusal(request) == "XAmzContentSHA256Mismatch"


def test_a_digest_of_another_body_does_not_pass_as_the_signed_one(capture):
    request = replace(capture("put_object", Key="k", Body=b"hello"), sha256=sigv4.EMPTY)
    assert refusal(with_header(request, "x-amz-content-sha256", sigv4.EMPTY)) == "SignatureDoesNotMatch"
    assert refusal(with_header(request, "x-amz-content-sha256", sigv4.UNSIGNED)) == "SignatureDoesNotMatch"
    assert refusal(with_header(request, "x-amz-content-sha256", None)) == "InvalidRequest"


@pytest.mark.parametrize("part", ["/bucket/", "staging/obj_1", "X-Amz-Expires=60", "X-Amz-Signature="])
def test_nothing_of_a_url_can_be_changed(presign, part):
    changed = {"X-Amz-Expires=60": "X-Amz-Expires=61", "X-Amz-Signature=": "X-Amz-Signature=0"}
    assert refusal(with_target(presign("get_object"), part, changed.get(part, "/other/"))) == "SignatureDoesNotMatch"


def test_a_parameter_can_be_neither_added_nor_dropped(presign):
    request = presign("get_object", ResponseContentType="text/plain")
    assert refusal(replace(request, target=request.target + "&acl")) == "SignatureDoesNotMatch"
    assert refusal(with_target(request, "response-content-type=text%2Fplain&", "")) == "SignatureDoesNotMatch"


def test_a_url_is_good_for_one_method(presign):
    assert refusal(replace(presign("get_object"), method="PUT")) == "SignatureDoesNotMatch"


def test_a_url_is_good_for_one_host(presign):
    assert refusal(with_header(presign("get_object"), "host", "other.example")) == "SignatureDoesNotMatch"


def test_a_url_ends_with_its_lifetime(presign):
    request = presign("get_object", seconds=60)
    assert verify(request, seconds=58)
    assert refusal(request, seconds=62) == "AccessDenied"


def test_a_url_of_the_future_is_refused_beyond_a_skew(presign):
    request = presign("get_object")
    assert verify(request, minutes=-14)
    assert refusal(request, minutes=-16) == "AccessDenied"


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_header_is_good_for_a_quarter_of_an_hour(capture, minutes):
    request = capture("head_object", Key="k")
    assert verify(request, minutes=minutes * 14 / 16)
    assert refusal(request, minutes=minutes) == "RequestTimeTooSkewed"


def test_a_date_that_is_none_is_refused(capture):
    day = f"{now():%Y%m%d}"
    request = with_header(capture("head_object", Key="k"), "x-amz-date", f"{day}T99")
    signature = sigv4._in_the_header(request)
    authorization = request.header("authorization").replace(signature.value, sigv4._computed(request, signature, ALICE))
    assert refusal(with_header(request, "authorization", authorization)) == "AccessDenied"


@pytest.mark.parametrize("seconds", [0, 604_801])
def test_a_lifetime_over_a_week_or_of_none_is_refused(presign, seconds):
    assert refusal(presign("get_object", seconds=seconds)) == "AuthorizationQueryParametersError"
    assert verify(presign("get_object", seconds=604_800)).lifetime == timedelta(days=7)


@pytest.mark.parametrize("value", ["", "-1", "1e3", "٣"])
def test_a_lifetime_that_is_no_number_is_refused(presign, value):
    request = with_target(presign("get_object"), "X-Amz-Expires=60", f"X-Amz-Expires={value}")
    assert refusal(request) == "AuthorizationQueryParametersError"


@pytest.mark.parametrize("name", sorted(sigv4.QUERY - {"Signature"}))
def test_every_parameter_must_be_there_once(presign, name):
    request = presign("get_object")
    renamed = with_target(request, f"X-Amz-{name}=", f"X-Was-{name}=")
    doubled = replace(request, target=f"{request.target}&X-Amz-{name}=1")
    assert refusal(renamed) == refusal(doubled) == "AuthorizationQueryParametersError"


def test_another_algorithm_is_refused(presign):
    request = with_target(presign("get_object"), "Algorithm=AWS4-HMAC", "Algorithm=AWS4-ECDSA-P256")
    assert refusal(request) == "AuthorizationQueryParametersError"


def test_a_host_that_is_not_signed_is_refused(presign):
    request = with_target(presign("get_object"), "SignedHeaders=host", "SignedHeaders=accept")
    assert refusal(request) == "AccessDenied"


def test_an_amazon_header_that_was_not_signed_is_refused(presign):
    assert refusal(presign("put_object", headers=[("X-Amz-Acl", "public-read")])) == "AccessDenied"
    assert refusal(presign("put_object", headers=[("x-amz-checksum-sha256", CHECKSUM)])) == "AccessDenied"


def test_an_unknown_key_is_refused(presign, capture):
    mallory = Credentials("AKMALLORY", ALICE.secret_key)
    assert refusal(presign("get_object", by=mallory)) == "InvalidAccessKeyId"
    assert refusal(capture("head_object", by=mallory, Key="k")) == "InvalidAccessKeyId"


def test_a_wrong_secret_is_refused(presign, capture):
    mallory = Credentials(ALICE.access_key, "guessed")
    assert refusal(presign("get_object", by=mallory)) == "SignatureDoesNotMatch"
    assert refusal(capture("head_object", by=mallory, Key="k")) == "SignatureDoesNotMatch"


def test_another_region_is_refused(presign, capture):
    abroad = replace(ALICE, region="eu-west-1")
    assert refusal(presign("get_object", by=abroad)) == "AuthorizationQueryParametersError"
    assert refusal(capture("head_object", by=abroad, Key="k")) == "AuthorizationHeaderMalformed"
    assert verify(presign("get_object", by=abroad), abroad)


def test_another_service_is_refused(presign):
    request = with_target(presign("get_object"), "%2Fs3%2F", "%2Fsqs%2F")
    assert refusal(request) == "AuthorizationQueryParametersError"


def test_a_scope_of_another_day_is_refused(presign):
    request = with_target(presign("get_object"), f"%2F{now():%Y%m%d}%2F", "%2F20130524%2F")
    assert refusal(request) == "AuthorizationQueryParametersError"


def test_a_request_signs_in_one_way(presign):
    assert refusal(Request.to_url("GET", ENDPOINT)) == "AccessDenied"
    assert refusal(presign("get_object", headers=[("Authorization", "Basic YQ==")])) == "InvalidArgument"
    assert refusal(Request.to_url("GET", ENDPOINT, [("Authorization", "AWS a:b")])) == "AuthorizationHeaderMalformed"
