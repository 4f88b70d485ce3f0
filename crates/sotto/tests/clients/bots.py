"""Bots as boto3 sees them: made part by part, built, set down, exported, imported again with and without passwords; and refusals.

Usage: bots.py ENDPOINT. Prints what is not as documented; the exit status is 1 then. Values are invented.
"""

import io, json, sys, time, urllib.error, urllib.request, zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
ROLE = "arn:aws:iam::{}:role/bot"
WORDS = "Ravenna canary utterance"
bad = 0
config = Config(retries={"max_attempts": 0})
given = dict(endpoint_url=ENDPOINT, region_name="eu-central-1", config=config)
lex, sts, iam = (boto3.client(name, **given) for name in ("lexv2-models", "sts", "iam"))
ROLE = ROLE.format(sts.get_caller_identity()["Account"])


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
        check("no words of the author in an error", WORDS not in str(error), str(error))
        return error.response["Error"]["Code"]


def until(ask, want, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        found = ask()
        if want(found):
            return found
        time.sleep(0.2)
    return ask()


def http(method, url, data=None):
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


plain = lambda text: dict(message=dict(plainTextMessage=dict(value=text)))
prompt = dict(messageGroups=[plain("Which city, canary?")], maxRetries=2)

# A bot, part by part.
bot = lex.create_bot(botName="Travel", roleArn=ROLE, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300,
                     description=WORDS, botTags=dict(team="blue"))["botId"]
check("an id", len(bot) == 10 and bot.isalnum(), bot)
draft = dict(botId=bot, botVersion="DRAFT")
described = lex.describe_bot(botId=bot)
check("a bot", (described["botStatus"], described["description"], described["idleSessionTTLInSeconds"]) == ("Available", WORDS, 300), described)
check("a name that is taken", err(lex.create_bot, botName="Travel", roleArn=ROLE, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300) == "PreconditionFailedException")
check("a bot that is not there", err(lex.describe_bot, botId="AAAAAAAAAA") == "ResourceNotFoundException")
lex.create_bot_locale(localeId="en_US", nluIntentConfidenceThreshold=0.4, description="english", **draft)
locale = dict(localeId="en_US", **draft)
check("a locale", lex.describe_bot_locale(**locale)["botLocaleStatus"] == "NotBuilt")
check("no such language", err(lex.create_bot_locale, localeId="xx_YY", nluIntentConfidenceThreshold=0.4, **draft) == "ValidationException")
sort = lex.create_slot_type(slotTypeName="Class", slotTypeValues=[dict(sampleValue=dict(value="first"), synonyms=[dict(value="best")]), dict(sampleValue=dict(value="second"))],
                            valueSelectionSetting=dict(resolutionStrategy="TopResolution"), **locale)["slotTypeId"]
intent = lex.create_intent(intentName="Fly", sampleUtterances=[dict(utterance="fly to {City}"), dict(utterance=WORDS)],
                           fulfillmentCodeHook=dict(enabled=False), **locale)["intentId"]
elicit = dict(slotConstraint="Required", promptSpecification=prompt)
city = lex.create_slot(slotName="City", slotTypeId="AMAZON.City", valueElicitationSetting=elicit, intentId=intent,
                       obfuscationSetting=dict(obfuscationSettingType="DefaultObfuscation"), **locale)["slotId"]
which = lex.create_slot(slotName="Class", slotTypeId=sort, valueElicitationSetting=elicit, intentId=intent, **locale)
check("a slot type by id", which["slotTypeId"] == sort, which)
lex.update_intent(intentId=intent, intentName="Fly", sampleUtterances=[dict(utterance="fly to {City}"), dict(utterance=WORDS)],
                  slotPriorities=[dict(priority=1, slotId=city), dict(priority=2, slotId=which["slotId"])], **locale)
found = lex.describe_intent(intentId=intent, **locale)
check("an intent", [one["slotId"] for one in found["slotPriorities"]] == [city, which["slotId"]], found)
check("samples", found["sampleUtterances"][1]["utterance"] == WORDS)
slot = lex.describe_slot(slotId=city, intentId=intent, **locale)
check("a slot", slot["valueElicitationSetting"]["promptSpecification"]["messageGroups"][0]["message"]["plainTextMessage"]["value"] == "Which city, canary?", slot)
check("lists", [one["slotName"] for one in lex.list_slots(intentId=intent, **locale)["slotSummaries"]] == ["City", "Class"])
check("the fallback intent", "AMAZON.FallbackIntent" in [one.get("parentIntentSignature") for one in lex.list_intents(**locale)["intentSummaries"]])
check("a slot type in use", err(lex.delete_slot_type, slotTypeId=sort, **locale) == "ConflictException")
check("slot types", lex.list_slot_types(**locale)["slotTypeSummaries"][0]["slotTypeName"] == "Class")
check("built-in slot types", len(lex.list_built_in_slot_types(localeId="en_US")["builtInSlotTypeSummaries"]) > 10)
check("built-in intents", len(lex.list_built_in_intents(localeId="en_US")["builtInIntentSummaries"]) > 5)

# It is built, and refused where it cannot be.
built = lambda: lex.describe_bot_locale(**locale)
check("a version of what is not built", err(lex.create_bot_version, botId=bot, botVersionLocaleSpecification=dict(en_US=dict(sourceBotVersion="DRAFT"))) == "PreconditionFailedException")
lex.build_bot_locale(**locale)
done = until(built, lambda found: found["botLocaleStatus"] != "Building")
check("a build", done["botLocaleStatus"] == "Built", done)
lex.update_slot(slotName="City", slotTypeId="AMAZON.City", valueElicitationSetting=dict(slotConstraint="Required"), slotId=city, intentId=intent, **locale)
check("a change undoes it", built()["botLocaleStatus"] == "NotBuilt")
lex.build_bot_locale(**locale)
done = until(built, lambda found: found["botLocaleStatus"] != "Building")
check("a build that cannot be", done["botLocaleStatus"] == "Failed" and "`City`" in done["failureReasons"][0], done)
lex.update_slot(slotName="City", slotTypeId="AMAZON.City", valueElicitationSetting=elicit, slotId=city, intentId=intent, **locale)
lex.build_bot_locale(**locale)
check("built again", until(built, lambda found: found["botLocaleStatus"] != "Building")["botLocaleStatus"] == "Built")

# Versions and aliases.
one = lex.create_bot_version(botId=bot, botVersionLocaleSpecification=dict(en_US=dict(sourceBotVersion="DRAFT")))["botVersion"]
check("a version", one == "1" and lex.describe_bot_version(botId=bot, botVersion="1")["botStatus"] == "Available")
check("versions", [found["botVersion"] for found in lex.list_bot_versions(botId=bot)["botVersionSummaries"]] == ["DRAFT", "1"])
group = "arn:aws:logs:eu-central-1:{}:log-group:bots".format(ROLE.split(":")[4])
logs = dict(textLogSettings=[dict(enabled=True, destination=dict(cloudWatch=dict(cloudWatchLogGroupArn=group, logPrefix="travel")), selectiveLoggingEnabled=True)])
alias = lex.create_bot_alias(botId=bot, botAliasName="live", botVersion="1", conversationLogSettings=logs, botAliasLocaleSettings=dict(en_US=dict(enabled=True)))["botAliasId"]
found = lex.describe_bot_alias(botId=bot, botAliasId=alias)
check("an alias", found["conversationLogSettings"] == logs and found["botAliasHistoryEvents"][0]["botVersion"] == "1", found)
audio = dict(audioLogSettings=[dict(enabled=True, destination=dict(s3Bucket=dict(s3BucketArn="arn:aws:s3:::somewhere", logPrefix="x")))])
check("speech has nowhere to go", err(lex.create_bot_alias, botId=bot, botAliasName="loud", conversationLogSettings=audio) == "ValidationException")
check("the alias of the draft", lex.describe_bot_alias(botId=bot, botAliasId="TSTALIASID")["botVersion"] == "DRAFT")
check("a version in use", err(lex.delete_bot_version, botId=bot, botVersion="1") == "ConflictException")
check("a bot in use", err(lex.delete_bot, botId=bot) == "ConflictException")

# Tags and policies.
arn = "arn:aws:lex:eu-central-1:{}:bot/{}".format(ROLE.split(":")[4], bot)
lex.tag_resource(resourceARN=arn, tags=dict(stage="test"))
check("tags", lex.list_tags_for_resource(resourceARN=arn)["tags"] == dict(team="blue", stage="test"))
lex.untag_resource(resourceARN=arn, tagKeys=["team"])
check("fewer tags", lex.list_tags_for_resource(resourceARN=arn)["tags"] == dict(stage="test"))
policy = json.dumps(dict(Version="2012-10-17", Statement=[dict(Effect="Allow", Principal=dict(Service="connect.amazonaws.com"), Action="lex:RecognizeText", Resource=arn)]))
revision = lex.create_resource_policy(resourceArn=arn, policy=policy)["revisionId"]
check("a policy", lex.describe_resource_policy(resourceArn=arn)["policy"] == policy)
check("another revision", err(lex.update_resource_policy, resourceArn=arn, policy=policy, expectedRevisionId="999") == "PreconditionFailedException")
lex.delete_resource_policy(resourceArn=arn, expectedRevisionId=revision)
check("no policy", err(lex.describe_resource_policy, resourceArn=arn) == "ResourceNotFoundException")


# Out and in again.
def exported(**members):
    export = lex.create_export(fileFormat="LexJson", **members)["exportId"]
    found = until(lambda: lex.describe_export(exportId=export), lambda found: found["exportStatus"] != "InProgress")
    check("an export", found["exportStatus"] == "Completed", found)
    status, archive = http("GET", found["downloadUrl"])
    check("a download", status == 200, status)
    broken = found["downloadUrl"][:-1] + ("0" if found["downloadUrl"][-1] != "0" else "1")
    check("another code", http("GET", broken)[0] == 403)
    return archive


def imported(archive, **members):
    upload = lex.create_upload_url()
    check("an upload", http("PUT", upload["uploadUrl"], archive)[0] == 200)
    lex.start_import(importId=upload["importId"], **members)
    ask = lambda: lex.describe_import(importId=upload["importId"])
    return until(ask, lambda found: found["importStatus"] != "InProgress")


whole = dict(resourceSpecification=dict(botExportSpecification=dict(botId=bot, botVersion="DRAFT")))
archive = exported(**whole)
files = lambda archive, password=None: {name: zipfile.ZipFile(io.BytesIO(archive)).read(name, pwd=password) for name in zipfile.ZipFile(io.BytesIO(archive)).namelist()}
check("an archive", "Travel/BotLocales/en_US/Intents/Fly/Slots/City/Slot.json" in files(archive), list(files(archive)))
check("the same archive", exported(**whole) == archive)
sealed = exported(filePassword="canary password", **whole)
check("a password", WORDS.encode() not in sealed and files(sealed, b"canary password") == files(archive))
target = lambda name: dict(botImportSpecification=dict(botName=name, roleArn=ROLE, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300))
found = imported(archive, resourceSpecification=target("Copy"), mergeStrategy="FailOnConflict")
check("an import", found["importStatus"] == "Completed", found)
copy = found["importedResourceId"]
check("what has no obfuscation setting is told", any("`Class`" in line and "obfuscated" in line for line in found.get("failureReasons", [])), found)
again = files(exported(resourceSpecification=dict(botExportSpecification=dict(botId=copy, botVersion="DRAFT"))))
same = {name.replace("Copy/", "Travel/", 1): data for name, data in again.items() if not name.endswith("/Bot.json")}
check("the copy exports the same", same == {name: data for name, data in files(archive).items() if not name.endswith("/Bot.json")})
# An import asks for rights on the bot that it meets, whatever may be done to others.
iam.create_user(UserName="imports")
key = iam.create_access_key(UserName="imports")["AccessKey"]
by = boto3.client("lexv2-models", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], **given)
copy_arn = "arn:aws:lex:eu-central-1:{}:bot/{}".format(ROLE.split(":")[4], copy)
allows = dict(Effect="Allow", Action=["lex:*", "iam:PassRole"], Resource="*")
for denied in (["lex:UpdateBot"], ["lex:DeleteSlot"], ["lex:StartImport"], []):
    statements = [allows] + [dict(Effect="Deny", Action=denied, Resource=copy_arn)] * bool(denied)
    iam.put_user_policy(UserName="imports", PolicyName="p", PolicyDocument=json.dumps(dict(Version="2012-10-17", Statement=statements)))
    upload = lex.create_upload_url()
    http("PUT", upload["uploadUrl"], archive)
    try:
        by.start_import(importId=upload["importId"], resourceSpecification=target("Copy"), mergeStrategy="Overwrite")
        ask = lambda: lex.describe_import(importId=upload["importId"])
        check("an overwrite", not denied and until(ask, lambda found: found["importStatus"] != "InProgress")["importedResourceId"] == copy, denied)
    except ClientError as error:
        check("an overwrite that is denied", denied and error.response["Error"]["Code"] == "AccessDeniedException", (denied, error))
