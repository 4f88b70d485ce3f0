"""A server without room for a while: are answers slowed down, are refusals in each client's shape and counted, and is nothing lost?

Usage: throttled.py ENDPOINT TOKEN SECONDS. The server works on four requests at a time (`--requests-max 4`). Its places are held by
requests whose bodies do not come, for most of the time; meanwhile clients put events and go on trying. What was answered with success
must be stored, once; what was refused must not be. The exit status is 1 otherwise. Values are invented.
"""

import json, re, socket, sys, threading, time, urllib.error, urllib.request
from collections import Counter

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, TOKEN, SECONDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
HOST, PORT = ENDPOINT.removeprefix("http://").split(":")
CARD = "4929573829184403"
# A place is waited for two seconds.
SLOWED = 1.5
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("without room:", name, info)


def cl(service):
    config = Config(retries={"max_attempts": 0}, connect_timeout=60, read_timeout=60)
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=config)


def hold():
    """Four requests whose bodies do not come: two in nobody's name, two in the name of the account's key."""
    held = []
    for claimed in (False, False, True, True):
        line = socket.create_connection((HOST, int(PORT)))
        scope = "FOOBARKEY/20260101/eu-central-1/logs/aws4_request"
        signed = f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}\r\n"
        line.sendall((f"POST / HTTP/1.1\r\nHost: {HOST}\r\nX-Amz-Date: 20260101T000000Z\r\n" + (signed if claimed else "") + "Content-Length: 1000\r\n\r\n").encode())
        held.append(line)
    return held


refused, shapes, slow = Counter(), [], []
ended = threading.Event()


def turns(put):
    """Puts one number after the other, each until it is taken; those that were taken."""
    taken, number = [], 1
    while not ended.is_set():
        began = time.time()
        why = put(number)
        if why is None:
            taken.append(number)
            number += 1
        else:
            slow.append(time.time() - began)
            refused[why] += 1
        time.sleep(0.05)
    return taken


def events(number):
    try:
        now = int(time.time() * 1000)
        logs.put_log_events(logGroupName="/full", logStreamName="s", logEvents=[{"timestamp": now, "message": f"n={number} credit card {CARD}"}])
    except ClientError as error:
        answer = error.response
        kind = (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"])
        if kind not in ((503, "ServiceUnavailableException"), (400, "ThrottlingException")) or "x-amzn-requestid" not in answer["ResponseMetadata"]["HTTPHeaders"]:
            shapes.append(answer)
        return "json"


def users(number):
    try:
        iam.list_users()
    except ClientError as error:
        answer = error.response
        if (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) not in ((503, "ServiceUnavailable"), (400, "Throttling")):
            shapes.append(answer)
        return "query"


def post(path, body, kind):
    request = urllib.request.Request(ENDPOINT + path, body, {"content-type": kind, "authorization": "Bearer " + TOKEN})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return None
    except urllib.error.HTTPError as error:
        said = (error.code, error.headers["retry-after"], error.headers["content-type"])
        error.read()
        if said != (503, "1", "application/json"):
            shapes.append(said)
        return True


def otlp(number):
    record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": f"n={number} credit card {CARD}"}}
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()
    return post("/v1/logs", body, "application/json") and "otlp"


def lines(number):
    return post("/intake/lines", f"n={number} line with credit card {CARD}\n".encode(), "application/x-ndjson") and "lines"


def read(group, stream):
    messages, token = [], None
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = logs.get_log_events(logGroupName=group, logStreamName=stream, **more)
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            return messages
        token = page["nextForwardToken"]


def counted():
    with urllib.request.urlopen(ENDPOINT + "/metrics") as answer:
        text = answer.read().decode()
    found = Counter()
    for protocol, count in re.findall(r'sotto_refusals_total\{protocol="([a-z0-9-]+)",kind="[a-z]+"\} (\d+)', text):
        found[protocol] += int(count)
    return found


logs, iam = cl("logs"), cl("iam")
account = cl("sts").get_caller_identity()["Account"]
trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
iam.create_role(RoleName="intake", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
may = {"Effect": "Allow", "Action": ["logs:PutLogEvents", "logs:CreateLogStream"], "Resource": f"arn:aws:logs:*:{account}:log-group:/intake:*"}
iam.put_role_policy(RoleName="intake", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
for group in ("/full", "/intake"):
    logs.create_log_group(logGroupName=group)
logs.create_log_stream(logGroupName="/full", logStreamName="s")

clients = {"json": events, "query": users, "otlp": otlp, "lines": lines}
taken, threads = {}, []
for name, put in clients.items():
    threads.append(threading.Thread(target=lambda name=name, put=put: taken.update({name: turns(put)})))
for thread in threads:
    thread.start()
end = time.time() + SECONDS
while time.time() < end:
    held = hold()
    time.sleep(min(6, max(0, end - time.time())))
    for line in held:
        line.close()
    time.sleep(1)
ended.set()
for thread in threads:
    thread.join()

check("each client was refused, and each was served", all(refused[name] and taken[name] for name in clients), (refused, {name: len(one) for name, one in taken.items()}))
check("in each client's shape", not shapes, shapes[:3])
check("slowed down before", min(slow, default=0) >= SLOWED, sorted(slow)[:3])
check("each refusal is counted", all(counted()[name] >= refused[name] for name in clients), (counted(), refused))
stored = [int(message.split()[0][2:]) for message in read("/full", "s")]
check("what was taken is stored, once, in order", stored == taken["json"], (len(stored), len(taken["json"])))
found = read("/intake", "otel")
for name, mark in (("otlp", '"body":"n='), ("lines", "line with")):
    numbers = [int(re.search(r"n=(\d+)", message)[1]) for message in found if mark in message]
    check("what came by " + name, sorted(numbers) == taken[name], (len(numbers), len(taken[name])))
check("masked", CARD not in str(found))
print(f"{SECONDS} s: refused {dict(refused)}, taken { {name: len(one) for name, one in taken.items()} }")
sys.exit(1 if bad else 0)
