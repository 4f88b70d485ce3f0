"""Queries of two servers over one PostgreSQL server and one place for objects: each knows of those of the other.

Usage: cluster_queries.py SOTTO DATA [bucket]. With `bucket` segments and results rest in moto's S3, else in a shared directory. Starts
everything itself; the engine's program stands beside the server. Prints what is not as documented; the exit status is 1 then. Values
are invented.
"""

import atexit, json, os, pathlib, signal, socket, subprocess, sys, time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import database

SOTTO, DATA, BUCKET = sys.argv[1], sys.argv[2], sys.argv[3:] == ["bucket"]
CARD, MAIL = "4929573829184403", "ann.canary@example.com"
GONE = "the query engine went away; start the query again"
bad, started = 0, []


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("not as documented:", name, info)


def end():
    for process in started:
        process.kill()


atexit.register(end)


def moto():
    """A bucket of moto's, and what a server needs to reach it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    program = pathlib.Path(sys.executable).with_name("moto_server")
    started.append(subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    keys = dict(AWS_ACCESS_KEY_ID="canary", AWS_SECRET_ACCESS_KEY="canary-secret", AWS_REGION="us-east-1")
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="canary", aws_secret_access_key="canary-secret")
    until = time.time() + 60
    while True:
        try:
            client.create_bucket(Bucket="canary")
            return client, {**keys, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        except Exception:
            if time.time() > until:
                raise
            time.sleep(0.2)


def serve(number, storage, objects, surroundings):
    command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", f"{DATA}-{number}"]
    command += ["--storage", storage, "--objects", objects, "--root-key-file", f"{DATA}-0/root.key"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **surroundings})
    started.append(process)
    for line in process.stdout:
        if line.startswith("listening "):
            return process, "http://" + line.split()[1]
    sys.exit(f"server {number} ends with {process.wait()}")


def client(endpoint, service="logs", key=None):
    given = dict(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]) if key else {}
    config = Config(retries={"max_attempts": 0}, read_timeout=60)
    return boto3.client(service, endpoint_url=endpoint, region_name="eu-central-1", config=config, **given)


def eventually(ask, fits, seconds=60):
    until = time.time() + seconds
    while True:
        try:
            answer = ask()
        except ClientError as error:
            answer = error.response["Error"]
        if fits(answer) or time.time() > until:
            return answer
        time.sleep(0.2)


def result(logs, query, seconds=60):
    return eventually(lambda: logs.get_query_results(queryId=query), lambda one: one.get("status") not in ("Scheduled", "Running"), seconds)


def engines(server):
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "stat").read_text().rsplit(")", 1)
            if "sotto-insights" in words[0] and int(words[1].split()[1]) == server.pid and words[1].split()[0] != "Z":
                found.append(int(entry.name))
        except (OSError, IndexError):
            pass
    return found


def rows(answer):
    return [{field["field"]: field["value"] for field in row} for row in answer["results"]]


def holds(folder, text):
    return any(text.encode() in path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file())


def main(storage):
    bucket, surroundings = moto() if BUCKET else (None, {})
    objects = "s3://canary/objects" if BUCKET else f"{DATA}-objects"
    one, first = serve(0, storage.address, objects, surroundings)
    other, second = serve(1, storage.address, objects, surroundings)
    here, there = client(first), client(second)
    here.create_log_group(logGroupName="/app/one")
    here.create_log_stream(logGroupName="/app/one", logStreamName="s")
    now = int(time.time() * 1000)
    events = [{"timestamp": now - 1000 + n, "message": json.dumps({"n": n, "card": CARD})} for n in range(50)]
    eventually(lambda: there.put_log_events(logGroupName="/app/one", logStreamName="s", logEvents=events), lambda one: "ResponseMetadata" in one)
    span = dict(startTime=now // 1000 - 600, endTime=now // 1000 + 600)

    # A stream that one server made is there at the other, and nothing else is lost by it.
    for number in range(20):
        here.create_log_stream(logGroupName="/app/one", logStreamName=f"many-{number}")
    names = eventually(lambda: there.describe_log_streams(logGroupName="/app/one"), lambda one: len(one.get("logStreams", [])) == 21)
    check("streams of the other", len(names.get("logStreams", [])) == 21, names)

    def start(logs, text="fields @message | limit 5", **more):
        made = eventually(lambda: logs.start_query(queryString=text, **{"logGroupName": "/app/one", **span, **more}), lambda one: "queryId" in one)
        check("a query starts", "queryId" in made, made)
        return made.get("queryId", "none")

    query = start(here, "stats count(*) as rows")
    answer = result(there, query)
    check("a result at the other server", [row["rows"] for row in rows(answer)] == ["50"], answer)
    check("its statistics", answer["statistics"]["recordsMatched"] == 50, answer["statistics"])
    listed = there.describe_queries()["queries"]
    check("and its place in the list", [(row["queryId"], row["status"]) for row in listed] == [(query, "Complete")], listed)
    query = start(there, f"filter @message like '{CARD}' or n = '3' | fields @message, 'canary-literal' as said, unmask(@message) as clear")
    answer = result(here, query)
    check("unmask at the other server", str(answer["results"]).count(CARD) == 1 and "*" * 16 in str(answer["results"]), answer)
    check("the list is masked", CARD not in str(here.describe_queries()["queries"]))

    # Segments: what is hot is written within a minute.
    def segments():
        if BUCKET:
            found = bucket.list_objects_v2(Bucket="canary", Prefix="objects/segments").get("Contents", [])
            return [item["Key"] for item in found if item["Key"].endswith("parquet")]
        return [path for path in pathlib.Path(f"{DATA}-objects").rglob("*.parquet")]

    check("a segment is written", eventually(segments, bool, 120))

    def over_segments():
        answer = result(there, start(there, "stats count(*) as rows, max(n) as most"))
        check("a query over segments", [(row["rows"], row["most"]) for row in rows(answer)] == [("50", "49")], answer)
        return not BUCKET or any(pathlib.Path(f"{DATA}-1/query-copies").iterdir())

    # The other server sees a moment later that what was hot stands in a segment.
    check("over local copies", eventually(over_segments, bool))
    answer = result(here, start(there, "fields unmask(@message) | limit 50"))
    check("unmask of many rows", str(answer["results"]).count(CARD) == 50, answer["status"])

    # Results rest sealed: neither what was typed nor what is stored is in them.
    if not BUCKET:
        check("results rest", any(pathlib.Path(f"{DATA}-objects/query-results").iterdir()))
        check("and sealed", not holds(f"{DATA}-objects/query-results", "canary-literal") and not holds(f"{DATA}-objects/query-results", "****"))

    # SOURCE.
    here.create_log_group(logGroupName="/app/two")
    here.create_log_group(logGroupName="/other")
    wanted = lambda one: "queryId" in one
    asked = lambda text: eventually(lambda: here.start_query(queryString=text, **span), wanted, 5)
    for text, groups in (
        ("SOURCE '/app/one', '/app/two' | stats count(*) as rows", 2),
        ("SOURCE logGroups(namePrefix: ['/app/']) | stats count(*) as rows", 2),
        ("SOURCE logGroups(class: ['STANDARD']) | stats count(*) as rows", 3),
        ("SOURCE logGroups(class: ['INFREQUENT_ACCESS']) | stats count(*) as rows", None),
        ("SOURCE '/none' | stats count(*) as rows", None),
        ("SOURCE logGroups(accountIdentifiers: ['444455556666']) | stats count(*) as rows", None),
    ):
        made = asked(text)
        if groups is None:
            check("SOURCE means nothing", "queryId" not in made, (text, made))
            continue
        answer = result(there, made.get("queryId", "none"))
        check("SOURCE", rows(answer)[0]["rows"] == "50" and answer["statistics"]["logGroupsScanned"] == groups, (text, answer))
    iam = client(first, "iam")
    iam.create_user(UserName="one")
    key = iam.create_access_key(UserName="one")["AccessKey"]
    account = client(first, "sts").get_caller_identity()["Account"]
    statement = {"Effect": "Allow", "Action": "logs:StartQuery", "Resource": f"arn:aws:logs:eu-central-1:{account}:log-group:/app/one:*"}
    iam.put_user_policy(UserName="one", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    limited = client(first, key=key)
    told = eventually(lambda: limited.start_query(queryString="SOURCE logGroups(namePrefix: ['/app/']) | fields @message", **span), lambda one: one.get("Code") == "AccessDeniedException", 5)
    check("each group must be allowed", told.get("Code") == "AccessDeniedException", told)

    # Stopped at the other server; a server that dies takes its queries with it.
    for pid in engines(one):
        os.kill(pid, signal.SIGSTOP)
    query = start(here)
    check("it runs for both", there.get_query_results(queryId=query)["status"] == "Running")
    check("it is stopped", there.stop_query(queryId=query)["success"])
    check("for both", there.get_query_results(queryId=query)["status"] == "Cancelled")
    answer = eventually(lambda: here.get_query_results(queryId=query), lambda one: one.get("status") == "Cancelled")
    check("where it ran, too", answer.get("status") == "Cancelled", answer)
    query = start(here)
    check("running", there.get_query_results(queryId=query)["status"] == "Running")
    one.kill()
    for pid in engines(one):
        os.kill(pid, signal.SIGKILL)
    told = eventually(lambda: there.get_query_results(queryId=query), lambda one: one.get("Message") == GONE, 90)
    check("a dead server's query says so", told.get("Message") == GONE, told)
    check("and the list", [row["status"] for row in there.describe_queries(maxResults=1)["queries"]] == ["Failed"])
    check("pages", len(there.describe_queries(maxResults=1, nextToken=query)["queries"]) == 1)

    # Results of a group that is gone are not shown.
    query = start(there, logGroupName="/app/two")
    result(there, query)
    there.delete_log_group(logGroupName="/app/two")
    told = eventually(lambda: there.get_query_results(queryId=query), lambda one: one.get("Code") == "ResourceNotFoundException", 5)
    check("no results of a group that is gone", told.get("Code") == "ResourceNotFoundException", told)


storage = database.start(f"{DATA}-postgres")
if not storage:
    if os.environ.get("CI") == "true":
        sys.exit("PostgreSQL is absent; scripts/test installs it")
    print("PostgreSQL is absent: not tested")
    sys.exit(0)
try:
    main(storage)
finally:
    end()
    storage.stop()
sys.exit(1 if bad else 0)
