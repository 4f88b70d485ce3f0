"""Do the functions that are built in encrypt and decrypt for whoever may, and for nobody else?

Usage: functions_builtin.py ENDPOINT DATA. What they encrypt is opened by AWS's own Encryption SDK, too. The exit status is 1 when
something is not as documented or a value is found in clear. Values are invented.
"""

import base64, json, os, sys, time

import aws_encryption_sdk
import boto3
from aws_encryption_sdk.key_providers.kms import StrictAwsKmsMasterKeyProvider
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, DATA = sys.argv[1], sys.argv[2]
CARD, ZIP, CALLER = "4929573829184403", "90417", "caller-2065550147"
DEADLINE = 120
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("built in:", name, info)


def client(service, key=None):
    given = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]) if key else {}
    return boto3.client(service, endpoint_url=ENDPOINT, config=Config(retries={"max_attempts": 0}, read_timeout=90), **given)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        check(call.__name__, error.response["Error"]["Code"] == code, error.response["Error"])
        return error.response["Error"]["Message"]
    check(call.__name__, False, "was not refused")
    return ""


iam, kms, functions, trail = client("iam"), client("kms"), client("lambda"), client("cloudtrail")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ROLE = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
KEY = kms.create_key()["KeyMetadata"]["Arn"]


def built_in(name, handler, **variables):
    variables = {"KEY": KEY, **variables}
    return dict(FunctionName=name, Runtime="provided.al2023", Handler=handler, Role=ROLE, Code={}, Environment={"Variables": variables})


stage = json.dumps({"stage": "dev"})
for wrong in [{"KEY": "alias/other"}, {"CONTEXT": '{"token": "x"}'}, {"FIELDS": "creditcard"}, {"OTHER": "x"}]:
    refused("InvalidParameterValueException", functions.create_function, **built_in("enc", "sotto.encrypt-slots", **wrong))
with_code = {**built_in("enc", "sotto.decrypt"), "Code": {"ZipFile": b"x"}}
refused("InvalidParameterValueException", functions.create_function, **with_code)
ENC = functions.create_function(**built_in("enc", "sotto.encrypt-slots", CONTEXT=stage))["FunctionArn"]
DEC = functions.create_function(**built_in("dec", "sotto.decrypt", CONTEXT=stage))["FunctionArn"]
functions.create_function(**built_in("other", "sotto.decrypt", CONTEXT='{"stage": "prod"}'))
refused("InvalidParameterValueException", functions.update_function_code, FunctionName="enc", ZipFile=b"x")
refused("InvalidParameterValueException", functions.update_function_configuration, FunctionName="enc", Handler="other")
environment = {"Variables": {"KEY": KEY, "CONTEXT": '{"password": "x"}'}}
refused("InvalidParameterValueException", functions.update_function_configuration, FunctionName="enc", Environment=environment)
check("no retries", "RequestResponse" in refused("InvalidParameterValueException", functions.invoke, FunctionName="enc", InvocationType="Event", Payload=b"{}"))
check("destinations", "DestinationConfig" in refused("InvalidParameterValueException", functions.put_function_event_invoke_config, FunctionName="enc", MaximumRetryAttempts=1))


def invoke(name, event, by=functions):
    answer = by.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    check("no log", "LogResult" not in answer, answer)
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def one(value, attributes):
    return {"currentIntent": {"name": "inputValid", "slots": {"authNumber": value}}, "sessionAttributes": attributes, "userId": CALLER, "invocationSource": "FulfillmentCodeHook", "messageVersion": "1.0"}


def two(value, attributes):
    slot = {"shape": "Scalar", "value": {"originalValue": value, "interpretedValue": value, "resolvedValues": [value]}}
    state = {"sessionAttributes": attributes, "intent": {"name": "inputValid", "state": "ReadyForFulfillment", "slots": {"authNumber": slot}}}
    return {"sessionState": state, "sessionId": CALLER, "invocationSource": "FulfillmentCodeHook", "messageVersion": "1.0"}


