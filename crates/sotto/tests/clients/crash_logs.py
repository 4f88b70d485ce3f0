"""Is every event that was answered with success there after `kill -9`, once, masked, in order?

Usage: crash_logs.py SOTTO DATA ROUNDS SEED. Starts the server itself, writes into three streams at once, kills it at a random moment,
starts it again on the same data and reads everything. The exit status is 1 when something is missing, twice, out of order or in
clear. Values are invented.
"""

import json, os, random, signal, subprocess, sys, threading, time

import boto3
from botocore.config import Config

SOTTO, DATA, ROUNDS, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CARD = "4929573829184403"
STREAMS = ["one", "two", "three"]
random.seed(SEED)
bad = 0


class Server:
    def __init__(self):
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", DATA]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                break

    def logs(self):
        config = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=10)
        return boto3.client("logs", endpoint_url=self.endpoint, region_name="eu-central-1", config=config)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


confirmed = {stream: [] for stream in STREAMS}
maybe = {stream: set() for stream in STREAMS}


def write(server, stream, counter):
    """Puts batches until the server is gone; what was answered is confirmed, what was not may be there."""
    logs = server.logs()
    while True:
        numbers = [next(counter) for _ in range(random.randint(1, 20))]
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": f"n={number} credit card {CARD}"} for number in numbers]
        maybe[stream].update(numbers)
        try:
            logs.put_log_events(logGroupName="/crash", logStreamName=stream, logEvents=events)
        except Exception:
            return
        confirmed[stream].extend(numbers)


def counted():
    number = 0
    while True:
        number += 1
        yield number


def read(logs, stream, unmask=False):
    messages, token = [], None
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = logs.get_log_events(logGroupName="/crash", logStreamName=stream, unmask=unmask, **more)
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            return messages
        token = page["nextForwardToken"]


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("after a kill:", name, info)


server = Server()
logs = server.logs()
logs.create_log_group(logGroupName="/crash")
for stream in STREAMS:
    logs.create_log_stream(logGroupName="/crash", logStreamName=stream)
counters = {stream: counted() for stream in STREAMS}
for turn in range(ROUNDS):
    threads = [threading.Thread(target=write, args=(server, stream, counters[stream])) for stream in STREAMS]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(0.05, 1.2))
    server.kill()
    for thread in threads:
        thread.join()
    server = Server()
    logs = server.logs()
    for stream in STREAMS:
        found = read(logs, stream)
        numbers = [int(message.split()[0][2:]) for message in found]
        check("masked", all(message.endswith("*" * 16) and CARD not in message for message in found), (turn, stream))
        check("once and in order", numbers == sorted(set(numbers)), (turn, stream))
        missing = set(confirmed[stream]) - set(numbers)
        check("nothing confirmed is missing", not missing, (turn, stream, sorted(missing)[:5]))
        check("nothing comes from nowhere", set(numbers) <= maybe[stream], (turn, stream))
opened = read(logs, STREAMS[0], unmask=True)
check("originals open", all(message.endswith(CARD) for message in opened), opened[:1])
print(f"{ROUNDS} kills, {sum(len(one) for one in confirmed.values())} confirmed events")
server.kill()
sys.exit(1 if bad else 0)
