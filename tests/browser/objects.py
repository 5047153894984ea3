"""Objects for browsers to look at, made as programs make them."""

import base64

import httpx

from tests.browser.conftest import Site

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 200 100]>> endobj
trailer <</Size 4 /Root 1 0 R>>
%%EOF"""


def put(site: Site, name: str, content: bytes, content_type: str = "text/plain", **more) -> str:
    """A finished object of alice's account; return its id."""
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.key}"}) as api:
        created = api.post("/v1/objects", json={"name": name, "content_type": content_type, **more}).json()
        httpx.put(created["upload_url"], content=content).raise_for_status()
        api.post(f"/v1/objects/{created['id']}/complete").raise_for_status()
    return created["id"]
