"""Every answer tells its length, so that the load client knows where it ends."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]


def with_length(respond: Respond) -> Respond:
    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer
