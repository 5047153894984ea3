"""The keys and values in the metadata of an account's objects, to be offered where people filter by them."""

from objects_app import access
from objects_app.access import Actor, Verb

MOST_METADATA = 1_000


def metadata_keys(actor: Actor) -> list[str]:
    """The keys in the metadata of the account's objects, sorted; at most MOST_METADATA."""
    access.require_scope(actor, Verb.READ)
    pairs = access.own_metadata(actor).order_by("key").values_list("key", flat=True)
    return list(pairs.distinct()[:MOST_METADATA])


def metadata_values(actor: Actor, key: str) -> list[str]:
    access.require_scope(actor, Verb.READ)
    pairs = access.own_metadata(actor).filter(key=key).order_by("value").values_list("value", flat=True)
    return list(pairs.distinct()[:MOST_METADATA])
