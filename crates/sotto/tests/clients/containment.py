"""Is a value that was masked when it came to be found anywhere: in an answer, a delivery, a file of the data, a line of the server's log?

Usage: containment.py SOTTO FOLDER IDENTIFIERS EVENTS SEED ENGINE, where IDENTIFIERS is the folder of the identifiers' files and ENGINE is
`yes` when the query engine is there. Starts the server itself, puts events of all identifier types by each way in, half of them
into a group with a customer's key, then uses each way out and looks through every byte. What was not recognised is counted apart,
as recall. A second, small server without any policy must show hits at each way out: otherwise the look itself would be broken. The
exit status is 1 when a masked value is found. Values are invented, see canaries.py.
"""

import collections, datetime, gzip, http.server, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, threading, time, urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import canaries

SOTTO, FOLDER, IDENTIFIERS, COUNT, SEED, ENGINE = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6] == "yes"
REGION, ACCOUNT, TOKEN = "eu-central-1", "111122223333", "canary-token-of-a-test"
MARK = re.compile("ev_[a-z]{5}")
# Never kept, not even sealed: they stay masked for everybody.
DISCARDED = {"CreditCardSecurityCode", "CreditCardMagneticStripe"}
# Recognised by themselves, so also where somebody types them; others are recognised beside a word that a query does not have.
TYPED = {"CreditCardNumber", "EmailAddress"}
WAYS = ["put"] * 6 + ["logs", "traces", "syslog", "lines"]
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not contained:", name, str(info)[:600])


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Out:
    """What came out, by kind: the bytes in files, and short texts that stand alone in documents."""

    def __init__(self, folder):
        self.folder, self.alone, self.lock = folder, collections.defaultdict(set), threading.Lock()
        folder.mkdir(parents=True)

    def keep(self, kind, data):
        data = data if isinstance(data, bytes) else str(data).encode()
        with self.lock, open(self.folder / kind, "ab") as file:
            file.write(data + b"\n")
        try:
            self.leaves(kind, json.loads(data))
        except ValueError:
            pass

    def leaves(self, kind, value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                self.leaves(kind, one)
        elif isinstance(value, str):
            self.alone[kind].add(value) if len(value) < 64 else None
            if value[:1] in "{[":
                try:
                    self.leaves(kind, json.loads(value))
                except ValueError:
                    pass


class Server:
    """A server with its entrances, and an endpoint that takes its deliveries."""

    def __init__(self, folder, *options):
        self.folder, self.out = folder, Out(folder / "out")
        (folder / "set").mkdir()
        self.syslog, entrances = {}, []
        for group in ("plain", "sealed"):
            self.syslog[group] = free_port()
            token = folder / "set" / f"{group}.token"
            token.touch(0o600)
            token.write_text(f"{TOKEN}-{group}")
            about = f'role = "arn:aws:iam::{ACCOUNT}:role/intake"\nregion = "{REGION}"\ngroup = "/{group}"\n'
            entrances.append(f'[[serve.intake]]\nname = "door-{group}"\ntoken_file = "{token}"\n{about}')
            entrances.append(f'[[serve.intake]]\nname = "lines-{group}"\nsyslog = "127.0.0.1:{self.syslog[group]}"\n{about}')
        (folder / "set" / "sotto.toml").write_text("\n".join(entrances))
        self.receive()
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "debug", "--data", str(folder / "data"), "--account", ACCOUNT]
        command += ["--config", str(folder / "set" / "sotto.toml"), "--deliver-to", self.hook, "--deliver-to", f"{ACCOUNT}=file:*", "--alarm-to", "file:alarm.jsonl", *options]
        environment = {**os.environ, "SOTTO_ROOT_ACCESS_KEY_ID": "FOOBARKEY", "SOTTO_ROOT_SECRET_ACCESS_KEY": "FOOBARSECRET"}
        self.log = open(folder / "out" / "server-log", "wb")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        self.endpoint = next("http://" + line.split()[1] for line in self.process.stdout if line.startswith("listening "))

    def receive(self):
        """Takes deliveries, unpacked."""
        out = self.out

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                out.keep("delivered-http", gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
                out.keep("delivered-http-head", str(self.headers))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.hook = f"http://127.0.0.1:{server.server_address[1]}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def client(self, service, kept=True):
        config = Config(retries={"max_attempts": 2}, inject_host_prefix=False, read_timeout=120)
        given = dict(aws_access_key_id="FOOBARKEY", aws_secret_access_key="FOOBARSECRET")
        client = boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, config=config, **given)
        if kept:

            def keep(operation_model, response_dict, **_):
                body = response_dict["body"]
                if isinstance(body, bytes):
                    self.out.keep(operation_model.name, body)
                    self.out.keep("headers", str(response_dict["headers"]))

            client.meta.events.register("before-parse", keep)
        return client

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path) as answer:
            return answer.read()

    def post(self, path, body, group, kind="application/json"):
        head = {"content-type": kind, "authorization": f"Bearer {TOKEN}-{group}"}
        for attempt in range(30):
            try:
                with urllib.request.urlopen(urllib.request.Request(self.endpoint + path, body, head)) as answer:
                    return self.out.keep("intake-answers", answer.read())
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(1)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
        self.log.close()


