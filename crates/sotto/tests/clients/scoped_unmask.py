"""An unmask by type, field, age and reason, as boto3 sees it: what a policy does not allow stays masked, and the trail says which.

Usage: scoped_unmask.py ENDPOINT. Prints what is not as documented; the exit status is 1 then. Values are invented.
"""

import json, sys, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
CARD, MAIL = "4929573829184403", "ann.canary@example.com"
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def cl(service, key=None, token=None):
    given = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], aws_session_token=token) if key else {}
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=Config(retries={"max_attempts": 0}), **given)


def code(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"]


def stating(client, reason, moment="before-sign"):
    """How boto3 states a reason: a header of its own, added before the request is signed."""
    client.meta.events.register(f"{moment}.cloudwatch-logs.*", lambda request, **_: request.headers.__setitem__("x-sotto-reason", reason))
    return client


logs, iam, sts = cl("logs"), cl("iam"), cl("sts")
account = sts.get_caller_identity()["Account"]
logs.create_log_group(logGroupName="/scoped")
logs.create_log_stream(logGroupName="/scoped", logStreamName="s")
identifiers = [f"arn:aws:dataprotection::aws:data-identifier/{one}" for one in ("CreditCardNumber", "EmailAddress")]
statements = [
    {"Sid": "a", "DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": {}}}},
    {"Sid": "d", "DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}},
]
policy = {"Name": "p", "Version": "2021-06-01", "Statement": statements}
logs.put_data_protection_policy(logGroupIdentifier="/scoped", policyDocument=json.dumps(policy))
now = int(time.time() * 1000)
events = [
    {"timestamp": now - 7_200_000, "message": json.dumps({"n": 0, "card": CARD, "user": {"mail": MAIL}})},
    {"timestamp": now, "message": json.dumps({"n": 1, "card": CARD, "user": {"mail": MAIL}})},
]
logs.put_log_events(logGroupName="/scoped", logStreamName="s", logEvents=events)
where = dict(logGroupName="/scoped", logStreamName="s", startFromHead=True)
reads = {"Effect": "Allow", "Action": ["logs:GetLogEvents", "logs:FilterLogEvents", "logs:GetLogRecord"], "Resource": "*"}
unmask = {"Effect": "Allow", "Action": "logs:Unmask", "Resource": "*"}
count = 0


