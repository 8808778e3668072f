"""Addresses of responsible officers."""

from django.urls import path

from huhang.doors.desk.liaisons import listing, plans, skills, subject

urlpatterns = [
    path("liaisons/", listing.liaisons, name="liaisons"),
    path("liaisons/mine/", listing.mine, name="liaisons_mine"),
    path("liaisons/plans/", plans.plans, name="liaison_plans"),
    path("liaisons/plans/<uuid:pk>/", plans.plan_page, name="liaison_plan"),
    path("liaisons/skills/", skills.skills, name="liaison_skills"),
    path("liaisons/subjects/<uuid:pk>/", subject.subject_page, name="liaison_subject"),
]
