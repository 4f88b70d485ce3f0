"""What log groups can do beyond AWS: policies for what is stored already, settings, reasons behind stars, counters.

Usage: beyond.py SOTTO DATA ENGINE, where ENGINE is `yes` when the query engine is there. Starts the server itself, and kills it in
the middle of a retroactive protection. Operations of our own are asked with a signature of botocore's. Prints what is not as
documented; the exit status is 1 then. Values are invented.
"""

import json, os, random, signal, subprocess, sys, threading, time, urllib.request, urllib.error

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

SOTTO, DATA, ENGINE = sys.argv[1], sys.argv[2], sys.argv[3] == "yes"
REGION = "eu-central-1"
CARD, MAIL = "4929573829184403", "canary@example.net"
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


class Server:
    def __init__(self):
        self.start()

    def start(self):
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", DATA, "--no-default-policy"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                return
        sys.exit(f"the server ends with {self.process.wait()}")

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


server = Server()


def cl(service, key=None):
    given = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]) if key else {}
    config = Config(retries={"max_attempts": 0})
    return boto3.client(service, endpoint_url=server.endpoint, region_name=REGION, config=config, **given)


def own(operation, service="sotto", target="Sotto_20260101", key=None, **members):
    """The answer to an operation, or the code and words of its refusal."""
    key = key or {"AccessKeyId": os.environ["AWS_ACCESS_KEY_ID"], "SecretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"]}
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{target}.{operation}"}
    request = AWSRequest("POST", server.endpoint + "/", headers=headers, data=json.dumps(members))
    SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), service, REGION).add_auth(request)
    sent = urllib.request.Request(request.url, request.data.encode(), dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        body = json.loads(error.read() or b"{}")
        return {"refused": body.get("__type", "").rsplit("#")[-1], "message": body.get("message") or body.get("Message", "")}


def of_logs(operation, **members):
    return own(operation, service="logs", target="Logs_20140328", **members)


def wait(what, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    return what()


def policy(*identifiers):
    data = [f"arn:aws:dataprotection::aws:data-identifier/{one}" for one in identifiers]
    operations = [{"Audit": {"FindingsDestination": {}}}, {"Deidentify": {"MaskConfig": {}}}]
    statements = [{"Sid": f"s{at}", "DataIdentifier": data, "Operation": one} for at, one in enumerate(operations)]
    return json.dumps({"Name": "canary", "Version": "2021-06-01", "Statement": statements})


def put(group, stream, messages):
    now = int(time.time() * 1000)
    events = [dict(timestamp=now - len(messages) + at, message=text) for at, text in enumerate(messages)]
    cl("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def read(group, stream, **more):
    events = cl("logs").get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **more)["events"]
    return [event["message"] for event in events]


def sotto(*words):
    run = subprocess.run([SOTTO, *words, "--endpoint-url", server.endpoint, "--region", REGION], capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def job(protection, **more):
    found = own("DescribeRetroactiveProtections", protectionId=protection, **more)
    return found.get("protections", [{}])[0]


def made(group, *streams):
    logs = cl("logs")
    logs.create_log_group(logGroupName=group)
    for stream in streams:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)


# What is stored before there is a policy is in clear, and a policy alone does not change that.
made("/past", "a", "b", "c")
for part in range(6):
    put("/past", "a", [f"{part}-{at} pays with credit card {CARD}" for at in range(50)])
    put("/past", "b", [json.dumps({"n": at, "mail": MAIL, "card": CARD}) for at in range(50)])
    put("/past", "c", [f"{part}-{at} nothing here" for at in range(50)])
before = {stream: read("/past", stream) for stream in "abc"}
refused = own("StartRetroactiveProtection", logGroupIdentifier="/past")
check("nothing to protect with", refused.get("refused") == "InvalidOperationException", refused)

# A policy that nobody has put is tried.
with open(DATA + ".policy", "w") as file:
    file.write(policy("EmailAddress"))
code, out, err = sotto("logs", "protect", "/past", "--retroactive", "--dry-run", "--wait", "--policy", DATA + ".policy")
check("a dry run of a policy that is not there", code == 0 and "would mask 300 events in 1 stream" in out and "EmailAddress 300" in out, (code, out, err))
check("its samples", "*" * len(MAIL) in out and MAIL not in out, out)
refused = own("StartRetroactiveProtection", logGroupIdentifier="/past", policyDocument=policy("EmailAddress"))
check("it is tried, and not applied", refused.get("refused") == "InvalidParameterException", refused)
refused = own("StartRetroactiveProtection", logGroupIdentifier="/past", dryRun=True, policyDocument="{}")
check("one that is none", refused.get("refused") == "InvalidParameterException", refused)
check("it was not put", "policyDocument" not in cl("logs").get_data_protection_policy(logGroupIdentifier="/past"))
check("nothing changed by it", {stream: read("/past", stream) for stream in "abc"} == before)
cl("logs").put_data_protection_policy(logGroupIdentifier="/past", policyDocument=policy("CreditCardNumber", "EmailAddress"))
check("stored events stay", read("/past", "a") == before["a"])

# A dry run counts, shows how it would look, and changes nothing.
code, out, err = sotto("logs", "protect", "/past", "--retroactive", "--dry-run", "--wait")
check("a dry run", code == 0 and "would mask 600 events in 2 streams" in out, (code, out, err))
check("its kinds", "CreditCardNumber 600" in out and "EmailAddress 300" in out, out)
check("its samples are masked", "*" * len(CARD) in out and CARD not in out and MAIL not in out, out)
check("what it cannot reach is told", "not reached: Backups" in err, err)
check("nothing was changed", {stream: read("/past", stream) for stream in "abc"} == before)

# Who may put a policy alone, or begin a job alone, may not apply one to what is stored.
iam = cl("iam")
users = {}
for name, actions in {"one": ["logs:PutDataProtectionPolicy"], "other": ["sotto:*"], "both": ["logs:PutDataProtectionPolicy", "sotto:*"]}.items():
    iam.create_user(UserName=name)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    users[name] = iam.create_access_key(UserName=name)["AccessKey"]
for name in ("one", "other"):
    refused = own("StartRetroactiveProtection", key=users[name], logGroupIdentifier="/past")
    check(f"not by {name}", refused.get("refused") == "AccessDeniedException", refused)
first = own("DescribeRetroactiveProtections")["protections"][0]["protectionId"]
refused = own("DescribeRetroactiveProtections", key=users["both"], protectionId=first, samples=True)
check("samples want the right to read", refused.get("refused") == "AccessDeniedException", refused)
code, out, err = sotto("logs", "retroactive", "list", "--format", "csv")
check("a list", code == 0 and first in out and "/past" in out, (out, err))

# The job itself, killed while it runs; it goes on, and each event is masked once.
id = own("StartRetroactiveProtection", key=users["both"], logGroupIdentifier="/past").get("protectionId")
check("one job at a time", own("StartRetroactiveProtection", logGroupIdentifier="/past").get("refused") == "ResourceAlreadyExistsException")
time.sleep(random.random() * 2)
server.kill()
server.start()
done = wait(lambda: job(id).get("status") in ("Finishing", "Complete"))
check("it goes on after a kill", done, job(id))
told = job(id, samples=True)
check("what it did", (told["eventsMasked"], told["streamsMasked"]) == (600, 2), told)
check("how far it is", told["eventsDone"] == told["eventsTotal"] == 900, told)
check("its samples", told["samples"] and all(CARD not in one["message"] for one in told["samples"]), told)
after = {stream: read("/past", stream) for stream in "abc"}
stars = {stream: [text.replace(CARD, "*" * len(CARD)).replace(MAIL, "*" * len(MAIL)) for text in texts] for stream, texts in before.items()}
check("all is masked, in order, once", after == stars, [len(texts) for texts in after.values()])
check("originals are there", {stream: read("/past", stream, unmask=True) for stream in "abc"} == before)
again = own("StartRetroactiveProtection", logGroupIdentifier="/past", dryRun=True)
check("the old objects are waited for", again.get("refused") == "ResourceAlreadyExistsException", again)

# Reasons behind the stars, for who asks.
found = of_logs("GetLogEvents", logGroupName="/past", logStreamName="a", limit=1, masked=True)["events"][0]
at = found["message"].index("*") + 1
wanted = dict(type="CreditCardNumber", length=len(CARD), start=at, end=at + len(CARD) - 1)
check("a reason", [{name: one[name] for name in wanted} for one in found["masked"]] == [wanted] and found["masked"][0]["rule"], found)
check("nothing where nobody asks", "masked" not in of_logs("GetLogEvents", logGroupName="/past", logStreamName="a", limit=1)["events"][0])
found = of_logs("FilterLogEvents", logGroupName="/past", logStreamNames=["b"], limit=1, masked=True)["events"][0]
check("two reasons", [one["type"] for one in found["masked"]] == ["EmailAddress", "CreditCardNumber"], found)

# Settings: equal values are equal tokens, which can be counted.
made("/style", "s")
cl("logs").put_data_protection_policy(logGroupIdentifier="/style", policyDocument=policy("EmailAddress", "CreditCardNumber", "ZipCode-US"))
for styles, wanted in [
    ({"ZipCode-US": "token"}, "too few"),
    ({"EmailAdress": "label"}, "did you mean EmailAddress"),
    ({"EmailAddress": "stars"}, "enum value set"),
]:
    refused = own("PutLogGroupSettings", logGroupIdentifier="/style", settings={"styles": styles})
    check("a style that is refused", "refused" in refused and wanted in refused["message"], refused)
refused = own("PutLogGroupSettings", logGroupIdentifier="/style", settings={"fieldsWithout": [f"user.{MAIL}"]})
check("a path with a value in it", refused.get("refused") == "InvalidParameterException" and MAIL not in refused["message"], refused)
code, out, err = sotto("logs", "settings", "/style", "--replace", "EmailAddress=token", "--replace", "CreditCardNumber=last-four", "--without-field", "safe")
check("settings by the shell", code == 0 and "style of EmailAddress" in out, (code, out, err))
mails = [MAIL, "other@example.net", MAIL, MAIL]
put("/style", "s", [json.dumps({"mail": mail, "card": CARD, "safe": mail}) for mail in mails])
rows = [json.loads(text) for text in read("/style", "s")]
tokens = [row["mail"] for row in rows]
check("tokens", tokens[0] == tokens[2] == tokens[3] != tokens[1] and tokens[0].startswith("[EmailAddress:t1g:"), tokens)
check("the last four", all(row["card"].endswith("4403") and CARD not in row["card"] for row in rows), rows)
check("a field that is left out", [row["safe"] for row in rows] == mails, rows)
check("originals behind tokens", [json.loads(text)["mail"] for text in read("/style", "s", unmask=True)] == mails)
server.kill()
server.start()
put("/style", "s", [json.dumps({"mail": MAIL})])
check("the same token after a start", json.loads(read("/style", "s")[-1])["mail"] == tokens[0])
if ENGINE:
    span = dict(startTime=int(time.time()) - 600, endTime=int(time.time()) + 600)
    logs = cl("logs")
    query = logs.start_query(logGroupName="/style", queryString="stats count(*) as n by mail | sort n desc", **span)["queryId"]
    answer = wait(lambda: (lambda found: found if found["status"] == "Complete" else None)(logs.get_query_results(queryId=query)))
    counted = [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]
    check("tokens are counted", counted == [{"mail": tokens[0], "n": "4"}, {"mail": tokens[1], "n": "1"}], counted)
    query = logs.start_query(logGroupName="/style", queryString="fields @masked | limit 1", **span)["queryId"]
    answer = wait(lambda: (lambda found: found if found["status"] == "Complete" else None)(logs.get_query_results(queryId=query)))
    cells = {cell["field"]: cell["value"] for cell in answer["results"][0]}
    check("reasons in queries", json.loads(cells["@masked"])[0]["type"] == "EmailAddress", cells)
own("PutLogGroupSettings", logGroupIdentifier="/style", newTokenKey=True, settings={"defaultStyle": "token"})
put("/style", "s", [json.dumps({"mail": MAIL})])
renewed = json.loads(read("/style", "s")[-1])["mail"]
check("another key, another token", renewed.startswith("[EmailAddress:t1g:") and renewed != tokens[0], renewed)
own("DeleteLogGroupSettings", logGroupIdentifier="/style")
put("/style", "s", [json.dumps({"mail": MAIL, "safe": MAIL})])
check("no settings", read("/style", "s")[-1] == json.dumps({"mail": "*" * len(MAIL), "safe": "*" * len(MAIL)}), read("/style", "s")[-1])
shown = own("GetLogGroupSettings", logGroupIdentifier="/style")
check("settings are shown", shown["settings"] == {"keepCardCodes": False}, shown)
check("settings need the right to protect", own("PutLogGroupSettings", key=users["other"], logGroupIdentifier="/style", settings={}).get("refused") == "AccessDeniedException")

# Calls that are on their way while a policy is put and applied: nothing that older rules decided about is left in clear. There are
# many, with many cards to seal, so that some are looked at while the next policy comes; these are looked at again.
def again():
    with urllib.request.urlopen(server.endpoint + "/metrics") as answer:
        lines = [line.split() for line in answer.read().decode().splitlines() if line.startswith("sotto_puts_decided_again_total ")]
    return int(lines[0][1])


RACERS = [str(number) for number in range(8)]
made("/race", *RACERS)
cl("logs").put_data_protection_policy(logGroupIdentifier="/race", policyDocument=policy("CreditCardNumber"))
going, came = threading.Event(), {stream: 0 for stream in RACERS}


def race(stream):
    logs = cl("logs")
    while not going.is_set():
        now = int(time.time() * 1000)
        events = [dict(timestamp=now, message=f"n={came[stream] + at} mail {MAIL}" + f" credit card {CARD}" * 30) for at in range(400)]
        logs.put_log_events(logGroupName="/race", logStreamName=stream, logEvents=events)
        came[stream] += len(events)


racers = [threading.Thread(target=race, args=(stream,)) for stream in RACERS]
for one in racers:
    one.start()
wait(lambda: all(came.values()))
cl("logs").put_data_protection_policy(logGroupIdentifier="/race", policyDocument=policy("CreditCardNumber", "EmailAddress"))
raced = own("StartRetroactiveProtection", logGroupIdentifier="/race")["protectionId"]
wait(lambda: again() > 0, 10)
check("some are looked at again", again() > 0)
going.set()
for one in racers:
    one.join()
check("it ends", wait(lambda: job(raced).get("status") in ("Finishing", "Complete")), job(raced))
for stream in RACERS:
    texts, token = [], None
    while True:
        page = cl("logs").get_log_events(logGroupName="/race", logStreamName=stream, **(dict(nextToken=token) if token else dict(startFromHead=True)))
        texts += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    clear = [text for text in texts if CARD in text or MAIL in text]
    check("nothing is left in clear", not clear, (len(clear), len(texts)))
    check("each event once, in order", [int(text.split()[0][2:]) for text in texts] == list(range(came[stream])), len(texts))

# One that is stopped says what it never came to.
stopped = own("StartRetroactiveProtection", logGroupIdentifier="/style")["protectionId"]
own("StopRetroactiveProtection", protectionId=stopped)
told = wait(lambda: job(stopped).get("status") in ("Finishing", "Stopped", "Complete") and job(stopped))
kinds = [one["kind"] for one in told["notReached"]]
check("what a stopped one did not reach", "Backups" in kinds and "QueryResults" in kinds and ("Events" in kinds or told["status"] == "Complete"), told)

# A reason, stated with a request or by the session of a role, where a policy asks for one.
iam = cl("iam")
iam.create_user(UserName="clerk")
may = lambda *actions, **more: {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
why = {"Condition": {"StringLike": {"sotto:Reason": "ticket-*"}}}
document = {"Version": "2012-10-17", "Statement": [may("logs:FilterLogEvents", "sts:*"), may("logs:Unmask", **why)]}
iam.put_user_policy(UserName="clerk", PolicyName="p", PolicyDocument=json.dumps(document))
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
document["Statement"][1]["Condition"] = {"StringLike": {"aws:PrincipalTag/sotto:Reason": "ticket-*"}}
iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=json.dumps(document))
clerk = iam.create_access_key(UserName="clerk")["AccessKey"]
with_key = {**os.environ, "AWS_ACCESS_KEY_ID": clerk["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": clerk["SecretAccessKey"]}
for name, words, opens in [
    ("without a reason", [], False),
    ("for another one", ["--reason", "curious"], False),
    ("for a reason", ["--reason", "ticket-7"], True),
    ("by a session", ["--reason", "ticket-8", "--reason-role", role], True),
    ("by a session for another one", ["--reason", "curious", "--reason-role", role], False),
]:
    run = subprocess.run([SOTTO, "tail", "/past", "--unmask", *words, "--endpoint-url", server.endpoint, "--region", REGION], env=with_key, capture_output=True, text=True)
    check(f"an unmask {name}", (run.returncode == 0) == opens and (CARD in run.stdout) == opens, (run.returncode, run.stdout[:200], run.stderr))
check("a reason is one line", sotto("tail", "/past", "--unmask", "--reason", "a\nb")[0] == 2)

# Counters by group, identifier and rule, without a value.
with urllib.request.urlopen(server.endpoint + "/metrics") as answer:
    lines = [line for line in answer.read().decode().splitlines() if line.startswith("sotto_event_findings_total{")]
check("counters", any('group="/style"' in line and 'identifier="EmailAddress"' in line for line in lines), lines)

# Both ends of the job are on record.
events = lambda name: cl("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
check("its beginning is on record", len(events("StartRetroactiveProtection")) >= 2)
ended = wait(lambda: [one for one in events("EndRetroactiveProtection") if '"logGroupName":"/past"' in one["CloudTrailEvent"] and "600" in one["CloudTrailEvent"]], 20)
check("an end is on record", ended and "600" in ended[0]["CloudTrailEvent"] and CARD not in ended[0]["CloudTrailEvent"], ended)

# Where the time is given, old objects are gone at the end.
if os.environ.get("SOTTO_RETROACTIVE_END"):
    check("it ends", wait(lambda: job(id).get("status") == "Complete", 180), job(id))
    check("another one may begin", "protectionId" in own("StartRetroactiveProtection", logGroupIdentifier="/past", dryRun=True))
server.kill()
print("beyond:", "no difference" if not bad else f"{bad} differences")
sys.exit(1 if bad else 0)