def person(*statements):
    """Clients of a new user with these statements beside the right to read."""
    global count
    count += 1
    name = f"reader-{count}"
    iam.create_user(UserName=name)
    document = {"Version": "2012-10-17", "Statement": [reads, *statements]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    return cl("logs", iam.create_access_key(UserName=name)["AccessKey"])


def seen(client):
    """Which of card and address each event shows; the code of a refusal."""
    try:
        found = client.get_log_events(**where, unmask=True)["events"]
    except ClientError as error:
        return error.response["Error"]["Code"]
    return [(CARD in one["message"], MAIL in one["message"]) for one in found]


def denied(**condition):
    return {"Effect": "Deny", "Action": "logs:Unmask", "Resource": "*", "Condition": condition}


both, card, mail, none = (True, True), (True, False), (False, True), (False, False)
check("all by a plain right", seen(person(unmask)) == [both, both])
check("no right", seen(person()) == "AccessDeniedException")
reader = person(unmask, denied(StringEquals={"sotto:IdentifierType": "CreditCardNumber"}))
check("a refused type stays masked", seen(reader) == [mail, mail], seen(reader))
found = reader.filter_log_events(logGroupName="/scoped", filterPattern="{ $.n = 1 }", unmask=True)["events"]
check("in searches, too", [(CARD in one["message"], MAIL in one["message"]) for one in found] == [mail], found)
check("fields", seen(person({**unmask, "Condition": {"StringLike": {"sotto:FieldPath": "user.*"}}})) == [mail, mail])
check("and the other one", seen(person(unmask, denied(StringEquals={"sotto:FieldPath": "user.mail"}))) == [card, card])
check("ages", seen(person(unmask, denied(NumericGreaterThan={"sotto:EventAge": "3600"}))) == [none, both])
hour = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
check("times", seen(person(unmask, denied(DateGreaterThan={"sotto:EventTime": hour}))) == [both, none])

# Reasons.
wanted = denied(Null={"sotto:Reason": "true"})
check("no reason, no unmask", seen(person(unmask, wanted)) == "AccessDeniedException")
check("masked reads need none", code(person(unmask, wanted).get_log_events, **where) is None)
stated = stating(person(unmask, wanted, denied(StringEquals={"sotto:IdentifierType": "CreditCardNumber"})), f"ticket OPS-7 of card {CARD}")
answer = stated.get_log_events(**where, unmask=True)
check("a reason in a header", [MAIL in one["message"] for one in answer["events"]] == [True, True], answer)
check("its words can be asked for", seen(stating(person({**unmask, "Condition": {"StringLike": {"sotto:Reason": "ticket *"}}}), "ticket 9")) == [both, both])
check("and others refused", seen(stating(person({**unmask, "Condition": {"StringLike": {"sotto:Reason": "ticket *"}}}), "no")) == "AccessDeniedException")
unsigned = stating(person(unmask, wanted), "slipped in", "before-send")
check("an unsigned one is refused", code(unsigned.get_log_events, **where, unmask=True) in ("InvalidSignatureException", "SignatureDoesNotMatch", "AccessDeniedException"))
check("a long one is refused", code(stating(person(unmask), "x" * 1025).get_log_events, **where, unmask=True) == "InvalidParameterException")
trust = [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]
role = iam.create_role(RoleName="on-call", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}))["Role"]["Arn"]
document = {"Version": "2012-10-17", "Statement": [reads, unmask, wanted]}
iam.put_role_policy(RoleName="on-call", PolicyName="p", PolicyDocument=json.dumps(document))
iam.tag_role(RoleName="on-call", Tags=[{"Key": "sotto:Reason", "Value": "always"}])
caller = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}
iam.create_user(UserName="caller")
iam.put_user_policy(UserName="caller", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [caller]}))
key = iam.create_access_key(UserName="caller")["AccessKey"]


def session(**more):
    made = cl("sts", key).assume_role(RoleArn=role, RoleSessionName="session", **more)["Credentials"]
    return cl("logs", made, made["SessionToken"])


check("a tag of the role states nothing", seen(session()) == "AccessDeniedException")
check("a tag of the session does", seen(session(Tags=[{"Key": "sotto:Reason", "Value": "ticket 12"}])) == [both, both])

# The trail.
time.sleep(2)
pages = cl("cloudtrail").get_paginator("lookup_events").paginate()
told = [one["CloudTrailEvent"] for page in pages for one in page["Events"]]
check("no value in the trail", not any(CARD in one or MAIL in one for one in told))
request = answer["ResponseMetadata"]["RequestId"]
records = [json.loads(one)["responseElements"]["unmasked"] for one in told if request in one]
check("one record", len(records) == 1, records)
for record in records:
    check("types seen", record["identifierTypes"] == ["EmailAddress"], record)
    check("types kept masked", record["keptMaskedTypes"] == ["CreditCardNumber"], record)
    check("the reason, with what it holds masked", record["reason"] == f"ticket OPS-7 of card {'*' * 16}", record)
    check("events", record["eventCount"] == 2 and len(record["eventIds"]) == 2, record)

# Policy documents in the trail hold no values either.
told_to = {**caller, "Condition": {"StringEquals": {"aws:UserAgent": f"card {CARD}"}}}
iam.put_user_policy(UserName="caller", PolicyName="q", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [told_to]}))
time.sleep(2)
told = [one["CloudTrailEvent"] for page in cl("cloudtrail").get_paginator("lookup_events").paginate() for one in page["Events"]]
check("documents", not any(CARD in one for one in told))
check("and their accounts stay", any(f"arn:aws:iam::{account}:root" in one for one in told if "CreateRole" in one))

sys.exit(1 if bad else 0)
