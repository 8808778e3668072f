"""C1–C4, C7: one request from first word to closing, each step by the person whose step it is."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.house import House
from tests.e2e.walk import Officer, Resident

BODY = "每天半夜渣土车从园区三号门过，宿舍里睡不着，已经一个多星期了。"


def to_handling(
    officer: Callable[..., Officer], house: House, number: str, **options: object
) -> tuple[Officer, Officer]:
    """Classified, dispatched to the harbour station, signed; dispatcher and handler are still at their desks."""
    dispatcher = officer("dispatcher", **options)
    dispatcher.open(number)
    dispatcher.take("归类", category="PS-02", nature="help", urgency="0")
    dispatcher.take("派单", unit=house.facts["units"]["harbour"])
    handler = officer("handler", **options)
    handler.open(number)
    handler.take("签收")
    return dispatcher, handler


def revealed(clerk: Officer, number: str, phone: str) -> None:
    """The clerk looks at the number, and has to say what for."""
    clerk.open(number)
    clerk.press("查看（留痕）")
    clerk.set("purpose", "联系诉求人了解情况")
    clerk.press("查看并留痕")
    clerk.see(phone)


def supplied(person: Resident, number: str, secret: str) -> None:
    """Somebody with nothing but number and secret sends what was asked for."""
    person.follow(number, secret)
    person.press("补充材料")
    person.see("请写明大概是几点")
    person.set("text", "零点到两点，车门上写着顺达运输。")
    person.press("提交")
    person.see("补充材料已收到")


def test_a_request_lives_from_the_hall_to_its_closing(
    house: House, officer: Callable[..., Officer], resident: Callable[..., Resident], phone: Callable[[], str]
) -> None:
    person = resident()
    number, secret = person.file(phone(), BODY, place="园区三号门")
    person.shoot("receipt")

    revealed(officer("clerk"), number, person.phone)
    _dispatcher, handler = to_handling(officer, house, number)
    handler.take("等诉求人补充", reason="请写明大概是几点、哪家公司的车。")
    handler.shoot("case-waiting")

    supplied(resident(), number, secret)
    handler.open(number)
    handler.see("零点到两点")
    handler.take("申请延期", amount=2, reason="要会同交警夜查")
    chief = officer("chief")
    chief.open(number)
    chief.take("审批延期", decision="grant", reason="同意，抓紧办")
    handler.open(number)
    handler.see("批准延期 2 个工作日")
    handler.take(
        "答复诉求人",
        result="solved",
        proof="处警 12",
        answer="已会同交警设卡，零点后渣土车改走外环，不再从三号门通行。",
    )
    handler.shoot("case-answered")

    revisitor = officer("revisitor")
    revisitor.open(number)
    revisitor.take("回访", reached="yes", responded="yes", solved="yes")
    revisitor.take("销号")
    expect(revisitor.page.locator(".head .state").first).to_have_text("已销号")

    person.go(f"/r/{number}/")
    person.see("不再从三号门通行")
    person.rate(5, "很快就解决了")
    person.go("/mine/looks/")
    person.see("联系诉求人了解情况")
    person.see("诉求中心")
    person.shoot("looks")

    lookers_on(officer, number)


def lookers_on(officer: Callable[..., Officer], number: str) -> None:
    """The leader gets from a number to the case, the auditor sees it without a button, the administrator not at all."""
    leader = officer("leader")
    leader.go("/supervision/")
    leader.shoot("leader")
    leader.page.locator(".figs a.fig").filter(has_text="受理").first.click()
    leader.page.locator("[data-row]").filter(has_text=number).locator("a.t").click()
    expect(leader.page.locator("#number")).to_have_text(number)
    assert leader.offered() == []

    auditor = officer("auditor")
    auditor.open(number)
    auditor.see("不再从三号门通行")
    assert auditor.offered() == []
    expect(auditor.page.locator("main form")).to_have_count(0)

    admin = officer("system_admin")
    admin.go("/desk/")
    admin.see("您的岗位不经手诉求")
    answer = admin.go(f"/desk/cases/{number}/")
    assert answer is not None
    assert answer.status == 404
    assert "渣土车" not in admin.page.content()


def test_the_same_works_without_scripts(
    house: House, officer: Callable[..., Officer], resident: Callable[..., Resident], phone: Callable[[], str]
) -> None:
    person = resident(java_script_enabled=False)
    number, _secret = person.file(phone(), "路口红绿灯坏了两天，车多人多，请尽快修。", title="红绿灯坏了")
    _dispatcher, handler = to_handling(officer, house, number, java_script_enabled=False)
    handler.take("答复诉求人", result="solved", proof="处警 12", answer="已联系养护单位，今天下午修好。")
    person.go(f"/r/{number}/")
    person.see("今天下午修好")
    person.rate(4)
    person.see("★★★★☆")
