"""Addresses of police posts."""

from django.urls import path

from huhang.doors.desk.posts import deciding, listing, month, post, taking

urlpatterns = [
    path("posts/", listing.posts, name="posts"),
    path("posts/new/", deciding.new_post, name="post_new"),
    path("posts/proposals/", listing.proposals, name="post_proposals"),
    path("posts/proposals/<uuid:pk>/", deciding.proposal, name="post_proposal"),
    path("posts/hazards/new/", taking.new_hazard, name="hazard_new"),
    path("posts/disputes/new/", taking.new_dispute, name="dispute_new"),
    path("posts/month/", month.month_of_all, name="post_months"),
    path("posts/<uuid:pk>/month/", month.month_of_post, name="post_month"),
    path("posts/<uuid:pk>/", post.post_page, name="post"),
]
