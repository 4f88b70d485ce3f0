"""Is a value that somebody told a bot to be found anywhere but where it must be? Conversations are made up, held, and then every byte that
the server wrote is looked through: its files, its own log, metrics, and what logs, functions' logs, findings and the trail answer.

Usage: bots_contained.py SOTTO FOLDER COUNT SEED. Starts the server itself. COUNT conversations go through an alias in strict mode (into a
group with a policy, one without, and one under a customer's key, in turn) and a tenth as many through one in compat mode. Values are cards,
social security numbers, names and phone numbers: said in the first turn, mistyped, in braces, spelled out, repeated by the code hook in
messages, attributes, and in what it prints. Strict must leave none of them in clear, nor anything that the policy looks for; compat must
leave them where the documented gaps are, in each of these, and nowhere else. The exit status is 1 otherwise. Values are invented.
"""

import atexit, collections, concurrent.futures, io, json, os, pathlib, random, re, signal, subprocess, sys, threading, time, urllib.request, zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SOTTO, FOLDER, COUNT, SEED = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
REGION, ACCOUNT, DEADLINE, THREADS = "eu-central-1", "111122223333", 240, 4
GROUPS = ["/bots/policy", "/bots/bare", "/bots/sealed"]
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        if bad < 40:
            print("not contained:", name, str(info)[:700])


def until(what, look):
    end = time.time() + DEADLINE
    while time.time() < end:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    check(what, False, "did not come")
    return None


# A function that does what the known sample does, and worse. Which of it, the id of the session says.
HOOK = '''
import json, sys

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

def parts(text, size, between):
    return between.join(text[at:at + size] for at in range(0, len(text), size))

def written(text, way):
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 7:
        spelled = " ".join(DIGITS[int(c)] for c in digits)
        return [digits, parts(digits, 4, " "), parts(digits, 4, "-"), parts(digits, 3, "."), parts(digits, 1, " "), spelled, digits[2:10]][way % 7]
    return [text, text.upper(), ", ".join(reversed(text.split())), ".".join(text.split()) + "@mail.example", parts(text.split()[-1], 1, " "), text.lower(), text.split()[0]][way % 7]

def handler(event, context):
    print("event", json.dumps(event))
    print("readable", json.dumps(event, ensure_ascii=False), file=sys.stderr)
    state = event["sessionState"]
    intent, way = state["intent"], sum(map(ord, event["sessionId"]))
    values = [slot["value"]["interpretedValue"] for name, slot in sorted((intent.get("slots") or {}).items()) if slot and name != "Amount"]
    attributes = dict(state.get("sessionAttributes") or {})
    request = dict(event.get("requestAttributes") or {})
    for number, value in enumerate(values):
        if value:
            print("seen", written(value, way + number), repr(value.encode()))
            attributes["note%d" % number] = "see " + written(value, way + number + 1)
            attributes["of " + written(value, way + number + 2)] = "x"
            request["copy%d" % number] = written(value, way + number + 3)
    answer = {"sessionState": {"sessionAttributes": attributes, "intent": intent}, "requestAttributes": request}
    if event["invocationSource"] == "FulfillmentCodeHook":
        intent["state"] = "Fulfilled"
        answer["sessionState"]["dialogAction"] = {"type": "Close"}
        said = " and ".join(written(value, way + 4 + number) for number, value in enumerate(values) if value)
        answer["messages"] = [{"contentType": "PlainText", "content": "So it is " + said}]
    else:
        answer["sessionState"]["dialogAction"] = {"type": "Delegate"}
    return answer
'''


