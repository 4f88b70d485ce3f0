"""What happens when the query engine is killed in the middle of a query? The query says so, events go on coming, the next one is answered.

Usage: crash_queries.py SOTTO DATA ROUNDS. Starts the server itself; the engine's program stands beside it. The engine is stopped before
a query is started, so that the kill meets it for certain. The exit status is 1 when something is not as said. Values are invented.
"""

import atexit, os, pathlib, signal, subprocess, sys, threading, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SOTTO, DATA, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
GONE = ("ServiceUnavailableException", "the query engine went away; start the query again")
CARD = "4929573829184403"
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("after the engine's death:", name, info)


server = subprocess.Popen(
    [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", DATA], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
)
endpoint = next("http://" + line.split()[1] for line in server.stdout if line.startswith("listening "))
config = Config(retries={"max_attempts": 0}, read_timeout=30)


def client():
    return boto3.client("logs", endpoint_url=endpoint, region_name="eu-central-1", config=config)


def engines():
    """Processes of the engine that belong to our server."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "stat").read_text().rsplit(")", 1)
            if "sotto-insights" in words[0] and int(words[1].split()[1]) == server.pid and words[1].split()[0] != "Z":
                found.append(int(entry.name))
        except (OSError, IndexError):
            pass
    return found


atexit.register(server.kill)
logs = client()
logs.create_log_group(logGroupName="/crash")
logs.create_log_stream(logGroupName="/crash", logStreamName="s")
span = dict(startTime=int(time.time()) - 600, endTime=int(time.time()) + 3600)
count, ended, refusals = 0, threading.Event(), []


def write():
    """Events come all the time."""
    global count
    mine = client()
    while not ended.is_set():
        events = [{"timestamp": int(time.time() * 1000), "message": f"n={count} credit card {CARD}"}]
        try:
            mine.put_log_events(logGroupName="/crash", logStreamName="s", logEvents=events)
            count += 1
        except Exception as error:
            refusals.append(str(error))
        time.sleep(0.01)


def start():
    end = time.time() + 30
    while True:
        try:
            return logs.start_query(logGroupName="/crash", queryString="stats count(*) as n", **span)["queryId"]
        except ClientError as error:
            if time.time() > end:
                raise
            check("a refusal says when to come again", error.response["Error"]["Code"] in ("ServiceUnavailableException", "ThrottlingException"), error)
            time.sleep(0.2)


def result(query, seconds=30):
    end = time.time() + seconds
    while True:
        answer = logs.get_query_results(queryId=query)
        if answer["status"] not in ("Scheduled", "Running") or time.time() > end:
            return answer
        time.sleep(0.05)


def why(query):
    """Code and words of the refusal that the query ends with."""
    try:
        return result(query)["status"], ""
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]


writer = threading.Thread(target=write)
writer.start()
try:
    check("a first query", result(start())["status"] == "Complete")
    for turn in range(ROUNDS):
        pids = engines()
        check("one engine", len(pids) == 1, (turn, pids))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        query = start()
        check("it runs", result(query, 0.3)["status"] in ("Scheduled", "Running"))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        check("the query says what happened", why(query) == GONE, (turn, why(query)))
        last, end = why(start()), time.time() + 20
        while last == GONE and time.time() < end:
            time.sleep(0.2)
            last = why(start())
        check("the next one is answered", last == ("Complete", ""), (turn, last))
finally:
    ended.set()
    writer.join()
check("events were never refused", not refusals, refusals[:3])
seen = result(start())
check("and all are there", seen["results"][0][0]["value"] == str(count), (seen["results"], count))
print(f"{ROUNDS} deaths, {count} events meanwhile")
sys.exit(1 if bad else 0)