def policy(destinations):
    data = [f"arn:aws:dataprotection::aws:data-identifier/{kind.name}" for kind in canaries.kinds(IDENTIFIERS)]
    statements = [
        {"Sid": "audit", "DataIdentifier": data, "Operation": {"Audit": {"FindingsDestination": destinations}}},
        {"Sid": "redact", "DataIdentifier": data, "Operation": {"Deidentify": {"MaskConfig": {}}}},
    ]
    return json.dumps({"Name": "all", "Version": "2021-06-01", "Statement": statements})


def prepare(server, protected):
    """Groups, a customer's key, filters, subscriptions, the role of the entrances."""
    logs, iam, kms = server.client("logs"), server.client("iam"), server.client("kms")
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    service = {"Service": f"logs.{REGION}.amazonaws.com"}
    statements = [{"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"} for who in (root, service)]
    key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))["KeyMetadata"]["Arn"]
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="intake", AssumeRolePolicyDocument=json.dumps(trust))
    allowed = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    iam.put_role_policy(RoleName="intake", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    logs.create_log_group(logGroupName="/findings")
    logs.create_log_group(logGroupName="/plain")
    logs.create_log_group(logGroupName="/sealed", kmsKeyId=key)
    for group in ("/plain", "/sealed"):
        logs.create_log_stream(logGroupName=group, logStreamName="put")
        if protected:
            logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=policy({"CloudWatchLogs": {"LogGroup": "/findings"}}))
        words = dict(metricName="words", metricNamespace="Canary" + group, metricValue="1", dimensions={"one": "$one", "two": "$two"})
        logs.put_metric_filter(logGroupName=group, filterName="words", filterPattern="[mark, one, two, ...]", metricTransformations=[words])
        body = dict(metricName="body", metricNamespace="Canary" + group, metricValue="1", dimensions={"body": "$.body"})
        logs.put_metric_filter(logGroupName=group, filterName="body", filterPattern='{ $.body = "*" }', metricTransformations=[body])
        for name, target in (("file", f"file:{group[1:]}.jsonl"), ("hook", server.hook + group[1:])):
            logs.put_subscription_filter(logGroupName=group, filterName=name, filterPattern="", destinationArn=target)


