"""Objects for browsers to look at, made as programs make them."""

import httpx

from tests.browser.conftest import Site


def put(site: Site, name: str, content: bytes, content_type: str = "text/plain", **more) -> str:
    """A finished object of alice's account; return its id."""
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.key}"}) as api:
        created = api.post("/v1/objects", json={"name": name, "content_type": content_type, **more}).json()
        httpx.put(created["upload_url"], content=content).raise_for_status()
        api.post(f"/v1/objects/{created['id']}/complete").raise_for_status()
    return created["id"]
