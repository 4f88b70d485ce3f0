"""Log groups as boto3 sees them: masked reads, unmask by right alone, limits, filters, policies, findings, deliveries, Live Tail.

Usage: log_groups.py ENDPOINT. Prints what is not as documented; the exit status is 1 then. Values are invented: the card number
has a valid check digit and an issuer's prefix, and belongs to nobody.
"""

import json, sys, threading, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
CARD = "4929 5738 2918 4403".replace(" ", "")
MAIL = "canary@example.net"
bad = 0


def luhn(number):
    digits = [int(digit) for digit in number][::-1]
    return sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])


# A check digit that fits.
CARD = next(CARD[:-1] + str(last) for last in range(10) if luhn(CARD[:-1] + str(last)) % 10 == 0)


def cl(service, credentials=None, **more):
    """A client of the root user, or with the credentials."""
    given = {}
    if credentials:
        given = dict(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
        )
    config = Config(retries={"max_attempts": 0}, inject_host_prefix=False)
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=config, **given, **more)


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def err(call, *args, **members):
    """Code and words of the refusal, or two times nothing."""
    try:
        call(*args, **members)
        return None, None
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message", "")


def wait(what, seconds=20):
    """What the function says, as soon as it says something."""
    end = time.time() + seconds
    while time.time() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    return what()


def now():
    return int(time.time() * 1000)


logs = cl("logs")
iam = cl("iam")
account = cl("sts").get_caller_identity()["Account"]
ARN = f"arn:aws:logs:eu-central-1:{account}:log-group:"


def identifier(name):
    return f"arn:aws:dataprotection::aws:data-identifier/{name}"


def policy(name, identifiers, destinations=None):
    data = [identifier(one) for one in identifiers]
    return json.dumps(
        {
            "Name": name,
            "Version": "2021-06-01",
            "Statement": [
                {"Sid": "audit", "DataIdentifier": data, "Operation": {"Audit": {"FindingsDestination": destinations or {}}}},
                {"Sid": "redact", "DataIdentifier": data, "Operation": {"Deidentify": {"MaskConfig": {}}}},
            ],
        }
    )


def put(group, stream, *messages, at=None, client=logs):
    at = at or now()
    events = [{"timestamp": at + number, "message": message} for number, message in enumerate(messages)]
    return client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def read(group, stream, client=logs, **more):
    events = client.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **more)["events"]
    return [event["message"] for event in events]


# Groups and streams.
group = "/app/payments"
logs.create_log_group(logGroupName=group, tags={"team": "canary"})
check("a group twice", err(logs.create_log_group, logGroupName=group)[0] == "ResourceAlreadyExistsException")
check("a reserved name", err(logs.create_log_group, logGroupName="aws/x")[0] == "InvalidParameterException")
check("a name that is none", err(logs.create_log_group, logGroupName="a b")[0] == "InvalidParameterException")
check("no group", err(logs.create_log_stream, logGroupName="/no", logStreamName="s")[0] == "ResourceNotFoundException")
logs.create_log_stream(logGroupName=group, logStreamName="web-1")
check("a stream twice", err(logs.create_log_stream, logGroupName=group, logStreamName="web-1")[0] == "ResourceAlreadyExistsException")
found = logs.describe_log_groups(logGroupNamePrefix="/app/")["logGroups"]
check("one group", [one["logGroupName"] for one in found] == [group], found)
check("two ARNs", (found[0]["arn"], found[0]["logGroupArn"]) == (ARN + group + ":*", ARN + group), found)
check("tags", logs.list_tags_log_group(logGroupName=group)["tags"] == {"team": "canary"})
logs.tag_resource(resourceArn=ARN + group, tags={"two": "2"})
logs.untag_resource(resourceArn=ARN + group, tagKeys=["team"])
check("tags by ARN", logs.list_tags_for_resource(resourceArn=ARN + group)["tags"] == {"two": "2"})
logs.put_retention_policy(logGroupName=group, retentionInDays=7)
check("a retention that is none", err(logs.put_retention_policy, logGroupName=group, retentionInDays=8)[0] == "InvalidParameterException")
check("retention", logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 7)
for number in range(7):
    logs.create_log_group(logGroupName=f"/page/{number}")
pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/page/", PaginationConfig={"PageSize": 3})
check("pages", [len(page["logGroups"]) for page in pages] == [3, 3, 1])

# Masked at arrival.
logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=policy("cards", ["CreditCardNumber", "EmailAddress"]))
shown = logs.get_data_protection_policy(logGroupIdentifier=ARN + group)
check("the policy comes back", json.loads(shown["policyDocument"])["Name"] == "cards")
check("its status", logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["dataProtectionStatus"] == "ACTIVATED")
answer = put(group, "web-1", f"credit card {CARD} of {MAIL}", '{"level":"ERROR","card":"%s","n":7}' % CARD, "nothing here")
check("a token", answer["nextSequenceToken"])
masked = read(group, "web-1")
check("masked", masked[0] == f"credit card {'*' * len(CARD)} of {'*' * len(MAIL)}", masked)
check("JSON stays", json.loads(masked[1])["card"] == "*" * len(CARD), masked)
check("the rest stays", masked[2] == "nothing here", masked)
unmasked = read(group, "web-1", unmask=True)
check("unmasked by right", unmasked[0] == f"credit card {CARD} of {MAIL}" and CARD in unmasked[1], unmasked)
found = logs.filter_log_events(logGroupName=group, filterPattern='{ $.level = "ERROR" && $.n > 5 }')["events"]
check("a JSON pattern", len(found) == 1 and CARD not in found[0]["message"] and len(found[0]["eventId"]) == 56, found)
check("a pattern for what is masked", logs.filter_log_events(logGroupName=group, filterPattern=f'"{CARD}"')["events"] == [])
found = logs.filter_log_events(logGroupName=group, unmask=True, filterPattern="nothing")["events"]
check("streams are named", [one["logStreamName"] for one in found] == ["web-1"], found)

# The trail says who saw what, and holds no value.
trail = cl("cloudtrail")
seen = wait(lambda: [
    event["CloudTrailEvent"]
    for event in trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetLogEvents"}])["Events"]
    if "unmasked" in event["CloudTrailEvent"]
])
check("an unmask is on record", len(seen) >= 1 and "CreditCardNumber" in seen[0] and "EmailAddress" in seen[0], seen)
check("its record holds no value", CARD not in str(seen) and MAIL not in str(seen), seen)

# Who may.
iam.create_user(UserName="reader")
key = iam.create_access_key(UserName="reader")["AccessKey"]
reader = cl("logs", key)
check("nothing is allowed by itself", err(read, group, "web-1", client=reader)[0] == "AccessDeniedException")


def allow(*statements):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(document))


