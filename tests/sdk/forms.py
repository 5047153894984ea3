"""The official client in its two forms, so that one test covers both: `now` waits where the form is async."""

import asyncio

from runloop_api_client import AsyncRunloop, AsyncRunloopSDK, Runloop, RunloopSDK

END = object()


class SyncForm:
    def __init__(self, base_url, key, *, strict=True):
        address = {"base_url": base_url, "bearer_token": key}
        self.client = Runloop(**address, _strict_response_validation=strict)
        self.sdk = RunloopSDK(**address)
        self.objects = self.client.objects
        self.storage_object = self.sdk.storage_object

    def now(self, result):
        return result

    def each(self, pages):
        yield from pages

    def stream(self, parts):
        yield from parts

    def close(self):
        self.client.close()
        self.sdk.close()


class AsyncForm:
    """Keeps one event loop for its life, because the client's connections belong to a loop."""

    def __init__(self, base_url, key, *, strict=True):
        address = {"base_url": base_url, "bearer_token": key}
        self.runner = asyncio.Runner()
        self.client = AsyncRunloop(**address, _strict_response_validation=strict)
        self.sdk = AsyncRunloopSDK(**address)
        self.objects = self.client.objects
        self.storage_object = self.sdk.storage_object

    def now(self, awaitable):
        async def result():
            return await awaitable

        return self.runner.run(result())

    def each(self, pages):
        items = aiter(pages)
        while (item := self.now(anext(items, END))) is not END:
            yield item

    async def stream(self, parts):
        for part in parts:
            yield part

    def close(self):
        self.now(self.client.close())
        self.now(self.sdk.aclose())
        self.runner.close()
