"""Refusals as problem details (RFC 9457), and the shield that turns every failure into one."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"
URN = "urn:scorecard:problem:"
logger = logging.getLogger("scorecard.web")

# kind: status, what is said in English and in Chinese; never anything of the request's content
KINDS: dict[str, tuple[int, str, str]] = {
    "bad-header": (400, "A header is not well-formed", "请求头格式不正确"),
    "not-json": (400, "The body is not a JSON object", "请求体不是 JSON 对象"),
    "not-found": (404, "There is nothing at this path", "该路径不存在"),
    "method-not-allowed": (405, "This path does not take this method", "该路径不支持此方法"),
    "timeout": (408, "The body did not arrive in time", "请求体未在规定时间内送达"),
    "too-large": (413, "The body is too large", "请求体过大"),
    "media-type": (415, "The body must be application/json", "请求体须为 application/json"),
    "contract": (422, "The application breaks the contract", "申请数据不符合约定"),
    "internal": (500, "The service failed to answer", "服务内部错误"),
    "busy": (503, "Too many long requests are being answered", "正在处理的批量或改变建议请求过多"),
}


class Refusal(Exception):  # noqa: N818 - refusing is what the service should do
    """A request that is answered with a problem instead of a rating.

    ``kind`` is one of `KINDS`; ``detail`` says the rule and the next step, without any value of the
    request; ``errors`` lists fields (see `scorecard.web.wording.error_item`).
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        instance: str | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status, self.title_en, self.title_zh = KINDS[kind]
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers
        self.instance = instance

    def response(self) -> Response:
        """Return the problem as a response."""
        content: dict[str, Any] = {
            "type": URN + self.kind,
            "title": self.title_en,
            "title_zh": self.title_zh,
            "status": self.status,
            "detail": self.detail,
        }
        if self.instance is not None:
            content["instance"] = self.instance
        if self.errors:
            content["errors"] = self.errors
        return Response(
            orjson.dumps(content), self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


class Shield:
    """ASGI middleware: refusals become problems, anything unforeseen a problem with an id.

    Of an unforeseen error only its type and place are logged, under the same id: its message may
    hold an applicant's data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Refusal as refusal:
            await refusal.response()(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception as error:
            response = _incident(error).response()
            if not begun:
                await response(scope, receive, send)


async def http_problem(_: Request, error: Exception) -> Response:
    """Answer what Starlette itself refuses: an unknown path, a wrong method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    if status == 405:
        allowed = (headers or {}).get("Allow", "another")
        refusal = Refusal("method-not-allowed", f"Use {allowed}.", headers=headers)
    elif status == 404:
        refusal = Refusal("not-found", "See / for what there is.")
    else:
        refusal = _incident(error)
    return refusal.response()


def _incident(error: Exception) -> Refusal:
    instance = uuid.uuid4().urn
    frame = traceback.extract_tb(error.__traceback__)[-1]
    logger.error(
        "%s: %s at %s:%s", instance, type(error).__name__, frame.filename, frame.lineno or 0
    )
    return Refusal(
        "internal",
        "The fault is on this side; tell the operator the instance.",
        instance=instance,
    )
