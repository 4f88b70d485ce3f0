"""A server is killed in the middle of conversations; the next one goes on with them, and the disk holds no word of what was said.

Usage: bots_talk_killed.py SOTTO DATA KILLS. Prints what is not as documented; the exit status is 1 then. Values are invented.

What was answered is there: the number of the last answered turn stands in the session, or that of the one that nobody heard the answer
of. A turn that waits for its function when the server dies counts for nothing.
"""

import json, os, random, signal, subprocess, sys, threading, time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PROGRAM, DATA, KILLS = sys.argv[1], sys.argv[2], int(sys.argv[3])
CARD, TALKERS, DEADLINE = "4929573829184403", 4, 120
STEPS = ["I want to pay", CARD, "25", "yes"]
bad = []


def start():
    environment = dict(os.environ, SOTTO_ROOT_ACCESS_KEY_ID=os.environ["AWS_ACCESS_KEY_ID"], SOTTO_ROOT_SECRET_ACCESS_KEY=os.environ["AWS_SECRET_ACCESS_KEY"])
    server = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", DATA], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in server.stdout:
        if line.startswith("listening "):
            address = line.split()[1]
            break
    given = dict(endpoint_url="http://" + address, region_name="eu-central-1", config=Config(retries=dict(max_attempts=0), read_timeout=60))
    return server, lambda service: boto3.client(service, **given)


def kill(server):
    server.send_signal(signal.SIGKILL)
    server.wait()


def session(number):
    return dict(botId=BOT, botAliasId="TSTALIASID", localeId="en_US", sessionId="1206555014%d" % number)


def talk(client, number, heard, ended):
    """Turns until the server is gone; `heard` is the number of the last one that was answered."""
    while not ended.is_set():
        turn = heard[number] + 1
        try:
            answer = client.recognize_text(text=STEPS[turn % len(STEPS)], sessionState=dict(sessionAttributes=dict(turn=str(turn))), **session(number))
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and not ended.is_set() and error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                bad.append("a turn was refused: %s" % error)
            return
        heard[number] = turn
        if answer["sessionState"]["sessionAttributes"]["turn"] != str(turn):
            bad.append("another turn was answered")


server, client = start()
lex = client("lexv2-models")
role = "arn:aws:iam::{}:role/bot".format(client("sts").get_caller_identity()["Account"])
BOT = lex.create_bot(botName="Killed", roleArn=role, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=86400)["botId"]
where = dict(botId=BOT, botVersion="DRAFT", localeId="en_US")
lex.create_bot_locale(nluIntentConfidenceThreshold=0.4, **where)
asks = lambda text: dict(slotConstraint="Required", promptSpecification=dict(maxRetries=2, messageGroups=[dict(message=dict(plainTextMessage=dict(value=text)))]))
samples = [dict(utterance=one) for one in ["I want to pay", "pay"]]
intent = lex.create_intent(intentName="Pay", sampleUtterances=samples, **where)["intentId"]
ids = [lex.create_slot(slotName=name, slotTypeId="AMAZON.Number", valueElicitationSetting=asks(name + "?"), intentId=intent, **where)["slotId"] for name in ["CardNumber", "Amount"]]
confirm = dict(promptSpecification=asks("Pay?")["promptSpecification"], declinationResponse=dict(messageGroups=[dict(message=dict(plainTextMessage=dict(value="No.")))]))
lex.update_intent(intentId=intent, intentName="Pay", sampleUtterances=samples, intentConfirmationSetting=confirm, slotPriorities=[dict(priority=at + 1, slotId=one) for at, one in enumerate(ids)], **where)
lex.build_bot_locale(**where)
end, status = time.time() + DEADLINE, "Building"
while time.time() < end and status == "Building":
    status = lex.describe_bot_locale(**where)["botLocaleStatus"]
    time.sleep(0.2)
if status != "Built":
    bad.append("the bot was not built: " + status)

heard = {number: -1 for number in range(TALKERS)}
chance = random.Random(7)
turns = 0
for _ in range(KILLS):
    ended = threading.Event()
    threads = [threading.Thread(target=talk, args=(client("lexv2-runtime"), number, heard, ended)) for number in range(TALKERS)]
    [one.start() for one in threads]
    wanted, end = sum(heard.values()) + chance.randint(4, 40), time.time() + DEADLINE
    while sum(heard.values()) < wanted and time.time() < end:
        time.sleep(0.01)
    ended.set()
    kill(server)
    [one.join() for one in threads]
    server, client = start()
    runtime = client("lexv2-runtime")
    for number, last in heard.items():
        found = runtime.get_session(**session(number))["sessionState"]
        stored = int(found["sessionAttributes"]["turn"])
        if stored not in (last, last + 1):
            bad.append("turn %d was answered, %d is there" % (last, stored))
        heard[number] = stored
        # What was said before is not asked for again.
        slots = found["intent"]["slots"]
        if stored % len(STEPS) == 1 and (slots.get("CardNumber") or {}).get("value", {}).get("interpretedValue") != CARD:
            bad.append("a value is gone: %s" % found["dialogAction"])
turns = sum(heard.values())
kill(server)
for folder, _, names in os.walk(DATA):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            text = file.read()
        bad += ["%s holds what was said" % name for word in (CARD, "1206555014", "I want to pay") if word.encode() in text]
print("conversations: go on after %d kills, %d turns" % (KILLS, turns) if not bad else "not as documented: %s" % bad)
sys.exit(1 if bad else 0)
