"""Addresses of police posts."""

from django.urls import path

from huhang.doors.desk.posts import deciding, listing, post

urlpatterns = [
    path("posts/", listing.posts, name="posts"),
    path("posts/new/", deciding.new_post, name="post_new"),
    path("posts/proposals/", listing.proposals, name="post_proposals"),
    path("posts/proposals/<uuid:pk>/", deciding.proposal, name="post_proposal"),
    path("posts/<uuid:pk>/", post.post_page, name="post"),
]
