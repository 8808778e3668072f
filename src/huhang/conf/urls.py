"""Where everything is found."""

from django.urls import include, path
from django.views.i18n import set_language

handler400 = "huhang.doors.frame.pages.bad_request"
handler403 = "huhang.doors.frame.pages.denied"
handler404 = "huhang.doors.frame.pages.missing"
handler500 = "huhang.doors.frame.pages.broken"

urlpatterns = [
    path("", include("huhang.doors.hall.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("language/", set_language, name="set_language"),
    path("desk/", include("huhang.doors.desk.urls")),
    path("supervision/", include("huhang.doors.supervision.urls")),
    path("api/", include("huhang.doors.api.urls")),
]
