"""Addresses of notices."""

from django.urls import path

from huhang.doors.desk.notices import acting, pages, writing

urlpatterns = [
    path("notices/", pages.list_page, name="notices"),
    path("notices/new/", writing.new_page, name="notice_new"),
    path("notices/<uuid:pk>/", pages.notice_page, name="notice"),
    path("notices/<uuid:pk>/edit/", writing.edit_page, name="notice_edit"),
    path("notices/<uuid:pk>/correct/", writing.correct_page, name="notice_correct"),
    path("notices/<uuid:pk>/submit/", acting.submit_page, name="notice_submit"),
    path("notices/<uuid:pk>/decide/", acting.decide_page, name="notice_decide"),
    path("notices/<uuid:pk>/remind/", acting.remind_page, name="notice_remind"),
    path("notices/<uuid:pk>/withdraw/", acting.withdraw_page, name="notice_withdraw"),
    path("notices/<uuid:pk>/progress/", pages.progress_page, name="notice_progress"),
    path("notices/<uuid:pk>/export/", pages.export_page, name="notice_export"),
    path("notices/<uuid:pk>/files/<uuid:enclosure>/", pages.file_page, name="notice_file"),
]
