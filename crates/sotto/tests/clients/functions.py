"""Do functions run as Lambda's do, driven by boto3, and does nothing of what they see or print stay in clear?

Usage: functions.py ENDPOINT DATA. ENDPOINT is a server, DATA its directory, which is searched at the end. The exit status is 1 when an
answer is not what AWS documents or a value is found in clear. Values are invented.
"""

import base64, io, json, os, sys, time, zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, DATA = sys.argv[1], sys.argv[2]
CARD = "4929573829184403"
SECRET = "canary-of-the-environment-77"
DEADLINE = 120
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("functions:", name, info)


def client(service):
    config = Config(retries={"max_attempts": 0}, read_timeout=90)
    return boto3.client(service, endpoint_url=ENDPOINT, config=config)


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100755 << 16
            archive.writestr(info, text)
    return buffer.getvalue()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        check(call.__name__, error.response["Error"]["Code"] == code, error.response["Error"])
        return
    check(call.__name__, False, "was not refused")


def until(what, look):
    end = time.time() + DEADLINE
    while time.time() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    check(what, False, "did not come")
    return None


iam, functions, logs = client("iam"), client("lambda"), client("logs")


def role(name, service, allows):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    if allows:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allows, "Resource": "*"}]}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    return arn


ROLE = role("runs", "lambda.amazonaws.com", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
FOREIGN = role("foreign", "ec2.amazonaws.com", [])

CODE = f"""
import json, os, layered

def handler(event, context):
    print("card", event.get("card"))
    if event.get("raise"):
        raise ValueError("broken")
    return {{"card": event.get("card"), "secret": os.environ.get("SECRET"), "layer": layered.NAME, "name": context.function_name,
            "session": len(os.environ["AWS_SESSION_TOKEN"]) > 100, "endpoint": os.environ["AWS_ENDPOINT_URL"],
            "version": "one"}}
"""
LAYER = {"python/layered.py": "NAME = 'from the layer'\n"}

layer = functions.publish_layer_version(
    LayerName="shared", Content={"ZipFile": packed(LAYER)}, CompatibleRuntimes=["python3.13"], Description="what is shared"
)
check("layer", layer["Version"] == 1 and layer["LayerVersionArn"].endswith(":layer:shared:1"), layer)
given = dict(
    FunctionName="tried", Runtime="python3.13", Handler="code.handler", Role=ROLE, Code={"ZipFile": packed({"code.py": CODE})}
)
refused("InvalidParameterValueException", functions.create_function, **{**given, "Role": FOREIGN})
refused("InvalidParameterValueException", functions.create_function, **{**given, "Runtime": "java21"})
refused("InvalidParameterValueException", functions.create_function, **{**given, "Code": {"ZipFile": b"no archive"}})
refused("InvalidParameterValueException", functions.create_function, **{**given, "Code": {"S3Bucket": "bucket", "S3Key": "key"}})
reserved = {"Variables": {"AWS_SESSION_TOKEN": "x"}}
refused("InvalidParameterValueException", functions.create_function, **given, Environment=reserved)
made = functions.create_function(
    **given,
    Timeout=20,
    Layers=[layer["LayerVersionArn"]],
    Environment={"Variables": {"SECRET": SECRET}},
    Description="a function of a test",
    Tags={"stage": "test"},
)
check("state", (made["State"], made["Timeout"], made["MemorySize"], made["Version"]) == ("Active", 20, 128, "$LATEST"), made)
check("environment", made["Environment"]["Variables"] == {"SECRET": SECRET}, made)
refused("ResourceConflictException", functions.create_function, **given)
functions.get_waiter("function_active_v2").wait(FunctionName="tried")
ARN = made["FunctionArn"]

answer = functions.invoke(FunctionName="tried", Payload=json.dumps({"card": CARD}), LogType="Tail")
payload = json.loads(answer["Payload"].read())
wanted = {"card": CARD, "secret": SECRET, "layer": "from the layer", "name": "tried", "session": True, "version": "one"}
wanted["endpoint"] = payload.get("endpoint")
check("answer", payload == wanted and payload["endpoint"].startswith("http"), payload)
check("status", (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST") and "FunctionError" not in answer, answer)
again = functions.invoke(FunctionName=ARN, Payload=json.dumps({"card": CARD}), LogType="Tail")
tail = base64.b64decode(again["LogResult"]).decode()
check("tail", "card" in tail and "REPORT RequestId" in tail and CARD not in tail, tail)


def lines(group="/aws/lambda/tried"):
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]
    except ClientError:
        return []


kept = until("log", lambda: [line for line in lines() if line.startswith("card ")])
check("masked", kept and all(line == "card " + "*" * 16 for line in kept), kept)
check("report", any("Init Duration" in line for line in lines()), lines())

failed = functions.invoke(FunctionName="tried", Payload=b'{"raise": true}')
error = json.loads(failed["Payload"].read())
check("error", failed["FunctionError"] == "Unhandled" and error["errorType"] == "ValueError", error)
refused("InvalidRequestContentException", functions.invoke, FunctionName="tried", Payload=b"{no json")
refused("ResourceNotFoundException", functions.invoke, FunctionName="nobody")
refused("ResourceNotFoundException", functions.invoke, FunctionName="tried", Qualifier="7")
check("dry run", functions.invoke(FunctionName="tried", InvocationType="DryRun")["StatusCode"] == 204)
later = functions.invoke(FunctionName="tried", InvocationType="Event", Payload=b'{"card": "later-marker"}')
check("later", later["StatusCode"] == 202, later)
until("event", lambda: [line for line in lines() if "later-marker" in line])

updated = functions.update_function_code(FunctionName="tried", ZipFile=packed({"code.py": CODE.replace('"one"', '"two"')}))
check("code", updated["CodeSha256"] != made["CodeSha256"] and updated["RevisionId"] != made["RevisionId"], updated)
version = json.loads(functions.invoke(FunctionName="tried", Payload=b"{}")["Payload"].read())["version"]
check("new code runs", version == "two", version)
refused("PreconditionFailedException", functions.update_function_configuration, FunctionName="tried", RevisionId=made["RevisionId"], Timeout=5)
changed = functions.update_function_configuration(FunctionName="tried", Timeout=1, RevisionId=updated["RevisionId"])
check("configuration", changed["Timeout"] == 1 and changed["Layers"][0]["Arn"] == layer["LayerVersionArn"], changed)
slow = CODE.replace("print(", "import time; time.sleep(30); print(")
functions.update_function_code(FunctionName="tried", ZipFile=packed({"code.py": slow}))
timed = functions.invoke(FunctionName="tried", Payload=b"{}")
check("timeout", "Task timed out after 1.00 seconds" in json.loads(timed["Payload"].read())["errorMessage"])

got = functions.get_function(FunctionName="tried")
check("get", got["Configuration"]["FunctionArn"] == ARN and got["Tags"] == {"stage": "test"}, got)
functions.tag_resource(Resource=ARN, Tags={"owner": "nobody"})
functions.untag_resource(Resource=ARN, TagKeys=["stage"])
check("tags", functions.list_tags(Resource=ARN)["Tags"] == {"owner": "nobody"})
check("list", [one["FunctionName"] for one in functions.list_functions()["Functions"]] == ["tried"])
check("layers", functions.get_layer_version(LayerName="shared", VersionNumber=1)["Description"] == "what is shared")

# Subscriptions of log groups run functions, when the function's policy says so.
refused("ResourceNotFoundException", functions.get_policy, FunctionName="tried")
functions.update_function_configuration(FunctionName="tried", Timeout=20)
watching = "def handler(event, context):\n    print('woken', 'awslogs' in event)\n"
functions.update_function_code(FunctionName="tried", ZipFile=packed({"code.py": watching}))
logs.create_log_group(logGroupName="/source")
logs.create_log_stream(logGroupName="/source", logStreamName="s")
source = logs.describe_log_groups(logGroupNamePrefix="/source")["logGroups"][0]["arn"]
functions.add_permission(
    FunctionName="tried", StatementId="logs", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com", SourceArn=source
)
policy = json.loads(functions.get_policy(FunctionName="tried")["Policy"])
check("policy", policy["Statement"][0]["Principal"] == {"Service": "logs.amazonaws.com"}, policy)
logs.put_subscription_filter(logGroupName="/source", filterName="f", filterPattern="", destinationArn=ARN)
event = {"timestamp": int(time.time() * 1000), "message": "something happened"}
logs.put_log_events(logGroupName="/source", logStreamName="s", logEvents=[event])
until("subscription", lambda: [line for line in lines() if line.startswith("woken True")])
functions.remove_permission(FunctionName="tried", StatementId="logs")
# What would narrow a statement and is not there is refused, never left aside.
wanted = dict(FunctionName="tried", StatementId="s", Action="lambda:InvokeFunction", Principal="*")
for member, value in [("EventSourceToken", "token"), ("FunctionUrlAuthType", "AWS_IAM"), ("InvokedViaFunctionUrl", True)]:
    refused("InvalidParameterValueException", functions.add_permission, **wanted, **{member: value})
refused("PreconditionFailedException", functions.add_permission, **wanted, RevisionId=made["RevisionId"])
refused("ResourceNotFoundException", functions.get_policy, FunctionName="tried")
known = functions.get_function_configuration(FunctionName="tried")["RevisionId"]
functions.add_permission(**wanted, RevisionId=known)
refused("PreconditionFailedException", functions.remove_permission, FunctionName="tried", StatementId="s", RevisionId=known)
functions.remove_permission(FunctionName="tried", StatementId="s")

# Nobody invokes without the right.
iam.create_user(UserName="nobody")
key = iam.create_access_key(UserName="nobody")["AccessKey"]
other = boto3.client(
    "lambda", endpoint_url=ENDPOINT, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
)
refused("AccessDeniedException", other.invoke, FunctionName="tried")
# A layer shows its content in a function: who sets it needs the right to read it.
actions = ["lambda:UpdateFunctionConfiguration", "iam:PassRole"]
for allowed in (False, True):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(UserName="nobody", PolicyName="p", PolicyDocument=json.dumps(document))
    if allowed:
        other.update_function_configuration(FunctionName="tried", Layers=[layer["LayerVersionArn"]])
    else:
        refused("AccessDeniedException", other.update_function_configuration, FunctionName="tried", Layers=[layer["LayerVersionArn"]])
    actions.append("lambda:GetLayerVersion")
many = [layer["LayerVersionArn"][:-1] + str(number) for number in range(1, 7)]
refused("InvalidParameterValueException", functions.update_function_configuration, FunctionName="tried", Layers=many)
refused("InvalidParameterValueException", functions.update_function_configuration, FunctionName="tried", Layers=many[1:2])

functions.delete_function(FunctionName="tried")
refused("ResourceNotFoundException", functions.get_function, FunctionName="tried")
functions.delete_layer_version(LayerName="shared", VersionNumber=1)

for folder, _, names in os.walk(DATA):
    for name in names:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
        except OSError:
            continue
        for value in (CARD, SECRET, "from the layer", "a function of a test"):
            check("in clear", value.encode() not in content, (os.path.join(folder, name), value))

sys.exit(1 if bad else 0)
