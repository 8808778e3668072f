"""`huhang catalog …` and `huhang why`."""

from pathlib import Path

import click

from huhang.doors.cli.setup import bare, ready
from huhang.kernel.errors import Invalid, Missing


@click.group()
def catalog() -> None:
    """目录：日历、诉求类别、时限、评价选项。"""


@catalog.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), required=False)
def check(folder: Path | None) -> None:
    """检查目录文件，不载入。"""
    bare()
    from django.conf import settings

    from huhang.base.catalog import registry, rules

    sheets, problems = rules.read(folder or Path(settings.HUHANG_CATALOG), registry.CHECKERS, registry.WHOLES)
    if problems:
        raise Invalid("\n".join(str(p) for p in problems), hint=f"共 {len(problems)} 处要改。")
    click.echo(f"{len(sheets)} 条，没有问题。")


@catalog.command()
def messages() -> None:
    """打印全部消息用语，抄进 catalog/message_templates 即可改写；%(名称)s 的位置要保留。"""
    bare()
    import yaml

    from huhang.base.messages.templates import WORDS

    rows = [{"code": code, "version": 1, "zh": said.zh, "en": said.en} for code, said in sorted(WORDS.items())]
    click.echo(yaml.safe_dump({"entries": rows}, allow_unicode=True, sort_keys=False, width=1000))


@catalog.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), required=False)
def load(folder: Path | None) -> None:
    """载入目录；已用过的版本不能改，只能写新版本。"""
    ready()
    from django.conf import settings

    from huhang.doors.cli.migrating import load_catalog

    click.echo(load_catalog(folder or Path(settings.HUHANG_CATALOG)))


@click.command()
@click.argument("number")
def why(number: str) -> None:
    """说明一件事为什么那天到期：逐日列出计与不计的理由。"""
    ready()
    from huhang.base.access.context import SYSTEM, acting
    from huhang.cases.models import Case, Clock
    from huhang.cases.queries import testimony
    from huhang.kernel.numbering import normalise_number
    from huhang.kernel.worktime import explain

    with acting(SYSTEM):
        case = Case.objects.filter(number=normalise_number(number)).only("id", "number", "title").first()
        if case is None:
            raise Missing("没有这个编号。")
        click.echo(f"{case.number}  {case.title}")
        for clock in Clock.objects.filter(case=case).order_by("started_at", "id"):
            state = "已停" if clock.stopped_at else "在计"
            click.echo(f"\n{NAMES.get(clock.name, clock.name)}（规则 {clock.rule}，{state}）")
            for line in explain(testimony(clock)):
                click.echo(f"  {line}")


NAMES = {"answer": "答复时限", "sign": "签收时限", "revisit": "回访时限"}
COMMANDS = (catalog, why)
