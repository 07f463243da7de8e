"""The OpenAPI 3.1 document, made from the product's request model and the rating's own types."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from scorecard.explain.reasons import AT_MOST
from scorecard.recourse import TARGETS
from scorecard.recourse.wording import REASONS
from scorecard.values import ModelRef, Rating
from scorecard.web.applications import MANY, MOST, ONE, STRENGTHS, TARGET
from scorecard.web.problem import KINDS, MEDIA_TYPE

if TYPE_CHECKING:
    from scorecard.contract import Product

REF = "#/components/schemas/"
FIELDS = {
    "decision_id": "本次评级的编号 / Id of this rating",
    "request_id": "幂等键或新编号 / The Idempotency-Key, or a new id",
    "product": "产品 / Product",
    "decision": "决策，策略未启用时为空 / Decision, null until a policy decides",
    "pd": "违约概率 / Probability of default",
    "score": "评分，越高越安全 / Score in points, higher is safer",
    "grade": "风险等级 / Grade of the master scale",
    "limit": "额度 / Limit",
    "price": "价格 / Price",
    "conditions": "附加条件 / Conditions",
    "rule_hits": "命中规则 / Rules hit",
    "reasons": "主要风险原因，至多四条 / What raises the risk most, at most four",
    "strengths": "有利因素，未请求时为空 / What lowers the risk most, null unless asked for",
    "explanation": "base 加各项贡献等于评分或边际 / base plus contributions is the score or margin",
    "second_opinion": "另一模型的意见 / What the product's other model says",
    "answered_by": "作答模型 / Which of the two models answered",
    "margin": "违约的对数几率 / Log-odds of bad",
    "model": "模型版本与清单哈希 / Registered version and SHA-256 of the manifest",
    "policy_version": "策略版本 / Version of the policy",
    "feature_hash": "特征定义哈希 / Hash of the feature definitions",
    "warnings": "复核提示 / What a reviewer should know",
    "ledger": "账本位置 / Position in the ledger",
    "received_at": "接收时间 / When the request came in, UTC",
    "decided_at": "作答时间 / When it was answered, UTC",
}


def document(
    product: Product, model: ModelRef, example: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the document as JSON values; ``example`` is one body of ``/rate``."""
    name = product.request_model.__name__
    schemas: dict[str, Any] = {name: _schema(product.request_model)}
    schemas |= {**_rating(), **_problem(), **_recourse(name)}
    schemas["RateRequest"] = _envelope(ONE, {"$ref": REF + name})
    schemas["RecourseRequest"] = _object(
        {
            ONE: {"$ref": REF + name},
            TARGET: {"type": "string", "enum": list(TARGETS), "default": TARGETS[0]},
        }
    ) | {"required": [ONE]}
    schemas["RateBatchRequest"] = _envelope(
        MANY, {"type": "array", "minItems": 1, "maxItems": MOST, "items": {"$ref": REF + name}}
    )
    one_result = [
        _object({"rating": {"$ref": REF + "Rating"}}),
        _object({"problems": {"type": "array", "items": {"$ref": REF + "FieldProblem"}}}),
    ]
    schemas["RateBatchAnswer"] = _object(
        {
            "request_id": {"type": "string"},
            "results": {"type": "array", "items": {"oneOf": one_result}},
        }
    )
    batch = None if example is None else {MANY: [example[ONE]]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"scorecard: {product.name}",
            "version": version("sme-scorecard"),
            "description": f"评级服务 / Rating service. Model {model.name}, version "
            f"{model.version or 'unregistered'}, manifest SHA-256 {model.sha256}.",
        },
        "paths": {
            "/rate": _rates("rate", "对一笔申请评级 / Rate one application", "RateRequest",
                            "Rating", example=example, never=("busy",)),
            "/rate_batch": _rates("rate_batch", "批量评级，按顺序作答 / Rate many, in order",
                                  "RateBatchRequest", "RateBatchAnswer", example=batch),
            "/recourse": _rates("recourse",
                                "怎样的改变会使评级不同 / What would have changed a rating",
                                "RecourseRequest", "Recourse", example=example),
            "/livez": _probe("live", "进程存活 / The process answers"),
            "/readyz": _probe("ready", "模型已加载 / The model is loaded"),
        },
        "components": {"schemas": schemas},
    }  # fmt: skip


def _rates(
    operation: str,
    summary: str,
    body: str,
    answer: str,
    *,
    example: Mapping[str, Any] | None,
    never: tuple[str, ...] = (),
) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": REF + body}}
    if example is not None:
        content["example"] = example
    problem = {MEDIA_TYPE: {"schema": {"$ref": REF + "Problem"}}}
    refused: dict[str, dict[str, Any]] = {
        str(status): {"description": f"{zh} / {en}", "content": problem}
        for kind, (status, en, zh) in KINDS.items()
        if kind not in ("not-found", "method-not-allowed", "bad-header", *never)
    }
    if "busy" not in never:
        wait = {"description": "秒 / Seconds", "schema": {"type": "integer"}}
        refused[str(KINDS["busy"][0])]["headers"] = {"Retry-After": wait}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "回显为 request_id / Comes back as request_id",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:~-]{1,128}$"},
    }
    rated = {
        "description": "评级 / Rated",
        "content": {"application/json": {"schema": {"$ref": REF + answer}}},
    }
    return {
        "post": {
            "operationId": operation,
            "summary": summary,
            "parameters": [key],
            "requestBody": {"required": True, "content": {"application/json": content}},
            "responses": {"200": rated, **refused},
        }
    }