sealed = []
for event, root in [(one, lambda answer: answer), (two, lambda answer: answer["sessionState"])]:
    for value, attribute, others in [(CARD, "creditcard", {"range": "15-16"}), (ZIP, "zipcode", {"range": "5-5"}), (CARD, "creditcard", {})]:
        answer, failed = invoke("enc", event(value, others))
        attributes = root(answer)["sessionAttributes"]
        check("encrypted", failed is None and attributes["isValid"] == "true" and attribute in attributes, answer)
        check("no value", value not in json.dumps(answer), answer)
        sealed.append((attributes[attribute], value))
    for value, others in [("123", {}), (CARD, {"range": "5-5"}), ("abc", {"range": "15-16"})]:
        answer, _ = invoke("enc", event(value, others))
        check("not valid", root(answer)["sessionAttributes"].get("isValid") == "false" and "creditcard" not in json.dumps(answer), answer)
answer, failed = invoke("enc", {"no": "hook"})
check("no hook", failed == "Unhandled", answer)

decrypts = lambda text, **more: {"Details": {"Parameters": {"encrypted": text, **more}}}
for text, value in sealed:
    check("decrypted", invoke("dec", decrypts(text)) == ({"Status": "OK", "Data": value}, None), value)
check("session", invoke("dec", decrypts(sealed[0][0], session=CALLER))[0]["Status"] == "OK")
check("other session", invoke("dec", decrypts(sealed[0][0], session="caller-1"))[0]["Status"] == "ERROR")
check("blank", invoke("dec", decrypts(" "))[0] == {"Status": "ERROR", "Data": "Parameter is null or blank: [encrypted]"})
changed = base64.b64encode(base64.b64decode(sealed[0][0])[:-20] + b"x" * 20).decode()
check("changed", invoke("dec", decrypts(changed))[0]["Status"] == "ERROR")
check("rubbish", invoke("dec", decrypts("AYAD"))[0]["Status"] == "ERROR")

# AWS's own SDK opens the message under the same key, and finds a context without a secret.
os.environ["AWS_ENDPOINT_URL_KMS"] = ENDPOINT
sdk = aws_encryption_sdk.EncryptionSDKClient()
plain, header = sdk.decrypt(source=base64.b64decode(sealed[0][0]), key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[KEY]))
context = {name: text for name, text in header.encryption_context.items() if not name.startswith("aws-crypto-")}
check("sdk", plain.decode() == CARD and header.algorithm.name.endswith("COMMIT_KEY_HKDF_SHA512_ECDSA_P384") or "SHA512" in header.algorithm.name, header.algorithm)
session = context.pop("session", "")
check("context", context == {"stage": "dev", "slot": "authNumber", "attribute": "creditcard"}, context)
check("hidden session", len(session) == 32 and CALLER not in json.dumps(header.encryption_context), session)


def uses(name):
    events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}], MaxResults=50)["Events"]
    return [json.loads(event["CloudTrailEvent"]) for event in events]


def settled(name, more_than):
    """Reads of the trail may be a moment behind."""
    end = time.time() + DEADLINE
    while time.time() < end and len(uses(name)) <= more_than:
        time.sleep(0.2)
    return uses(name)


by_function = [event for event in settled("Decrypt", 0) if event.get("userIdentity", {}).get("invokedBy", "").startswith("lambda")]
check("trail", by_function and any(DEC == one["ARN"] for one in by_function[0]["resources"]), by_function[:1])
check("trail names who opened", all(event["userIdentity"].get("arn") for event in by_function), by_function[:1])
check("trail names the invocation", by_function[0]["requestID"] in {event.get("requestID") for event in uses("Invoke")}, by_function[:1])
check("trail of keys", any(event["userIdentity"].get("invokedBy", "").startswith("lambda") for event in settled("GenerateDataKey", 0)))
check("trail says no value", all(value not in json.dumps(uses(name)) for name in ("Decrypt", "Invoke", "GenerateDataKey") for value in (CARD, CALLER)))
# Another context is seen before the key is asked.
before = len(uses("Decrypt"))
check("other context", invoke("other", decrypts(sealed[0][0]))[0]["Status"] == "ERROR")
invoke("dec", decrypts(sealed[0][0]))
check("key not asked", len(settled("Decrypt", before)) == before + 1, (before, len(uses("Decrypt"))))


def user(name, statements):
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return iam.create_access_key(UserName=name)["AccessKey"]


