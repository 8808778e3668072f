"""How long something took, in working time, in words."""

from datetime import datetime

from huhang.base.catalog import queries as catalog
from huhang.kernel.worktime import Language, remaining


def span_words(since: datetime, until: datetime, language: Language) -> str:
    """``1 个工作日 2 小时``, ``25 分钟``; working time only, so that a night does not count."""
    took = remaining(since, until, catalog.calendar(), catalog.schedule())
    hours, minutes = divmod(took.minutes, 60)
    english = language == "en"
    parts = []
    if took.working_days:
        parts.append(f"{took.working_days} working d" if english else f"{took.working_days} 个工作日")
    if hours:
        parts.append(f"{hours} h" if english else f"{hours} 小时")
    if minutes and not took.working_days:
        parts.append(f"{minutes} min" if english else f"{minutes} 分钟")
    return " ".join(parts) or ("under a minute" if english else "不到 1 分钟")
