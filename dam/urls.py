"""Every address: the pages are `search.urls`, the API is `search.api`."""

from django.urls import include, path

from search.api import api

urlpatterns = [path("api/", api.urls), path("", include("search.urls"))]
