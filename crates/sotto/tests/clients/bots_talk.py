"""Conversations as boto3 and the AWS CLI see them: turns, states in headers, sessions, code hooks, conflicts, rights, and their end.

Usage: bots_talk.py ENDPOINT DATA [EXPORTS]. DATA is the server's directory, which is searched at the end; EXPORTS holds public exports of
bots, which are imported and talked with. Prints what is not as documented; the exit status is 1 then. Values are invented.
"""

import base64, gzip, io, json, os, sqlite3, subprocess, sys, threading, time, urllib.error, urllib.request, zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

ENDPOINT, DATA = sys.argv[1], sys.argv[2]
EXPORTS = sys.argv[3] if len(sys.argv) > 3 else None
CLIS = [os.path.join(os.path.dirname(sys.executable), "aws"), "/usr/bin/aws"]
# A test number of a card network, and an invented telephone number as the id of a session.
CARD, CALLER = "4929573829184403", "12065550142"
DEADLINE = 180
bad = 0


def client(service, **keys):
    config = Config(retries={"max_attempts": 0}, read_timeout=90)
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="eu-central-1", config=config, **keys)


lex, talk, sts, iam = client("lexv2-models"), client("lexv2-runtime"), client("sts"), client("iam")
functions, trail = client("lambda"), client("cloudtrail")
ACCOUNT = sts.get_caller_identity()["Account"]


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def err(call, **members):
    try:
        call(**members)
        return None
    except ClientError as error:
        check("no value in an error", CARD not in str(error) and CALLER not in str(error), str(error))
        return error.response["Error"]["Code"]


def until(what, look):
    end = time.time() + DEADLINE
    while time.time() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    check(what, False, "did not come")
    return None


def role(name, service):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]


pack = lambda value: base64.b64encode(gzip.compress(json.dumps(value).encode())).decode()
unpack = lambda header: json.loads(gzip.decompress(base64.b64decode(header)))
plain = lambda text: dict(message=dict(plainTextMessage=dict(value=text)))
prompt = lambda text, retries=2: dict(messageGroups=[plain(text)], maxRetries=retries)
said = lambda answer: [one.get("content") for one in answer.get("messages", [])]
action = lambda answer: answer["sessionState"]["dialogAction"]["type"]
slots = lambda answer: answer["sessionState"]["intent"]["slots"]
value = lambda answer, slot: slots(answer)[slot]["value"]["interpretedValue"]

BOT_ROLE, RUNS = role("speaks", "lexv2.amazonaws.com"), role("runs", "lambda.amazonaws.com")


def built(bot, locale="en_US"):
    where = dict(botId=bot, botVersion="DRAFT", localeId=locale)
    lex.build_bot_locale(**where)
    found = until("a build", lambda: (lambda one: one["botLocaleStatus"] != "Building" and one)(lex.describe_bot_locale(**where)))
    check("built", found and found["botLocaleStatus"] == "Built", found)


# A bot: a payment with a card, an amount and a yes.
bot = lex.create_bot(botName="Bank", roleArn=BOT_ROLE, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=60)["botId"]
where = dict(botId=bot, botVersion="DRAFT", localeId="en_US")
lex.create_bot_locale(nluIntentConfidenceThreshold=0.4, **where)
here = lambda session, **more: dict(botId=bot, botAliasId="TSTALIASID", localeId="en_US", sessionId=session, **more)
check("never built", err(talk.recognize_text, **here("s1", text="hello")) == "ResourceNotFoundException")


def intent(name, samples, asked=(), **more):
    made = lex.create_intent(intentName=name, sampleUtterances=[dict(utterance=one) for one in samples], **more, **where)["intentId"]
    priorities = []
    for number, (slot, kind, question) in enumerate(asked):
        elicit = dict(slotConstraint="Required", promptSpecification=prompt(question))
        hidden = dict(obfuscationSettingType="DefaultObfuscation")
        slot = lex.create_slot(slotName=slot, slotTypeId=kind, valueElicitationSetting=elicit, obfuscationSetting=hidden, intentId=made, **where)
        priorities.append(dict(priority=number + 1, slotId=slot["slotId"]))
    if priorities:
        lex.update_intent(intentId=made, intentName=name, sampleUtterances=[dict(utterance=one) for one in samples], slotPriorities=priorities, **more, **where)
    return made


