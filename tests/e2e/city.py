"""The small city of the factories, committed, with passwords and enough requests to have a list."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kinds.requests.actions import file_request
from huhang.register.liaisons.actions import assign
from huhang.register.units import queries as units
from tests.factories.city import PASSWORD, City, enterprise, make_city

MATTERS = (
    ("夜间渣土车噪声影响园区宿舍", "晚上十二点以后渣土车从三号门过，宿舍睡不好，希望夜间限行。"),
    ("货车在厂区门口占道停放", "早高峰五六辆货车停在门口，职工上班绕行，差点出事。"),
    ("商铺夜间卷帘门被撬", "凌晨三点左右卷帘门被撬，收银台现金少了，监控拍到两个人。"),
    ("咨询企业集体户口怎样办理", "公司新招了十几名外地员工，想问集体户口需要哪些材料。"),
    ("园区路口没有信号灯", "化工园区三号路口车多，没有信号灯，建议增设。"),
    ("工地欠薪引起争执", "工人堵在项目部门口，双方情绪激动，希望民警到场调解。"),
    ("电动车充电棚多次丢电瓶", "一个月内丢了四块电瓶，希望加强夜间巡逻。"),
    ("冒充供应商的诈骗电话", "财务接到自称供应商的电话要求改账号，提醒其他企业注意。"),
)


def settle(database: str) -> dict[str, Any]:
    """Makes everything in a database of that name; gives what the walks need to know."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = database
    try:
        catalog.forget()
        units.forget()
        with transaction.atomic():
            return _settle()
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = before
        catalog.forget()
        units.forget()


def _settle() -> dict[str, Any]:
    with acting(SYSTEM):
        city = make_city()
        User.objects.update(password=make_password(PASSWORD))
        firm = enterprise(city)
        liaison = city.users["liaison"].pk
        assign(subject_id=firm.pk, line="officer", officer_id=liaison, why="包保", by=SYSTEM, now=timezone.now())
        bulk = [_filed(city, n, None) for n in range(6)]
        rows = [_filed(city, n, "harbour") for n in range(8)]
    return {
        "units": {key: str(unit.pk) for key, unit in city.units.items()},
        "to_dispatch": [case.number for case in bulk],
        "in_inbox": [case.number for case in rows],
    }


def _filed(city: City, n: int, unit: str | None) -> Case:
    """A request of some hours ago, dispatched when a unit is named, classified otherwise."""
    now = timezone.now() - timedelta(hours=30 - n)
    title, body = MATTERS[n]
    dispatcher, clerk = actor_for("dispatcher", now=now, door="desk"), actor_for("clerk", now=now, door="desk")
    phone = f"1380000{n + (100 if unit else 200):04d}"
    with acting(clerk):
        case = file_request(
            by=clerk, now=now, title=title, body=body, channel="hotline", nature="help", name="王海燕", phone=phone
        ).case
    with acting(dispatcher):
        say = {"category": "PS-02", "nature": "help", "urgency": "0"}
        move(case_id=case.pk, name="classify", values=say, by=dispatcher, now=now)
        if unit:
            values = {"unit": city.units[unit].pk}
            move(case_id=case.pk, name="dispatch", values=values, by=dispatcher, now=now)
    return case
