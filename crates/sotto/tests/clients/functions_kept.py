"""Do functions that answer over HTTPS look like others, does AWS's own runtime client run, and do events outlive a server that is killed?

Usage: functions_kept.py SOTTO DATA. Starts servers of its own, and an endpoint. Values are invented.
"""

import http.server, io, json, os, signal, ssl, subprocess, sys, tempfile, threading, time, zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PROGRAM, DATA = sys.argv[1:3]
CARD, TOKEN = "4929573829184403", "canary-token-of-an-endpoint"
ACCOUNT, REGION, DEADLINE = "111122223333", "eu-central-1", 150
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("functions:", name, info)


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
        time.sleep(0.3)
    check(what, False, "did not come")
    return None


class Hook(http.server.BaseHTTPRequestHandler):
    """An endpoint that does what the path says."""

    seen = []

    def do_POST(self):
        event = self.rfile.read(int(self.headers["content-length"]))
        Hook.seen.append((self.path, self.headers.get("authorization"), event))
        bodies = {"/ok": json.dumps({"heard": json.loads(event)}).encode(), "/words": b"no json", "/large": b" " * (6 * 1024 * 1024 + 1), "/moved": b"{}", "/broken": CARD.encode(), "/slow": b"{}"}
        if self.path == "/slow":
            time.sleep(3)
        self.send_response({"/moved": 302, "/broken": 500}.get(self.path, 200))
        body = bodies[self.path]
        self.send_header("content-length", str(len(body)))
        self.send_header("location", "/ok")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *_):
        pass