allow({"Effect": "Allow", "Action": "logs:GetLogEvents", "Resource": ARN + group})
check("a group without :* grants nothing", err(read, group, "web-1", client=reader)[0] == "AccessDeniedException")
allow({"Effect": "Allow", "Action": ["logs:Get*", "logs:Filter*"], "Resource": ARN + group + ":*"})
check("reading is allowed", CARD not in str(read(group, "web-1", client=reader)))
code, words = err(read, group, "web-1", client=reader, unmask=True)
check("unmask is refused, not ignored", code == "AccessDeniedException" and "logs:Unmask" in words, (code, words))
allow({"Effect": "Allow", "Action": ["logs:Get*", "logs:Unmask"], "Resource": ARN + group + ":*"})
check("unmask by right", CARD in str(read(group, "web-1", client=reader, unmask=True)))
allow(
    {"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
    {"Effect": "Deny", "Action": "logs:Unmask", "Resource": ARN + group + ":*"},
)
check("a deny wins", err(read, group, "web-1", client=reader, unmask=True)[0] == "AccessDeniedException")

# A group without any policy: the policy of last resort.
logs.create_log_stream(logGroupName="/page/0", logStreamName="s")
put("/page/0", "s", f"credit card {CARD}", f"mail {MAIL}")
check("the policy of last resort", read("/page/0", "s") == [f"credit card {'*' * len(CARD)}", f"mail {MAIL}"], read("/page/0", "s"))

# The account's policy adds up with the group's.
account_policy = dict(policyName="all", policyType="DATA_PROTECTION_POLICY", policyDocument=policy("all", ["IpAddress"]), scope="ALL")
logs.put_account_policy(**account_policy)
check("one policy of a type", err(logs.put_account_policy, **{**account_policy, "policyName": "other"})[0] == "LimitExceededException")
check("it is inherited", logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["inheritedProperties"] == ["ACCOUNT_DATA_PROTECTION"])
logs.create_log_stream(logGroupName=group, logStreamName="web-2")
put(group, "web-2", f"{MAIL} from 203.0.113.77")
check("both hold", read(group, "web-2") == [f"{'*' * len(MAIL)} from {'*' * 12}"], read(group, "web-2"))
logs.delete_account_policy(policyName="all", policyType="DATA_PROTECTION_POLICY")
put(group, "web-2", "again from 203.0.113.77", at=now() + 1000)
check("what was masked stays masked", read(group, "web-2")[0].endswith("*" * 12))
check("and what comes is not", read(group, "web-2")[1] == "again from 203.0.113.77", read(group, "web-2"))

# Limits.
day = 24 * 3600 * 1000
answer = put(group, "web-1", "old", at=now() - 15 * day)
check("too old", answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}, answer)
answer = put(group, "web-1", "new", at=now() + 3 * 3600 * 1000)
check("too new", answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}, answer)
answer = put(group, "web-1", "expired", at=now() - 8 * day)
check("expired", answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}, answer)
events = [{"timestamp": now(), "message": "b"}, {"timestamp": now() - 5000, "message": "a"}]
code, words = err(logs.put_log_events, logGroupName=group, logStreamName="web-1", logEvents=events)
check("order", code == "InvalidParameterException" and "chronological" in words, (code, words))
code, _ = err(put, group, "web-1", "x" * 1048576)
check("size", code == "InvalidParameterException", code)
check("no stream", err(put, group, "none", "x")[0] == "ResourceNotFoundException")

# Pages of a stream.
logs.create_log_stream(logGroupName=group, logStreamName="long")
start = now()
for part in range(5):
    put(group, "long", *[f"line {part * 100 + number}" for number in range(100)], at=start + part * 100)
page = logs.get_log_events(logGroupName=group, logStreamName="long", limit=120)
check("the newest first", [event["message"] for event in page["events"]] == [f"line {n}" for n in range(380, 500)])
back = logs.get_log_events(logGroupName=group, logStreamName="long", limit=120, nextToken=page["nextBackwardToken"])
check("and backwards", [event["message"] for event in back["events"]] == [f"line {n}" for n in range(260, 380)])
end = logs.get_log_events(logGroupName=group, logStreamName="long", nextToken=page["nextForwardToken"])
check("the end gives its token back", end["events"] == [] and end["nextForwardToken"] == page["nextForwardToken"], end)
all_of_it, token = [], None
while True:
    more = {"nextToken": token} if token else {"startFromHead": True}
    page = logs.get_log_events(logGroupName=group, logStreamName="long", limit=70, **more)
    all_of_it += [event["message"] for event in page["events"]]
    if page["nextForwardToken"] == token:
        break
    token = page["nextForwardToken"]
check("all of it once", all_of_it == [f"line {n}" for n in range(500)], len(all_of_it))
pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, logStreamNames=["long"], PaginationConfig={"PageSize": 90})
check("FilterLogEvents in pages", [e["message"] for p in pages for e in p["events"]] == all_of_it)
half = logs.get_log_events(logGroupName=group, logStreamName="long", startTime=start + 100, endTime=start + 200, startFromHead=True)
check("the end is excluded", [len(half["events"]), half["events"][-1]["message"]] == [100, "line 199"], half["events"][-1:])
half = logs.filter_log_events(logGroupName=group, logStreamNames=["long"], startTime=start + 100, endTime=start + 200)
check("or included", half["events"][-1]["message"] == "line 200", half["events"][-1:])
streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)["logStreams"]
check("streams by their last event", streams[-1]["logStreamName"] == "web-1" and "lastEventTimestamp" in streams[0], streams)
check("stored bytes", logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["storedBytes"] > 3000)
fields = {field["name"]: field["percent"] for field in logs.get_log_group_fields(logGroupName=group)["logGroupFields"]}
check("fields", fields.get("@message") == 100 and "level" in fields, fields)

