"""Every address: the pages are `search.urls`."""

from django.urls import include, path

urlpatterns = [path("", include("search.urls"))]
