"""Is every event that was answered with success there after `kill -9`, once, masked, in order?

Usage: crash_logs.py SOTTO DATA ROUNDS SEED [cluster]. Starts the server itself, writes into three streams at once, one of them under a
customer's key, kills it at a random moment, starts it again on the same data and reads everything. With `cluster` two servers
stand over one PostgreSQL server and one shared directory; each call goes to either, one of them is killed, the other answers on. The
exit status is 1 when something is missing, twice, out of order, torn or in clear. Values are invented.
"""

import json, os, random, signal, subprocess, sys, threading, time

import boto3
from botocore.config import Config

import database

SOTTO, DATA, ROUNDS, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CLUSTER = sys.argv[5:] == ["cluster"]
CARD = "4929573829184403"
STREAMS = {"one": "/crash", "two": "/crash", "three": "/crash/sealed"}
random.seed(SEED)
bad = 0


class Server:
    """One process; of a cluster, the second has the first one's root key."""

    def __init__(self, number, storage):
        self.number, self.storage = number, storage
        self.start()

    def start(self):
        folder = f"{DATA}-{self.number}"
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", folder]
        if self.storage:
            command += ["--storage", self.storage, "--objects", f"{DATA}-objects", "--root-key-file", f"{DATA}-0/root.key"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.endpoint = None
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                return
        sys.exit(f"server {self.number} ends with {self.process.wait()}")

    def client(self, service):
        config = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=30)
        return boto3.client(service, endpoint_url=self.endpoint, region_name="eu-central-1", config=config)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


confirmed = {stream: [] for stream in STREAMS}
batches = {stream: [] for stream in STREAMS}
refused = set()


def write(servers, stream, ended, dice):
    """Puts batches until a server is gone; what was answered is confirmed, what was not may be there."""
    clients = [server.client("logs") for server in servers]
    number = batches[stream][-1][-1] + 1 if batches[stream] else 1
    while not ended.is_set():
        numbers = list(range(number, number + dice.randint(1, 20)))
        number = numbers[-1] + 1
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": f"n={one} credit card {CARD}"} for one in numbers]
        batches[stream].append(numbers)
        client = dice.choice(clients)
        try:
            client.put_log_events(logGroupName=STREAMS[stream], logStreamName=stream, logEvents=events)
        except Exception as error:
            refused.add(f"{type(error).__name__}: {error}"[:120])
            clients = [one for one in clients if one is not client]
            if not clients:
                return
            continue
        confirmed[stream].extend(numbers)


def read(logs, stream, unmask=False):
    messages, token = [], None
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = logs.get_log_events(logGroupName=STREAMS[stream], logStreamName=stream, unmask=unmask, **more)
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            return messages
        token = page["nextForwardToken"]


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("after a kill:", name, info)


def numbers_of(messages):
    return [int(message.split()[0][2:]) for message in messages]


def judge(logs, turn):
    """What is there is what was answered, and whole calls of what was not."""
    for stream in STREAMS:
        found = read(logs, stream)
        numbers = numbers_of(found)
        there = set(numbers)
        check("masked", all(message.endswith("*" * 16) and CARD not in message for message in found), (turn, stream))
        check("once and in order", numbers == sorted(there), (turn, stream))
        missing = set(confirmed[stream]) - there
        check("nothing confirmed is missing", not missing, (turn, stream, sorted(missing)[:5]))
        torn = [batch[0] for batch in batches[stream] if 0 < len(there & set(batch)) < len(batch)]
        check("a call is there whole or not at all", not torn, (turn, stream, torn))
        check("nothing comes from nowhere", there <= {one for batch in batches[stream] for one in batch}, (turn, stream))


def opens(logs, turn):
    for stream in STREAMS:
        opened, masked = read(logs, stream, unmask=True), read(logs, stream)
        check("originals open", all(message.endswith("credit card " + CARD) for message in opened), (turn, stream, opened[:1]))
        check("of all events", numbers_of(opened) == numbers_of(masked), (turn, stream))


def prepare(server):
    account = server.client("sts").get_caller_identity()["Account"]
    statements = [
        {"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}
        for who in ({"AWS": f"arn:aws:iam::{account}:root"}, {"Service": "logs.eu-central-1.amazonaws.com"})
    ]
    key = server.client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))["KeyMetadata"]["Arn"]
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/crash")
    logs.create_log_group(logGroupName="/crash/sealed", kmsKeyId=key)
    for stream, group in STREAMS.items():
        logs.create_log_stream(logGroupName=group, logStreamName=stream)


def rounds(servers):
    prepare(servers[0])
    for turn in range(ROUNDS):
        ended, dice = threading.Event(), [random.Random(f"{SEED} {turn} {stream}") for stream in STREAMS]
        threads = [threading.Thread(target=write, args=(servers, stream, ended, one)) for stream, one in zip(STREAMS, dice)]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0.05, 1.2))
        victim = random.choice(servers)
        victim.kill()
        if CLUSTER:
            time.sleep(random.uniform(0, 0.5))
        ended.set()
        for thread in threads:
            thread.join()
        for server in servers:
            if server is not victim:
                judge(server.client("logs"), (turn, "the other"))
        victim.start()
        judge(victim.client("logs"), turn)
        if turn % 5 == 4 or turn == ROUNDS - 1:
            for server in servers:
                opens(server.client("logs"), turn)


def main():
    storage = database.start(f"{DATA}-postgres") if CLUSTER else None
    if CLUSTER and not storage:
        if os.environ.get("CI") == "true":
            sys.exit("PostgreSQL is absent; scripts/test installs it")
        return print("PostgreSQL is absent: not tested")
    servers = []
    try:
        for number in range(2 if CLUSTER else 1):
            servers.append(Server(number, storage.address if storage else None))
        rounds(servers)
    finally:
        for server in servers:
            server.process.kill()
        if storage:
            storage.stop()
    print(f"{ROUNDS} kills, {sum(len(one) for one in confirmed.values())} confirmed events, refusals: {sorted(refused)[:4]}")


main()
sys.exit(1 if bad else 0)
