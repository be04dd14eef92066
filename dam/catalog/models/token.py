"""The tokens with which programs use the API."""

from django.db import models


class ApiToken(models.Model):
    """A token by the SHA-256 of its secret, which itself is shown once and kept nowhere; a revoked one is deleted."""

    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)  # values of dam.types.Scope
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
