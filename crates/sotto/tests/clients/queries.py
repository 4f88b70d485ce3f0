"""Insights queries as boto3 sees them: rows, statistics, errors with a place, unmask by right alone.

Usage: queries.py ENDPOINT ENGINE, where ENGINE is `yes` when the query engine is there. Prints what is not as documented; the exit
status is 1 then. Values are invented.
"""

import json, sys, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, ENGINE = sys.argv[1], sys.argv[2] == "yes"
CARD = "4929573829184403"
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def cl(service, key=None):
    given = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]) if key else {}
    config = Config(retries={"max_attempts": 0})
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=config, **given)


def err(call, *args, **members):
    try:
        call(*args, **members)
        return None, None, {}
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message", ""), error.response


logs, iam = cl("logs"), cl("iam")
account = cl("sts").get_caller_identity()["Account"]
logs.create_log_group(logGroupName="/q")
logs.create_log_stream(logGroupName="/q", logStreamName="s")
now = int(time.time() * 1000)
lines = [{"level": "ERROR" if n % 3 == 0 else "INFO", "took": n, "card": CARD} for n in range(9)]
events = [{"timestamp": now - 1000 + n, "message": json.dumps(line)} for n, line in enumerate(lines)]
logs.put_log_events(logGroupName="/q", logStreamName="s", logEvents=events)
span = dict(startTime=now // 1000 - 600, endTime=now // 1000 + 600)


def run(text, client=logs, **more):
    query = client.start_query(logGroupName="/q", queryString=text, **{**span, **more})["queryId"]
    end = time.time() + 60
    while True:
        answer = client.get_query_results(queryId=query)
        if answer["status"] not in ("Scheduled", "Running") or time.time() > end:
            return answer
        time.sleep(0.1)


def rows(answer):
    return [{field["field"]: field["value"] for field in row} for row in answer["results"]]


# Saved queries.
saved = logs.put_query_definition(name="errors", queryString="filter level = 'ERROR'", logGroupNames=["/q"])["queryDefinitionId"]
code, words, _ = err(logs.put_query_definition, name="c", queryString=f"filter @message like '{CARD}'")
check("a query that could never match is not saved", code == "InvalidParameterException" and CARD not in words, words)
found = logs.describe_query_definitions(queryDefinitionNamePrefix="err")["queryDefinitions"]
check("a saved query", [one["queryString"] for one in found] == ["filter level = 'ERROR'"], found)
check("it goes", logs.delete_query_definition(queryDefinitionId=saved)["success"] and not logs.describe_query_definitions()["queryDefinitions"])

# Mistakes.
code, words, answer = err(logs.start_query, logGroupName="/q", queryString="fields @message | filtr x", **span)
place = answer.get("queryCompileError", {}).get("location", {})
check("a mistake has its place", code == "MalformedQueryException" and place.get("startCharOffset") == 18, answer)
check("no query", err(logs.get_query_results, queryId="none")[0] == "ResourceNotFoundException")

if not ENGINE:
    code, words, _ = err(logs.start_query, logGroupName="/q", queryString="fields @message", **span)
    check("no engine", code == "ServiceUnavailableException" and "cargo build --release -p sotto-insights" in words, words)
    sys.exit(1 if bad else 0)

for attempt in range(50):
    if err(run, "fields @message | limit 1")[0] is None:
        break
    time.sleep(0.2)
check("no group", err(logs.start_query, logGroupName="/none", queryString="fields @message", **span)[0] == "ResourceNotFoundException")
answer = run("fields @timestamp, @message | sort @timestamp desc | limit 3")
check("rows", answer["status"] == "Complete" and len(answer["results"]) == 3, answer)
first = rows(answer)[0]
check("masked", json.loads(first["@message"])["card"] == "*" * 16 and CARD not in str(answer), first)
check("the newest first", json.loads(first["@message"])["took"] == 8, first)
record = logs.get_log_record(logRecordPointer=first["@ptr"])["logRecord"]
check("a pointer leads to its record", record["took"] == "8" and record["@logStream"] == "s", record)
answer = run("filter level = 'ERROR' | stats count(*) as n, max(took) as most by level")
check("stats", [{k: v for k, v in row.items() if k != "@ptr"} for row in rows(answer)] == [{"level": "ERROR", "n": "3", "most": "6"}], answer)
check("statistics", answer["statistics"]["recordsMatched"] == 3 and answer["statistics"]["recordsScanned"] == 9, answer["statistics"])
answer = run("fields card | stats count(*) as n by card")
check("what is masked is one value", rows(answer)[0]["n"] == "9" and rows(answer)[0]["card"] == "*" * 16, answer)
answer = run(f"fields @message | filter @message like '{CARD}'")
check("a query for what is masked finds nothing", answer["results"] == [], answer)
listed = logs.describe_queries(logGroupName="/q")["queries"]
check("history is masked", CARD not in str(listed) and "*" * 16 in str(listed), listed)
answer = run("SELECT COUNT(*) AS n FROM logs", queryLanguage="SQL")
check("SQL", [row["n"] for row in rows(answer)] == ["9"], answer)

# Unmask.
answer = run("fields @timestamp, @message, unmask(@message) | sort @timestamp desc | limit 2")
check("unmask by right", CARD in str(answer["results"]) and "*" * 16 in str(answer["results"]), answer)
iam.create_user(UserName="asker")
key = iam.create_access_key(UserName="asker")["AccessKey"]
asker = cl("logs", key)
group = f"arn:aws:logs:eu-central-1:{account}:log-group:/q:*"
statement = [{"Effect": "Allow", "Action": ["logs:StartQuery", "logs:GetQueryResults"], "Resource": group}]
iam.put_user_policy(UserName="asker", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))
check("queries by right", len(run("fields @message", asker)["results"]) == 9)
check("unmask is refused", err(run, "fields unmask(@message)", asker)[0] == "AccessDeniedException")
query = logs.start_query(logGroupName="/q", queryString="fields unmask(@message)", **span)["queryId"]
time.sleep(1)
check("and so are results of somebody else's", err(asker.get_query_results, queryId=query)[0] == "AccessDeniedException")

# One record for all groups: the first one named has nothing to show.
logs.create_log_group(logGroupName="/none-yet")
groups = dict(logGroupNames=["/none-yet", "/q"], queryString="fields unmask(@message) | limit 3", **span)
query = logs.start_query(**groups)["queryId"]
end = time.time() + 60
while (answer := logs.get_query_results(queryId=query))["status"] == "Running" and time.time() < end:
    time.sleep(0.2)
check("unmask over groups", str(answer["results"]).count(CARD) == 3, answer)
request = answer["ResponseMetadata"]["RequestId"]
time.sleep(1)
pages = cl("cloudtrail").get_paginator("lookup_events").paginate()
found = [event["CloudTrailEvent"] for page in pages for event in page["Events"] if request in event["CloudTrailEvent"]]
told = [json.loads(event) for event in found]
seen = [event["responseElements"]["unmasked"]["eventCount"] for event in told if "unmasked" in str(event.get("responseElements"))]
check("all of it is on record", seen == [3], found)
check("and all groups", all(f"log-group:{name}" in str(found) for name in groups["logGroupNames"]), found)

# A group that is gone takes its results with it, whatever has its name then.
logs.delete_log_group(logGroupName="/none-yet")
check("no results of a group that is gone", err(logs.get_query_results, queryId=query)[0] == "ResourceNotFoundException")
logs.create_log_group(logGroupName="/none-yet")
check("nor by another one of its name", err(logs.get_query_results, queryId=query)[0] == "ResourceNotFoundException")

sys.exit(1 if bad else 0)
