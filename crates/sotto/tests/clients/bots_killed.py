"""A server is killed right after a build was asked for; the next one builds, and the disk holds no word of the author.

Usage: bots_killed.py SOTTO DATA. Prints what is not as documented; the exit status is 1 then. Values are invented.
"""

import os, signal, subprocess, sys, time

import boto3
from botocore.config import Config

PROGRAM, DATA = sys.argv[1:3]
WORDS = "Ravenna canary utterance"


def start():
    environment = dict(os.environ, SOTTO_ROOT_ACCESS_KEY_ID=os.environ["AWS_ACCESS_KEY_ID"], SOTTO_ROOT_SECRET_ACCESS_KEY=os.environ["AWS_SECRET_ACCESS_KEY"])
    server = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", DATA], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in server.stdout:
        if line.startswith("listening "):
            address = line.split()[1]
            break
    given = dict(endpoint_url="http://" + address, region_name="eu-central-1", config=Config(retries=dict(max_attempts=0)))
    return server, boto3.client("lexv2-models", **given), boto3.client("sts", **given)


server, lex, sts = start()
role = "arn:aws:iam::{}:role/bot".format(sts.get_caller_identity()["Account"])
bot = lex.create_bot(botName="Killed", roleArn=role, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300)["botId"]
locale = dict(botId=bot, botVersion="DRAFT", localeId="en_US")
lex.create_bot_locale(nluIntentConfidenceThreshold=0.4, description=WORDS, **locale)
lex.create_intent(intentName="Greet", sampleUtterances=[dict(utterance=WORDS), dict(utterance="hello")], **locale)
lex.build_bot_locale(**locale)
server.send_signal(signal.SIGKILL)
server.wait()

server, lex, _ = start()
end, status = time.time() + 240, "Building"
while time.time() < end and status == "Building":
    status = lex.describe_bot_locale(**locale)["botLocaleStatus"]
    time.sleep(0.5)
kept = [one["intentName"] for one in lex.list_intents(**locale)["intentSummaries"]]
server.send_signal(signal.SIGKILL)
server.wait()
found = []
for folder, _, names in os.walk(DATA):
    for name in filter(lambda name: os.path.isfile(os.path.join(folder, name)), names):
        with open(os.path.join(folder, name), "rb") as file:
            if any(words in file.read() for words in (WORDS.encode(), WORDS.lower().encode())):
                found.append(name)
good = status == "Built" and "Greet" in kept and not found
print("bots: builds go on" if good else "not as documented: %s %s %s" % (status, kept, found))
sys.exit(0 if good else 1)
