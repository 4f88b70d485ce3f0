"""Do deliveries arrive: all of them, masked, in order, through `kill -9` and a receiver that fails for a while?

Usage: deliveries.py SOTTO DATA FAILING. Starts the server and a receiver that answers 503 for FAILING seconds and loses some answers
after that. Writes into three streams, one of them under a customer's key, kills the server twice meanwhile, and compares what
arrived with what was confirmed. The exit status is 1 when something is missing, in another order, torn or in clear. Values are invented.
"""

import gzip, http.server, json, os, signal, subprocess, sys, threading, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SOTTO, DATA, FAILING = sys.argv[1], sys.argv[2], float(sys.argv[3])
ACCOUNT, REGION = "111122223333", "eu-central-1"
CARD = "4929573829184403"
# What is stored of the group under a key, and may rest nowhere in clear.
MARKER = "marker-of-the-sealed-group"
FINDINGS = 10_000
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not delivered as documented:", name, info)


def wait(what, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    return what()


class Receiver:
    """Takes deliveries when it is up; of those that it takes it loses some answers."""

    def __init__(self):
        self.up, self.refused, self.taken, self.lost, self.lock = False, 0, [], 0, threading.Lock()
        outer = self

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                with outer.lock:
                    if not outer.up:
                        outer.refused += 1
                        return self.answer(503)
                    outer.taken.append((self.path, self.headers["x-sotto-delivery"], body))
                    loses = len(outer.taken) % 7 == 3
                    outer.lost += loses
                self.answer(500 if loses else 200)

            def answer(self, status):
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.address = f"http://127.0.0.1:{server.server_address[1]}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def bodies(self, path):
        """Deliveries in the order in which they first came, repeats left out by their names."""
        with self.lock:
            taken = [(name, body) for at, name, body in self.taken if at == path]
        return list({name: body for name, body in reversed(taken)}.items())[::-1]


class Server:
    def __init__(self, hook):
        self.command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", DATA, "--account", ACCOUNT]
        for allowed in (hook, f"{ACCOUNT}=file:all.jsonl", f"{ACCOUNT}=file:findings.jsonl"):
            self.command += ["--deliver-to", allowed]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.endpoint = next(("http://" + line.split()[1] for line in self.process.stdout if line.startswith("listening ")), None)
        if not self.endpoint:
            sys.exit(f"the server ends with {self.process.wait()}")

    def client(self, service):
        config = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=60)
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, config=config)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def refusal(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None, ""


def policy(name, destinations):
    identifiers = ["arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"]
    audit = {"Sid": "a", "DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": destinations}}}
    mask = {"Sid": "m", "DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}}
    return json.dumps({"Name": name, "Version": "2021-06-01", "Statement": [audit, mask]})


STREAMS = {"one": "/out", "two": "/out", "three": "/sealed"}


def prepare(server, hook):
    statements = [
        {"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}
        for who in ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {"Service": f"logs.{REGION}.amazonaws.com"})
    ]
    key = server.client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))["KeyMetadata"]["Arn"]
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/sealed", kmsKeyId=key)
    for group in ("/out", "/found", "/reports"):
        logs.create_log_group(logGroupName=group)
    for stream, group in STREAMS.items():
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.create_log_stream(logGroupName="/found", logStreamName="s")
    for group in ("/out", "/sealed"):
        logs.put_subscription_filter(logGroupName=group, filterName="hook", filterPattern="", destinationArn=hook + group[1:])
    code, words = refusal(logs.put_subscription_filter, logGroupName="/out", filterName="f", filterPattern="", destinationArn="file:other.jsonl")
    check("a file must be allowed", code == "InvalidParameterException" and "ACCOUNT=" in words, words)
    subscribe(logs)
    return logs