def listening(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


os.makedirs(DATA, exist_ok=True)
given = tempfile.mkdtemp()
token, certificate, key, config = (os.path.join(given, name) for name in ("token", "cert.pem", "key.pem", "sotto.toml"))
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"], check=True, capture_output=True)
with open(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
    file.write(TOKEN + "\n")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
plain, tls = listening(), listening(context)
with open(config, "w") as file:
    file.write("[serve.functions]\nenabled = true\n")
    packages = next((path for path in sys.path if os.path.isdir(os.path.join(path, "awslambdaric"))), None)
    same = subprocess.run(["/usr/bin/python3", "-c", "import sys; print(sys.version_info[:2] == %r)" % (tuple(sys.version_info[:2]),)], capture_output=True, text=True).stdout.strip() == "True"
    if packages and same:
        file.write("python = '/usr/bin/python3'\npython_packages = '%s'\n" % packages)
    else:
        print("functions: awslambdaric is not there for /usr/bin/python3: our own client runs")
    for name, url, more in [("ok", f"https://localhost:{tls}/ok", f"ca_file = '{certificate}'\nbearer_file = '{token}'\n"), ("untrusted", f"https://localhost:{tls}/ok", ""), ("gone", "http://127.0.0.1:9/", "")] + [(name, f"http://127.0.0.1:{plain}/{name}", "timeout = 1\n" if name == "slow" else "") for name in ("words", "large", "moved", "broken", "slow")]:
        file.write(f"[[serve.functions.endpoints]]\naccount = '{ACCOUNT}'\nregion = '{REGION}'\nname = '{name}'\nurl = '{url}'\n{more}")


def start():
    environment = dict(os.environ, SOTTO_ROOT_ACCESS_KEY_ID=os.environ["AWS_ACCESS_KEY_ID"], SOTTO_ROOT_SECRET_ACCESS_KEY=os.environ["AWS_SECRET_ACCESS_KEY"])
    command = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--account", ACCOUNT, "--config", config, "--data", DATA]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in server.stdout:
        if line.startswith("listening "):
            address = line.split()[1]
            break
    made = lambda service: boto3.client(service, endpoint_url="http://" + address, region_name=REGION, config=Config(retries=dict(max_attempts=0), read_timeout=90))
    return server, made


server, client = start()
functions, iam, logs = client("lambda"), client("iam"), client("logs")
until("endpoints", lambda: len(functions.list_functions()["Functions"]) == 8)
described = functions.get_function(FunctionName="ok")["Configuration"]
check("described", "Runtime" not in described and "Role" not in described and described["FunctionArn"].endswith(":function:ok"), described)


def invoke(name, event):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


answered = invoke("ok", {"card": CARD})
check("answer", answered == ({"heard": {"card": CARD}}, None), answered)
check("token", Hook.seen[-1][1] == "Bearer " + TOKEN, Hook.seen[-1][:2])
asked = len(Hook.seen)
for name, words in [("untrusted", "reached"), ("gone", "reached"), ("words", "no JSON"), ("large", "too large"), ("moved", "refused"), ("broken", "refused"), ("slow", "too long")]:
    answer, failed = invoke(name, {})
    check(name, failed == "Unhandled" and words in answer["errorMessage"] and CARD not in json.dumps(answer), answer)
check("no redirect is followed", all(path != "/ok" for path, _, _ in Hook.seen[asked:]), Hook.seen[asked:])
check("others get no token", all(bearer is None for path, bearer, _ in Hook.seen if path != "/ok"))
refused("InvalidParameterValueException", functions.update_function_code, FunctionName="ok", ZipFile=b"x")
refused("InvalidParameterValueException", functions.update_function_configuration, FunctionName="ok", Timeout=5)
refused("InvalidParameterValueException", functions.delete_function, FunctionName="ok")
iam.create_user(UserName="nobody")
nobody = iam.create_access_key(UserName="nobody")["AccessKey"]
by = boto3.client("lambda", endpoint_url=functions.meta.endpoint_url, region_name=REGION, aws_access_key_id=nobody["AccessKeyId"], aws_secret_access_key=nobody["SecretAccessKey"])
asked = len(Hook.seen)
refused("AccessDeniedException", by.invoke, FunctionName="ok")
check("nothing was sent", len(Hook.seen) == asked)
user = iam.get_user(UserName="nobody")["User"]["Arn"]
functions.add_permission(FunctionName="ok", StatementId="one", Action="lambda:InvokeFunction", Principal=user)
check("its own policy", json.loads(by.invoke(FunctionName="ok", Payload=b"1")["Payload"].read()) == {"heard": 1})

trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
allows = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
iam.put_role_policy(RoleName="runs", PolicyName="p", PolicyDocument=json.dumps(allows))
CODE = """
import os, sys, time

def handler(event, context):
    time.sleep(event.get("sleep", 0))
    print("ran", event["number"], "of", event["card"])
    if event.get("raise"):
        raise ValueError("broken")
    return {"client": "awslambdaric" in sys.modules, "remaining": context.get_remaining_time_in_millis() > 0}
"""
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    archive.writestr("code.py", CODE)
functions.create_function(FunctionName="later", Runtime="python3.11", Handler="code.handler", Role=role, Code={"ZipFile": buffer.getvalue()}, Timeout=30)
answer, failed = invoke("later", {"number": 0, "card": CARD})
check("client", failed is None and answer == {"client": bool(packages and same), "remaining": True}, answer)


def lines():
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/later")
        return [event["message"] for page in pages for event in page["events"]]
    except ClientError:
        return []


for number in range(1, 7):
    status = functions.invoke(FunctionName="later", InvocationType="Event", Payload=json.dumps({"number": number, "card": CARD, "sleep": 5}))["StatusCode"]
    check("taken", status == 202, status)
functions.invoke(FunctionName="ok", InvocationType="Event", Payload=json.dumps({"number": 7}))
until("endpoint's event", lambda: any(event == b'{"number": 7}' for _, _, event in Hook.seen))
server.send_signal(signal.SIGKILL)
server.wait()
found = []
for folder, _, names in os.walk(DATA):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read()
            found += [name for value in (CARD, TOKEN) if value.encode() in content]
check("in clear", not found, found)
waiting = os.path.join(DATA, "objects", "function-events")
check("they wait on disk", os.path.isdir(waiting) and len(os.listdir(waiting)) >= 1, waiting)

server, client = start()
functions, logs = client("lambda"), client("logs")
masked = "*" * len(CARD)
until("all of them run", lambda: all(any(line == f"ran {number} of {masked}" for line in lines()) for number in range(1, 7)))
until("nothing is left", lambda: not os.listdir(waiting))
# An event that fails is tried again, and goes with its function.
functions.invoke(FunctionName="later", InvocationType="Event", Payload=json.dumps({"number": 8, "card": CARD, "raise": True}))
until("first attempt", lambda: f"ran 8 of {masked}" in lines())
check("it waits", len(os.listdir(waiting)) == 1)
functions.delete_function(FunctionName="later")
until("it goes", lambda: not os.listdir(waiting))

# From the shell: the functions that are built in.
kms = client("kms").create_key()["KeyMetadata"]["Arn"]


def shell(*words, event=None):
    command = [PROGRAM, "functions", *words, "--endpoint-url", functions.meta.endpoint_url]
    done = subprocess.run(command, env=dict(os.environ, AWS_REGION=REGION), input=event, capture_output=True, text=True)
    check("shell", done.returncode == 0, (words, done.stderr))
    return done.stdout


for name, which in [("enc", "encrypt"), ("dec", "decrypt")]:
    shell("create", name, "--builtin", which, "--key", kms, "--role", role, "--env", 'CONTEXT={"stage":"dev"}')
slot = {"currentIntent": {"slots": {"number": CARD}}, "sessionAttributes": {}, "userId": "u"}
sealed = json.loads(shell("invoke", "enc", "--event", "-", event=json.dumps(slot)))["sessionAttributes"]["creditcard"]
opened = shell("invoke", "dec", "--event", "-", event=json.dumps({"Details": {"Parameters": {"encrypted": sealed}}}))
check("from the shell", json.loads(opened) == {"Status": "OK", "Data": CARD}, opened)
server.send_signal(signal.SIGTERM)
server.wait()
sys.exit(1 if bad else 0)