def _probe(operation: str, summary: str) -> dict[str, Any]:
    answer = {"200": {"description": summary}}
    return {"get": {"operationId": operation, "summary": summary, "responses": answer}}


def _rating() -> dict[str, Any]:
    """Return the schemas of an answer: the rating's types, and what an answer adds to them."""
    schema = TypeAdapter(Rating).json_schema(mode="serialization", ref_template=REF + "{model}")
    parts = schema.pop("$defs")
    times = {"type": "string", "format": "date-time"}
    fields = {
        **schema["properties"],
        "decision_id": {"type": "string", "format": "uuid"},
        "request_id": {"type": "string"},
        "received_at": times,
        "decided_at": times,
    }
    described = {name: {**fields[name], "description": text} for name, text in FIELDS.items()}
    described["reasons"]["maxItems"] = AT_MOST
    for choice in described["strengths"]["anyOf"]:
        if choice["type"] == "array":
            choice["maxItems"] = AT_MOST
    return {**parts, "Rating": _object(described)}


def _recourse(application: str) -> dict[str, Any]:
    """Return the schemas of an answer to ``/recourse``."""
    text, number = {"type": "string"}, {"type": "number"}
    maybe = {"type": ["string", "null"]}
    value = {"type": ["number", "boolean", "string"]}
    change = _object(
        {
            "field": text,
            "label_zh": text,
            "label_en": text,
            "from": value,
            "to": value,
            "unit": maybe,
            "levers": {"type": "array", "items": text},
            "cost": {
                **number,
                "description": "以训练样本的绝对中位差计 / In spreads of the field at training; 0 "
                "where it only follows",
            },
            "text_zh": text,
            "text_en": text,
        }
    )
    changes = {"type": "array", "items": {"$ref": REF + "Change"}}
    times = {"type": "string", "format": "date-time"}
    reasons = [*REASONS, None]
    fields: dict[str, tuple[dict[str, Any], str]] = {
        "request_id": (text, FIELDS["request_id"]),
        "product": (text, FIELDS["product"]),
        "target": (text, "目标 / What was asked for"),
        "goal": (maybe, "至少要达到的等级 / The worst grade that would do"),
        "changes": (changes, "逐项改变 / The changes, field by field"),
        "reached": ({"type": "boolean"}, "重新评级后达到目标 / Rated again, the target is reached"),
        "reason": ({"enum": reasons}, "没有改变的原因 / Why nothing is changed"),
        "text_zh": (text, "说明（中文） / In words, in Chinese"),
        "text_en": (text, "说明（英文） / In words, in English"),
        "grade_before": (text, "现评级 / Grade as it is"),
        "grade_after": (text, "改变后的评级 / Grade after the changes"),
        "pd_before": (number, "现违约概率 / PD as it is"),
        "pd_after": (number, "改变后的违约概率 / PD after the changes"),
        "cost": (number, "改变的大小 / Size of the change, summed over the actions"),
        "actions": ({"type": "integer"}, "行动数 / How many actions"),
        "application": ({"$ref": REF + application}, "改变后的申请 / The application as changed"),
        "model": ({"$ref": REF + "ModelRef"}, FIELDS["model"]),
        "policy_version": (text, FIELDS["policy_version"]),
        "received_at": (times, FIELDS["received_at"]),
        "decided_at": (times, FIELDS["decided_at"]),
    }
    answer = _object({key: {**schema, "description": s} for key, (schema, s) in fields.items()})
    return {"Change": change, "Recourse": answer}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    parts = ("field", "rule", "expected", "kind", "message_zh", "message_en")
    field = _object(dict.fromkeys(parts, text))
    problem = _object(
        {
            "type": text,
            "title": text,
            "title_zh": text,
            "status": {"type": "integer"},
            "detail": text,
            "instance": text,
            "errors": {"type": "array", "items": {"$ref": REF + "FieldProblem"}},
        }
    )
    problem["required"] = ["type", "title", "title_zh", "status", "detail"]
    return {"FieldProblem": field, "Problem": problem}


def _schema(model: Any) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(ref_template=REF + "{model}")
    return schema


def _envelope(wanted: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a request: what is to be rated, and what may be asked beside."""
    text = "是否同时给出有利因素 / Whether to say as well what speaks for the applicant"
    asked = {"type": "boolean", "default": False, "description": text}
    return {**_object({wanted: schema, STRENGTHS: asked}), "required": [wanted]}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
