"""Whether the house answers and its database does."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from huhang.doors.frame.gates import public


@public
def health(request: HttpRequest) -> HttpResponse:
    """``ok`` in plain text once the database has answered; without it the refusal page says 503."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