def subscribe(logs):
    """The account's own filter stands beside those of groups."""
    account = dict(policyName="all", policyType="SUBSCRIPTION_FILTER_POLICY", scope="ALL")
    document = {"DestinationArn": "file:all.jsonl", "FilterPattern": "credit", "Distribution": "ByLogStream"}
    code, words = refusal(logs.put_account_policy, **account, policyDocument=json.dumps({**document, "FilterPattern": f'"{CARD}"'}))
    check("a pattern that could never match", code == "InvalidParameterException" and "CreditCardNumber" in words and CARD not in words, words)
    code, _ = refusal(logs.put_account_policy, **account, policyDocument=json.dumps({**document, "DestinationArn": "file:no"}))
    check("a destination that is not allowed", code == "InvalidParameterException")
    code, _ = refusal(logs.put_account_policy, **account, policyDocument=json.dumps(document), selectionCriteria='LogGroupName IN ["/a"]')
    check("criteria that leave nothing out", code == "InvalidParameterException")
    left_out = 'LogGroupName NOT IN ["/sealed", "/found"]'
    made = logs.put_account_policy(**account, policyDocument=json.dumps(document), selectionCriteria=left_out)["accountPolicy"]
    check("a policy of the account", made["selectionCriteria"] == left_out and json.loads(made["policyDocument"]) == document, made)
    listed = logs.describe_account_policies(policyType="SUBSCRIPTION_FILTER_POLICY")["accountPolicies"]
    check("it is listed", [one["policyName"] for one in listed] == ["all"], listed)
    for kind in ("TRANSFORMER_POLICY", "FIELD_INDEX_POLICY", "METRIC_EXTRACTION_POLICY"):
        _, words = refusal(logs.put_account_policy, policyName="x", policyType=kind, policyDocument="{}")
        check("a kind that nothing acts upon", "not available in this release" in words, (kind, words))


confirmed = {stream: [] for stream in STREAMS}


def write(server, stream, ended):
    """Puts events until it is told to end; what was confirmed is noted, what was not is put again under other numbers."""
    number, client = 1, server.client("logs")
    while not ended.is_set():
        numbers = list(range(number, number + 5))
        number += 5
        now = int(time.time() * 1000)
        word = MARKER if stream == "three" else "plain"
        events = [{"timestamp": now, "message": f"n={one} {word} credit card {CARD}"} for one in numbers]
        try:
            client.put_log_events(logGroupName=STREAMS[stream], logStreamName=stream, logEvents=events)
            confirmed[stream].extend(numbers)
            time.sleep(0.02)
        except Exception:
            time.sleep(0.2)
            client = server.client("logs")


def numbers_of(messages):
    return [int(message.split()[0][2:]) for message in messages]


def judge(name, stream, messages):
    numbers = numbers_of(messages)
    missing = set(confirmed[stream]) - set(numbers)
    check("nothing confirmed is missing", not missing, (name, stream, len(missing), sorted(missing)[:5]))
    check("in order, once", numbers == sorted(set(numbers)), (name, stream))
    check("masked", all(message.endswith("*" * 16) and CARD not in message for message in messages), (name, stream, messages[:1]))


def of_stream(envelopes, stream):
    return [event["message"] for one in envelopes if one["logStream"] == stream for event in one["logEvents"]]


def at_rest(word):
    command = ["grep", "-r", "-a", "-l", "-F", word, DATA]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout.split()