# Filters.
transformation = [dict(metricName="errors", metricNamespace="App", metricValue="1", defaultValue=0)]
logs.put_metric_filter(logGroupName=group, filterName="errors", filterPattern="ERROR", metricTransformations=transformation)
code, words = err(logs.put_metric_filter, logGroupName=group, filterName="c", filterPattern=f'"{CARD}"', metricTransformations=transformation)
check("a pattern that could never match", code == "InvalidParameterException" and "CreditCardNumber" in words and CARD not in words, words)
check("a pattern that is none", err(logs.put_metric_filter, logGroupName=group, filterName="c", filterPattern="{ $.x", metricTransformations=transformation)[0] == "InvalidParameterException")
filters = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
check("filters", [one["filterName"] for one in filters] == ["errors"] and filters[0]["metricTransformations"] == transformation, filters)
tested = logs.test_metric_filter(filterPattern="[ip, user, size > 5]", logEventMessages=["1.2.3.4 a 9", "1.2.3.4 a 1"])["matches"]
check("a pattern is tested", [one["eventNumber"] for one in tested] == [1] and tested[0]["extractedValues"]["$size"] == "9", tested)
check("a destination that may not be", err(logs.put_subscription_filter, logGroupName=group, filterName="s", filterPattern="", destinationArn="https://elsewhere.example/")[0] == "InvalidParameterException")
code, words = err(logs.put_subscription_filter, logGroupName=group, filterName="s", filterPattern="", destinationArn="arn:aws:firehose:eu-central-1:1:deliverystream/s", roleArn="arn:aws:iam::1:role/x")
check("a kind that is not there", code == "InvalidParameterException" and "Firehose delivery stream" in words, words)
logs.put_subscription_filter(logGroupName=group, filterName="s", filterPattern="deliver", destinationArn="file:out.jsonl")
check("subscriptions", logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"][0]["destinationArn"] == "file:out.jsonl")
put(group, "web-2", f"deliver this of {MAIL}", "not this", at=now() + 2000)

# Findings.
logs.create_log_group(logGroupName="/audit")
logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=policy("cards", ["CreditCardNumber", "EmailAddress"], {"CloudWatchLogs": {"LogGroup": "/audit"}}))
check("a destination must be there", err(logs.put_data_protection_policy, logGroupIdentifier=group, policyDocument=policy("c", ["Name"], {"CloudWatchLogs": {"LogGroup": "/none"}}))[0] == "ResourceNotFoundException")
check("a bucket is not there", "not available in this release" in err(logs.put_data_protection_policy, logGroupIdentifier=group, policyDocument=policy("c", ["Name"], {"S3": {"Bucket": "bucket"}}))[1])
put(group, "web-2", f"hi {MAIL} and {MAIL}", at=now() + 3000)
reports = wait(lambda: logs.filter_log_events(logGroupName="/audit")["events"])
report = json.loads(reports[0]["message"]) if reports else {}
places = [{"start": 4, "end": 3 + len(MAIL)}, {"start": 9 + len(MAIL), "end": 8 + 2 * len(MAIL)}]
check("a report", report.get("dataIdentifiers") == [{"name": "EmailAddress", "count": 2, "detections": places}], report)
check("it names the group", report.get("resourceArn") == ARN + group + ":*", report)

# Live Tail.
tail = cl("logs").start_live_tail(logGroupIdentifiers=[ARN + group], logEventFilterPattern="tailed")
heard = []


def listen():
    for event in tail["responseStream"]:
        if "sessionStart" in event:
            heard.append("start")
        for one in event.get("sessionUpdate", {}).get("sessionResults", []):
            heard.append(one)
            return


thread = threading.Thread(target=listen, daemon=True)
thread.start()
wait(lambda: heard)
put(group, "web-2", f"tailed {MAIL}", at=now() + 4000)
thread.join(10)
check("Live Tail masks", heard[0] == "start" and heard[-1]["message"] == f"tailed {'*' * len(MAIL)}", heard)
check("Live Tail names the group", heard[-1]["logGroupIdentifier"] == f"{account}:{group}", heard)