class Server:
    def __init__(self):
        self.data = FOLDER / "data"
        (FOLDER / "out").mkdir(parents=True)
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "debug", "--data", str(self.data), "--account", ACCOUNT,
                   "--no-default-policy", "--deliver-to", f"{ACCOUNT}=file:*"]
        environment = {**os.environ, "SOTTO_ROOT_ACCESS_KEY_ID": "FOOBARKEY", "SOTTO_ROOT_SECRET_ACCESS_KEY": "FOOBARSECRET"}
        self.log = open(FOLDER / "out" / "server-log", "wb")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        self.endpoint = next("http://" + line.split()[1] for line in self.process.stdout if line.startswith("listening "))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        atexit.register(self.process.kill)

    def client(self, service):
        config = Config(retries={"max_attempts": 4}, read_timeout=120, max_pool_connections=THREADS * 2, inject_host_prefix=False)
        given = dict(aws_access_key_id="FOOBARKEY", aws_secret_access_key="FOOBARSECRET")
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, config=config, **given)

    def ours(self, operation, **members):
        """An operation that AWS does not have."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        head = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Sotto_20260101." + operation}
        request = AWSRequest("POST", self.endpoint + "/", data=json.dumps(members), headers=head)
        SigV4Auth(Credentials("FOOBARKEY", "FOOBARSECRET"), "sotto", REGION).add_auth(request)
        with urllib.request.urlopen(urllib.request.Request(request.url, request.data.encode(), dict(request.headers))) as answer:
            return json.load(answer)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(120)
        finally:
            self.process.kill()
        self.log.close()


server = Server()
lex, talk, logs, iam, kms = (server.client(one) for one in ("lexv2-models", "lexv2-runtime", "logs", "iam", "kms"))
functions, cloudwatch, trail = (server.client(one) for one in ("lambda", "cloudwatch", "cloudtrail"))
plain = lambda text: dict(message=dict(plainTextMessage=dict(value=text)))
prompt = lambda text: dict(messageGroups=[plain(text)], maxRetries=3)
arn_of = lambda group: f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"


def role(name, service, *actions):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    return made


# The code, and groups for it.
SPEAKS = role("speaks", "lexv2.amazonaws.com", "logs:CreateLogStream", "logs:PutLogEvents")
RUNS = role("runs", "lambda.amazonaws.com", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("hook.py", HOOK)
hooks = {}
for mode in ("strict", "compat"):
    made = functions.create_function(FunctionName="hook-" + mode, Runtime="python3.12", Role=RUNS, Handler="hook.handler", Code=dict(ZipFile=packed.getvalue()), Timeout=30)
    functions.add_permission(FunctionName="hook-" + mode, StatementId="lex", Action="lambda:InvokeFunction", Principal="lexv2.amazonaws.com")
    hooks[mode] = made["FunctionArn"]
root, service = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {"Service": f"logs.{REGION}.amazonaws.com"}
statements = [{"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"} for who in (root, service)]
key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))["KeyMetadata"]["Arn"]
for group in ("/bots/policy", "/bots/bare", "/bots/compat", "/findings", "/bots/pay"):
    logs.create_log_group(logGroupName=group)
logs.create_log_group(logGroupName="/bots/sealed", kmsKeyId=key)
looked_for = [f"arn:aws:dataprotection::aws:data-identifier/{one}" for one in ("CreditCardNumber", "Ssn-US", "PhoneNumber-US", "EmailAddress", "Name", "Address")]
audit = {"Sid": "a", "DataIdentifier": looked_for, "Operation": {"Audit": {"FindingsDestination": {"CloudWatchLogs": {"LogGroup": "/findings"}}}}}
mask = {"Sid": "m", "DataIdentifier": looked_for, "Operation": {"Deidentify": {"MaskConfig": {}}}}
logs.put_data_protection_policy(logGroupIdentifier="/bots/policy", policyDocument=json.dumps(dict(Name="p", Version="2021-06-01", Statement=[audit, mask])))
for group in GROUPS:
    words = dict(metricName="said", metricNamespace="Bots", metricValue="1", dimensions={"said": "$.inputTranscript"})
    logs.put_metric_filter(logGroupName=group, filterName="said", filterPattern='{ $.inputTranscript = "*" }', metricTransformations=[words])
    logs.put_subscription_filter(logGroupName=group, filterName="file", filterPattern="", destinationArn=f"file:{group.split('/')[-1]}.jsonl")

# The bot.
bot = lex.create_bot(botName="Bank", roleArn=SPEAKS, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300)["botId"]
where = dict(botId=bot, botVersion="DRAFT", localeId="en_US")
lex.create_bot_locale(nluIntentConfidenceThreshold=0.4, **where)


def intent(name, samples, asked=(), **more):
    samples = [dict(utterance=one) for one in samples]
    made = lex.create_intent(intentName=name, sampleUtterances=samples, **more, **where)["intentId"]
    priorities = []
    for number, (slot, kind, question, hidden) in enumerate(asked):
        elicit = dict(slotConstraint="Required", promptSpecification=prompt(question))
        obfuscated = dict(obfuscationSettingType="DefaultObfuscation" if hidden else "None")
        slot = lex.create_slot(slotName=slot, slotTypeId=kind, valueElicitationSetting=elicit, obfuscationSetting=obfuscated, intentId=made, **where)
        priorities.append(dict(priority=number + 1, slotId=slot["slotId"]))
    lex.update_intent(intentId=made, intentName=name, sampleUtterances=samples, slotPriorities=priorities, **more, **where)


asked = [("Owner", "AMAZON.FreeFormInput", "What is your name?", True), ("Card", "AMAZON.Number", "Which card, {Owner}?", True),
         ("Social", "AMAZON.AlphaNumeric", "Your social security number?", True), ("Phone", "AMAZON.PhoneNumber", "And your phone?", True),
         ("Amount", "AMAZON.Number", "How much?", False)]
confirm = dict(promptSpecification=prompt("Pay {Amount} with {Card}, and call {Phone}?"), declinationResponse=dict(messageGroups=[plain("Not paid.")]))
intent("Pay", ["pay", "I want to pay", "pay {Amount} dollars", "my name is {Owner}"], asked, dialogCodeHook=dict(enabled=True),
       fulfillmentCodeHook=dict(enabled=True), intentConfirmationSetting=confirm)
# A bill: all text but that of one consent would be logged selectively; see below.
intent("PayBill", ["pay my bill", "I have a bill to pay"], [("BillType", "AMAZON.AlphaNumeric", "Which bill?", False), ("CardDigits", "AMAZON.Number", "Which card?", True),
       ("AuthorizationConsent", "AMAZON.Confirmation", "May I charge {CardDigits}?", False)])
lex.build_bot_locale(**where)
done = until("a build", lambda: (lambda one: one["botLocaleStatus"] != "Building" and one)(lex.describe_bot_locale(**where)))
check("built", done and done["botLocaleStatus"] == "Built", done)
lex.create_bot_version(botId=bot, botVersionLocaleSpecification=dict(en_US=dict(sourceBotVersion="DRAFT")))


def alias(name, group, function, selective=False):
    text = dict(enabled=True, destination=dict(cloudWatch=dict(cloudWatchLogGroupArn=arn_of(group), logPrefix=name + "/")), selectiveLoggingEnabled=selective)
    hook = dict(codeHookSpecification=dict(lambdaCodeHook=dict(lambdaARN=function, codeHookInterfaceVersion="1.0"))) if function else {}
    return lex.create_bot_alias(botId=bot, botAliasName=name, botVersion="1", conversationLogSettings=dict(textLogSettings=[text]),
                                botAliasLocaleSettings=dict(en_US=dict(enabled=True, **hook)))["botAliasId"]


strict = {group: alias("strict-" + group.split("/")[-1], group, hooks["strict"]) for group in GROUPS}
compat = alias("compat", "/bots/compat", hooks["compat"])
check("strict is the default", server.ours("GetBotLogMode", botId=bot, botAliasId=compat) == dict(botId=bot, botAliasId=compat, mode="strict", warnings=[]))
named = server.ours("PutBotLogMode", botId=bot, botAliasId=compat, mode="compat")
open_gaps = {one["gap"] for one in named["warnings"]}
check("each gap is named", open_gaps == {"Messages", "HookMessages", "Attributes", "FirstTurn", "MissedUtterances"}, named)
lex.update_bot_alias(botId=bot, botAliasId=compat, botAliasName="compat", botVersion="1", **{name: found for name, found in lex.describe_bot_alias(botId=bot, botAliasId=compat).items()
                     if name in ("conversationLogSettings", "botAliasLocaleSettings")})
check("an update keeps the mode", server.ours("GetBotLogMode", botId=bot, botAliasId=compat)["mode"] == "compat")

# Conversations.
groups_of = lambda text, size, between: between.join(text[at:at + size] for at in range(0, len(text), size))
spelled = lambda text: " ".join(DIGITS[int(one)] for one in text)
SYLLABLES = "bra vel quor tham zin dru mok fes lar wib gren hox pul stev yam crod nith jur".split()
ACCENTED = ["ø", "é", "ł", "ü", "ś"]


def luhn(body):
    total = sum(int(one) if at % 2 else (int(one) * 2 - 9 if int(one) > 4 else int(one) * 2) for at, one in enumerate(reversed(body)))
    return body + str(-total % 10)


class Person:
    """Somebody made up, and every writing of what is theirs."""

    def __init__(self, chance, number):
        digits = lambda count: "".join(str(chance.randrange(10)) for _ in range(count))
        # Nobody else has a part of the name.
        own = "".join(SYLLABLES[number // 17**place % 17] for place in range(3))
        accent = lambda: chance.choice(ACCENTED) if chance.random() < 0.3 else ""
        self.first, self.last = (own + accent() + "ila").capitalize(), (own + chance.choice(SYLLABLES) + accent()).capitalize()
        self.card = luhn(chance.choice(["4", "51", "52", "55"]) + digits(14))[:16]
        self.card = luhn(self.card[:15])
        self.social = "%03d%02d%04d" % (chance.randrange(100, 666), chance.randrange(10, 99), chance.randrange(1000, 9999))
        self.phone = "%d%02d5%s" % (chance.randrange(2, 9), chance.randrange(10, 99), digits(6))
        self.mistyped = self.card[:7] + self.card[8:]
        self.name, self.named = self.first + " " + self.last, False

    def writings(self):
        """Whole and long parts; short ones are no evidence among bytes. The name is theirs once the bot took it for one."""
        made = [self.first, self.last, self.name, groups_of(self.last, 1, " ")] if self.named else []
        made.append(self.mistyped)
        for number in (self.card, self.social, self.phone):
            made += [number, number[2:], number[:9], spelled(number), spelled(number[-7:]), spelled(number[:8])]
            made += [groups_of(number, size, between) for size, between in ((4, " "), (4, "-"), (3, "."), (1, " "), (2, " "))]
        social = self.social
        made += [f"{social[:3]}-{social[3:5]}-{social[5:]}", f"{self.phone[:3]}-{self.phone[3:6]}-{self.phone[6:]}"]
        escaped = [json.dumps(one)[1:-1] for one in made]
        return {one for one in made + escaped if len(one) >= (9 if one.isdigit() else 7)}


def conversation(number, alias_id, kind):
    chance = random.Random(SEED * 1_000_003 + number)
    person, session = Person(chance, number), f"{kind}-{number}"
    say = lambda text, **more: talk.recognize_text(botId=bot, botAliasId=alias_id, localeId="en_US", sessionId=session, text=text, **more)
    opening = [
        "I want to pay", f"I want to pay with {groups_of(person.card, 4, ' ')}", f"{{{person.name}}} here, card {person.mistyped}",
        f"my social is {person.social[:3]}-{person.social[3:5]}-{person.social[5:]} and I want to pay", f"my name is {person.name}", f"hi, {person.name} speaking",
    ][number % 6]
    answer, given = say(opening), {}
    for turn in range(14):
        waits = answer["sessionState"].get("dialogAction", {})
        slot = waits.get("slotToElicit")
        if waits.get("type") == "Close" and turn > 0:
            break
        answers = {
            "Owner": [person.name, f"{{{person.name}}}"],
            "Card": [person.card, groups_of(person.card, 4, " "), spelled(person.card), f"it is {person.card}", person.card],
            "Social": [person.social, person.social],
            "Phone": [person.phone, f"{person.phone[:3]}-{person.phone[3:6]}-{person.phone[6:]}"],
            "Amount": ["30"],
        }
        if slot and turn % 5 == 3:
            text = f"not {person.last if person.named else 'that'}, I said {person.card[:9]} or so"
        elif slot:
            text = chance.choice(answers[slot])
        elif waits.get("type") == "ConfirmIntent":
            text = "yes"
        else:
            text = "I want to pay"
        # What callers know from the answers they put into attributes.
        owner = answer["sessionState"].get("intent", {}).get("slots", {}).get("Owner")
        person.named = person.named or bool(owner) and person.name in owner["value"]["interpretedValue"]
        if person.named and not given:
            given = dict(known=person.first, owner=person.name.upper())
            state = dict(sessionAttributes=dict(answer["sessionState"].get("sessionAttributes", {}), **given))
            answer = say(text, sessionState=state, requestAttributes=dict(caller=person.last))
        else:
            answer = say(text)
    fulfilled = answer["sessionState"]["intent"]["state"] == "Fulfilled"
    if fulfilled:
        check("the caller hears the values", "So it is" in answer["messages"][0]["content"], answer)
    say(f"and my card was {groups_of(person.card, 4, ' ')}, {person.first}?")
    return person, session, fulfilled


def held(kind, numbers, alias_of):
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(conversation, number, alias_of(number), kind) for number in numbers]
        return [job.result() for job in jobs]


begun = time.time()
spoken = held("strict", range(COUNT), lambda number: strict[GROUPS[number % 3]])
open_ones = held("compat", range(COUNT, COUNT + max(12, COUNT // 10)), lambda _: compat)
check("functions were reached", sum(fulfilled for *_, fulfilled in spoken) > len(spoken) * 0.6, sum(fulfilled for *_, fulfilled in spoken))

# Everything that comes out by the API.
def read(group):
    events, token = [], {}
    while True:
        page = logs.filter_log_events(logGroupName=group, **token)
        events += [one["message"] for one in page["events"]]
        if "nextToken" not in page:
            return events
        token = dict(nextToken=page["nextToken"])


def entries(group, sessions):
    """The entries of these sessions: each conversation has at least three."""
    found = [json.loads(one) for one in read(group)]
    by = collections.Counter(one["sessionId"] for one in found)
    return found if all(by[one] >= 3 for one in sessions) else None


of_group = {group: [session for at, (_, session, _) in enumerate(spoken) if GROUPS[at % 3] == group] for group in GROUPS}
out = {group: until("entries of " + group, lambda: entries(group, of_group[group])) or [] for group in GROUPS}
out["/bots/compat"] = until("entries of compat", lambda: entries("/bots/compat", [session for _, session, _ in open_ones])) or []
printed = {mode: until("lines of functions", lambda: [one for one in read("/aws/lambda/hook-" + mode) if one.startswith("seen ")] and read("/aws/lambda/hook-" + mode)) for mode in hooks}
findings = until("findings", lambda: read("/findings")) or []
check("findings are about entries", any("data" in one and "/bots/policy" in one for one in findings), findings[:2])
listed = until("metrics", lambda: cloudwatch.list_metrics(Namespace="Bots")["Metrics"]) or []
check("no log failed", not cloudwatch.list_metrics(Namespace="AWS/Lex")["Metrics"], cloudwatch.list_metrics(Namespace="AWS/Lex")["Metrics"])
events = trail.lookup_events()["Events"]
with urllib.request.urlopen(server.endpoint + "/metrics") as answer:
    metrics = answer.read()
tail = functions.invoke(FunctionName="hook-strict", LogType="Tail", Payload=json.dumps(dict(sessionState=dict(intent=dict(name="x", slots={})), sessionId="t", invocationSource="D")))
(FOLDER / "out" / "api").write_text(json.dumps([out, printed, findings, listed, events, tail["LogResult"]], default=str, ensure_ascii=False))
(FOLDER / "out" / "metrics").write_bytes(metrics)
names = [stream["logStreamName"] for group in GROUPS for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]]
check("streams are named by the prefix", all(name.startswith("strict-") and bot in name for name in names) and names, names)

# A permit opens what was said: originals are sealed, not lost.
some = spoken[0][0]
opened = logs.filter_log_events(logGroupName=GROUPS[0], unmask=True)["events"]
check("who may unmask reads it", any(some.last in one["message"] for one in opened), len(opened))
marked = until("marks", lambda: [one for one in out[GROUPS[0]] if "{Owner}" in json.dumps(one)])
check("closings are noted", any(one["obfuscation"]["closed"] for one in out[GROUPS[0]]) and all(one["obfuscation"]["mode"] == "strict" for one in out[GROUPS[0]]))


# Selective capture: all text of a bill but what is not named.
def bill(session, alias_id, attributes):
    state = dict(sessionState=dict(sessionAttributes=attributes)) if attributes else {}
    for text in ("pay my bill", "electric", "4929573829184403", "yes"):
        answer = talk.recognize_text(botId=bot, botAliasId=alias_id, localeId="en_US", sessionId=session, text=text, **state)
        state = {}
    return answer


chosen, whole = alias("bill", "/bots/pay", None, selective=True), alias("all", "/bots/pay", None)
consent = {"x-amz-lex:enable-text-logging:PayBill:AuthorizationConsent": "true", "x-amz-lex:enable-audio-logging:PayBill:AuthorizationConsent": "true"}
for session, which, attributes in [("none", chosen, {}), ("consent", chosen, consent), ("every", chosen, {"x-amz-lex:enable-text-logging:*:*": "true"}),
                                   ("bills", chosen, {"x-amz-lex:enable-text-logging:PayBill:BillType": "true"}), ("audio", whole, dict(list(consent.items())[1:]))]:
    bill(session, which, attributes)


def of_bills():
    found = collections.defaultdict(list)
    for one in read("/bots/pay"):
        one = json.loads(one)
        found[one["sessionId"]].append(one)
    return found if len(found["audio"]) == 4 and len(found["every"]) == 4 and found["consent"] and found["bills"] else None


bills = until("bills", of_bills) or collections.defaultdict(list)
turns = {session: [one["inputTranscript"] for one in bills[session]] for session in ("none", "consent", "every", "bills", "audio")}
check("nothing is named", turns["none"] == [], turns)
check("one turn is named", turns["consent"] == ["yes"], turns)
check("everything is named", turns["every"] == ["pay my bill", "electric", "{CardDigits}", "yes"], turns)
check("a slot is named", turns["bills"] == ["electric"], turns)
check("text is not selective", turns["audio"] == ["pay my bill", "electric", "{CardDigits}", "yes"], turns)
kept = bills["consent"][0]["sessionState"]["intent"]["slots"] if bills["consent"] else {}
check("what is not named is hidden", kept and kept["BillType"]["value"]["interpretedValue"] == "{BillType}", kept)

# A log that cannot be written is counted, and the turn is answered: no group, a role that does not trust Lex, a role that may not.
lost = alias("lost", "/bots/none", None)
answer = talk.recognize_text(botId=bot, botAliasId=lost, localeId="en_US", sessionId="lost", text="pay my bill")
check("a turn without its log", answer["messages"][0]["content"] == "Which bill?", answer)
failures = until("failures", lambda: cloudwatch.list_metrics(Namespace="AWS/Lex")["Metrics"]) or [{}]
check("failures are counted", failures[0].get("MetricName") == "ConversationLogsTextDeliveryFailure" and dict(Name="BotAliasId", Value=lost) in failures[0]["Dimensions"], failures)
before = len(read("/bots/pay"))
for change in (lambda: iam.update_assume_role_policy(RoleName="speaks", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})),
               lambda: iam.delete_role_policy(RoleName="speaks", PolicyName="p")):
    change()
    talk.recognize_text(botId=bot, botAliasId=whole, localeId="en_US", sessionId="unwritten", text="pay my bill")
check("nothing is written without the right", len(read("/bots/pay")) == before)

server.end()

# Every byte, for strict ones.
forbidden = {one.lower(): number for number, (person, _, _) in enumerate(spoken) for one in person.writings()}
files = [path for path in FOLDER.rglob("*") if path.is_file()]


def hits(data, wanted):
    """Which of many short texts stand in bytes, by how they begin, without case; numbers that are no part of longer ones, as ids are."""
    found, text = set(), data.decode("utf-8", "replace").lower()
    starts = collections.defaultdict(list)
    for one in wanted:
        starts[one[:7]].append(one)
    pairs = collections.defaultdict(set)
    for one in starts:
        pairs[one[0]].add(one[1])
    begins = "|".join(re.escape(first) + "[" + "".join(map(re.escape, sorted(seconds))) + "]" for first, seconds in sorted(pairs.items()))
    for at in re.finditer("(?=((?:" + begins + ").{5}))", text, re.S):
        for one in starts.get(at.group(1), ()):
            inside = one.isdigit() and (text[at.start() - 1:at.start()].isdigit() or text[at.start() + len(one):at.start() + len(one) + 1].isdigit())
            if text.startswith(one, at.start()) and not inside:
                found.add(one)
    return found


total = 0
for path in files:
    data = path.read_bytes()
    total += len(data)
    for one in hits(data, forbidden):
        at = data.decode("utf-8", "replace").lower().find(one)
        check(f"strict: {one!r} of conversation {forbidden[one]} in {path.relative_to(FOLDER)}", False, data.decode("utf-8", "replace")[max(0, at - 120):at + 80])

# The look itself: values of compat are found by it.
known = {one.lower() for person, _, _ in open_ones for one in person.writings()}
check("what is there is found", hits((FOLDER / "out" / "api").read_bytes(), known), "the search is broken")

# What entries of compat have in clear, and where.
seen = collections.Counter()
people = {session: person for person, session, _ in open_ones}
first = set()


def leaves(value, path):
    if isinstance(value, dict):
        for name, one in value.items():
            yield path + ("name",), name
            yield from leaves(one, path + (name,))
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, path)
    elif isinstance(value, str):
        yield path, value


for entry in out["/bots/compat"]:
    person, session = people[entry["sessionId"]], entry["sessionId"]
    wanted = {one.lower() for one in person.writings()}
    is_first = session not in first
    first.add(session)
    for path, text in leaves(entry, ()):
        if not any(one in text.lower() for one in wanted):
            continue
        top = path[0]
        if top == "messages":
            gap = "HookMessages" if "So it is" in text else "Messages"
        elif path[:2] == ("sessionState", "sessionAttributes") or top == "requestAttributes":
            gap = "Attributes"
        elif top in ("inputTranscript", "transcriptions"):
            gap = "MissedUtterances" if entry["missedUtterance"] else "FirstTurn" if is_first else "Turn"
        elif "Amount" in path:
            # Its author does not obfuscate it, whatever somebody says for an amount.
            gap = "NotObfuscated"
        else:
            gap = "/".join(path)
        seen[gap] += 1
        # Where a turn recognised something, what else was said stands in clear.
        if gap not in open_gaps and gap not in ("NotObfuscated", "Turn"):
            check("compat: " + gap, False, text)
for gap in ("HookMessages", "Attributes", "FirstTurn", "MissedUtterances"):
    check(f"compat leaves {gap} open as documented", seen[gap] > 0, dict(seen))
check("compat has the slots hidden", "{Card}" in json.dumps(out["/bots/compat"]) and not any("obfuscation" in one for one in out["/bots/compat"]))

if bad == 0:
    turns = sum(len(found) for found in out.values())
    print(f"bots: {len(spoken)} conversations in strict and {len(open_ones)} in compat mode, {turns} entries, {total} bytes in {len(files)} files, "
          f"{time.time() - begun:.0f} s: nothing of strict in clear; of compat {dict(sorted(seen.items()))}")
sys.exit(1 if bad else 0)
