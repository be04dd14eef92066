"""Every refusal of the API in one shape: `{"error": {"code": …, "message": …}}`, whatever raised it."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, Field

from dam.errors import AfterimageError, AlreadyNamed, EngineError, QueryError
from search.access import API

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    415: "not_json",
    416: "range_not_satisfiable",
    500: "server_error",
}
_MESSAGES = {
    400: "The request can't be understood.",
    404: "There is nothing at this address.",
    405: "This address does not take that method; the header Allow names those that it takes.",
    416: "The range lies beyond the end of the file; the header Content-Range gives its size.",
    500: "Something went wrong here, not in the request; the log says what.",
}
_AT_CHARACTER = re.compile(r"\bat character (\d+)")


class ErrorDetail(BaseModel):
    """What went wrong, for programs and for people."""

    code: str = Field(description="A word for programs; it stays the same when the message is reworded.")
    message: str = Field(description="A plain sentence that can be shown as it is.")
    position: int | None = Field(
        default=None, description="The character of the search at which it can't be read, counted from 1."
    )
    field: str | None = Field(default=None, description="The parameter or field that is wrong, like `query.limit`.")
    existing_id: int | None = Field(default=None, description="Who has the name that was asked for already.")


class Problem(BaseModel):
    """The body of every answer from 400 up."""

    error: ErrorDetail


class Refused(Exception):
    """An answer other than the one asked for: its status, a code, a sentence, and headers if any."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def missing(what: str, number: int) -> Refused:
    """Return the refusal for something that is not there."""
    return Refused(404, "not_found", f"There is no {what} {number}.")


def answers(model: Any, *others: int, success: int = 200) -> dict[int, Any]:
    """Return the statuses of an operation with their bodies, as its document lists them.

    Each may also refuse the token (401, 403, 429); those with parameters, what they are given (422).
    """
    return {success: model, **dict.fromkeys(sorted({401, 403, 422, 429, *others}), Problem)}


def handle_errors(api: NinjaAPI) -> None:
    """Let the API answer each of our errors, and the framework's, in the one shape."""
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        Refused: refusal,
        ValidationError: _invalid,
        HttpError: _http,
        QueryError: _unreadable,
        EngineError: _unavailable,
        AlreadyNamed: _taken,
        AfterimageError: _impossible,
    }
    for kind, handler in handlers.items():
        api.exception_handler(kind)(handler)


def problem(status: int, code: str, message: str, **details: object) -> JsonResponse:
    """Return an answer that refuses; details that are None are left out."""
    body = {"code": code, "message": message, **{name: value for name, value in details.items() if value is not None}}
    return JsonResponse({"error": body}, status=status)


def refusal(_request: HttpRequest, error: Refused) -> HttpResponse:
    """Return what a refusal answers."""
    answer = problem(error.status, error.code, str(error))
    for name, value in error.headers.items():
        answer[name] = value
    return answer


class ApiErrorsMiddleware:
    """Puts what never reaches an operation into the same shape: unknown addresses, methods, hosts, and crashes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a refusal that is no JSON keeps its status and headers, and gets a body in words."""
        response = self._get_response(request)
        if not request.path.startswith(API) or response.status_code < 400:
            return response
        if not response.get("Content-Type", "").startswith("application/json"):
            status = response.status_code
            told = problem(
                status,
                _CODES.get(status, "refused"),
                _MESSAGES.get(status, f"{HTTPStatus(status).phrase}."),
            )
            response.content = told.content
            response["Content-Type"] = told["Content-Type"]
            response["Content-Length"] = str(len(told.content))
        return response


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the first thing that is wrong: one sentence is read, a list is not."""
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"])
    return problem(422, "invalid", f"{field}: {first['msg']}.", field=field)


def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    message = "The body is no JSON." if error.status_code == 400 else str(error)
    return problem(error.status_code, _CODES.get(error.status_code, "refused"), message)


def _unreadable(_request: HttpRequest, error: QueryError) -> HttpResponse:
    found = _AT_CHARACTER.search(str(error))
    return problem(400, "query", str(error), position=int(found[1]) if found else None)


def _unavailable(_request: HttpRequest, error: EngineError) -> HttpResponse:
    return problem(503, "engine_unavailable", str(error))


def _taken(_request: HttpRequest, error: AlreadyNamed) -> HttpResponse:
    return problem(409, "already_named", str(error), existing_id=error.existing_id)


def _impossible(_request: HttpRequest, error: AfterimageError) -> HttpResponse:
    return problem(400, "not_possible", str(error))