invokes = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
through = {"StringEquals": {"kms:ViaService": "lambda.eu-central-1.amazonaws.com"}}
uses_key = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": KEY}
for name, statements, allowed in [
    ("invokes", [invokes], False),
    ("opens", [uses_key], False),
    ("both", [invokes, uses_key], True),
    ("through", [invokes, {**uses_key, "Condition": through}], True),
    ("slot", [invokes, {**uses_key, "Condition": {"StringEquals": {"kms:EncryptionContext:slot": "authNumber"}}}], True),
    ("others", [invokes, {**uses_key, "Condition": {"StringEquals": {"kms:EncryptionContext:slot": "other"}}}], False),
]:
    by = client("lambda", user(name, statements))
    for function, event in [("dec", decrypts(sealed[0][0])), ("enc", one(CARD, {}))]:
        try:
            answer, failed = invoke(function, event, by)
            check(name, allowed and failed is None and answer.get("Status", "OK") == "OK", answer)
        except ClientError as error:
            check(name, not allowed and error.response["Error"]["Code"] == "AccessDeniedException", error.response["Error"])
direct = client("kms", user("direct", [{**uses_key, "Condition": through}]))
refused("AccessDeniedException", direct.generate_data_key, KeyId=KEY, KeySpec="AES_256")

kms.disable_key(KeyId=KEY)
refused("DisabledException", functions.invoke, FunctionName="dec", Payload=json.dumps(decrypts(sealed[0][0])))
kms.enable_key(KeyId=KEY)

# As a code hook of a bot: as the function's role, which has no right to the key until it gets one.
models, runtime = client("lexv2-models"), client("lexv2-runtime")
bots = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lexv2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
bot_role = iam.create_role(RoleName="bot", AssumeRolePolicyDocument=json.dumps(bots))["Role"]["Arn"]
bot = models.create_bot(botName="Secure", roleArn=bot_role, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300)["botId"]
locale = dict(botId=bot, botVersion="DRAFT", localeId="en_US")
models.create_bot_locale(nluIntentConfidenceThreshold=0.4, **locale)
intent = models.create_intent(intentName="Pay", sampleUtterances=[dict(utterance="pay")], fulfillmentCodeHook=dict(enabled=True), **locale)["intentId"]
prompt = dict(maxRetries=2, messageGroups=[dict(message=dict(plainTextMessage=dict(value="Which number?")))])
slot = models.create_slot(slotName="number", slotTypeId="AMAZON.Number", intentId=intent, valueElicitationSetting=dict(slotConstraint="Required", promptSpecification=prompt), **locale)["slotId"]
models.update_intent(intentId=intent, intentName="Pay", sampleUtterances=[dict(utterance="pay")], fulfillmentCodeHook=dict(enabled=True), slotPriorities=[dict(priority=1, slotId=slot)], **locale)
hooks = {"en_US": dict(enabled=True, codeHookSpecification=dict(lambdaCodeHook=dict(lambdaARN=ENC, codeHookInterfaceVersion="1.0")))}
models.update_bot_alias(botAliasId="TSTALIASID", botAliasName="TestBotAlias", botVersion="DRAFT", botAliasLocaleSettings=hooks, botId=bot)
functions.add_permission(FunctionName="enc", StatementId="lex", Action="lambda:InvokeFunction", Principal="lexv2.amazonaws.com")
models.build_bot_locale(**locale)
end = time.time() + DEADLINE
while time.time() < end and models.describe_bot_locale(**locale)["botLocaleStatus"] != "Built":
    time.sleep(0.5)
talk = dict(botId=bot, botAliasId="TSTALIASID", localeId="en_US")


def pays(session):
    runtime.recognize_text(sessionId=session, text="pay", **talk)
    return runtime.recognize_text(sessionId=session, text=CARD, **talk)


try:
    answer = pays("without-right")
    check("role without right", "creditcard" not in answer["sessionState"].get("sessionAttributes", {}), answer)
except ClientError as error:
    check("role without right", error.response["Error"]["Code"] == "DependencyFailedException", error.response["Error"])
iam.put_role_policy(RoleName="runs", PolicyName="key", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [uses_key]}))
answer = pays("with-right")
hooked = answer["sessionState"].get("sessionAttributes", {})
check("hook", hooked.get("isValid") == "true" and CARD not in json.dumps(answer["sessionState"]), answer)
check("hook's message", invoke("dec", decrypts(hooked.get("creditcard", "")))[0] == {"Status": "OK", "Data": CARD})

for folder, _, names in os.walk(DATA):
    for name in names:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
        except OSError:
            continue
        for value in (CARD, CALLER):
            check("in clear", value.encode() not in content, (os.path.join(folder, name), value))

sys.exit(1 if bad else 0)