statements = [allows, dict(Effect="Deny", Action=["lex:DeleteImport", "lex:DescribeImport", "lex:DeleteExport", "lex:UpdateExport"], Resource=copy_arn)]
iam.put_user_policy(UserName="imports", PolicyName="p", PolicyDocument=json.dumps(dict(Version="2012-10-17", Statement=statements)))
export = lex.create_export(fileFormat="LexJson", resourceSpecification=dict(botExportSpecification=dict(botId=copy, botVersion="DRAFT")))["exportId"]
for call, members in [(by.describe_import, dict(importId=upload["importId"])), (by.delete_import, dict(importId=upload["importId"])), (by.update_export, dict(exportId=export, filePassword="x")), (by.delete_export, dict(exportId=export))]:
    try:
        call(**members)
        check("a transfer of a bot", False, members)
    except ClientError as error:
        check("a transfer of a bot", error.response["Error"]["Code"] == "AccessDeniedException", error)
check("a name that is taken", imported(archive, resourceSpecification=target("Copy"), mergeStrategy="FailOnConflict")["importStatus"] == "Failed")
check("over it", imported(sealed, resourceSpecification=target("Copy"), mergeStrategy="Overwrite", filePassword="canary password")["importStatus"] == "Completed")
check("no password", "password" in imported(sealed, resourceSpecification=target("Third"), mergeStrategy="Overwrite")["failureReasons"][0])
check("a wrong password", "password" in imported(sealed, resourceSpecification=target("Third"), mergeStrategy="Overwrite", filePassword="other")["failureReasons"][0])
check("no archive", "ZIP" in imported(b"canary", resourceSpecification=target("Third"), mergeStrategy="Overwrite")["failureReasons"][0])
part = exported(resourceSpecification=dict(botLocaleExportSpecification=dict(botId=bot, botVersion="DRAFT", localeId="en_US")))
into = dict(botLocaleImportSpecification=dict(botId=copy, botVersion="DRAFT", localeId="en_US", nluIntentConfidenceThreshold=0.7))
check("a locale", imported(part, resourceSpecification=into, mergeStrategy="Append")["importStatus"] == "Completed")
check("its threshold", lex.describe_bot_locale(botId=copy, botVersion="DRAFT", localeId="en_US")["nluIntentConfidenceThreshold"] == 0.7)
lex.build_bot_locale(botId=copy, botVersion="DRAFT", localeId="en_US")
copied = until(lambda: lex.describe_bot_locale(botId=copy, botVersion="DRAFT", localeId="en_US"), lambda found: found["botLocaleStatus"] != "Building")
check("the copy is built", copied["botLocaleStatus"] == "Built", copied)
check("imports", len(lex.list_imports()["importSummaries"]) >= 6)

# Gone.
lex.delete_bot_alias(botId=bot, botAliasId=alias)
lex.delete_bot(botId=bot)
check("a bot that is gone", err(lex.describe_bot, botId=bot) == "ResourceNotFoundException")
check("the other one stays", [found["botName"] for found in lex.list_bots()["botSummaries"]] == ["Copy"])
print("bots: all as documented" if bad == 0 else "bots: %d not as documented" % bad)
sys.exit(1 if bad else 0)
