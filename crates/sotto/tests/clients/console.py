"""The console's page as people see it, in Debian's Chromium: signing in, talking, what each store kept, who may see the originals.

Usage: console.py ENDPOINT CHROMIUM DATA [SHOTS]. ENDPOINT is a server, DATA its directory, which is searched at the end. SHOTS is a folder
for screenshots. The exit status is 1 when something is not as documented, when the page runs or says what it should not, or when a
value is found in clear. Values are invented.
"""

import http.client, io, json, os, re, ssl, sys, time, zipfile
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from playwright.sync_api import expect, sync_playwright

ENDPOINT, CHROMIUM, DATA = sys.argv[1:4]
SHOTS = sys.argv[4] if len(sys.argv) > 4 else None
REGION = "eu-central-1"
CARD = "4929573829184403"
CARD_MASK = "{CardNumber}"
XSS = "<img src=x onerror=\"window.canary=1\"><script>window.canary=1</script>"
DEADLINE = 120
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("console:", name, info)


def client(service, key=None):
    given = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]) if key else {}
    config = Config(retries={"max_attempts": 2}, read_timeout=90)
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=REGION, config=config, **given)


def until(what, look):
    end = time.time() + DEADLINE
    while time.time() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    check(what, False, "did not come")


iam, logs, lex, functions, trail = (client(one) for one in ("iam", "logs", "lexv2-models", "lambda", "cloudtrail"))
ACCOUNT = client("sts").get_caller_identity()["Account"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


def role(name, principal, *statements):
    trust = {"Principal": principal, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
    return arn


def user(name, *statements):
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
    return iam.create_access_key(UserName=name)["AccessKey"]


READS = {"Action": ["logs:FilterLogEvents", "logs:Describe*", "lex:List*", "lex:Describe*", "cloudtrail:LookupEvents", "kms:List*"], "Resource": "*"}
TALKS = {"Action": ["lex:RecognizeText", "lex:GetSession", "lex:DeleteSession"], "Resource": "*"}
TELLER = user("teller", READS, TALKS, {"Action": "sts:AssumeRole", "Resource": "*"})
AUDITOR = role("auditor", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/teller"}, READS, {"Action": ["logs:Unmask", "lex:GetSession"], "Resource": "*"})
INSPECTOR = user("inspector", READS, {"Action": "logs:Unmask", "Resource": "*"})


# What a browser is told, and whom the server takes for the page.
PLACE = urlsplit(ENDPOINT)
ORIGIN = f"http://{PLACE.netloc}"


def ask(path, body=None, headers=None, method="POST", secure=False, cookie=None, page="none"):
    """An answer: status, headers, and what it holds."""
    if secure:
        link = http.client.HTTPSConnection(PLACE.hostname, PLACE.port, context=ssl._create_unverified_context(), timeout=60)
    else:
        link = http.client.HTTPConnection(PLACE.hostname, PLACE.port, timeout=60)
    scheme = "https" if secure else "http"
    given = {"content-type": "application/json", "x-sotto-console": page, "origin": f"{scheme}://{PLACE.netloc}", **(headers or {})}
    if cookie:
        given["cookie"] = cookie
    given = {name: value for name, value in given.items() if value is not None}
    link.request(method, path, None if body is None else json.dumps(body), given)
    answer = link.getresponse()
    text = answer.read().decode()
    link.close()
    return answer.status, answer.headers, json.loads(text) if text.startswith("{") else text


keys = lambda key, **more: {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"], "region": REGION, **more}
for path in ("/console", "/console/", "/console/console.js", "/console/console.css", "/console/icon.svg", "/console/nothing"):
    status, headers, _ = ask(path, method="GET", headers={"origin": None})
    check("a file " + path, status == (404 if "nothing" in path else 200), status)
    csp = headers["content-security-policy"]
    check("a strict policy " + path, "default-src 'none'" in csp and "unsafe" not in csp and "frame-ancestors 'none'" in csp, csp)
    check("nothing is kept " + path, headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer")
    check("no guessing of types " + path, headers["x-content-type-options"] == "nosniff")
for name, headers in [
    ("another origin", {"origin": "http://evil.example"}),
    ("another port", {"origin": f"http://{PLACE.hostname}:1"}),
    ("no origin", {"origin": None}),
    ("no header of the page", {"x-sotto-console": None}),
    ("a form", {"content-type": "application/x-www-form-urlencoded"}),
    ("a rebound name", {"host": f"evil.example:{PLACE.port}", "origin": f"http://evil.example:{PLACE.port}"}),
]:
    status, headers, _ = ask("/console/sign-in", keys(TELLER), headers)
    check(name, status in (403, 405, 421) and "set-cookie" not in headers, status)
for name, wrong in [
    ("a wrong secret", keys(TELLER, secretAccessKey=TELLER["SecretAccessKey"][:-1] + "-")),
    ("no secret", {"accessKeyId": TELLER["AccessKeyId"], "region": REGION}),
    ("no such key", {"accessKeyId": "AKIA" + "A" * 16, "secretAccessKey": "x" * 40, "region": REGION}),
    ("a made-up token", keys(TELLER, sessionToken="AAAA")),
]:
    status, headers, told = ask("/console/sign-in", wrong)
    check(name, status == 403 and told["__type"] == "SignInRefused" and "set-cookie" not in headers, (status, told))
status, headers, told = ask("/console/sign-in", keys(TELLER))
cookie = headers["set-cookie"]
check("a cookie", re.fullmatch(r"sotto-console=[0-9a-f]{64}; Path=/console; HttpOnly; SameSite=Strict", cookie), cookie)
check("who it is", told["arn"].endswith(":user/teller") and told["account"] == ACCOUNT, told)
check("no secret in the answer", TELLER["SecretAccessKey"] not in json.dumps(told))
cookie, page = cookie.split(";")[0], told["page"]


def called(service, operation, given, cookie=cookie, page=page, **more):
    return ask("/console/call", {"service": service, "operation": operation, "input": given, **more}, cookie=cookie, page=page)


status, _, told = called("sts", "GetCallerIdentity", {})
check("an operation", status == 200 and told["Arn"].endswith(":user/teller"), told)
check("one half alone", called("sts", "GetCallerIdentity", {}, page="0" * 64)[0] == 401)
check("the other half alone", called("sts", "GetCallerIdentity", {}, cookie=None)[0] == 401)
for service, operation in [("sts", "AssumeRole"), ("sts", "GetSessionToken"), ("iam", "CreateAccessKey"), ("kms", "Decrypt"), ("logs", "StartLiveTail"), ("logs", "DeleteLogGroup"), ("nobody", "Nothing")]:
    status, _, told = called(service, operation, {})
    check(f"{service} {operation} is not offered", status == 400 and told["__type"] == "NotOffered", told)
status, _, told = called("iam", "ListUsers", {})
check("what policies refuse", status >= 400 and told["__type"] == "AccessDeniedException" and "iam:ListUsers" in told["message"], told)
check("nobody's view", called("sts", "GetCallerIdentity", {}, **{"as": "7"})[2]["__type"] == "ViewEnded")
status, _, told = called("logs", "DescribeLogGroups", {"limit": 7.5})
check("input is checked", status == 400, told)
status, headers, told = ask("/console/sign-in", keys(INSPECTOR), secure=True)
check("a cookie over TLS", headers["set-cookie"].startswith("__Secure-sotto-console=") and headers["set-cookie"].endswith("; Secure"), headers["set-cookie"])
secure = headers["set-cookie"].split(";")[0]
check("a session over TLS", ask("/console/session", {}, secure=True, cookie=secure, page=told["page"])[0] == 200)
check("none of it plainly", ask("/console/session", {}, cookie=secure.replace("__Secure-", ""), page="0" * 64)[0] == 401)
iam.update_access_key(UserName="inspector", AccessKeyId=INSPECTOR["AccessKeyId"], Status="Inactive")
check("an inactive key ends it", ask("/console/session", {}, secure=True, cookie=secure, page=told["page"])[0] == 401)
iam.update_access_key(UserName="inspector", AccessKeyId=INSPECTOR["AccessKeyId"], Status="Active")
check("for good", ask("/console/session", {}, secure=True, cookie=secure, page=told["page"])[0] == 401)
ask("/console/sign-out", {}, cookie=cookie, page=page)
check("signed out", called("sts", "GetCallerIdentity", {})[0] == 401)


def looked_up(name):
    pages = trail.get_paginator("lookup_events").paginate(LookupAttributes=[dict(AttributeKey="EventName", AttributeValue=name)])
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


sign_ins = looked_up("ConsoleLogin")
outcomes = [one["responseElements"]["ConsoleLogin"] for one in sign_ins]
check("sign-ins are on record", outcomes.count("Success") == 2 and outcomes.count("Failure") == 2, outcomes)
one = sign_ins[0]
shape = (one["eventSource"], one["eventType"], one["userIdentity"]["userName"], one["additionalEventData"]["MFAUsed"])
check("as CloudTrail has them", shape == ("signin.amazonaws.com", "AwsConsoleSignIn", "inspector", "No"), one)

# Views live no longer than the key that signed in, whoever they are.
def inspecting():
    _, headers, told = ask("/console/sign-in", keys(INSPECTOR))
    return headers["set-cookie"].split(";")[0], told["page"]


def while_inactive(what):
    iam.update_access_key(UserName="inspector", AccessKeyId=INSPECTOR["AccessKeyId"], Status="Inactive")
    told = what()
    iam.update_access_key(UserName="inspector", AccessKeyId=INSPECTOR["AccessKeyId"], Status="Active")
    return told


cookie, page = inspecting()
status, _, told = ask("/console/view", keys(TELLER), cookie=cookie, page=page)
check("a view by keys", status == 200 and told["arn"].endswith(":user/teller"), told)
looked = lambda: called("sts", "GetCallerIdentity", {}, cookie, page, **{"as": told["view"]})
check("looks as the other", looked()[2].get("Arn", "").endswith(":user/teller"), told)
status, _, ended = while_inactive(looked)
check("an inactive key ends its views", status == 401 and ended["__type"] == "SessionEnded", ended)
check("views end for good", looked()[0] == 401)
cookie, page = inspecting()
for name, path in [("view", "/console/view"), ("leave", "/console/leave")]:
    status, _, ended = while_inactive(lambda: ask(path, keys(TELLER), cookie=cookie, page=page))
    check(f"an inactive key adds and leaves no view: {name}", status == 401, ended)
    check(f"its session ends: {name}", ask("/console/session", {}, cookie=cookie, page=page)[0] == 401)
    cookie, page = inspecting()

# A bot with an obfuscated slot, whose words are no markup; its alias keeps a conversation log and calls a function that says too much.
logs.create_log_group(logGroupName="/bots/bank")
WRITER = role(
    "bot", {"Service": "lexv2.amazonaws.com"}, {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
)
RUNNER = role(
    "runner", {"Service": "lambda.amazonaws.com"}, {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
)
CODE = """
import json

def handler(event, context):
    slots = event["sessionState"]["intent"]["slots"]
    card = (slots.get("CardNumber") or {}).get("value", {}).get("interpretedValue")
    print("looking for", card or "nothing yet", %s)
    state = event["sessionState"]
    state["dialogAction"] = {"type": "Delegate"}
    state["sessionAttributes"] = {"channel": "console", "step": event["invocationSource"]}
    return {"sessionState": state}
""" % repr("" if SHOTS else XSS)
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    archive.writestr("code.py", CODE)
HOOK = functions.create_function(
    FunctionName="bank-hook", Runtime="python3.13", Handler="code.handler", Role=RUNNER, Code={"ZipFile": buffer.getvalue()}, Timeout=20
)["FunctionArn"]
bot = lex.create_bot(botName="Bank", roleArn=WRITER, dataPrivacy=dict(childDirected=False), idleSessionTTLInSeconds=300)["botId"]
functions.add_permission(FunctionName="bank-hook", StatementId="lex", Action="lambda:InvokeFunction", Principal="lexv2.amazonaws.com")
draft = dict(botId=bot, botVersion="DRAFT")
until("a bot", lambda: lex.describe_bot(botId=bot)["botStatus"] == "Available")
lex.create_bot_locale(localeId="en_US", nluIntentConfidenceThreshold=0.4, **draft)
locale = dict(localeId="en_US", **draft)
plain = lambda text: dict(message=dict(plainTextMessage=dict(value=text)))
say = lambda text: dict(messageGroups=[plain(text)])
samples = [dict(utterance=one) for one in ("block my card", "my card is gone", "I lost my card", "block the card {CardNumber}")]
given = dict(intentName="BlockCard", sampleUtterances=samples, **locale)
intent = lex.create_intent(**given)["intentId"]
slot = lambda name, kind, text: lex.create_slot(
    slotName=name, slotTypeId=kind, intentId=intent, obfuscationSetting=dict(obfuscationSettingType="DefaultObfuscation"),
    valueElicitationSetting=dict(slotConstraint="Required", promptSpecification=dict(maxRetries=2, **say(text))), **locale)["slotId"]
card = slot("CardNumber", "AMAZON.AlphaNumeric", "I am sorry to hear that. What is the number of the card?")
zip_code = slot("ZipCode", "AMAZON.Number", "Thank you. And the postal code of your address?")
lex.update_intent(
    intentId=intent, slotPriorities=[dict(priority=1, slotId=card), dict(priority=2, slotId=zip_code)],
    fulfillmentCodeHook=dict(enabled=False), dialogCodeHook=dict(enabled=True),
    intentClosingSetting=dict(closingResponse=say("Card {CardNumber} is blocked. " + ("" if SHOTS else XSS))), **given)
lex.build_bot_locale(**locale)
until("a build", lambda: lex.describe_bot_locale(**locale)["botLocaleStatus"] in ("Built", "ReadyExpressTesting"))
version = lex.create_bot_version(botId=bot, botVersionLocaleSpecification=dict(en_US=dict(sourceBotVersion="DRAFT")))["botVersion"]
until("a version", lambda: lex.describe_bot_version(botId=bot, botVersion=version)["botStatus"] == "Available")
where = dict(cloudWatch=dict(cloudWatchLogGroupArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/bots/bank", logPrefix="chat/"))
alias = lex.create_bot_alias(
    botAliasName="live", botId=bot, botVersion=version,
    botAliasLocaleSettings=dict(en_US=dict(enabled=True, codeHookSpecification=dict(lambdaCodeHook=dict(lambdaARN=HOOK, codeHookInterfaceVersion="1.0")))),
    conversationLogSettings=dict(textLogSettings=[dict(enabled=True, destination=where)]))["botAliasId"]
until("an alias", lambda: lex.describe_bot_alias(botId=bot, botAliasId=alias)["botAliasStatus"] == "Available")

WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(event.violatedDirective + " " + event.blockedURI));
"""


def watched(page):
    """Whatever the page complains of is a fault."""
    page.on("pageerror", lambda error: check("the page breaks", False, error))
    page.on("dialog", lambda dialog: (check("a dialog", False, dialog.message), dialog.dismiss()))
    page.on("requestfailed", lambda request: check("a request fails", "/console/" in request.url and request.failure == "net::ERR_ABORTED", request.url))
    # Refusals are statuses, and Chromium writes a line about each.
    spoken = lambda message: message.type == "error" and "the server responded with a status of 4" not in message.text
    page.on("console", lambda message: spoken(message) and check("the page complains", False, message.text))
    page.on("request", lambda request: check("the page asks elsewhere", request.url.startswith((ENDPOINT, ENDPOINT.replace("http:", "https:"))), request.url))


def shot(page, name, height=640):
    """For the documentation: nothing but what this test invented is on it."""
    if SHOTS:
        page.set_viewport_size(dict(width=1180, height=height))
        page.screenshot(path=os.path.join(SHOTS, name), animations="disabled")


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
    context = browser.new_context(viewport=dict(width=1280, height=860), color_scheme="light")
    context.set_default_timeout(DEADLINE * 1000)
    expect.set_options(timeout=DEADLINE * 1000)
    context.add_init_script(WATCH)
    page = context.new_page()
    watched(page)
    page.goto(ENDPOINT + "/console")

    # In by the keyboard alone, after one wrong secret.
    page.get_by_label("Access key ID").fill(TELLER["AccessKeyId"])
    page.get_by_label("Secret access key").fill("not the secret")
    page.get_by_label("Region").fill(REGION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not known here")
    shot(page, "console-sign-in.png")
    page.get_by_label("Access key ID").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(TELLER["SecretAccessKey"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    kept = page.evaluate("() => [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie, document.documentElement.outerHTML].join(' ')")
    check("no secret in the browser", TELLER["SecretAccessKey"] not in kept)
    check("no cookie for scripts", page.evaluate("document.cookie") == "")

    # A talk.
    page.get_by_role("combobox", name="Bot").select_option(label="Bank")
    page.get_by_role("combobox", name="Alias").select_option(label="live")
    talk = page.get_by_role("log", name="Messages")
    message = page.get_by_label("Message", exact=True)
    expect(message).to_be_focused()

    def said(text, answer):
        message.fill(text)
        page.keyboard.press("Enter")
        expect(talk).to_contain_text(answer)

    said("I lost my card", "What is the number of the card?")
    said(CARD, "postal code")
    said("10115", "is blocked.")
    if not SHOTS:
        expect(talk).to_contain_text(XSS)
    log = page.get_by_role("region", name="Conversation log")
    entries = log.locator(".entries > li")
    expect(entries).to_have_count(3)
    check("the log says nothing", CARD not in log.inner_text(), log.inner_text())
    expect(entries.nth(1).locator("mark")).to_contain_text([CARD_MASK])
    check("a mask says what it is", "CardNumber" in entries.nth(1).locator("mark").first.get_attribute("title"))
    hook = page.get_by_role("region", name="Function log")
    expect(hook).to_contain_text("looking for")
    check("the function's log says nothing", CARD not in hook.inner_text(), hook.inner_text())
    kept = page.get_by_role("region", name="Session")
    expect(kept).to_contain_text("channel")
    shot(page, "console-masked.png", 1080)
    entries.nth(1).get_by_text("Whole entry").click()
    expect(entries.nth(1).locator("pre")).to_contain_text('"message-version"')
    entries.nth(1).get_by_text("Whole entry").click()

    # The teller may not see it.
    page.get_by_role("switch", name="Originals").click()
    expect(log.get_by_role("alert")).to_contain_text("logs:Unmask")
    check("nothing is shown", CARD not in log.inner_text())
    shot(page, "console-denied.png", 700)

    # The auditor may.
    page.get_by_label("Reason").fill("ticket 4711")
    page.keyboard.press("Tab")
    page.get_by_role("combobox", name="View as").select_option("other")
    page.get_by_label("Role ARN").fill(AUDITOR)
    page.get_by_role("button", name="View", exact=True).click()
    expect(entries.nth(1).locator("mark.original").first).to_contain_text(CARD)
    expect(log.get_by_role("alert")).to_have_count(0)
    expect(entries).to_have_count(3)
    shot(page, "console-original.png", 700)
    def decided(who, outcome):
        """Looks behind masks of somebody, that ended so: what only reads is on record within a second."""
        looks = [one for one in looked_up("FilterLogEvents") if one.get("sotto", {}).get("action") == "logs:Unmask"]
        return [one for one in looks if one["sotto"]["decision"] in outcome and one["userIdentity"].get("userName") == who]

    until("the refusal is on record", lambda: decided("teller", ("ImplicitDeny", "ExplicitDeny")))
    allowed = until("the look is on record", lambda: decided("auditor", ("Allow",)))
    check("with its reason", any("ticket 4711" in json.dumps(one) for one in allowed or []), allowed)
    check("the role was assumed", any(one["userIdentity"].get("userName") == "teller" for one in looked_up("AssumeRole")))

    # Somebody else's keys open it, too; a wrong one is refused.
    page.get_by_role("combobox", name="View as").select_option("other")
    page.get_by_text("Sign in with other keys").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Access key ID").fill(INSPECTOR["AccessKeyId"])
    dialog.get_by_label("Secret access key").fill("not the secret")
    page.get_by_role("button", name="View", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("not known here")
    dialog.get_by_label("Secret access key").fill(INSPECTOR["SecretAccessKey"])
    page.get_by_role("button", name="View", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(entries.nth(1).locator("mark.original").first).to_contain_text(CARD)
    expect(kept.get_by_role("alert")).to_contain_text("lex:GetSession")
    page.get_by_role("button", name="Leave").click()
    expect(log.get_by_role("alert")).to_contain_text("logs:Unmask")

    # The other screens have their places; the trail tells of all this.
    for name in ("Log groups", "Findings", "Policies", "Keys", "Trail"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("logs:Unmask")
    shot(page, "console-trail.png")
    page.get_by_role("link", name="Log groups", exact=True).click()
    expect(page.get_by_role("table")).to_contain_text("/bots/bank")

    # A page that is opened again goes on; signed out, it does not.
    page.reload()
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    page.get_by_role("link", name="Conversation", exact=True).click()
    page.get_by_role("combobox", name="Bot").select_option(label="Bank")
    page.get_by_role("combobox", name="Alias").select_option(label="live")
    said("block my card", "What is the number of the card?")
    said(CARD, "postal code")
    expect(entries).to_have_count(2)
    shot(page, "console-dark.png", 700)
    check("no canary ran", page.evaluate("window.canary") is None)
    check("no violation", page.evaluate("window.__violations") == [], page.evaluate("window.__violations"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Access key ID")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Access key ID")).to_be_visible()

    # The same over TLS.
    context = browser.new_context(ignore_https_errors=True)
    context.add_init_script(WATCH)
    page = context.new_page()
    watched(page)
    page.goto(ENDPOINT.replace("http:", "https:") + "/console")
    page.get_by_label("Access key ID").fill(TELLER["AccessKeyId"])
    page.get_by_label("Secret access key").fill(TELLER["SecretAccessKey"])
    page.get_by_label("Region").fill(REGION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    jar = [one for one in context.cookies() if "sotto-console" in one["name"]]
    check("the cookie over TLS", [(one["secure"], one["httpOnly"], one["sameSite"], one["path"]) for one in jar] == [(True, True, "Strict", "/console")], jar)
    check("no violation over TLS", page.evaluate("window.__violations") == [])
    browser.close()

# Nothing of it lies in clear: neither the card nor a secret.
wanted = [CARD.encode(), TELLER["SecretAccessKey"].encode(), INSPECTOR["SecretAccessKey"].encode()]
for folder, _, names in os.walk(DATA):
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            held = open(path, "rb").read()
            check("in clear in " + os.path.relpath(path, DATA), not any(one in held for one in wanted))
print("console: all as documented" if bad == 0 else "console: %d not as documented" % bad)
sys.exit(1 if bad else 0)
