"""What the Bot API answers when it refuses."""

import json
from typing import Any


class ApiError(Exception):
    """Carry one refusal: HTTP code, Telegram's own words, and `parameters` such as `retry_after`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> bytes:
        """Return the JSON document that Telegram sends with this refusal."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return json.dumps(answer).encode()


def bad_request(what: str, **parameters: int) -> ApiError:
    """Return a 400 whose description begins with the usual words."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


def forbidden(what: str) -> ApiError:
    """Return a 403 whose description begins with the usual words."""
    return ApiError(403, f"Forbidden: {what}")


def too_many_requests(retry_after: int) -> ApiError:
    """Return the 429 that asks to wait `retry_after` seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
