"""A policy for what is stored, in a cluster: two servers, one of which is killed while the job runs; the other one goes on with it.

Usage: beyond_cluster.py SOTTO DATA. Both stand over one PostgreSQL server and one folder. The exit status is 1 when something is masked
not at all or twice, or the job does not end. It takes some minutes: the lease of who held the job has to end. Values are invented.
"""

import json, os, signal, subprocess, sys, time

import boto3
from botocore.config import Config

import database

SOTTO, DATA = sys.argv[1], sys.argv[2]
CARD = "4929573829184403"
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


class Server:
    def __init__(self, number, storage):
        self.number, self.storage = number, storage
        self.start()

    def start(self):
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", f"{DATA}-{self.number}", "--no-default-policy"]
        command += ["--storage", self.storage, "--objects", f"{DATA}-objects", "--root-key-file", f"{DATA}-0/root.key"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                return
        sys.exit(f"server {self.number} ends with {self.process.wait()}")

    def logs(self):
        config = Config(retries={"max_attempts": 5})
        return boto3.client("logs", endpoint_url=self.endpoint, region_name="eu-central-1", config=config)

    def sotto(self, *words):
        command = [SOTTO, *words, "--endpoint-url", self.endpoint, "--region", "eu-central-1"]
        return subprocess.run(command, capture_output=True, text=True)

    def standing(self, id):
        rows = json.loads(self.sotto("logs", "retroactive", "list", "--format", "json").stdout or "[]")
        return next((row for row in rows if row["id"] == id), {})

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def policy():
    data = ["arn:aws:dataprotection::aws:data-identifier/CreditCardNumber"]
    operations = [{"Audit": {"FindingsDestination": {}}}, {"Deidentify": {"MaskConfig": {}}}]
    statements = [{"Sid": f"s{at}", "DataIdentifier": data, "Operation": one} for at, one in enumerate(operations)]
    return json.dumps({"Name": "canary", "Version": "2021-06-01", "Statement": statements})


def story(servers):
    first, second = servers
    first.logs().create_log_group(logGroupName="/cluster")
    first.logs().create_log_stream(logGroupName="/cluster", logStreamName="s")
    at, texts = int(time.time() * 1000), []
    for number in range(20):
        batch = [f"{number}-{one} credit card {CARD}" for one in range(100)]
        events = [dict(timestamp=at + len(texts) + one, message=text) for one, text in enumerate(batch)]
        servers[number % 2].logs().put_log_events(logGroupName="/cluster", logStreamName="s", logEvents=events)
        texts += batch
    second.logs().put_data_protection_policy(logGroupIdentifier="/cluster", policyDocument=policy())
    begun = first.sotto("logs", "protect", "/cluster", "--retroactive")
    id = begun.stdout.strip()
    check("it begins", begun.returncode == 0 and id, begun)
    check("the other server knows of it", second.standing(id).get("status") == "Running", second.standing(id))
    twice = second.sotto("logs", "protect", "/cluster", "--retroactive")
    check("one for both", twice.returncode != 0 and "is running" in twice.stderr, twice)
    time.sleep(1.2)
    first.kill()
    end = time.time() + 400
    while time.time() < end and second.standing(id).get("status") in ("Running", "Waiting"):
        time.sleep(2)
    standing = second.standing(id)
    check("the other one goes on with it", standing.get("status") in ("Finishing", "Complete"), standing)
    check("each event once", standing.get("masked") == str(len(texts)), standing)
    first.start()
    for server in servers:
        pages, shown = server.logs().get_paginator("filter_log_events"), []
        for page in pages.paginate(logGroupName="/cluster"):
            shown += [event["message"] for event in page["events"]]
        check(f"masked at server {server.number}", shown == [text.replace(CARD, "*" * len(CARD)) for text in texts], len(shown))


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
    for server in servers:
        server.process.kill()
    storage.stop()
print("beyond in a cluster:", "no difference" if not bad else f"{bad} differences")
sys.exit(1 if bad else 0)
