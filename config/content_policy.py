"""The policy that pages come with: what they may load, where their forms may end, and nothing inline."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

Policy = dict[str, dict[str, list[Any]]]


def policy(*, public: str, content: str, stores: list[str]) -> Policy:
    """Hosted bytes come from a signed URL of `public` or, where there is such a host, of `content`; each of them may
    lead on to one of the stores.
    """
    shown = [public, *filter(None, [content]), *stores]
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF, NONCE],
            "style-src": [SELF],
            "img-src": [SELF, "data:", *shown],
            "media-src": [SELF, *shown],
            "frame-src": [content, *stores] if content else [NONE],
            "font-src": [SELF],
            # The script of the pages sends bytes to the store itself.
            "connect-src": [SELF, *stores],
            "form-action": [SELF, public, *stores],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
        }
    }
