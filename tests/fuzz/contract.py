"""Checks of our own for Schemathesis, where the contract says something else than its built-in ones expect."""

import schemathesis

REFUSED_FOR_STATE = {"invalid_cursor", "nothing_uploaded", "not_downloadable", "content_mismatch"}
deleted: set[str] = set()


@schemathesis.check
def valid_data_is_refused_for_its_state_alone(ctx, response, case):
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_valid and response.status_code == 400:
        refusal = response.json()
        assert refusal["code"] in REFUSED_FOR_STATE, f"valid data was refused: {refusal}"


@schemathesis.check
def a_deleted_object_stays_deleted(ctx, response, case):
    object_id = (case.path_parameters or {}).get("id")
    if not object_id or response.status_code != 200 or not case.path.startswith("/v1/"):
        return
    answer = response.json()
    if answer.get("state") == "DELETED":
        deleted.add(object_id)
    elif object_id in deleted:
        raise AssertionError(f"{object_id} was deleted, and now the answer is {answer}")
