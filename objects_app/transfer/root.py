"""The root of all HTTP: signed transfer natively, all else through Django; one line in the log for each request."""

import logging
import re
import time

from objects_app import errors
from objects_app.errors import BodyTimeout, BodyTooLarge, InternalError, LengthMismatch, NotFound, ObjectsError
from objects_app.transfer import content_host, tls
from objects_app.transfer.addresses import client_address
from objects_app.transfer.downloads import send_download
from objects_app.transfer.exchange import ClientGone, Exchange, Message, Receive, Send
from objects_app.transfer.uploads import admit_upload, receive_upload
from objects_app.transfer.wsgi import (
    FOR_PROGRAMS,
    AnswerDirectly,
    WsgiApplication,
    call_django,
    leave_to_django,
    show_refusal,
)

access_log = logging.getLogger("holdall.access")
logger = logging.getLogger(__name__)
SIGNED_PATH = re.compile(r"/(upload|download)/(obj_[^/]*)")
ADMISSION = re.compile(r"/admit/([0-9]{1,19})/upload/(obj_[^/]*)")
SIGNED = {"upload": receive_upload, "download": send_download}
BODY_CUT = "The connection ended before the body did. Nothing was stored."
CLIENT_GONE = 499  # nginx's word for a client that left before its answer


class Root:
    """An ASGI application for `granian --interface asginl`."""

    def __init__(self, django: WsgiApplication, answer_directly: AnswerDirectly = leave_to_django) -> None:
        self.django = django
        self.answer_directly = answer_directly

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        exchange = Exchange(scope, receive, send, address=client_address(scope), always=tls.headers_for(scope))
        started = time.perf_counter()
        try:
            await self._answer(exchange)
        except ClientGone:
            exchange.status = CLIENT_GONE
        finally:
            seconds = time.perf_counter() - started
            access_log.info(
                "%s %s %d %d bytes %.1f ms from %s",
                exchange.method,
                exchange.path,
                exchange.status,
                exchange.sent,
                seconds * 1000,
                exchange.address,
            )

    async def _answer(self, exchange: Exchange) -> None:
        try:
            await self._route(exchange)
        except ClientGone as gone:
            if exchange.status:
                raise
            await exchange.answer_error(LengthMismatch(BODY_CUT))
            raise ClientGone from gone
        except Exception as failure:  # the last line of defence: every failure gets an answer
            error = errors.named(failure)
            if error is None:
                logger.exception("%s %s failed", exchange.method, exchange.path)
            if exchange.status:
                raise ClientGone from failure
            await self._refuse(exchange, error or InternalError())
            if not isinstance(error, BodyTimeout):
                await exchange.linger()

    async def _refuse(self, exchange: Exchange, error: ObjectsError) -> None:
        """JSON where programs call; what keeps a form of a page from being read is told by a page."""
        is_program = f"{exchange.path}/".startswith(FOR_PROGRAMS)
        if isinstance(error, BodyTooLarge | BodyTimeout) and not is_program:
            await show_refusal(exchange, self.django, error)
        else:
            await exchange.answer_error(error)

    async def _route(self, exchange: Exchange) -> None:
        match = SIGNED_PATH.fullmatch(exchange.path)
        if content_host.was_asked(exchange) and not (match and match[1] == "download"):
            raise NotFound
        if match:
            await SIGNED[match[1]](exchange, match[2])
        elif admission := ADMISSION.fullmatch(exchange.path):
            await admit_upload(exchange, admission[1], admission[2])
        elif tls.is_refused(exchange):
            await tls.refuse(exchange)
        else:
            await call_django(exchange, self.django, self.answer_directly)
