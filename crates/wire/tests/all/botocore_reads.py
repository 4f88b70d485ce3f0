"""Does botocore read these answers to these results? One JSON document on standard input, names of failures on output."""

import base64
import json
import sys

from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import PROTOCOL_PARSERS
from botocore.utils import parse_timestamp


def seconds(value):
    return parse_timestamp(value).timestamp()


def plain(value):
    """Bytes and streams as text, floats without digits by name."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def same(one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and not isinstance(one, bool):
        return abs(one - other) <= 1e-6 * max(1, abs(one))
    return one == other


def read(case, answer):
    given = case["model"]["operations"][case["operation"]]
    if case["protocol"] == "query" and "output" in given:
        given["output"].setdefault("resultWrapper", case["operation"] + "Result")
    model = ServiceModel(case["model"])
    operation = OperationModel(given, model, case["operation"])
    parser = PROTOCOL_PARSERS[case["protocol"]](timestamp_parser=seconds)
    response = {
        "status_code": answer["status"],
        "headers": HeadersDict({name: value for name, value in answer["headers"]}),
        "body": base64.b64decode(answer["body"]),
        "context": {"operation_name": case["operation"]},
    }
    parsed = parser.parse(response, operation.output_shape)
    metadata = parsed.pop("ResponseMetadata", {})
    return plain(parsed), metadata


def has_output(case):
    """Without an output botocore reads no request id from rpc-v2 answers."""
    return "output" in case["model"]["operations"][case["operation"]]


def check(case, answer):
    parsed, metadata = read(case, answer)
    if answer is case["ours"] and has_output(case) and metadata.get("RequestId") != "request-1":
        return f"no request id: {metadata}"
    if case["code"] is not None:
        error = parsed.get("Error", {})
        wanted = (case["code"], case["message"])
        found = (error.get("Code"), error.get("Message") if case["message"] is not None else None)
        return None if found == wanted else f"{found} for {wanted}"
    wanted = plain(case["result"])
    return None if same(parsed, wanted) else f"{parsed} for {wanted}"


def failure(case, answer):
    try:
        return check(case, answer)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# What botocore does not read from the published answer either is no failure of ours.
for case in json.load(sys.stdin):
    wrong = failure(case, case["ours"])
    if wrong:
        print("both" if failure(case, case["published"]) else "ours", case["name"], wrong[:600])