def live_tail(server):
    """Hears until the connection ends."""
    arns = [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/{group}" for group in ("plain", "sealed")]
    stream = server.client("logs").start_live_tail(logGroupIdentifiers=arns)["responseStream"]

    def listen():
        try:
            for event in stream:
                server.out.keep("live-tail", json.dumps(event, ensure_ascii=False))
        except Exception:
            pass

    threading.Thread(target=listen, daemon=True).start()


def route(number):
    """Which group, by which way in: each identifier comes by all of them."""
    turn = number // 99
    return ("plain", "sealed")[(number + turn // 10) % 2], WAYS[turn % 10]


def put(server, events):
    parts = collections.defaultdict(list)
    for number, event in enumerate(events):
        parts[route(number)].append(event)
    for (group, way), part in parts.items():
        for start in range(0, len(part), 250):
            SEND[way](server, group, part[start : start + 250])
    return parts


def by_put(server, group, events):
    now = int(time.time() * 1000)
    entries = [{"timestamp": now, "message": event.text} for event in events]
    answer = server.client("logs").put_log_events(logGroupName="/" + group, logStreamName="put", logEvents=entries)
    check("all events are taken", "rejectedLogEventsInfo" not in answer, answer)


def attribute(name, text):
    return {"key": name, "value": {"stringValue": text}}


def by_logs(server, group, events):
    records = []
    for number, event in enumerate(events):
        record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": event.text}}
        if number % 2:
            record = {**record, "body": {"stringValue": "said"}, "attributes": [attribute("gen_ai.prompt", event.text)]}
        records.append(record)
    server.post("/v1/logs", json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode(), group)


def by_traces(server, group, events):
    spans = []
    for number, event in enumerate(events):
        now = str(time.time_ns())
        span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "startTimeUnixNano": now, "endTimeUnixNano": now}
        spans.append({**span, "name": event.text} if number % 2 else {**span, "name": "chat", "attributes": [attribute("gen_ai.completion", event.text)]})
    server.post("/v1/traces", json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode(), group)


def by_syslog(server, group, events):
    with socket.create_connection(("127.0.0.1", server.syslog[group])) as line:
        for event in events:
            message = f"<34>1 {datetime.datetime.now(datetime.timezone.utc).isoformat()} host app - - - {event.text}".encode()
            line.sendall(b"%d %b" % (len(message), message))


def by_lines(server, group, events):
    lines = [json.dumps({"text": event.text}) if "\n" in event.text or "\r" in event.text else event.text for event in events]
    server.post("/intake/lines", ("\n".join(lines) + "\n").encode(), group, "application/x-ndjson")


SEND = {"put": by_put, "logs": by_logs, "traces": by_traces, "syslog": by_syslog, "lines": by_lines}


def streams(client, group):
    pages = client.get_paginator("describe_log_streams").paginate(logGroupName=group)
    return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]


def read(client, group, stream, **more):
    """All messages of a stream."""
    token, messages = None, []
    while True:
        place = {"nextToken": token} if token else {"startFromHead": True}
        page = client.get_log_events(logGroupName=group, logStreamName=stream, **place, **more)
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            return messages
        token = page["nextForwardToken"]


def stored(client, **more):
    """What is stored of each event, by its mark."""
    found = {}
    for group in ("/plain", "/sealed"):
        for stream in streams(client, group):
            for message in read(client, group, stream, **more):
                mark = MARK.search(message)
                if mark:
                    check("an event stands once", mark.group() not in found, message)
                    found[mark.group()] = message
    return found


def stands(value, message):
    return any(form in message for form in (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]))


def attempt(call, *args, **members):
    """An answer or a refusal: both are kept by the client's hook."""
    try:
        return call(*args, **members)
    except (ClientError, BotoCoreError):
        return None


def use_everything(server, values):
    """Each way out but the reads of streams."""
    logs, out = server.client("logs"), server.out
    for group in ("/plain", "/sealed"):
        for pattern in ("", '{ $.body = "*" }', "%ev_[a-z]{5}%", f'"{values[0]}"'):
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=pattern):
                pass
        attempt(logs.get_log_group_fields, logGroupName=group)
        attempt(logs.describe_metric_filters, logGroupName=group)
        attempt(logs.describe_subscription_filters, logGroupName=group)
        attempt(logs.get_data_protection_policy, logGroupIdentifier=group)
    use_errors(logs, values)
    if ENGINE:
        use_queries(logs, values)
    for call in (logs.describe_log_groups, logs.describe_queries, logs.describe_query_definitions, logs.describe_resource_policies):
        attempt(call)
    attempt(logs.describe_account_policies, policyType="DATA_PROTECTION_POLICY")
    use_metrics(server)
    use_commands(server)
    for page in server.client("cloudtrail").get_paginator("lookup_events").paginate():
        pass
    for path in ("/metrics", "/health", "/ready"):
        out.keep("paths", server.get(path))


def use_errors(logs, values):
    """Calls that fail, or that must not repeat what they were given."""
    for value in values:
        attempt(logs.put_metric_filter, logGroupName="/plain", filterName="c", filterPattern=f'{{ $.x = "{value}"', metricTransformations=[])
        attempt(logs.filter_log_events, logGroupName="/plain", filterPattern=f"{{ $.{value}")
        attempt(logs.filter_log_events, logGroupName="/plain", nextToken=value)
        attempt(logs.get_log_record, logRecordPointer=value)
        attempt(logs.get_query_results, queryId=value)
        attempt(logs.put_retention_policy, logGroupName=value + " ?", retentionInDays=7)
        attempt(logs.start_query, logGroupName="/plain", startTime=0, endTime=1, queryString=f"filtr '{value}'")


