"""What lies inside a request: notes among colleagues, files, and personal fields behind a stated purpose."""

import hashlib
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Router
from ninja.files import UploadedFile
from ninja.params.functions import File, Form

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.files import actions as files
from huhang.cases import actions
from huhang.doors.api import schemas, writing
from huhang.doors.api.answers import answer
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.requests import case_of
from huhang.doors.api.shapes import BASE, attachment_shape, comment_shape
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied, Missing
from huhang.register.subjects.actions import reveal as reveal_field

router = Router(tags=["inside"], by_alias=True)


@router.get("/{number}/comments", response=schemas.Comments, summary="同事间的备注")
def comments(request: HttpRequest, number: str) -> HttpResponse:
    """备注只有办理人员看得见，诉求人看不见；先写的在前。"""
    case = case_of(actor_of(request), number)
    return answer({"items": [comment_shape(row) for row in case.comments.order_by("at", "id")]})


@router.post("/{number}/comments", response={201: schemas.Comment}, summary="写一条备注")
def comment(
    request: HttpRequest, number: str, given: schemas.CommentIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """写一条备注。"""
    actor, now = actor_of(request), timezone.now()
    case = case_of(actor, number)

    def work() -> tuple[Any, str]:
        made = actions.comment(case_id=case.pk, text=given.text, by=actor, now=now)
        return comment_shape(made), f"{BASE}{case.number}/comments"

    return writing.done(request, idempotency_key, by=actor, content=given.text, now=now, work=work, status=201)


@router.get("/{number}/attachments", response=schemas.Attachments, summary="附件")
def attachments(request: HttpRequest, number: str) -> HttpResponse:
    """附件的名称、类型和大小；下载用各自的 url（POST，因为打开附件要留下记录）。"""
    case = case_of(actor_of(request), number)
    rows = case.attachments.filter(file__removed_at__isnull=True).select_related("file").order_by("at", "id")
    return answer({"items": [*map(attachment_shape(case.number), rows)]})


@router.post("/{number}/attachments", response={201: schemas.Attachment}, summary="上传一个附件")
def attach(
    request: HttpRequest,
    number: str,
    file: UploadedFile = File(..., description="图片、PDF、docx、xlsx、txt、csv，最大 20 MB"),
    public: bool = Form(False, description="诉求人也看得到"),
    idempotency_key: str | None = writing.key_welcome(),
) -> HttpResponse:
    """上传一个附件（multipart/form-data）。文件会检查并重绘图片，带活动内容的不收。"""
    actor, now = actor_of(request), timezone.now()
    refuse_unknown([*request.POST, *request.FILES], ("file", "public"))
    case = case_of(actor, number)

    def work() -> tuple[Any, str]:
        made = actions.attach(
            case_id=case.pk, name=file.name or "", content=cast(Any, file), public=public, by=actor, now=now
        )
        return attachment_shape(case.number)(made), f"{BASE}{case.number}/attachments"

    content = [file.name or "", digest_of(file), public] if idempotency_key else None
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


def digest_of(file: UploadedFile) -> str:
    """A fingerprint of a file's bytes, so that the same key with another file is seen."""
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


@router.post("/{number}/attachments/{uuid:attachment}/download", response={200: None}, summary="下载一个附件")
def download(request: HttpRequest, number: str, attachment: UUID) -> StreamingHttpResponse:
    """文件原样下载。打开属于个人的文件会留下记录，本人看得见，所以是 POST。"""
    actor = actor_of(request)
    case = case_of(actor, number)
    made = case.attachments.filter(pk=attachment).select_related("file").first()
    if made is None:
        raise Missing
    return files.serve(made.file, by=actor, now=timezone.now())


@router.post("/{number}/reveal", response=schemas.Revealed, summary="看一项完整的个人信息")
def reveal(request: HttpRequest, number: str, given: schemas.RevealIn) -> HttpResponse:
    """写明用途，看诉求人的姓名、电话或身份证号。谁在什么时候为什么看过会先写进日志，本人看得见。"""
    actor = actor_of(request)
    case = case_of(actor, number)
    if not allows(actor, Perm.REVEAL, case):
        raise Denied("您没有查看完整个人信息的权限。")
    if case.requester_id is None:
        raise Missing("没有登记诉求人。")
    value = reveal_field(
        person_id=case.requester_id, field=given.field, why=given.why, by=actor, now=timezone.now(), case=case.pk
    )
    return answer({"field": given.field, "value": value})