confirm = dict(promptSpecification=prompt("Pay {Amount} with {CardNumber}?"), declinationResponse=dict(messageGroups=[plain("Not paid.")]))
intent("Pay", ["pay", "pay {Amount}", "I want to pay"], [("CardNumber", "AMAZON.Number", "Which card?"), ("Amount", "AMAZON.Number", "How much?")],
       intentConfirmationSetting=confirm, intentClosingSetting=dict(closingResponse=dict(messageGroups=[plain("Paid.")])))
intent("Hook", ["ask the function", "ask it about {Topic}"], [("Topic", "AMAZON.AlphaNumeric", "About what?")],
       dialogCodeHook=dict(enabled=True), fulfillmentCodeHook=dict(enabled=True))
intent("Foreseen", ["let it fail"], dialogCodeHook=dict(enabled=False), fulfillmentCodeHook=dict(
    enabled=True, postFulfillmentStatusSpecification=dict(failureResponse=dict(messageGroups=[plain("It failed.")]))))
intent("Greet", ["hello", "good morning"], intentClosingSetting=dict(closingResponse=dict(messageGroups=[plain("Hello!")])))
built(bot)

# Turns of RecognizeText.
answer = talk.recognize_text(**here(CALLER, text="I want to pay", sessionState=dict(sessionAttributes=dict(channel="web")), requestAttributes=dict(tracking="one")))
check("a question", (action(answer), said(answer), answer["sessionId"]) == ("ElicitSlot", ["Which card?"], CALLER), answer)
check("attributes", (answer["sessionState"]["sessionAttributes"], answer["requestAttributes"]) == (dict(channel="web"), dict(tracking="one")), answer)
check("interpretations", answer["interpretations"][0]["intent"]["name"] == "Pay" and answer["interpretations"][0]["nluConfidence"]["score"] > 0.5, answer)
answer = talk.recognize_text(**here(CALLER, text="it is " + CARD))
check("the next one", (said(answer), value(answer, "CardNumber")) == (["How much?"], CARD), answer)
answer = talk.recognize_text(**here(CALLER, text="twenty five"))
check("a confirmation", (action(answer), said(answer)) == ("ConfirmIntent", ["Pay 25 with %s?" % CARD]), answer)
found = talk.get_session(**here(CALLER))
check("the session", value(found, "CardNumber") == CARD and found["messages"] == answer["messages"] and found["sessionState"]["sessionAttributes"] == dict(channel="web"), found)
answer = talk.recognize_text(**here(CALLER, text="yes"))
check("the end", (action(answer), said(answer), answer["sessionState"]["intent"]["state"]) == ("Close", ["Paid."], "ReadyForFulfillment"), answer)
answer = talk.recognize_text(**here("s2", text="colourless green ideas"))
check("the fallback", answer["sessionState"]["intent"]["name"] == "FallbackIntent", answer)
check("another session", err(talk.get_session, **here("s3")) == "ResourceNotFoundException")
for name, members in [("a text that is too long", dict(text="x" * 1025)), ("an intent that is not there", dict(text="pay", sessionState=dict(intent=dict(name="Nobody")))),
                      ("a slot that is not there", dict(text="pay", sessionState=dict(intent=dict(name="Pay", slots=dict(Nobody=dict(value=dict(interpretedValue="1"))))))),
                      ("attributes that are too long", dict(text="pay", sessionState=dict(sessionAttributes=dict(a="x" * 12300))))]:
    check(name, err(talk.recognize_text, **here("s4", **members)) == "ValidationException", name)
nowhere = dict(sessionId="s1", text="hello", localeId="en_US")
check("another bot", err(talk.recognize_text, botId="AAAAAAAAAA", botAliasId="TSTALIASID", **nowhere) == "ResourceNotFoundException")
check("another alias", err(talk.recognize_text, botId=bot, botAliasId="AAAAAAAAAA", **nowhere) == "ResourceNotFoundException")
check("another language", err(talk.recognize_text, botId=bot, botAliasId="TSTALIASID", sessionId="s1", text="hola", localeId="es_ES") == "ResourceNotFoundException")

