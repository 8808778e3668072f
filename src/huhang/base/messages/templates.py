"""What messages say, in Chinese and English. Places hold numbers, unit names and codes, never anything personal.

A message is stored and sent in the language of whoever it goes to; on a page it is read in the language of the page,
made from the stored text, so it says the same whoever reads it later. A bureau may word messages itself in the
catalogue (`message_templates`); the places must stay the same.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from huhang.base.catalog import queries as catalog

HIDDEN = "······"
"""Stands in a stored text where a code or a link was that is kept nowhere."""


class Words(NamedTuple):
    """One message in both languages, with ``%(number)s``, ``%(unit)s``, ``%(into)s``, ``%(code)s``… as its places."""

    zh: str
    en: str


WORDS: dict[str, Words] = {
    "survey.ask": Words(
        "【护航】请您匿名评议公安服务，点 %(link)s 作答，不用登录，答卷不与您关联，不想答可以不答。",
        "[Huhang] Please tell us, anonymously, how we serve you: %(link)s. No account; you need not answer.",
    ),
    "survey.again": Words(
        "【护航】提醒：公安服务匿名评议还可以作答，点 %(link)s，答卷不与您关联，不想答可以不答，不再提醒。",
        "[Huhang] Reminder: you can still tell us, anonymously, how we serve you: %(link)s. There is no second one.",
    ),
    "notice.new": Words(
        "【护航】%(unit)s有一则通知给您单位，请点 %(link)s 查看并点“已阅”，也可以用手机号登录网上大厅查看。",
        "[Huhang] %(unit)s has a notice for your organisation: %(link)s. Please open it and mark it as read.",
    ),
    "notice.plain": Words(
        "【护航】%(unit)s有一则通知给您单位，请用手机号登录网上大厅，在“通知”里查看。",
        "[Huhang] %(unit)s has a notice for your organisation. Read it in the hall under Notices.",
    ),
    "notice.again": Words(
        "【护航】提醒：%(unit)s给您单位的通知还没有阅读，请点 %(link)s 查看并点“已阅”。",
        "[Huhang] Reminder: a notice from %(unit)s is still unread: %(link)s.",
    ),
    "notice.again_plain": Words(
        "【护航】提醒：%(unit)s给您单位的通知还没有阅读，请用手机号登录网上大厅，在“通知”里查看。",
        "[Huhang] Reminder: a notice from %(unit)s is still unread. Read it in the hall under Notices.",
    ),
    "notice.release": Words(
        "有一则通知等您放行，共发 %(count)s 家，请在“通知”里查看。",
        "A notice to %(count)s subjects waits for your release. See Notices.",
    ),
    "notice.settled": Words(
        "您提交放行的通知已有结果，请在“通知”里查看。",
        "The notice you submitted has been decided on. See Notices.",
    ),
    "phone.code": Words(
        "【护航】验证码 %(code)s，5 分钟内有效。请勿告诉他人，工作人员不会向您索要。",
        "[Huhang] Your code is %(code)s, valid for 5 minutes. Tell nobody; our staff never ask for it.",
    ),
    "webhook.ask": Words(
        "【护航】管理员以您的身份设了一个推送订阅，请在“接口令牌”页确认或停用。",
        "[Huhang] The administrator set up a webhook in your name. Please confirm or end it under API tokens.",
    ),
    "request.open": Words(
        "【护航】您的诉求已收到，编号 %(number)s。凭编号和查询码可随时查看办理进展。",
        "[Huhang] We have received your request, number %(number)s. Follow it at any time with number and secret.",
    ),
    "request.dispatch": Words(
        "【护航】您的诉求 %(number)s 已交给承办单位，凭编号可查看由谁办理。",
        "[Huhang] Your request %(number)s has gone to the unit that handles it. Look it up to see which.",
    ),
    "request.suspend": Words(
        "【护航】办理诉求 %(number)s 需要您补充材料，请凭编号查看要补充什么。等待期间时限暂停。",
        "[Huhang] We need something more from you for request %(number)s. Look it up to see what. The clock is paused.",
    ),
    "request.extend": Words(
        "【护航】诉求 %(number)s 情况复杂，答复时间已延长，请凭编号查看新的日期和原因。",
        "[Huhang] Request %(number)s needs more time. Look it up to see the new date and the reason.",
    ),
    "request.answer": Words(
        "【护航】您的诉求 %(number)s 已有答复，请凭编号查看。之后会有人回访您是否满意。",
        "[Huhang] Your request %(number)s has been answered. Look it up to read it. Somebody will ask you how it went.",
    ),
    "request.rate": Words(
        "【护航】诉求 %(number)s 办得怎么样？请点 %(link)s 评价，不用登录。"
        "链接只能用一次，%(days)s 天内有效，不想评可以不评。",
        "[Huhang] How was request %(number)s handled? Rate it at %(link)s, no account needed. The link works once, for"
        " %(days)s days. You need not rate.",
    ),
    "request.close": Words(
        "【护航】您的诉求 %(number)s 已办结。如有不同意见，可凭编号查看答复并再次反映。",
        "[Huhang] Your request %(number)s is closed. If you disagree, read the answer there and write to us again.",
    ),
    "request.redo": Words(
        "【护航】根据您的意见，诉求 %(number)s 已退回承办单位重新办理。",
        "[Huhang] As you asked, request %(number)s has gone back to be handled again.",
    ),
    "request.merge": Words(
        "【护航】您的诉求 %(number)s 与 %(into)s 是同一件事，已并入一起办理，办理情况仍会告知您。",
        "[Huhang] Your request %(number)s is the same matter as %(into)s. They are handled as one; we keep you told.",
    ),
    "request.withdraw": Words(
        "【护航】工作人员已按您的要求撤回诉求 %(number)s。如果不是您的意思，请凭编号查看并重新提交，或拨打热线。",
        "[Huhang] Request %(number)s was withdrawn as you asked. If you did not ask, please file it again or call us.",
    ),
    "request.part": Words(
        "【护航】您的诉求 %(number)s 原先并入的那一件已撤回，现恢复单独办理。",
        "[Huhang] The request yours was joined to was withdrawn; request %(number)s is handled by itself again.",
    ),
    "request.refer_outside": Words(
        "【护航】您的诉求 %(number)s 需要其他单位协助，我们已发函并会跟到有结果，请凭编号查看去向和期限。",
        "[Huhang] Request %(number)s needs another authority. We wrote to it and follow it up. Look it up to see.",
    ),
    "request.interim": Words(
        "【护航】诉求 %(number)s 有了阶段性进展，请凭编号查看。最终结果仍会告知您。",
        "[Huhang] There is news on request %(number)s. Look it up to read it; the final answer will follow.",
    ),
    "request.outside_answer": Words(
        "【护航】协助办理诉求 %(number)s 的单位已有答复，请凭编号查看。",
        "[Huhang] The authority asked about request %(number)s has answered. Look it up to read it.",
    ),
    "request.outside_soon": Words(
        "诉求 %(number)s 发给外单位的函快到期了，请先联系一次。",
        "The authority asked about request %(number)s must answer soon; please call it once.",
    ),
    "request.outside_urged": Words(
        "诉求 %(number)s 的外单位逾期没有函复，催办函 %(paper)s 已写好，请打印盖章发出。",
        "The authority asked about request %(number)s is late. Letter %(paper)s is ready: print, seal and send it.",
    ),
    "request.interim_due": Words(
        "诉求 %(number)s 还在等外单位，我们的答复期限快到了，请先把进展告诉诉求人。",
        "Request %(number)s waits for another authority and our own time runs out: tell the person how it stands.",
    ),
    "request.instructed": Words(
        "局领导对诉求 %(number)s 作了批示，请查看并按要求反馈。",
        "A leader has given an instruction on request %(number)s. Read it and report back.",
    ),
    "request.instruction_reported": Words(
        "您批示的诉求 %(number)s，%(unit)s已反馈办理情况。",
        "%(unit)s has reported back on your instruction on request %(number)s.",
    ),
    "request.instruction_ended": Words(
        "您批示的诉求 %(number)s 已由诉求人撤回，不再办理。",
        "Request %(number)s, on which you gave an instruction, was withdrawn by its person.",
    ),
    "request.parted": Words(
        "【护航】您的诉求 %(number)s 原先误并入另一件，现已拆出单独办理，答复时限仍从您提交之日起算。",
        "[Huhang] Request %(number)s was joined to another by mistake. It goes on alone, counted from its own day.",
    ),
    "request.rectify": Words(
        "诉求 %(number)s 收到差评，请先联系诉求人，再整改；期限见这一件的“差评整改”。",
        "Request %(number)s was rated badly. Contact the person, then put it right; the dates stand on its page.",
    ),
    "request.dispute_granted": Words(
        "诉求 %(number)s 的评价已由别的单位认定为误评，不计入满意率，评价仍会显示。",
        "The rating of request %(number)s was found mistaken by another unit. It stays shown and does not count.",
    ),
    "request.dispute_refused": Words(
        "诉求 %(number)s 的评价经复核不是误评，照常计入。",
        "The rating of request %(number)s was looked at again and counts.",
    ),
    "request.talk_office": Words(
        "【护航】承办人就诉求 %(number)s 给您留了言，请凭编号查看并回复。",
        "[Huhang] The officer in charge of request %(number)s has written to you. Look it up to read and reply.",
    ),
    "request.talk_person": Words(
        "诉求 %(number)s 的诉求人写来了话，请查看并回复。",
        "The person of request %(number)s has written. Please read and reply.",
    ),
    "request.appoint": Words("诉求 %(number)s 由您主办。", "Request %(number)s is yours to handle."),
    "request.unsigned": Words(
        "诉求 %(number)s 派给%(unit)s后，签收期限已到，仍未签收。您是首问人，请催办到有单位签收为止。",
        "Request %(number)s went to %(unit)s and nobody signed in time. You took it: see to it until a unit signs.",
    ),
    "request.unsigned_dispatch": Words(
        "诉求 %(number)s 由您派给%(unit)s，签收期限已到，仍未签收。请催办，或改派。",
        "Request %(number)s, which you gave to %(unit)s, was not signed in time. Urge them, or send it elsewhere.",
    ),
    "support.ask": Words(
        "诉求 %(number)s 请您单位协办，请看任务和期限，签收或说明理由。",
        "Request %(number)s asks your unit to help. See the task and its date; sign, or say why not.",
    ),
    "support.sign": Words(
        "诉求 %(number)s：%(unit)s已签收协办任务。",
        "Request %(number)s: %(unit)s has signed for its supporting task.",
    ),
    "support.refuse": Words(
        "诉求 %(number)s：%(unit)s说明理由不接协办，请在期限内答复协商。",
        "Request %(number)s: %(unit)s refuses its supporting task and says why. Please reply in time.",
    ),
    "support.reply": Words(
        "诉求 %(number)s：%(unit)s的协办协商有新的答复。",
        "Request %(number)s: there is a new reply in the dispute over the task of %(unit)s.",
    ),
    "support.undecided": Words(
        "诉求 %(number)s：%(unit)s的协办协商未果，请您裁决。",
        "Request %(number)s: the dispute over the task of %(unit)s was not settled. Please decide.",
    ),
    "support.decide": Words(
        "诉求 %(number)s：%(unit)s的协办已有裁决。",
        "Request %(number)s: the task of %(unit)s has been decided on.",
    ),
    "support.finish": Words(
        "诉求 %(number)s：%(unit)s已办结协办任务，请查看并评价。",
        "Request %(number)s: %(unit)s has finished its supporting task. Please look and rate it.",
    ),
    "support.return": Words(
        "诉求 %(number)s：%(unit)s的协办结果被退回，请补办。",
        "Request %(number)s: the result of %(unit)s was sent back. Please complete it.",
    ),
    "support.release": Words(
        "诉求 %(number)s：%(unit)s的协办任务已解除。",
        "Request %(number)s: %(unit)s has been released from its supporting task.",
    ),
    "support.waive": Words(
        "诉求 %(number)s：主办单位获准先行答复，%(unit)s的协办任务仍请办完。",
        "Request %(number)s: the lead may answer first; %(unit)s is still asked to finish its task.",
    ),
    "support.late": Words(
        "诉求 %(number)s：%(unit)s的协办期限已到，尚未办结。",
        "Request %(number)s: the time of %(unit)s for its supporting task is over and it is not finished.",
    ),
    "duty.open": Words(
        "议定事项 %(number)s 由您单位落实，请看要做什么、几时办结。",
        "Duty %(number)s is your unit's. See what is to be done and by when.",
    ),
    "duty.report": Words(
        "议定事项 %(number)s 已报告落实，请确认或退回。",
        "Duty %(number)s is reported done. Please accept it or send it back.",
    ),
    "duty.accept": Words(
        "议定事项 %(number)s 已确认落实。",
        "Duty %(number)s has been accepted as done.",
    ),
    "duty.send_back": Words(
        "议定事项 %(number)s 的报告被退回，请再办。",
        "The report on duty %(number)s was sent back. Please go on with it.",
    ),
    "visit.bad": Words(
        "走访 %(number)s 的企业评价不满意，请了解情况。",
        "The enterprise was not satisfied with visit %(number)s. Please hear what was wrong.",
    ),
    "hazard.alert": Words(
        "【护航】警务站看到贵单位一处安全隐患，请消除；不是检查，不作处罚依据。"
        "编号%(number)s，查询码%(secret)s，可上网回复。",
        "[Huhang] Our police post noticed a hazard on your ground and asks you to put it right. This is no inspection"
        " and no ground for a penalty. Number %(number)s, secret %(secret)s: follow it online and say when it is done.",
    ),
    "hazard.cleared": Words(
        "【护航】隐患 %(number)s 已复看，确已消除，谢谢。",
        "[Huhang] We looked at hazard %(number)s again: it is put right. Thank you.",
    ),
    "hazard.again": Words(
        "【护航】隐患 %(number)s 复看时还没有完全消除，请凭编号和查询码查看还差什么。",
        "[Huhang] We looked at hazard %(number)s again: something is still missing. Look it up to see what.",
    ),
    "hazard.left": Words(
        "【护航】隐患 %(number)s 到期没有消除，请为自己的安全尽快处理。",
        "[Huhang] Hazard %(number)s was not put right by its day. For your own safety please see to it soon.",
    ),
    "hazard.removed": Words(
        "企业说隐患 %(number)s 已消除，请安排别人去复看。",
        "The enterprise says that hazard %(number)s is put right. Please have somebody else look.",
    ),
    "hazard.late": Words(
        "隐患 %(number)s 到了请企业消除的日期，请去看一看。",
        "Hazard %(number)s has reached the day by which it was to be put right. Please have a look.",
    ),
    "hazard.check": Words(
        "隐患 %(number)s 该复看了，还没有人去。",
        "Hazard %(number)s was to be looked at again by now, and nobody has.",
    ),
    "dispute.late": Words(
        "纠纷 %(number)s 到期还没有化解，请尽快安排。",
        "Dispute %(number)s is past its day and not settled. Please see to it.",
    ),
    "dispute.unanswered": Words(
        "纠纷 %(number)s 发出的函到期没有函复，可以发函催办。",
        "A letter about dispute %(number)s was not answered in its days. The authority can be reminded by letter.",
    ),
    "dispute.relapse": Words(
        "纠纷 %(number)s 该回访了，请没有参加调解的人去问问有没有反复。",
        "Dispute %(number)s is due to be looked at again, by somebody who did not mediate.",
    ),
    "visit.rate": Words(
        "【护航】我们的人刚走访过贵单位（%(number)s）。请点 %(link)s 评价，不用登录。"
        "链接只能用一次，%(days)s 天内有效，可以不评。",
        "[Huhang] One of us called on you (%(number)s). Rate the visit at %(link)s, no account needed. The link works"
        " once, for %(days)s days. You need not rate.",
    ),
    "officeday.booked": Words(
        "【护航】您已预约 %(unit)s %(at)s 的现场办公，预约号 %(booking)s。改时段或取消请到大厅“我的”里办。",
        "[Huhang] You booked %(at)s with %(unit)s, booking %(booking)s. Change or cancel it in the hall under Mine.",
    ),
    "officeday.off": Words(
        "【护航】%(unit)s 原定 %(at)s 的现场办公取消了，预约 %(booking)s 失效，请到大厅另选一场，或直接提交诉求。",
        "[Huhang] %(unit)s called off %(at)s; booking %(booking)s is void. Choose another day, or file a request.",
    ),
    "training.planned": Words(
        "【护航】%(unit)s 定于 %(at)s 为贵单位举办“%(what)s”，请安排人员参加。地点见大厅“我的企业”。",
        "[Huhang] %(unit)s holds “%(what)s” for you on %(at)s. See My enterprises for the place.",
    ),
    "training.moved": Words(
        "【护航】%(unit)s 为贵单位举办的“%(what)s”改在 %(at)s，地点见大厅“我的企业”。",
        "[Huhang] %(unit)s moved “%(what)s” to %(at)s. The place is under My enterprises.",
    ),
    "training.off": Words(
        "【护航】%(unit)s 原定 %(at)s 为贵单位举办的“%(what)s”取消了。",
        "[Huhang] %(unit)s called off “%(what)s”, planned for %(at)s.",
    ),
    "meeting.call": Words(
        "联席会议 %(number)s 请您单位参加，时间、地点和议题请看会议页。",
        "Your unit is asked to joint meeting %(number)s. Time, place and agenda are on its page.",
    ),
    "meeting.off": Words(
        "联席会议 %(number)s 已取消。",
        "Joint meeting %(number)s has been called off.",
    ),
    "request.supply": Words(
        "诉求 %(number)s 的补充材料已到，时限继续计算。",
        "What was missing for request %(number)s has come; the clock goes on.",
    ),
    "request.extension_granted": Words(
        "诉求 %(number)s 的延期申请已同意。", "More time for request %(number)s was granted."
    ),
    "request.extension_refused": Words(
        "诉求 %(number)s 的延期申请未获同意，仍按原时限办理。",
        "More time for request %(number)s was refused; the date stands.",
    ),
    "routing.fault": Words(
        "分派规则 %(rule)s 执行时出错，已跳过它继续，请到“分派建议”处理。",
        "Routing rule %(rule)s failed and was stepped over. Please see to it under Routing.",
    ),
    "card.digest": Words(
        "有 %(count)s 张督办卡等您书面答复：红卡 %(red)s，橙卡 %(orange)s，黄卡 %(yellow)s，蓝卡 %(blue)s。"
        "请打开待办里的督办卡逐件答复。",
        "%(count)s supervision cards await your written answer: red %(red)s, orange %(orange)s, yellow %(yellow)s, "
        "blue %(blue)s. Open the cards in your inbox and answer each.",
    ),
    "rounds.digest": Words(
        "定期职责：%(near)s 项快到期，%(late)s 项已经迟了。请打开“我的职责”逐项办理，办不了的请负责人说明免办。",
        "Recurring duties: %(near)s near their end, %(late)s late. Open My duties; your chief excuses what cannot be.",
    ),
    "card.emergency": Words(
        "特急事项的督办卡 %(number)s 请您马上书面答复。",
        "Supervision card %(number)s is about an emergency. Please answer it in writing at once.",
    ),
    "card.answered": Words(
        "您发出的督办卡 %(number)s 已有书面答复。", "Your supervision card %(number)s was answered."
    ),
    "card.appealed": Words(
        "您发出的督办卡 %(number)s 有申诉，由别人裁定。",
        "Your supervision card %(number)s is contested; somebody else will judge.",
    ),
    "card.lift": Words("督办卡 %(number)s 已解除。", "Supervision card %(number)s was lifted."),
}


OWN = "message_templates"
"""The kind of catalogue entry by which a bureau words a message itself."""


def is_english(language: str) -> bool:
    """Whether a language is told in English; everything else is told in Chinese."""
    return language.startswith("en")


def words(key: str) -> Words:
    """A message as it is worded now: the bureau's own words, or ours.

    Raises:
        KeyError: no such message.
    """
    ours = WORDS[key]
    own = catalog.newest(OWN).get(key)
    return Words(str(own["zh"]), str(own["en"])) if own else ours


def render(key: str, params: Mapping[str, str], language: str = "zh-hans") -> str:
    """The text in a language with its places filled.

    Raises:
        KeyError: no such message, or a place without a value.
    """
    said = words(key)
    return (said.en if is_english(language) else said.zh) % params


LINK = re.compile(r" https?://\S+$")
"""The address at the end of an SMS; a page has no need of it."""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", text)
    texts = (re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+)" for i, part in enumerate(parts))
    return re.compile("".join(texts), re.DOTALL)


def read(key: str, text: str, language: str) -> str:
    """The stored text in the reader's language; as it is stored when its words are not known any more."""
    if key not in WORDS:
        return text
    bare = LINK.sub("", text)
    wanted = words(key)
    for one in (wanted, WORDS[key]):
        for said in one:
            if found := _pattern(said).fullmatch(bare):
                return (wanted.en if is_english(language) else wanted.zh) % found.groupdict()
    return text
