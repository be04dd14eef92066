"""Every page's address."""

from django.urls import URLPattern, URLResolver, path

from search.views import activity, asset, library, media, search, sign_in, welcome

app_name = "search"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", search.home, name="home"),
    path("results", search.results, name="results"),
    path("examples", search.example_searches, name="examples"),
    path("results/more", search.more, name="more"),
    path("asset/<int:asset_id>", asset.asset, name="asset"),
    path("asset/<int:asset_id>/similar", asset.similar, name="similar"),
    path("asset/<int:asset_id>/captions.vtt", asset.captions, name="captions"),
    path("library", library.library, name="library"),
    path("library/more", library.more, name="library-more"),
    path("libraries/add", welcome.add, name="add-library"),
    path("activity", activity.activity, name="activity"),
    path("activity.json", activity.as_json, name="activity-json"),
    path("activity/live", activity.live, name="activity-live"),
    path("activity/troubles", activity.troubles, name="activity-troubles"),
    path("activity/ring", activity.ring, name="activity-ring"),
    path("activity/retry", activity.retry, name="retry"),
    path("media/rendition/<int:rendition_id>/<str:name>", media.rendition, name="rendition"),
    path("media/original/<int:asset_id>", media.original, name="original"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
]
