"""The OpenAPI document: what the framework writes of the operations, with the scopes that each asks for."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from search.api.guard import Guard

_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token: `manage.py tokens create`, or the page /tokens. The scope is beside each operation.",
    },
    "pages": {
        "type": "apiKey",
        "in": "cookie",
        "name": "afterimage_session",
        "description": (
            "Whoever is signed in at the pages has every scope; what changes something needs the header X-CSRFToken "
            "too. Without a password this holds for every request from the same machine, with no cookie."
        ),
    },
}


class Document(OpenAPISchema):
    """The document of the whole API."""

    def methods(self, operations: list[Operation]) -> dict[str, Any]:
        """Return the operations of a path; HEAD goes without saying wherever GET is."""
        found: dict[str, Any] = super().methods(operations)
        found.pop("head", None)
        return found

    def operation_security(self, operation: Operation) -> list[dict[str, list[str]]]:
        """Return the ways in, each with the scope that it must have."""
        self.securitySchemes = _SCHEMES
        scopes = [str(guard.scope) for guard in operation.auth_callbacks if isinstance(guard, Guard)]
        return [{name: scopes} for name in _SCHEMES]
