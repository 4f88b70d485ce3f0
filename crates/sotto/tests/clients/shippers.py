"""Request sequences of shippers and consoles that cannot be installed here, and exporters that can; two layers of protection.

Usage: shippers.py ENDPOINT TOKEN. The server's settings name the entrance `otel` (with the token) for the role `intake` and the group
/intake. Sequences as their clients' sources and threads show them: the CloudWatch output of Fluent Bit (create a stream, then the group,
then the stream, then put), Grafana's data source for CloudWatch Logs (describe, start, poll, stop). Prints what is not as documented;
the exit status is 1 then. Values are invented.
"""

import json, logging, sys, time, urllib.error, urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

ENDPOINT, TOKEN = sys.argv[1], sys.argv[2]
CARD = "4929573829184403"
KEY = Credentials("FOOBARKEY", "FOOBARSECRET")
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def cl(service):
    config = Config(retries={"max_attempts": 0})
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=config)


def call(operation, body, **headers):
    """One request as a plugin in C writes it: status, headers, text."""
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"Logs_20140328.{operation}",
        "User-Agent": "aws-fluent-bit-plugin",
        **headers,
    }
    request = AWSRequest("POST", ENDPOINT + "/", data=body.encode(), headers=headers)
    SigV4Auth(KEY, "logs", "eu-central-1").add_auth(request)
    request = urllib.request.Request(ENDPOINT + "/", body.encode(), dict(request.headers))
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def kind(text):
    """The plugin looks for the type's name in the text."""
    return json.loads(text)["__type"].split("#")[-1]


def fluent_bit():
    stream = '{"logGroupName":"/fluent","logStreamName":"from-a-pod"}'
    status, headers, text = call("CreateLogStream", stream)
    check("no group yet", (status, kind(text)) == (400, "ResourceNotFoundException"), (status, text))
    check("an id with an error", headers["x-amzn-RequestId"], dict(headers))
    check("the group", call("CreateLogGroup", '{"logGroupName":"/fluent"}')[0] == 200)
    status, _, text = call("CreateLogGroup", '{"logGroupName":"/fluent"}')
    check("another pod was faster", (status, kind(text)) == (400, "ResourceAlreadyExistsException"), text)
    check("the stream", call("CreateLogStream", stream)[0] == 200)
    status, _, text = call("CreateLogStream", stream)
    check("and it is there", (status, kind(text)) == (400, "ResourceAlreadyExistsException"), text)
    check("its retention", call("PutRetentionPolicy", '{"logGroupName":"/fluent","retentionInDays":7}')[0] == 200)
    now, token = int(time.time() * 1000), None
    for turn in range(3):
        # The events as the plugin writes them: JSON in JSON, a token where there was one.
        log = json.dumps(json.dumps({"log": f"turn {turn} credit card {CARD}", "kubernetes": {"pod_name": "p"}}))
        of_token = f',"sequenceToken":"{token}"' if token else ""
        body = '{"logGroupName":"/fluent","logStreamName":"from-a-pod"%s,"logEvents":[{"timestamp":%d,"message":%s}]}'
        format = {"x-amzn-logs-format": "json/emf"} if turn == 1 else {}
        status, headers, text = call("PutLogEvents", body % (of_token, now + turn, log), **format)
        token = json.loads(text).get("nextSequenceToken")
        check("put", status == 200 and token and headers["x-amzn-RequestId"], (status, text))
    events = cl("logs").get_log_events(logGroupName="/fluent", logStreamName="from-a-pod", startFromHead=True)["events"]
    messages = [json.loads(event["message"])["log"] for event in events]
    check("stored in order, masked", messages == [f"turn {turn} credit card {'*' * 16}" for turn in range(3)], messages)


def grafana():
    logs, now = cl("logs"), int(time.time())
    groups = logs.describe_log_groups(logGroupNamePrefix="/flu", limit=50, includeLinkedAccounts=False)["logGroups"]
    check("groups", [group["logGroupName"] for group in groups] == ["/fluent"] and groups[0]["logGroupArn"], groups)
    check("groups by a pattern", logs.describe_log_groups(logGroupNamePattern="uent", limit=50)["logGroups"])
    fields = logs.get_log_group_fields(logGroupName="/fluent")["logGroupFields"]
    check("fields", {"@message", "log"} <= {field["name"] for field in fields}, fields)
    asked = {"startTime": now - 3600, "endTime": now + 60, "limit": 1000}
    text = "fields @timestamp,ltrim(@log) as __log__grafana_internal__,ltrim(@logStream) as __logstream__grafana_internal__|fields @message"
    try:
        query = logs.start_query(logGroupIdentifiers=[groups[0]["logGroupArn"].removesuffix(":*")], queryString=text, **asked)["queryId"]
    except logs.exceptions.ClientError as error:
        # Where the engine was not built: one error that names the way out, and no 500.
        answer = error.response
        check("no engine", answer["ResponseMetadata"]["HTTPStatusCode"] in (400, 503) and "cargo build" in answer["Error"]["Message"], answer)
        return
    end, states = time.time() + 120, []
    while time.time() < end:
        answer = logs.get_query_results(queryId=query)
        states.append(answer["status"])
        if answer["status"] not in ("Scheduled", "Running"):
            break
        time.sleep(0.2)
    check("results", states[-1] == "Complete" and len(answer["results"]) == 3, answer)
    check("masked results", CARD not in str(answer), answer)
    names = {field["field"] for row in answer["results"] for field in row}
    check("its own columns", {"@timestamp", "__log__grafana_internal__", "@ptr"} <= names, names)
    try:
        check("a query that has ended is not stopped", logs.stop_query(queryId=query)["success"] is False)
    except logs.exceptions.InvalidParameterException:
        pass


