"""Where the hall's pages are found."""

from django.urls import path

from huhang.doors.hall import (
    calendar,
    filing,
    following,
    health,
    leaving,
    link,
    looks,
    moves,
    phone,
    rating,
    requests,
    sessions,
    start,
    subjects,
    surveys,
    talking,
    visits,
)

app_name = "hall"

urlpatterns = [
    path("", start.start, name="start"),
    path("healthz", health.health, name="health"),
    path("phone/", phone.phone, name="phone"),
    path("phone/code/", phone.code, name="code"),
    path("file/", filing.file, name="new"),
    path("file/receipt/", filing.receipt, name="receipt"),
    path("follow/", following.follow, name="follow"),
    path("mine/", following.mine, name="mine"),
    path("mine/enterprises/", subjects.subjects, name="subjects"),
    path("mine/enterprises/<uuid:pk>/", subjects.subject, name="subject"),
    path("mine/looks/", looks.looks, name="seen"),
    path("mine/visits/", visits.visits, name="visits"),
    path("mine/gate/<uuid:pk>/", visits.gate_page, name="gate"),
    path("mine/visits/<str:number>/", visits.visit, name="visit"),
    path("leave/", leaving.leave, name="leave"),
    path("s/<str:token>/", link.link, name="link"),
    path("v/<str:token>/", link.visit_link, name="visit_link"),
    path("q/thanks/", surveys.thanks, name="survey_thanks"),
    path("q/<slug:entry>/", surveys.open_survey, name="survey"),
    path("a/<str:token>/", surveys.invited, name="survey_link"),
    path("t/<str:code>/", sessions.session, name="session"),
    path("t/<str:code>/files/<uuid:attachment>/", sessions.material, name="session_file"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar"),
    path("r/<str:number>/", requests.request_page, name="request"),
    path("r/<str:number>/rate/", rating.rate, name="rate"),
    path("r/<str:number>/talk/", talking.talk_page, name="talk"),
    path("r/<str:number>/do/<slug:name>/", moves.move, name="move"),
    path("r/<str:number>/files/<uuid:attachment>/", requests.download, name="download"),
]
