"""Where everything is found."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from huhang.doors.frame.passkeys import passkey_login

handler400 = "huhang.doors.frame.pages.bad_request"
handler403 = "huhang.doors.frame.pages.denied"
handler404 = "huhang.doors.frame.pages.missing"
handler500 = "huhang.doors.frame.pages.broken"

# Only what is used: nobody signs up, confirms an address or resets a password by mail (SAFEGUARDS 1).
accounts: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/webauthn/login/", passkey_login, name="mfa_login_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("", include("huhang.doors.hall.urls")),
    path("account/", include(accounts)),
    path("language/", set_language, name="set_language"),
    path("desk/", include("huhang.doors.desk.urls")),
    path("supervision/", include("huhang.doors.supervision.urls")),
    path("api/", include("huhang.doors.api.urls")),
]
