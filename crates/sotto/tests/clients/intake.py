"""Ways in without a signature: OTLP as exporters send it, lines, syslog; masked, authorised and on record like any other event.

Usage: intake.py ENDPOINT TOKEN SYSLOG_PORT. The server's settings name the entrances `otel` (with the token) and `lines` (with a syslog
listener), both for the role `intake` and the group /intake, and `gone` (token: gone-TOKEN) for a role that is not there. Prints
what is not as documented; the exit status is 1 then. Values are invented.
"""

import gzip, json, socket, sys, threading, time, urllib.error, urllib.request

import boto3
from botocore.config import Config

ENDPOINT, TOKEN, SYSLOG_PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
CARD = "4929573829184403"
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def cl(service):
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=Config(retries={"max_attempts": 0}))


def post(path, body, kind="application/json", token=TOKEN, **headers):
    request = urllib.request.Request(ENDPOINT + path, body, {"content-type": kind, **headers})
    if token:
        request.add_header("authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def wait(what, seconds=20):
    end = time.time() + seconds
    while time.time() < end and not what():
        time.sleep(0.2)
    return what()


logs, iam = cl("logs"), cl("iam")
account = cl("sts").get_caller_identity()["Account"]
logs.create_log_group(logGroupName="/intake")


def read(stream):
    try:
        events = logs.get_log_events(logGroupName="/intake", logStreamName=stream, startFromHead=True)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in events]


nanos = time.time_ns()
record = {
    "timeUnixNano": str(nanos),
    "severityText": "INFO",
    "body": {"stringValue": f"paid with card {CARD}"},
    "attributes": [{"key": "gen_ai.prompt", "value": {"stringValue": f"my credit card is {CARD}"}}],
}
body = {"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "bot"}}]}, "scopeLogs": [{"logRecords": [record]}]}]}
body = json.dumps(body).encode()

# Before there is a role, and who may.
check("no token", post("/v1/logs", body, token=None)[0] == 401)
check("another token", post("/v1/logs", body, token="other")[0] == 401)
check("no role", post("/v1/logs", body)[0] == 403, post("/v1/logs", body))
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "intake.sotto"}, "Action": "sts:AssumeRole"}]}
trust["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{account}:root"}
iam.create_role(RoleName="intake", AssumeRolePolicyDocument=json.dumps(trust))
check("a role that may nothing", post("/v1/logs", body)[0] == 403)
statement = {"Effect": "Allow", "Action": ["logs:PutLogEvents", "logs:CreateLogStream"], "Resource": f"arn:aws:logs:eu-central-1:{account}:log-group:/intake:*"}
iam.put_role_policy(RoleName="intake", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

# OTLP.
status, answer, headers = post("/v1/logs", body)
check("OTLP in JSON", (status, answer, headers["content-type"]) == (200, b"{}", "application/json"), (status, answer, headers))
status, *_ = post("/v1/logs", gzip.compress(body), **{"content-encoding": "gzip"})
check("OTLP packed", status == 200, status)
stored = [json.loads(message) for message in read("otel")]
check("both are there", len(stored) == 2, stored)
check("masked in body and attributes", CARD not in str(stored) and stored[0]["attributes"]["gen_ai.prompt"].endswith("*" * 16), stored)
check("with their resource", stored[0]["resource"]["attributes"]["service.name"] == "bot", stored)
status, answer, headers = post("/v1/logs", b"", "application/x-protobuf")
check("protobuf", (status, answer, headers["content-type"]) == (200, b"", "application/x-protobuf"), (status, headers))
check("another kind", post("/v1/logs", body, "text/plain")[0] == 415)
check("no JSON", post("/v1/logs", b"{")[0] == 400)
old = body.replace(str(nanos).encode(), str(nanos - 20 * 86400 * 10**9).encode())
status, answer, _ = post("/v1/logs", old)
check("a part that is refused", status == 200 and json.loads(answer)["partialSuccess"]["rejectedLogRecords"] == "1", answer)
span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": f"card {CARD}", "startTimeUnixNano": str(nanos), "endTimeUnixNano": str(nanos)}
traces = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
check("spans", post("/v1/traces", json.dumps(traces).encode())[0] == 200)
check("masked names of spans", json.loads(read("otel")[-1])["name"] == f"card {'*' * 16}", read("otel")[-1])

# Lines.
status, answer, _ = post("/intake/lines", f'{{"time":"{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}","card":"{CARD}"}}\nplain\n'.encode(), "application/x-ndjson")
check("lines", (status, json.loads(answer)) == (200, {"rejected": 0}), (status, answer))
check("lines are masked", CARD not in str(read("otel")) and "plain" in read("otel"))

# Many at once where the stream is not there yet: one of them makes it, and none is refused for that.
for turn in range(3):
    logs.delete_log_stream(logGroupName="/intake", logStreamName="otel")
    answers, at_once = [], threading.Barrier(12)
    threads = [threading.Thread(target=lambda: (at_once.wait(), answers.append(post("/v1/logs", body)[0]))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("a stream that many make", answers == [200] * 12 and len(read("otel")) == 12, (answers, len(read("otel"))))

# Syslog, both framings on one connection.
message = f"<34>1 {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} host su - - - card {CARD}"
with socket.create_connection(("127.0.0.1", SYSLOG_PORT)) as line:
    line.sendall(f"{len(message)} {message}<34>Jan 1 00:00:00 host x: no newline at its end".encode())
wait(lambda: len(read("lines")) >= 1)
check("syslog", message.replace(CARD, "*" * 16) in read("lines"), read("lines"))

# On record as the role.
events = wait(lambda: cl("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutLogEvents"}])["Events"])
check("on record as the role", any(":role/intake" in event["CloudTrailEvent"] and '"entrance":"otel"' in event["CloudTrailEvent"] for event in events), events[:1])
check("no value on record", CARD not in str(events))

sys.exit(1 if bad else 0)
