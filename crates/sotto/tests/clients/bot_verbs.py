"""What boto3 sees of the example bot Banking before and after verbs changed it.

Usage: bot_verbs.py ENDPOINT open|same|opened|levels. `open` switches the obfuscation of SignIn.CardNumber and ConfirmPhone.PhoneNumber off
and keeps beside the script's home what else the slots say; `same` and `opened` compare; `levels` asks with policies about levels.
"""

import json, os, sys, time

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
import urllib.error, urllib.request

ENDPOINT, WHAT = sys.argv[1:]
KEPT = os.path.join(os.environ["HOME"], "slots.json")
given = dict(endpoint_url=ENDPOINT, region_name="eu-central-1", config=Config(retries={"max_attempts": 0}))
lex, iam = boto3.client("lexv2-models", **given), boto3.client("iam", **given)
bot = next(one["botId"] for one in lex.list_bots()["botSummaries"] if one["botName"] == "Banking")
place = dict(botId=bot, botVersion="DRAFT", localeId="en_US")
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as expected:", name, info)


def slots():
    found = {}
    for intent in lex.list_intents(**place)["intentSummaries"]:
        for slot in lex.list_slots(intentId=intent["intentId"], **place)["slotSummaries"]:
            one = lex.describe_slot(intentId=intent["intentId"], slotId=slot["slotId"], **place)
            for name in ("ResponseMetadata", "creationDateTime", "lastUpdatedDateTime"):
                one.pop(name, None)
            found[intent["intentName"] + "." + slot["slotName"]] = one
    return found


def bare(found):
    return {name: {key: value for key, value in one.items() if key != "obfuscationSetting"} for name, one in found.items()}


def kinds(found):
    return {name: one.get("obfuscationSetting", {}).get("obfuscationSettingType") for name, one in found.items()}


OPENED = ("SignIn.CardNumber", "ConfirmPhone.PhoneNumber")
if WHAT == "open":
    for name in OPENED:
        one = slots()[name]
        lex.update_slot(**{**one, "obfuscationSetting": dict(obfuscationSettingType="None")})
    with open(KEPT, "w") as file:
        json.dump(slots(), file)
elif WHAT in ("same", "opened"):
    with open(KEPT) as file:
        before = json.load(file)
    now = slots()
    check("all other settings", bare(now) == bare(before), (bare(now), bare(before)))
    wanted = "DefaultObfuscation" if WHAT == "same" else "None"
    check("obfuscation", all(kinds(now)[name] == wanted for name in OPENED), kinds(now))
    alias = next(one["botAliasId"] for one in lex.list_bot_aliases(botId=bot)["botAliasSummaries"] if one["botAliasName"] == "live")
    found = lex.describe_bot_alias(botId=bot, botAliasId=alias)
    log = found["conversationLogSettings"]["textLogSettings"][0]
    check("the alias's log", log["enabled"] and log.get("selectiveLoggingEnabled", False) == (WHAT == "same"), log)
    check("the alias's hook", "codeHookSpecification" in found["botAliasLocaleSettings"]["en_US"], found)
    status = lex.describe_bot_locale(**place)["botLocaleStatus"]
    check("built", status in ("Built", "ReadyExpressTesting"), status)
else:
    user = "levels"
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    deny = dict(Version="2012-10-17", Statement=[dict(Effect="Deny", Action="sotto:PutSlotClassification", Resource="*",
                Condition=dict(StringEquals={"sotto:Classification": "high"}))])
    iam.put_user_policy(UserName=user, PolicyName="levels", PolicyDocument=json.dumps(deny))
    key = iam.create_access_key(UserName=user)["AccessKey"]

    def ask(operation, **body):
        request = AWSRequest("POST", ENDPOINT + "/", data=json.dumps(body), headers={
            "content-type": "application/x-amz-json-1.1", "x-amz-target": "Sotto_20260101." + operation})
        SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "sotto", "eu-central-1").add_auth(request)
        plain = urllib.request.Request(request.url, data=request.data if isinstance(request.data, bytes) else request.data.encode(), headers=dict(request.headers), method="POST")
        try:
            with urllib.request.urlopen(plain, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    found = slots()
    put = lambda name, level: ask("PutSlotClassification", classification=level, intentId=found[name]["intentId"], slotId=found[name]["slotId"], **place)
    status, answer = put("SignIn.CardNumber", "low")
    check("a high level is not lowered", status in (400, 403) and "AccessDenied" in json.dumps(answer), (status, answer))
    status, answer = put("SignIn.Zip", "high")
    check("a medium one is raised", status == 200 and answer["classification"] == "high" and answer["source"] == "Set", answer)
    status, answer = put("SignIn.Zip", "medium")
    check("and not lowered again", status in (400, 403), (status, answer))
    status, answer = ask("ListSlotClassifications", **place)
    levels = {one["intentName"] + "." + one["slotName"]: (one["classification"], one["source"]) for one in answer["slots"]}
    check("levels", levels["SignIn.Zip"] == ("high", "Set") and levels["SignIn.CardNumber"] == ("high", "Default")
          and levels["Transfer.Amount"] == ("low", "Default"), levels)
    status, answer = ask("PutSlotClassification", classification="low", intentId="AAAAAAAAAA", slotId="AAAAAAAAAA", **place)
    check("no such slot", "ResourceNotFound" in json.dumps(answer), (status, answer))
    status, answer = ask("ListSlotClassifications", **{**place, "botId": "AAAAAAAAAA"})
    check("no such bot", "ResourceNotFound" in json.dumps(answer), (status, answer))
print("verbs: all as expected" if bad == 0 else "verbs: %d not as expected" % bad)
sys.exit(1 if bad else 0)
