"""The OpenAPI 3.1 document, made from the operations."""

import re
from collections.abc import Sequence
from dataclasses import fields
from http import HTTPStatus
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door

_REFERENCE: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do, for people."},
    },
}


def openapi(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """Return the document."""
    inputs: list[tuple[int, JsonSchemaMode, TypeAdapter[Any]]] = []
    for place, operation in enumerate(operations):
        if operation.body:
            inputs.append((place, "validation", TypeAdapter(operation.body)))
        if operation.answer:
            inputs.append((place, "serialization", TypeAdapter(operation.answer)))
    schemas, definitions = TypeAdapter.json_schemas(
        inputs, ref_template=_REFERENCE, schema_generator=GenerateJsonSchema
    )
    paths: dict[str, dict[str, Any]] = {}
    for place, operation in enumerate(operations):
        body, answer = schemas.get((place, "validation")), schemas.get((place, "serialization"))
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, body, answer)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mentorfy", "version": version, "description": "Documents in, a mentor out."},
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "mentorfy_session"},
            },
        },
    }


def _described(operation: Operation, body: Any, answer: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "parameters": [*_ids(operation), *_query(operation)],
        "responses": _responses(operation, answer),
        "security": [] if operation.door is Door.OPEN else [{"token": []}, {"session": []}],
    }
    if body:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    elif operation.accepts:
        anything = {"schema": {"type": "string", "format": "binary"}}
        described["requestBody"] = {"content": {operation.accepts: anything}}  # an empty file is one, too
    return described


def _name(operation: Operation) -> str:
    words = re.findall(r"[a-z]+", operation.path.removeprefix("/api/"))
    return "_".join([operation.method.lower(), *words])


def _ids(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]


def _query(operation: Operation) -> list[dict[str, Any]]:
    if not operation.query:
        return []
    schema = TypeAdapter(operation.query).json_schema(ref_template=_REFERENCE)
    properties = schema["properties"]
    return [
        {"name": field.name, "in": "query", "required": False, "schema": _inlined(properties[field.name], schema)}
        for field in fields(operation.query)
    ]


def _inlined(schema: Any, whole: Any) -> Any:
    """Return a parameter's schema with its references put in: they point into a schema of its own."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
        return {name: _inlined(value, whole) for name, value in schema.items()}
    return [_inlined(each, whole) for each in schema] if isinstance(schema, list) else schema


def _responses(operation: Operation, answer: Any) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary}
    if answer:
        success["content"] = {"application/json": {"schema": answer}}
    elif operation.media_type != "application/json":
        success["content"] = {operation.media_type: {}}
    status = operation.status if answer or "content" in success else HTTPStatus.NO_CONTENT
    problems = {HTTPStatus.SERVICE_UNAVAILABLE, *operation.problems}
    if operation.door is not Door.OPEN:
        problems |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT}
    if "{" in operation.path:
        problems.add(HTTPStatus.NOT_FOUND)
    if operation.query or operation.body:
        problems.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    described = {str(status.value): success}
    for problem in sorted(problems):
        described[str(problem.value)] = {
            "description": problem.phrase,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return described