# A key of the group's own: without it nothing can be read, masked or not.
kms = cl("kms")
statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
service = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.eu-central-1.amazonaws.com"},
    "Action": ["kms:GenerateDataKey*", "kms:Decrypt*", "kms:Encrypt*", "kms:ReEncrypt*", "kms:Describe*"],
    "Resource": "*",
    "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": ARN + "/sealed"}},
}
key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))["KeyMetadata"]
code, words = err(logs.create_log_group, logGroupName="/sealed", kmsKeyId=key["Arn"])
check("a key that the service may not use", code == "InvalidParameterException", (code, words))
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement, service]}))
logs.create_log_group(logGroupName="/sealed", kmsKeyId=key["Arn"])
check("the key is named", logs.describe_log_groups(logGroupNamePrefix="/sealed")["logGroups"][0]["kmsKeyId"] == key["Arn"])
logs.create_log_stream(logGroupName="/sealed", logStreamName="s")
put("/sealed", "s", f"a sealed line and card {CARD}")
check("a sealed group is read", read("/sealed", "s") == [f"a sealed line and card {'*' * len(CARD)}"], read("/sealed", "s"))
check("and unmasked", read("/sealed", "s", unmask=True) == [f"a sealed line and card {CARD}"])
kms.disable_key(KeyId=key["KeyId"])
check("without its key it is not", err(read, "/sealed", "s")[0] == "AccessDeniedException", err(read, "/sealed", "s"))
check("nor written", err(put, "/sealed", "s", "x")[0] == "AccessDeniedException")
kms.enable_key(KeyId=key["KeyId"])
put("/sealed", "s", "again", at=now() + 5000)
check("and then it is again", len(read("/sealed", "s")) == 2)
logs.disassociate_kms_key(logGroupName="/sealed")
put("/sealed", "s", "in clear", at=now() + 10000)
check("old and new", [line[-5:] for line in read("/sealed", "s")] == ["*****", "again", "clear"], read("/sealed", "s"))

# Metrics.
metrics = cl("cloudwatch")
import datetime

span = dict(StartTime=datetime.datetime.now() - datetime.timedelta(hours=1), EndTime=datetime.datetime.now() + datetime.timedelta(minutes=5))
listed = wait(lambda: [one for one in metrics.list_metrics(Namespace="App")["Metrics"]])
check("a metric of a filter", [(one["MetricName"], one["Dimensions"]) for one in listed] == [("errors", [])], listed)
put(group, "web-2", "ERROR one", "ERROR two", at=now() + 6000)
query = {"Id": "q", "MetricStat": {"Metric": {"Namespace": "App", "MetricName": "errors"}, "Period": 60, "Stat": "Sum"}}
total = wait(lambda: sum(metrics.get_metric_data(MetricDataQueries=[query], **span)["MetricDataResults"][0]["Values"]))
check("its values", total == 2, total)
name = dict(Namespace="AWS/Logs", MetricName="IncomingLogEvents", Dimensions=[{"Name": "LogGroupName", "Value": group}])
points = metrics.get_metric_statistics(**name, **span, Period=300, Statistics=["Sum"])["Datapoints"]
check("incoming events", sum(point["Sum"] for point in points) > 500, points)

# Deletion.
check("deletion protection", err(logs.delete_log_group, logGroupName="/none")[0] == "ResourceNotFoundException")
logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=True)
check("a protected group", err(logs.delete_log_group, logGroupName=group)[0] is not None)
logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=False)
logs.delete_log_stream(logGroupName=group, logStreamName="long")
check("a stream is gone", err(read, group, "long")[0] == "ResourceNotFoundException")
logs.delete_log_group(logGroupName=group)
check("a group is gone", err(read, group, "web-1")[0] == "ResourceNotFoundException")
logs.create_log_group(logGroupName=group)
logs.create_log_stream(logGroupName=group, logStreamName="web-1")
check("and comes back empty", read(group, "web-1") == [])

sys.exit(1 if bad else 0)