def exporters():
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    account, iam, logs = cl("sts").get_caller_identity()["Account"], cl("iam"), cl("logs")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="intake", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    may = {"Effect": "Allow", "Action": ["logs:PutLogEvents", "logs:CreateLogStream"], "Resource": f"arn:aws:logs:*:{account}:log-group:/intake:*"}
    iam.put_role_policy(RoleName="intake", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
    logs.create_log_group(logGroupName="/intake")
    resource, headers = Resource.create({"service.name": "bot"}), {"authorization": f"Bearer {TOKEN}"}
    of_logs = LoggerProvider(resource=resource)
    of_logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{ENDPOINT}/v1/logs", headers=headers)))
    logger = logging.getLogger("bot")
    logger.addHandler(LoggingHandler(logger_provider=of_logs))
    for number in range(100):
        logger.warning("call %d: credit card %s", number, CARD, extra={"customer.card": CARD})
    of_traces = TracerProvider(resource=resource)
    of_traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{ENDPOINT}/v1/traces", headers=headers)))
    with of_traces.get_tracer("bot").start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.prompt", f"my credit card is {CARD}")
        span.add_event("gen_ai.content.prompt", {"gen_ai.prompt": f"credit card {CARD}"})
    of_logs.shutdown()
    of_traces.shutdown()
    found, token = [], None
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = logs.get_log_events(logGroupName="/intake", logStreamName="otel", **more)
        found += [json.loads(event["message"]) for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    records, spans = [one for one in found if "body" in one], [one for one in found if one.get("name") == "chat"]
    numbers = [int(one["body"].split()[1].strip(":")) for one in records]
    check("all records of the exporter", numbers == list(range(100)), numbers[:5])
    check("all spans", len(spans) == 1 and len(spans[0]["events"]) == 1, spans)
    check("masked in bodies, attributes and events", CARD not in json.dumps(found) and "*" * 16 in json.dumps(spans), found[:1])


def two_layers():
    """A bot masks its slots, the group's policy masks what the bot's author never declared; both in one entry."""
    logs = cl("logs")
    logs.create_log_group(logGroupName="/bot")
    logs.create_log_stream(logGroupName="/bot", logStreamName="alias/en_US/session")
    policy = {
        "Name": "p", "Version": "2021-06-01",
        "Configuration": {"CustomDataIdentifier": [{"Name": "Policy", "Regex": "POL-[0-9]{7}"}]},
        "Statement": [
            {"Sid": "audit", "DataIdentifier": ["Policy", "arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"], "Operation": {"Audit": {"FindingsDestination": {}}}},
            {"Sid": "mask", "DataIdentifier": ["Policy", "arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"], "Operation": {"Deidentify": {"MaskConfig": {}}}},
        ],
    }
    logs.put_data_protection_policy(logGroupIdentifier="/bot", policyDocument=json.dumps(policy))
    number = "POL-4711123"
    entry = {
        "messageVersion": "2.0", "botId": "BOTID12345", "sessionId": "s", "inputMode": "Speech",
        "inputTranscript": f"my policy is {number} and my credit card {CARD}",
        "sessionState": {
            "intent": {"name": "Claim", "slots": {"PolicyNumber": "{PolicyNumber}", "Card": f"{CARD}"}},
            "sessionAttributes": {"lastPolicy": number, "note": f"asked twice for {number}"},
        },
        "interpretations": [{"intent": {"name": "Claim", "slots": {"Other": {"value": {"originalValue": number}}}}}],
        "transcriptions": [{"transcription": f"my policy is {number}"}],
    }
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName="/bot", logStreamName="alias/en_US/session", logEvents=[{"timestamp": now, "message": json.dumps(entry)}])
    read = lambda **how: logs.get_log_events(logGroupName="/bot", logStreamName="alias/en_US/session", **how)["events"][0]["message"]
    masked = json.loads(read())
    check("neither layer lets it through", number not in json.dumps(masked) and CARD not in json.dumps(masked), masked)
    check("in session attributes", masked["sessionState"]["sessionAttributes"]["note"] == "asked twice for " + "*" * len(number), masked)
    check("in the transcript", masked["inputTranscript"] == f"my policy is {'*' * len(number)} and my credit card {'*' * 16}", masked)
    check("what the bot masked stays", masked["sessionState"]["intent"]["slots"]["PolicyNumber"] == "{PolicyNumber}", masked)
    check("and it opens", json.loads(read(unmask=True)) == entry)


fluent_bit()
grafana()
exporters()
two_layers()
sys.exit(1 if bad else 0)
