"""Holds answers of a REST API against its own OpenAPI 3.1 document."""

import json
import re

import jsonschema


class Mismatch(Exception):
    """An answer that the document does not declare."""


class Contract:
    """An OpenAPI document and which of its operations were seen."""

    METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

    def __init__(self, document):
        self.document = document
        self.seen = {}  # operationId -> set of "success", "error"
        self.operations = []  # (method, compiled path, template, operation)
        self.check_document()

    def check_document(self):
        document = self.document
        if document.get("openapi") != "3.1.0":
            raise Mismatch("the document is not OpenAPI 3.1.0")
        for name, schema in document["components"]["schemas"].items():
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as error:
                raise Mismatch(f"schema {name}: {error.message}") from None
        self.check_references(document, "#")
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method not in self.METHODS:
                    raise Mismatch(f"{path}: unexpected member {method}")
                self.add_operation(method, path, operation)

    def add_operation(self, method, path, operation):
        where = f"{method.upper()} {path}"
        name = operation.get("operationId")
        if not name:
            raise Mismatch(f"{where}: no operationId")
        if name in self.seen:
            raise Mismatch(f"{where}: the operationId {name} is taken")
        if not operation.get("summary"):
            raise Mismatch(f"{where}: no summary")
        declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        if declared != set(re.findall(r"{([^}]*)}", path)):
            raise Mismatch(f"{where}: its path parameters are not those declared")
        responses = operation.get("responses", {})
        if "default" not in responses or not any(code.startswith("2") for code in responses):
            raise Mismatch(f"{where}: needs a response for success and one by default")
        pattern = re.sub(r"{[^}]*}", "[^/]+", path)
        self.operations.append((method, re.compile(pattern + r"\Z"), path, operation))
        self.seen[name] = set()

    def check_references(self, value, where):
        """Every $ref leads somewhere."""
        if isinstance(value, dict):
            if "$ref" in value:
                self.resolve(value)
            for key, member in value.items():
                self.check_references(member, f"{where}/{key}")
        elif isinstance(value, list):
            for index, member in enumerate(value):
                self.check_references(member, f"{where}/{index}")

    def resolve(self, value):
        while isinstance(value, dict) and "$ref" in value:
            target = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                part = part.replace("~1", "/").replace("~0", "~")
                if part not in target:
                    raise Mismatch(f"{value['$ref']} leads nowhere")
                target = target[part]
            value = target
        return value

    def find(self, method, path):
        """The operation of a request; a literal path goes before one with parameters."""
        found = [
            (template.count("{"), template, operation)
            for verb, pattern, template, operation in self.operations
            if verb == method.lower() and pattern.match(path)
        ]
        if not found:
            raise Mismatch(f"{method} {path}: no operation in the document")
        return min(found, key=lambda entry: entry[:2])[2]

    def validate(self, schema, value, where):
        whole = {"$defs": {}, "components": self.document["components"], **schema}
        validator = jsonschema.Draft202012Validator(
            whole, format_checker=jsonschema.draft202012_format_checker
        )
        for error in validator.iter_errors(value):
            at = "/".join(str(part) for part in error.absolute_path)
            raise Mismatch(f"{where}: /{at}: {error.message}")

    def check(self, method, target, status, content_type, body):
        """One answer; its operationId."""
        path = target.split("?", 1)[0]
        where = f"{method} {target} -> {status}"
        operation = self.find(method, path)
        responses = operation["responses"]
        response = self.resolve(responses.get(str(status), responses["default"]))
        if 200 <= status < 300 and str(status) not in responses:
            raise Mismatch(f"{where}: a success that is not declared")
        content = response.get("content")
        media = content_type.split(";")[0].strip().lower()
        if content is None:
            if body:
                raise Mismatch(f"{where}: a body where none is declared")
        elif media not in content:
            raise Mismatch(f"{where}: the type {media or '(none)'} is not declared")
        elif media.endswith("json"):
            try:
                value = json.loads(body.decode("utf-8"))
            except ValueError as error:
                raise Mismatch(f"{where}: not JSON: {error}") from None
            self.validate(content[media]["schema"], value, where)
            if media == "application/problem+json" and value["status"] != status:
                raise Mismatch(f"{where}: the problem says {value['status']}")
        elif not body:
            raise Mismatch(f"{where}: an empty body")
        self.seen[operation["operationId"]].add("success" if status < 400 else "error")
        return operation["operationId"]

    def missing(self, wanted=("success",)):
        """Operations of which an outcome was not seen."""
        return [
            f"{name}: no {outcome}"
            for name, outcomes in sorted(self.seen.items())
            for outcome in wanted
            if outcome not in outcomes
        ]