# The same with a body and headers.
heard = lambda session, text, **more: talk.recognize_utterance(**here(session, requestContentType="text/plain; charset=utf-8", inputStream=text.encode(), **more))
answer = heard("u1", "pay 30", responseContentType="text/plain; charset=utf-8", sessionState=pack(dict(sessionAttributes=dict(channel="phone"))), requestAttributes=pack(dict(tracking="two")))
state = unpack(answer["sessionState"])
check("an utterance", unpack(answer["messages"])[0]["content"] == "Which card?" and state["intent"]["slots"]["Amount"]["value"]["interpretedValue"] == "30", answer)
check("its headers", (answer["inputMode"], unpack(answer["inputTranscript"]), answer["sessionId"], answer["contentType"].split(";")[0]) == ("Text", "pay 30", "u1", "text/plain"), answer)
check("its attributes", (state["sessionAttributes"], unpack(answer["requestAttributes"])) == (dict(channel="phone"), dict(tracking="two")), answer)
check("its interpretations", unpack(answer["interpretations"])[0]["intent"]["name"] == "Pay")
check("nothing is spoken", answer["audioStream"].read() == b"")
audio = dict(requestContentType="audio/l16; rate=16000; channels=1", inputStream=b"\0" * 320)
check("speech", err(talk.recognize_utterance, **here("u2", **audio)) == "ValidationException")
check("spoken answers", err(talk.recognize_utterance, **here("u2", requestContentType="text/plain", responseContentType="audio/mpeg", inputStream=b"hello")) == "ValidationException")
check("a header that is none", err(talk.recognize_utterance, **here("u2", requestContentType="text/plain", sessionState="canary", inputStream=b"hello")) == "ValidationException")
check("nothing said", err(talk.recognize_utterance, **here("u2", requestContentType="text/plain", inputStream=b"")) == "ValidationException")

# A body that no signature covers is taken where speech may come, and nowhere else.
def unsigned(path, body):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    headers = {"Content-Type": "text/plain; charset=utf-8" if path == "utterance" else "application/json", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    url = "%s/bots/%s/botAliases/TSTALIASID/botLocales/en_US/sessions/n1/%s" % (ENDPOINT, bot, path)
    request = AWSRequest("POST", url, data=body, headers=headers)
    SigV4Auth(Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]), "lex", "eu-central-1").add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=dict(request.headers), method="POST"), timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


check("a body without a signature", (unsigned("utterance", b"hello"), unsigned("text", b'{"text": "hello"}')) == (200, 403), (unsigned("utterance", b"hello"), unsigned("text", b'{"text": "hello"}')))

# Sessions that callers set.
wanted = dict(intent=dict(name="Pay", slots=dict(CardNumber=dict(value=dict(interpretedValue=CARD, originalValue=CARD, resolvedValues=[CARD])))),
              dialogAction=dict(type="ElicitSlot", slotToElicit="Amount"), activeContexts=[dict(name="known", timeToLive=dict(timeToLiveInSeconds=60, turnsToLive=5), contextAttributes=dict(a="b"))])
answer = talk.put_session(**here("p1", sessionState=wanted, messages=[dict(contentType="PlainText", content="How much then?")]))
check("a session that is put", unpack(answer["messages"])[0]["content"] == "How much then?" and unpack(answer["sessionState"])["dialogAction"]["slotToElicit"] == "Amount", answer)
found = talk.get_session(**here("p1"))
check("and is there", value(found, "CardNumber") == CARD and found["sessionState"]["activeContexts"][0]["name"] == "known", found)
answer = talk.recognize_text(**here("p1", text="12"))
check("and goes on", action(answer) == "ConfirmIntent", answer)
gone = talk.delete_session(**here("p1"))
check("is deleted", (gone["sessionId"], gone["botId"]) == ("p1", bot), gone)
check("is gone", err(talk.get_session, **here("p1")) == "ResourceNotFoundException" and err(talk.delete_session, **here("p1")) == "ResourceNotFoundException")

# A version, an alias, languages that are off.
lex.create_bot_version(botId=bot, botVersionLocaleSpecification=dict(en_US=dict(sourceBotVersion="DRAFT")))
alias = lex.create_bot_alias(botId=bot, botAliasName="live", botVersion="1", botAliasLocaleSettings=dict(en_US=dict(enabled=False)))["botAliasId"]
live = lambda session, **more: dict(botId=bot, botAliasId=alias, localeId="en_US", sessionId=session, **more)
check("a language that is off", err(talk.recognize_text, **live("v1", text="hello")) == "ResourceNotFoundException")


