"""Whoever did something is named beside the moment it was done, or there is a reason why nobody is."""

from django.apps import apps

NOT_AN_ACT = {
    "announcements.Copy": "sent by the worker; opened and read by whoever speaks for its subject",
    "cases.Case": "a summary row; each moment stands in a step with who and why",
    "cases.Assignment": "opened, signed and ended by moves, whose steps name who",
    "cases.Clock": "started and stopped by moves and by the calendar; the steps name who",
    "cases.ClockPause": "begun and ended by moves; the steps name who",
    "cases.SavedView": "`owner` made it",
    "cases.BatchRow": "done by the worker for whoever started the batch",
    "cards.Digest": "sent by the duty",
    "cards.Notice": "told of by the duty to the one it is for",
    "catalog.Entry": "loaded from reviewed files; the journal names who loaded them",
    "jobs.Work": "done by the worker",
    "liaisons.Liaison": "ended by the action that names who in the journal, or by a plan whose row names who",
    "liaisons.Plan": "made by the worker for whoever asked",
    "meetings.AgendaItem": "taken off by a move, whose step names who",
    "meetings.Meeting": "convened for a moment to come and held by a move, whose step names who",
    "notices.Message": "sent by the worker; read by the one it is for",
    "notices.Outbox": "kept by the sandbox",
    "disputes.Dispute": "agreed and settled by moves, whose steps name who",
    "disputes.Letter": "sent, answered and ended by moves, whose steps name who",
    "disputes.Party": "read to and signed before an officer by a move, whose step names who",
    "exchange.Delivery": "sent and parked by the worker",
    "exchange.Subscription": "confirmed, paused and ended by actions whose journal rows name who",
    "imports.Run": "`by` asked for it; checked, saved and taken back by the worker",
    "instructions.Instruction": "given and ended by moves, whose steps name who",
    "outside.Referral": "sent, urged and ended by moves and by the duty, whose steps name who",
    "hazards.Hazard": "told by a move, whose step names who; put right and looked at by whom is named",
    "posts.Import": "`by` alone checks, saves and takes it back",
    "posts.Proposal": "made by a duty; `decided_by` names who decided",
    "people.User": "enrolled and left by actions whose journal rows name who",
    "people.Post": "begun and ended by actions whose journal rows name who",
    "people.ApiToken": "issued and revoked by `user` alone",
    "people.PhoneCheck": "asked for by whoever holds the phone",
    "requests.Request": "a summary row; the steps name who",
    "repeats.Fingerprint": "written with the request or by a duty; it says nothing the case row does not",
    "repeats.Matter": "a summary row; its notes and the journal name who",
    "repeats.Member": "put there by a duty whose runs are kept",
    "repeats.Run": "made by a duty",
    "routing.Fault": "noted by the worker; `settled_by` names who settled it",
    "routing.Model": "made by the worker; `promoted_by` and the journal name who put it to use and took it back",
    "rectifying.Rectification": "begun and ended by moves of its case, whose steps name who; each act names its own",
    "rounds.Feed": "made and ended by `user` alone",
    "solved.RatingLink": "spent by whoever holds the link; the rating beside it says when",
    "officedays.ImportRun": "`by` asked for it; saved by the worker, taken back by `by` alone",
    "officedays.Booking": "made and given up by `person`, lapsed by a move whose step names who",
    "trainings.Training": "planned, held and returned to by moves, whose steps name who",
    "trainings.ImportRun": "`by` asked for it; saved by the worker, taken back by `by` alone",
    "trainings.Mark": "tells devices apart for a day; who holds one is kept nowhere",
    "visits.Visit": "made by its first step, rated by the enterprise's move; the steps name who",
    "visits.ImportRun": "`by` asked for it; saved by the worker, taken back by `by` alone",
    "visits.VisitLink": "spent by whoever holds the link; the move beside it says when",
    "subjects.Pair": "found by a duty, or proposed by hand; whoever decides is named",
    "subjects.Subject": "entered by actions whose journal rows name who",
    "subjects.Person": "entered by actions whose journal rows name who",
}
PLANNED = ("due_at", "expires_at", "starts_at", "ends_at", "created_at", "queued_at", "failed_at")
"""Moments that are not the act of a person by themselves."""


def test_a_moment_of_an_act_names_who_did_it_or_says_why_not() -> None:
    bare = []
    for model in apps.get_models():
        if not model.__module__.startswith("huhang.") or model._meta.label in NOT_AN_ACT:
            continue
        names = {field.name for field in model._meta.get_fields()}
        for name in sorted(n for n in names if n.endswith("_at") and n not in PLANNED):
            named = name.removesuffix("_at") + "_by"
            if not names & {named, "by", "by_user", "by_label", "stored_by"}:
                bare.append(f"{model._meta.label}.{name}")
    assert not bare, bare


def test_the_list_of_reasons_names_models_that_exist() -> None:
    assert set(NOT_AN_ACT) <= {model._meta.label for model in apps.get_models()}
