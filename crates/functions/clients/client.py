"""A runtime client for Python functions where awslambdaric is not installed: next event, handler, answer or error."""
import http.client
import importlib
import json
import os
import sys
import time
import traceback

ROOT = "/2018-06-01/runtime/"
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


class Context:
    """What a handler sees of its invocation."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = None
        self.identity = None

    def get_remaining_time_in_millis(self):
        return max(0, self.deadline_ms - int(time.time() * 1000))


def post(path, body, kind=None):
    headers = {"Content-Type": "application/json"}
    if kind:
        headers["Lambda-Runtime-Function-Error-Type"] = kind
    connection.request("POST", ROOT + path, body, headers)
    connection.getresponse().read()


def told(error, kind=None):
    """An error as the Runtime API has it, and as it stands in the log."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    kind = kind or type(error).__name__
    # One line for the log: line ends are told apart from those between events.
    print("[ERROR] " + "".join(lines).replace("\n", "\r"), flush=True)
    return json.dumps({"errorMessage": str(error), "errorType": kind, "stackTrace": lines[1:-1]}), kind


def handler():
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), name)


def main():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    try:
        call = handler()
    except BaseException as error:
        kinds = {
            "ModuleNotFoundError": "Runtime.ImportModuleError",
            "ImportError": "Runtime.ImportModuleError",
            "SyntaxError": "Runtime.UserCodeSyntaxError",
            "IndentationError": "Runtime.UserCodeSyntaxError",
            "TabError": "Runtime.UserCodeSyntaxError",
            "AttributeError": "Runtime.HandlerNotFound",
        }
        body, kind = told(error, kinds.get(type(error).__name__, "Runtime.Unknown"))
        post("init/error", body, kind)
        sys.exit(1)
    while True:
        connection.request("GET", ROOT + "invocation/next")
        response = connection.getresponse()
        event = response.read()
        context = Context(response.headers)
        path = "invocation/" + context.aws_request_id
        try:
            answer = json.dumps(call(json.loads(event), context))
        except Exception as error:
            body, kind = told(error)
            sys.stdout.flush()
            post(path + "/error", body, kind)
            continue
        sys.stdout.flush()
        post(path + "/response", answer)


main()
