"""Addresses of police posts."""

from django.urls import path

from huhang.doors.desk.posts import deciding, importing, listing, lists, month, post, taking

urlpatterns = [
    path("posts/", listing.posts, name="posts"),
    path("posts/new/", deciding.new_post, name="post_new"),
    path("posts/proposals/", listing.proposals, name="post_proposals"),
    path("posts/proposals/<uuid:pk>/", deciding.proposal, name="post_proposal"),
    path("posts/hazards/", lists.hazards, name="hazards"),
    path("posts/disputes/", lists.disputes, name="disputes"),
    path("posts/hazards/new/", taking.new_hazard, name="hazard_new"),
    path("posts/disputes/new/", taking.new_dispute, name="dispute_new"),
    path("posts/import/", importing.imports, name="post_imports"),
    path("posts/import/template/<slug:what>/", importing.import_template, name="post_import_template"),
    path("posts/import/<uuid:pk>/", importing.import_page, name="post_import"),
    path("posts/month/", month.month_of_all, name="post_months"),
    path("posts/<uuid:pk>/month/", month.month_of_post, name="post_month"),
    path("posts/<uuid:pk>/", post.post_page, name="post"),
]