def hooked(enabled=True, function=None):
    hook = dict(codeHookSpecification=dict(lambdaCodeHook=dict(lambdaARN=function, codeHookInterfaceVersion="1.0"))) if function else {}
    lex.update_bot_alias(botId=bot, botAliasId=alias, botAliasName="live", botVersion="1", botAliasLocaleSettings=dict(en_US=dict(enabled=enabled, **hook)))


hooked()
check("a version", said(talk.recognize_text(**live("v1", text="hello"))) == ["Hello!"])
check("sessions of aliases are apart", err(talk.get_session, **here("v1")) == "ResourceNotFoundException")
empty = lex.create_bot_alias(botId=bot, botAliasName="empty")["botAliasId"]
check("an alias that points nowhere", err(talk.recognize_text, botId=bot, botAliasId=empty, **nowhere) == "ResourceNotFoundException")

# Code hooks.
CODE = """
import json, time

def handler(event, context):
    state = event["sessionState"]
    intent = state["intent"]
    topic = (intent["slots"].get("Topic") or {}).get("value", {}).get("interpretedValue")
    print("asked", event["invocationSource"], event["inputTranscript"], json.dumps(event["bot"]["aliasName"]))
    words = event["inputTranscript"]
    if intent["name"] == "Foreseen" or words == "broken":
        raise ValueError("broken")
    if words == "slow":
        time.sleep(3)
    if words == "nonsense":
        return {"sessionState": {"dialogAction": {"type": "Dance"}}}
    if words == "text":
        return "no object"
    if event["invocationSource"] == "DialogCodeHook":
        attributes = dict(state.get("sessionAttributes") or {}, seen=event["messageVersion"], mode=event["inputMode"])
        return {"sessionState": {"dialogAction": {"type": "Delegate"}, "intent": intent, "sessionAttributes": attributes},
                "requestAttributes": dict(event.get("requestAttributes") or {}, back="yes")}
    intent["state"] = "Fulfilled"
    return {"sessionState": {"dialogAction": {"type": "Close"}, "intent": intent},
            "messages": [{"contentType": "PlainText", "content": "You asked about " + str(topic)}]}
"""


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


made = functions.create_function(FunctionName="answers", Runtime="python3.13", Handler="code.handler", Role=RUNS, Timeout=20, Code={"ZipFile": packed({"code.py": CODE})})
functions.get_waiter("function_active_v2").wait(FunctionName="answers")
ARN = made["FunctionArn"]
hooked(function=ARN)
check("without a policy", err(talk.recognize_text, **live("h0", text="ask the function")) == "DependencyFailedException")
source = "arn:aws:lex:eu-central-1:%s:bot-alias/%s/" % (ACCOUNT, bot)
functions.add_permission(FunctionName="answers", StatementId="other", Action="lambda:InvokeFunction", Principal="lexv2.amazonaws.com", SourceArn=source + "TSTALIASID")
check("for another alias", err(talk.recognize_text, **live("h0", text="ask the function")) == "DependencyFailedException")
functions.add_permission(FunctionName="answers", StatementId="lex", Action="lambda:InvokeFunction", Principal="lexv2.amazonaws.com", SourceArn=source + alias)
answer = talk.recognize_text(**live("h1", text="ask the function", requestAttributes=dict(tracking="three")))
check("a dialog hook", (action(answer), said(answer)) == ("ElicitSlot", ["About what?"]), answer)
check("its attributes", answer["sessionState"]["sessionAttributes"] == dict(seen="1.0", mode="Text") and answer["requestAttributes"] == dict(tracking="three", back="yes"), answer)
answer = talk.recognize_text(**live("h1", text="rivers"))
check("a fulfilment hook", (action(answer), said(answer), answer["sessionState"]["intent"]["state"]) == ("Close", ["You asked about rivers"], "Fulfilled"), answer)
answer = talk.recognize_text(**live("h2", text="let it fail"))
check("a failure that is foreseen", said(answer) == ["It failed."] and answer["sessionState"]["intent"]["state"] == "Failed", answer)
talk.recognize_text(**live("h3", text="ask the function"))
for words in ["broken", "nonsense", "text"]:
    check("a function that answers " + words, err(talk.recognize_text, **live("h3", text=words)) == "DependencyFailedException", words)
found = talk.get_session(**live("h3"))
check("the session stays as it was", action(found) == "ElicitSlot" and found["sessionState"]["dialogAction"]["slotToElicit"] == "Topic", found)