def through_failures(server, receiver):
    ended = threading.Event()
    threads = [threading.Thread(target=write, args=(server, stream, ended)) for stream in STREAMS]
    for thread in threads:
        thread.start()
    end = time.time() + FAILING
    for kill in (0.3, 0.7):
        time.sleep(max(0.5, FAILING * 0.35))
        server.kill()
        server.start()
    time.sleep(max(0.5, end - time.time()))
    ended.set()
    for thread in threads:
        thread.join()
    check("the receiver was asked and refused", receiver.refused > 2, receiver.refused)
    check("what waits of a group under a key is sealed", not at_rest(MARKER), at_rest(MARKER))
    receiver.up = True
    envelopes = lambda path: [json.loads(body) for _, body in receiver.bodies(path)]
    last = lambda path, stream: confirmed[stream][-1] in numbers_of(of_stream(envelopes(path), stream))
    wait(lambda: all(last("/" + group[1:], stream) for stream, group in STREAMS.items()), 180)
    for stream, group in STREAMS.items():
        judge("endpoint", stream, of_stream(envelopes("/" + group[1:]), stream))
    check("answers were lost on the way", receiver.lost > 0, receiver.lost)
    path = os.path.join(DATA, "deliveries", ACCOUNT, "all.jsonl")
    of_file = lambda: [json.loads(line) for line in open(path)]
    wait(lambda: all(confirmed[stream][-1] in numbers_of(of_stream(of_file(), stream)) for stream in ("one", "two")))
    for stream in ("one", "two"):
        # A line that was written just before a kill may stand there twice.
        messages = list(dict.fromkeys(of_stream(of_file(), stream)))
        judge("file", stream, messages)
    check("groups that are left out", {one["logGroup"] for one in of_file()} == {"/out"})
    check("it says which filter", {tuple(one["subscriptionFilters"]) for one in of_file()} == {("all",)})
    check("and of a group under a key still", not at_rest(MARKER), at_rest(MARKER))


def findings(server, receiver, hook):
    """Reports of many findings, to a group, to an endpoint and to a file."""
    logs = server.client("logs")
    code, words = refusal(logs.put_data_protection_policy, logGroupIdentifier="/found", policyDocument=policy("p", {"Sotto": {"Address": "https://elsewhere.example/"}}))
    check("an address must be allowed", code == "InvalidParameterException" and "--deliver-to" in words, words)
    logs.put_account_policy(policyName="p", policyType="DATA_PROTECTION_POLICY", policyDocument=policy("all", {"Sotto": {"Address": "file:findings.jsonl"}}))
    both = {"CloudWatchLogs": {"LogGroup": "/reports"}, "Sotto": {"Address": hook + "findings"}}
    logs.put_data_protection_policy(logGroupIdentifier="/found", policyDocument=policy("own", both))
    now, started = int(time.time() * 1000), time.time()
    for first in range(0, FINDINGS, 5_000):
        events = [{"timestamp": now, "message": f"n={n} credit card {CARD}"} for n in range(first, first + 5_000)]
        logs.put_log_events(logGroupName="/found", logStreamName="s", logEvents=events)
    put = time.time()
    path = os.path.join(DATA, "deliveries", ACCOUNT, "findings.jsonl")
    lines = lambda: [line for _, body in receiver.bodies("/findings") for line in body.decode().splitlines()]
    stored = lambda: logs.describe_log_groups(logGroupNamePrefix="/reports")["logGroups"][0]["storedBytes"]
    of_file = lambda: open(path).read().splitlines() if os.path.exists(path) else []
    wait(lambda: len(of_file()) >= FINDINGS and len(lines()) >= FINDINGS)
    took = time.time() - put
    reports = []
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName="/reports"):
        reports += [event["message"] for event in page["events"]]
    for name, all_of_it in (("endpoint", lines()), ("file", of_file()), ("group", reports)):
        ids = [json.loads(line)["sotto"]["eventId"] for line in all_of_it]
        check("a report of each event", len(set(ids)) == FINDINGS and len(ids) - len(set(ids)) < FINDINGS / 2, (name, len(ids), len(set(ids))))
        check("without the value", not any(CARD in line for line in all_of_it), name)
    check("reports count", stored() > FINDINGS * 100, stored())
    print(f"{FINDINGS} findings: put in {put - started:.1f} s, reported to a group, an endpoint and a file {took:.1f} s after that")


def main():
    receiver = Receiver()
    server = Server(receiver.address)
    try:
        prepare(server, receiver.address)
        through_failures(server, receiver)
        findings(server, receiver, receiver.address)
    finally:
        server.kill()
    sys.exit(bool(bad))


main()
