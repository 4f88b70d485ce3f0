"""Conversations over two servers and one PostgreSQL server: any of them takes the next turn, two turns at one time do not both count, and
what a killed server held is free again in seconds.

Usage: bots_talk_cluster.py SOTTO DATA. Prints what is not as documented; the exit status is 1 then. Values are invented.
"""

import io, json, os, signal, subprocess, sys, threading, time, zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import database

SOTTO, DATA = sys.argv[1], sys.argv[2]
CARD, DEADLINE = "4929573829184403", 120
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


class Server:
    def __init__(self, number, storage):
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", f"{DATA}-{number}"]
        command += ["--storage", storage, "--objects", f"{DATA}-objects", "--root-key-file", f"{DATA}-0/root.key"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                return
        sys.exit(f"server {number} ends with {self.process.wait()}")

    def client(self, service):
        config = Config(retries={"max_attempts": 0}, read_timeout=90)
        return boto3.client(service, endpoint_url=self.endpoint, region_name="eu-central-1", config=config)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def until(what, look):
    end = time.time() + DEADLINE
    while time.time() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    check(what, False, "did not come")
    return None


def told(call, **members):
    """An answer, or the code of the error."""
    try:
        return call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"]
    except BotoCoreError as error:
        return type(error).__name__


CODE = """
import time

def handler(event, context):
    intent = event["sessionState"]["intent"]
    if event["invocationSource"] == "FulfillmentCodeHook":
        time.sleep(15)
    return {"sessionState": {"dialogAction": {"type": "Delegate"}, "intent": intent}}
"""


def archive(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("code.py", text)
    return buffer.getvalue()


def bot(server):
    """A bot that asks for a card, and then its function."""
    lex, iam, functions = server.client("lexv2-models"), server.client("iam"), server.client("lambda")
    account = server.client("sts").get_caller_identity()["Account"]
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    function = functions.create_function(FunctionName="slow", Runtime="python3.13", Handler="code.handler", Role=role, Timeout=25, Code={"ZipFile": archive(CODE)})["FunctionArn"]
    functions.add_permission(FunctionName="slow", StatementId="lex", Action="lambda:InvokeFunction", Principal="lexv2.amazonaws.com")
    made = lex.create_bot(botName="Two", roleArn=role, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300)["botId"]
    where = dict(botId=made, botVersion="DRAFT", localeId="en_US")
    lex.create_bot_locale(nluIntentConfidenceThreshold=0.4, **where)
    samples = [dict(utterance="I want to pay")]
    intent = lex.create_intent(intentName="Pay", sampleUtterances=samples, fulfillmentCodeHook=dict(enabled=True), **where)["intentId"]
    prompt = dict(maxRetries=2, messageGroups=[dict(message=dict(plainTextMessage=dict(value="Which card?")))])
    slot = lex.create_slot(slotName="CardNumber", slotTypeId="AMAZON.Number", valueElicitationSetting=dict(slotConstraint="Required", promptSpecification=prompt), intentId=intent, **where)
    lex.update_intent(intentId=intent, intentName="Pay", sampleUtterances=samples, fulfillmentCodeHook=dict(enabled=True), slotPriorities=[dict(priority=1, slotId=slot["slotId"])], **where)
    lex.build_bot_locale(**where)
    until("a build", lambda: lex.describe_bot_locale(**where)["botLocaleStatus"] == "Built")
    hook = dict(codeHookSpecification=dict(lambdaCodeHook=dict(lambdaARN=function, codeHookInterfaceVersion="1.0")))
    lex.update_bot_alias(botId=made, botAliasId="TSTALIASID", botAliasName="TestBotAlias", botVersion="DRAFT", botAliasLocaleSettings=dict(en_US=dict(enabled=True, **hook)))
    return made


def story(servers):
    made = bot(servers[0])
    here = lambda **more: dict(botId=made, botAliasId="TSTALIASID", localeId="en_US", sessionId="12065550142", **more)
    first, second = (server.client("lexv2-runtime") for server in servers)
    until("the other server", lambda: isinstance(told(second.recognize_text, **dict(here(text="I want to pay"), sessionId="s0")), dict))
    answer = told(first.recognize_text, **here(text="I want to pay"))
    check("a turn", isinstance(answer, dict) and answer["sessionState"]["dialogAction"]["type"] == "ElicitSlot", answer)
    found = told(second.get_session, **here())
    check("is known to the other one", isinstance(found, dict) and found["sessionState"]["dialogAction"]["type"] == "ElicitSlot", found)
    # The function takes long: the session is held wherever somebody asks. It is held before the call is on record.
    trail, answers = servers[1].client("cloudtrail"), []
    named = [dict(AttributeKey="EventName", AttributeValue="Invoke")]
    calls = lambda: len(trail.lookup_events(LookupAttributes=named, MaxResults=50)["Events"])
    slow = threading.Thread(target=lambda: answers.append(told(first.recognize_text, **here(text=CARD))))
    slow.start()
    until("a call of the function", lambda: calls() == 1)
    check("one turn at a time", told(second.recognize_text, **here(text="not a card")) == "ConflictException")
    slow.join()
    check("the slow turn counts", isinstance(answers[0], dict) and answers[0]["sessionState"]["intent"]["state"] == "Fulfilled", answers)
    # The server dies in the middle of a turn: the other one goes on with the state before it.
    told(first.recognize_text, **here(text="I want to pay"))
    lost = threading.Thread(target=lambda: told(first.recognize_text, **here(text=CARD)))
    lost.start()
    until("another call of the function", lambda: calls() == 2)
    servers[0].kill()
    lost.join()
    answer = until("a session that is free", lambda: (lambda one: one if isinstance(one, dict) else None)(told(second.recognize_text, **here(text="nothing like it"))))
    check("goes on where it was", answer and answer["sessionState"]["dialogAction"].get("slotToElicit") == "CardNumber", answer)


storage = database.start(f"{DATA}-postgres")
if not storage:
    if os.environ.get("CI") == "true":
        sys.exit("PostgreSQL is absent; scripts/test installs it")
    print("PostgreSQL is absent: not tested")
    sys.exit(0)
servers = []
try:
    for number in range(2):
        servers.append(Server(number, storage.address))
    story(servers)
finally:
    for one in servers:
        one.process.kill()
        one.process.wait()
    storage.stop()
print("conversations: one over two servers" if bad == 0 else "conversations: %d not as documented" % bad)
sys.exit(1 if bad else 0)