# One turn at a time.
codes = []
turn = lambda: codes.append(err(talk.recognize_text, **live("h3", text="slow")))
threads = [threading.Thread(target=turn) for _ in range(4)]
[one.start() for one in threads]
[one.join() for one in threads]
check("one of four turns", sorted(code or "" for code in codes) == [""] + ["ConflictException"] * 3, codes)

# Who hangs up while a function works is not heard, but what was done counts: the session goes on, with its record in the same commit.
talk.recognize_text(**live("h5", text="ask the function"))
hasty = boto3.client("lexv2-runtime", endpoint_url=ENDPOINT, region_name="eu-central-1", config=Config(retries={"max_attempts": 0}, read_timeout=1))
try:
    hasty.recognize_text(**live("h5", text="slow"))
    check("a caller who hangs up", False, "was answered")
except ReadTimeoutError:
    hasty.close()
until("a turn that nobody waits for", lambda: action(talk.get_session(**live("h5"))) == "Close")

# Who may.
user = iam.create_user(UserName="reads")["User"]
key = iam.create_access_key(UserName="reads")["AccessKey"]
theirs = client("lexv2-runtime", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def may(*statements):
    document = dict(Version="2012-10-17", Statement=[dict(dict(Effect="Allow", Resource=source + "*"), **one) for one in statements])
    iam.put_user_policy(UserName="reads", PolicyName="p", PolicyDocument=json.dumps(document))


check("nobody may by himself", err(theirs.recognize_text, **here("w1", text="hello")) == "AccessDeniedException")
check("nor learn of what there is", err(theirs.recognize_text, botId="AAAAAAAAAA", botAliasId="TSTALIASID", **nowhere) == "AccessDeniedException")
may(dict(Action="lex:RecognizeText"))
until("the right to speak", lambda: err(theirs.recognize_text, **here("w1", text="hello")) is None)
check("is none to read", err(theirs.get_session, **here(CALLER)) == "AccessDeniedException")
check("nor to put", err(theirs.put_session, **here("w1", sessionState=dict())) == "AccessDeniedException")
talk.recognize_text(**here("w2", text="pay 40", sessionState=dict(sessionAttributes=dict(note="card " + CARD))))
talk.recognize_text(**here("w2", text=CARD))
may(dict(Action="lex:GetSession"), dict(Effect="Deny", Action="lex:GetSession", Condition=dict(StringEquals={"sotto:Classification": "high"})))
found = until("the right to read", lambda: err(theirs.get_session, **here("w2")) is None and theirs.get_session(**here("w2")))
check("levels that are closed", value(found, "CardNumber") == "{CardNumber}" and value(found, "Amount") == "40" and CARD not in json.dumps(found, default=str), found)
check("root sees them", value(talk.get_session(**here("w2")), "CardNumber") == CARD)
check("streams are refused by name", not hasattr(talk, "start_conversation"))

# On record, without what was said.
records = until("the trail", lambda: [one for one in trail.lookup_events(LookupAttributes=[dict(AttributeKey="EventName", AttributeValue="RecognizeText")], MaxResults=50)["Events"]])
text = json.dumps(records, default=str)
check("the trail names the alias", "bot-alias/%s/TSTALIASID" % bot in text)
check("and no value", CARD not in text and CALLER not in text)
hooks = trail.lookup_events(LookupAttributes=[dict(AttributeKey="EventName", AttributeValue="Invoke")], MaxResults=50)["Events"]
check("hooks are on record", any(source + alias in one["CloudTrailEvent"] for one in hooks), hooks[:1])

# From the shell.
spoken = os.path.join(os.environ["HOME"], "spoken.txt")
with open(spoken, "w") as file:
    file.write("hello")
for program in CLIS:
    if not os.path.exists(program):
        print("%s is absent: not tested" % program)
        continue
    shell = lambda *words: subprocess.run([program, "--endpoint-url", ENDPOINT, "--output", "json", "lexv2-runtime", *words, "--bot-id", bot, "--bot-alias-id", "TSTALIASID", "--locale-id", "en_US"], capture_output=True, text=True)
    done = shell("recognize-text", "--session-id", "c1", "--text", "hello")
    check("aws recognize-text", done.returncode == 0 and json.loads(done.stdout)["messages"][0]["content"] == "Hello!", done.stderr)
    done = shell("recognize-utterance", "--session-id", "c1", "--request-content-type", "text/plain; charset=utf-8", "--input-stream", spoken, os.devnull)
    check("aws recognize-utterance", done.returncode == 0 and unpack(json.loads(done.stdout)["messages"])[0]["content"] == "Hello!", (program, done.stderr))


# Bots that others published.
def imported(folder, name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for at, _, names in os.walk(folder):
            for one in names:
                archive.write(os.path.join(at, one), os.path.relpath(os.path.join(at, one), folder))
    upload = lex.create_upload_url()
    urllib.request.urlopen(urllib.request.Request(upload["uploadUrl"], data=buffer.getvalue(), method="PUT"), timeout=60).read()
    target = dict(botImportSpecification=dict(botName=name, roleArn=BOT_ROLE, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=60))
    lex.start_import(importId=upload["importId"], resourceSpecification=target, mergeStrategy="FailOnConflict")
    found = until("an import", lambda: (lambda one: one["importStatus"] != "InProgress" and one)(lex.describe_import(importId=upload["importId"])))
    check("imported", found and found["importStatus"] == "Completed", found)
    return found["importedResourceId"]


if EXPORTS and os.path.isdir(EXPORTS):
    other = imported(os.path.join(EXPORTS, "reminder-bot"), "Reminder")
    built(other)
    tell = lambda text, session="r1": talk.recognize_text(botId=other, botAliasId="TSTALIASID", localeId="en_US", sessionId=session, text=text)
    answer = tell("I would like an email")
    check("a published bot asks", action(answer) == "ElicitSlot" and answer["sessionState"]["dialogAction"]["slotToElicit"] == "DaysBefore", answer)
    answer = tell("nine")
    check("its conditions hold", "more than a week" in " ".join(said(answer)) and action(answer) == "ElicitSlot", answer)
    answer = tell("three")
    check("it ends", action(answer) in ("Close", "ElicitIntent") and value(answer, "DaysBefore") == "3", answer)
    answer = tell("colourless green ideas", "r2")
    check("its fallback", "rephrase" in " ".join(said(answer)), answer)
    other = imported(os.path.join(EXPORTS, "acme-lexbot"), "Acme")
    for locale in ["en_US", "es_US"]:
        built(other, locale)
    answer = talk.recognize_text(botId=other, botAliasId="TSTALIASID", localeId="en_US", sessionId="a1", text="sales")
    check("another one", said(answer) == ["Transferring call to Sales"] and action(answer) == "Close", answer)
    words = json.load(open(os.path.join(EXPORTS, "acme-lexbot/acme-lexbot/BotLocales/es_US/Intents/Finance/Intent.json")))["sampleUtterances"][0]["utterance"]
    answer = talk.recognize_text(botId=other, botAliasId="TSTALIASID", localeId="es_US", sessionId="a1", text=words)
    check("in its other language", answer["sessionState"]["intent"]["name"] == "Finance", answer)
else:
    print("the public exports are absent: not tested")

# A build of the draft ends what runs on it.
talk.recognize_text(**here("d1", text="pay"))
intent("Leave", ["bye"])
built(bot)
check("a build ends conversations", err(talk.get_session, **here("d1")) == "ResourceNotFoundException")

# Sessions end by their time, 60 seconds, the shortest that there is; then nothing of them is in the store.
def stored():
    place = b"\x02bot-sessions\x00"
    with sqlite3.connect("file:%s?mode=ro" % os.path.join(DATA, "store", "sotto.db"), uri=True) as store:
        return store.execute("SELECT count(*) FROM record WHERE substr(place, 1, ?) = ? AND body IS NOT NULL", (len(place), place)).fetchone()[0]


check("sessions are stored", stored() > 0)
until("the end of all sessions", lambda: stored() == 0)
check("they are gone", {err(talk.get_session, **here(one)) for one in (CALLER, "s2", "w2")} == {"ResourceNotFoundException"})
answer = talk.recognize_text(**here("s2", text="hello"))
check("and begin anew", answer["sessionState"].get("sessionAttributes", {}) == {} and said(answer) == ["Hello!"], answer)

# Nothing of it lies on the disk in clear.
found = []
for folder, _, names in os.walk(DATA):
    for name in names:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
        except OSError:
            continue
        found += [(name, word) for word in (CARD, CALLER) if word.encode() in text]
check("nothing in clear", not found, found)
print("conversations: all as documented" if bad == 0 else "conversations: %d not as documented" % bad)
sys.exit(1 if bad else 0)