QUERIES = [
    "fields @timestamp, @message, @masked | limit 10000",
    "fields @message | parse @message '* * *' as mark, one, rest | stats count(*) by one, rest | limit 10000",
    "stats count(*) as n by body | limit 10000",
    "fields strcontains(@message, '1') as x, toupper(@message), substr(@message, 8, 30) | limit 10000",
    "filter @message like /[0-9]{5}/ | display @message | limit 10000",
    "pattern @message",
]


def use_queries(logs, values):
    span = dict(startTime=int(time.time()) - 7200, endTime=int(time.time()) + 600)
    asked = [("CWLI", text) for text in QUERIES] + [("CWLI", f"filter @message like '{value}'") for value in values[:3]]
    asked.append(("SQL", 'SELECT "@message" FROM logs LIMIT 10000'))
    for group in ("/plain", "/sealed"):
        for tongue, text in asked:
            started = None
            for _ in range(50):
                started = attempt(logs.start_query, logGroupName=group, queryString=text, queryLanguage=tongue, **span)
                if started:
                    break
                time.sleep(0.2)
            end, answer = time.time() + 120, {"status": "not started"}
            while started and time.time() < end:
                answer = logs.get_query_results(queryId=started["queryId"])
                if answer["status"] not in ("Scheduled", "Running"):
                    break
                time.sleep(0.1)
            check("a query completes", answer["status"] == "Complete", (text if "like '" not in text else "", answer["status"]))
            rows = [{one["field"]: one["value"] for one in row} for row in answer.get("results", [])]
            for pointer in [row["@ptr"] for row in rows if "@ptr" in row][:20]:
                attempt(logs.get_log_record, logRecordPointer=pointer)


