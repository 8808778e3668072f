"""Visits of the demo city's last weeks, made by the real action, so that the pages of visits are not empty (B3)."""

from datetime import datetime, timedelta

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move, open_case
from huhang.kinds.visits.queries import unseen

LIAISON = "100005"
SEEN = (
    ("needs", "routine", "厂里招了一批外地员工，想了解集体户口怎么办，已当面说明。", "liaison", 4),
    ("safety", "routine", "给财务讲了冒充老板的诈骗，留了宣传页。", "safety", 5),
    ("around", "routine", "夜里三号门外有货车占道，答应加强巡逻。", "guards", 2),
    ("progress", "invited", "应邀说明路灯维修的进展。", "head", 0),
)
"""Purpose, cause, what was said, who was met, and the stars given; none where nobody rated."""


def visit_on(now: datetime) -> int:
    """Lets the liaison officer of the cast call on four of their subjects. Returns how many there were."""
    try:
        liaison = actor_for(LIAISON, now=now, door="desk")
    except User.DoesNotExist:
        return 0
    if liaison.user is None:
        return 0
    with acting(liaison):
        subjects = list(unseen(liaison.user)[: len(SEEN)])
    for n, (subject, told) in enumerate(zip(subjects, SEEN, strict=False)):
        purpose, cause, body, role, stars = told
        at, sent = now - timedelta(days=6 * (len(SEEN) - n)), now - timedelta(minutes=50 - n)
        with acting(liaison):
            case = open_case(
                "visit",
                subject=subject.pk,
                by=liaison,
                now=sent,
                mode="on_site",
                purpose=purpose,
                cause=cause,
                cause_note="企业来电邀请" if cause == "invited" else "",
                body=body,
                people=2 + n,
                consent=True,
                met=[{"name": ("王海燕", "刘志强", "孙敏", "赵立")[n], "role": role, "phone": f"139000000{n:02d}"}],
                answers={"safe": "mostly" if n == 2 else "yes", "help": ["traffic"] if n == 2 else ["none"]},
                device_at=at,
            )
        if stars:
            person = Actor(kind="person", id=case.requester_id, label=case.from_label[:40], person=case.requester_id)
            with acting(person):
                values = {"stars": stars, "comment": "" if stars > 2 else "来得太突然，耽误了装货。"}
                move(case_id=case.pk, name="rate", values=values, by=person, now=sent + timedelta(minutes=5))
    return len(subjects)