def use_metrics(server):
    metrics = server.client("cloudwatch")
    span = dict(StartTime=datetime.datetime.now() - datetime.timedelta(hours=3), EndTime=datetime.datetime.now() + datetime.timedelta(hours=1))
    for group in ("/plain", "/sealed"):
        pages = metrics.get_paginator("list_metrics").paginate(Namespace="Canary" + group)
        listed = [metric for page in pages for metric in page["Metrics"]][:400]
        for start in range(0, len(listed), 100):
            queries = [{"Id": f"q{n}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}} for n, metric in enumerate(listed[start : start + 100])]
            attempt(metrics.get_metric_data, MetricDataQueries=queries, **span)


def use_commands(server):
    """Our own commands over log groups, where this build has them."""
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "FOOBARKEY", "AWS_SECRET_ACCESS_KEY": "FOOBARSECRET", "AWS_REGION": REGION, "AWS_ENDPOINT_URL": server.endpoint}
    known = subprocess.run([SOTTO, "--help"], capture_output=True, text=True).stdout
    asked = [["tail", "/plain"], ["tail", "/sealed", "--format", "json"], ["logs", "list"]]
    asked += [["query", "fields @message | limit 10000", "--group", "/plain"]] if ENGINE else []
    for words in asked:
        if f"\n  {words[0]} " in known:
            run = subprocess.run([SOTTO, *words, "--endpoint-url", server.endpoint, "--region", REGION], capture_output=True, env=environment)
            server.out.keep("command-" + words[0], run.stdout + run.stderr)
            check("the command answers", run.returncode == 0, (words, run.stderr))


class Wanted:
    """What must be found nowhere: values by themselves where they are long, else with what stands before them."""

    def __init__(self, detected, undetected):
        seen = {value for _, value in undetected}
        self.patterns, self.words, self.alone = set(), set(), set()
        for event, value in detected:
            forms = set() if any(value in other for other in seen) else canaries.spellings(value)
            for form in forms:
                (self.words if form.isdigit() and len(form) < 12 else self.patterns).add(form)
            before = event.text[: event.text.find(value) + len(value)]
            if "\n" not in before and "\r" not in before:
                self.patterns |= {before, json.dumps(before)[1:-1], json.dumps(before, ensure_ascii=False)[1:-1]}
            if value not in seen and not re.fullmatch("[0-9]{1,6}", value) and len(value) > 3:
                self.alone.add(value)

    def found(self, folder):
        """How often which file holds something of it."""
        hits = collections.Counter()
        for name, forms, more in (("patterns", self.patterns, []), ("words", self.words, ["-w"])):
            path = FOLDER / name
            if not forms:
                continue
            path.write_text("".join(form + "\n" for form in sorted(forms)))
            command = ["grep", "-r", "-a", "-o", "-F", *more, "-f", str(path), str(folder)]
            for line in subprocess.run(command, capture_output=True, env={**os.environ, "LC_ALL": "C"}).stdout.splitlines():
                hits[os.path.relpath(line.split(b":")[0].decode(errors="replace"), folder)] += 1
        return hits


def heard(server):
    """Each way out was used: what is empty holds no value either, and proves nothing."""
    ways = ["GetLogEvents", "FilterLogEvents", "GetLogGroupFields", "LookupEvents", "ListMetrics", "GetMetricData", "live-tail", "delivered-http"]
    ways += ["GetQueryResults", "GetLogRecord", "DescribeQueries"] if ENGINE else []
    sizes = {way: (server.out.folder / way).stat().st_size if (server.out.folder / way).exists() else 0 for way in ways}
    check("each way out is used", min(sizes.values()) > 200, sizes)
    files = {name: (server.folder / "data" / "deliveries" / name) for name in (f"{ACCOUNT}/plain.jsonl", f"{ACCOUNT}/sealed.jsonl", "alarm.jsonl")}
    check("files are delivered", all(path.exists() and path.stat().st_size > 1000 for path in files.values()), list(files))
    check("metrics have labels", b"***" in (server.out.folder / "ListMetrics").read_bytes())
    check("the tail hears masked text", b"***" in (server.out.folder / "live-tail").read_bytes())


def reported(server, wanted):
    """Reports of findings come behind the events: all of them, once."""
    client, end, found = server.client("logs", kept=False), time.time() + 60 + COUNT / 200, []
    while len(found) < wanted and time.time() < end:
        time.sleep(1 + len(found) / 5000)
        reports = [json.loads(text)["sotto"]["eventId"] for stream in streams(client, "/findings") for text in read(client, "/findings", stream)]
        found = set(reports)
        check("a report comes once", len(found) == len(reports), len(reports) - len(found))
    for stream in streams(client, "/findings"):
        read(server.client("logs"), "/findings", stream)
    print(f"{len(found)} reports for {wanted} events with values")
    return len(found) >= wanted


def wait_for_segments(server):
    """A minute after they came, events go from the log into segments."""
    end = time.time() + 100
    while time.time() < end:
        if list((server.folder / "data").rglob("*.parquet")):
            return True
        time.sleep(1)
    return False


def segments(server):
    """Columns of segments, as another engine reads them."""
    try:
        import duckdb
    except ImportError:
        return print("duckdb is absent: columns of segments are looked at through the reads alone")
    for path in (server.folder / "data").rglob("*.parquet"):
        try:
            for row in duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall():
                server.out.keep("columns", " ".join(str(value) for value in row))
        except duckdb.Error:
            server.out.keep("sealed-segments", path.name)


def unmask(server, events, masked):
    """The right alone gives originals back, and the trail says so."""
    opened = stored(server.client("logs", kept=False), unmask=True)
    closed = [event.kind for event in events if event.kind not in DISCARDED and not all(stands(value, opened.get(event.mark, "")) for value in event.values)]
    check("originals come back", not closed, collections.Counter(closed))
    same = [event for number, event in enumerate(events) if route(number)[1] == "put" and event.kind not in DISCARDED]
    wrong = [event.kind for event in same if opened.get(event.mark) != event.text]
    check("originals are what came", not wrong, collections.Counter(wrong))
    trail = server.client("cloudtrail")
    pages = trail.get_paginator("lookup_events").paginate(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetLogEvents"}])
    named = " ".join(event["CloudTrailEvent"] for page in pages for event in page["Events"] if "unmasked" in event["CloudTrailEvent"])
    seen = {event.kind for event in events if event.mark in masked and event.kind not in DISCARDED and not any(stands(value, masked[event.mark]) for value in event.values)}
    missing = sorted(kind for kind in seen if kind not in named)
    check("the trail names what was seen", not missing, missing)
    print("unmasked and on record:", len(seen) - len(missing), "of", len(seen), "identifiers")


def judge(events, masked):
    """Pairs that were masked, and pairs that were not."""
    detected, undetected = [], []
    for event in events:
        for value in event.values:
            message = masked[event.mark]
            (undetected if stands(value, message[message.index(event.mark) :]) else detected).append((event, value))
    return detected, undetected


def contained():
    server = Server(FOLDER / "masked")
    try:
        events, start = canaries.events(IDENTIFIERS, COUNT, SEED), time.time()
        prepare(server, True)
        live_tail(server)
        put(server, events)
        print(f"{COUNT} events put in {time.time() - start:.1f} s")
        client, end = server.client("logs"), time.time() + 60
        masked = stored(client)
        while len(masked) < len(events) and time.time() < end:
            time.sleep(1)
            masked = stored(client)
        check("every event is there", len(masked) == len(events), (len(masked), len(events)))
        detected, undetected = judge([event for event in events if event.mark in masked], masked)
        wanted = Wanted(detected, undetected)
        typed = sorted({value for event, value in detected if event.kind in TYPED and re.fullmatch("[0-9]{16}|[a-z.@]{12,}", value)})
        use_everything(server, typed[:: max(1, len(typed) // 8)][:8])
        hot = wanted.found(FOLDER / "masked" / "data")
        unmask(server, events, masked)
        check("segments are written", wait_for_segments(server))
        check("each event with a value is reported once", reported(server, len({event.mark for event, _ in detected})))
        check("segments hold the same", stored(client) == masked)
        for page in client.get_paginator("filter_log_events").paginate(logGroupName="/sealed"):
            pass
    finally:
        server.end()
    heard(server)
    segments(server)
    hits = hot + wanted.found(FOLDER / "masked" / "data") + wanted.found(FOLDER / "masked" / "out")
    check("no masked value anywhere", not hits, dict(hits))
    lone = {kind: sorted(texts & wanted.alone)[:3] for kind, texts in server.out.alone.items() if texts & wanted.alone}
    check("no masked value alone in a document", not lone, lone)
    report(detected, undetected, wanted, server)


def report(detected, undetected, wanted, server):
    size = sum(path.stat().st_size for path in server.folder.rglob("*") if path.is_file())
    print(f"{len(detected)} values masked, {len(undetected)} not; {len(wanted.patterns) + len(wanted.words)} texts looked for in {size >> 20} MiB")
    print("ways out:", " ".join(sorted(path.name for path in server.out.folder.iterdir())))
    total, missed = collections.Counter(event.kind for event, _ in detected + undetected), collections.Counter(event.kind for event, _ in undetected)
    print("identifiers:", len(total), "recall below 1:", {kind: round(1 - missed[kind] / total[kind], 3) for kind in sorted(missed)})
    check("all identifiers", len({event.kind for event, _ in detected}) == 99, set(total) - {event.kind for event, _ in detected})


def planted():
    """Without policies the same look must find values at each way out: it is able to fail."""
    server = Server(FOLDER / "clear", "--no-default-policy")
    try:
        events = canaries.events(IDENTIFIERS, 1980, SEED + 1)
        prepare(server, False)
        live_tail(server)
        put(server, events)
        time.sleep(3)
        stored(server.client("logs"))
        use_everything(server, ["4929573829184403"])
        end = time.time() + 20
        while time.time() < end and not (server.out.folder / "delivered-http").exists():
            time.sleep(0.5)
    finally:
        server.end()
    segments(server)
    wanted = Wanted([(event, value) for event in events for value in event.values], [])
    hits = wanted.found(FOLDER / "clear" / "out")
    must = ["GetLogEvents", "FilterLogEvents", "live-tail", "delivered-http", "ListMetrics"] + (["GetQueryResults", "GetLogRecord"] if ENGINE else [])
    check("the look finds what is in clear", all(hits[kind] for kind in must), dict(hits))
    check("and texts that stand alone", any(texts & wanted.alone for texts in server.out.alone.values()))
    files = wanted.found(FOLDER / "clear" / "data")
    check("and in files", any("deliveries" in name for name in files) and sum(files.values()) > 100, dict(files))
    print("in clear:", dict(hits), dict(files))


began = time.time()
contained()
print(f"{time.time() - began:.1f} s")
planted()
print(f"{time.time() - began:.1f} s")
if not bad:
    shutil.rmtree(FOLDER / "masked")
    shutil.rmtree(FOLDER / "clear")
sys.exit(1 if bad else 0)
