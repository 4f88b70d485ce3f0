"""Can a cluster be backed up and restored as docs/backup.md says? The commands and statements are taken from that page.

Usage: backup_cluster.py SOTTO FOLDER BACKUP_MD. Two servers over one PostgreSQL server and one folder write; records, keys and objects
are copied while they run; two new servers over another database and another folder read what was restored. Keys of another store
are refused, and without keys originals stay closed. The exit status is 1 when something is missing, in clear, or brought back.
Values are invented.
"""

import glob, os, re, shutil, subprocess, sys, time

import boto3
from botocore.config import Config

import database

SOTTO, FOLDER, PAGE = sys.argv[1], sys.argv[2], sys.argv[3]
CARD = "4929573829184403"
STARS = "*" * len(CARD)
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("backup of a cluster:", name, info)


def at(*names):
    return os.path.join(FOLDER, *names)


def documented(name):
    """A block of the page, by the comment that it begins with."""
    block = re.search(r"```sql\n(-- " + re.escape(name) + r"\n.*?)```", open(PAGE).read(), re.S)
    path = at(name)
    with open(path, "w") as file:
        file.write(block.group(1))
    return path


class Server:
    def __init__(self, data, storage, objects, root):
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", data, "--storage", storage]
        command += ["--objects", objects, "--root-key-file", root]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                return
        sys.exit(f"the server on {data} ends with {self.process.wait()}")

    def logs(self):
        config = Config(retries={"max_attempts": 5})
        return boto3.client("logs", endpoint_url=self.endpoint, region_name="eu-central-1", config=config)

    def end(self):
        self.process.terminate()
        self.process.wait(60)


def put(logs, group, numbers):
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": f"n={one} credit card {CARD}"} for one in numbers]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def read(logs, group, unmask=False):
    messages, token = [], None
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = logs.get_log_events(logGroupName=group, logStreamName="s", unmask=unmask, **more)
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            return messages
        token = page["nextForwardToken"]


def wanted(numbers, value):
    return [f"n={one} credit card {value}" for one in numbers]


def wait(what, seconds=300):
    end = time.time() + seconds
    while time.time() < end:
        if what():
            return True
        time.sleep(1)
    return False


def run(program, *words, cwd=FOLDER, **env):
    found = [f"{database.programs()}/{program}", *words]
    return subprocess.run(found, cwd=cwd, env={**os.environ, "PATH": f"{database.programs()}:{os.environ['PATH']}", **env}, capture_output=True, text=True)


def another(base, name):
    """Another database of the same server."""
    made = run("psql", base, "-c", f"CREATE DATABASE {name}")
    check("a database", made.returncode == 0, made)
    return base.rsplit("/", 1)[0] + "/" + name


def backed_up(storage, name):
    """The records of one moment in a folder, the keys among them in another."""
    folder = at(name)
    for path in (folder, os.path.join(folder, "keys")):
        os.makedirs(path, mode=0o700)
    done = run("psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", storage, "-f", at("backup.sql"), cwd=folder, STORE=storage)
    there = [os.path.exists(os.path.join(folder, one)) for one in ("store.dump", "data.copy", "keys/keys.copy")]
    check("the statements of the page", done.returncode == 0 and all(there), (done, there))
    return folder


def restored(storage, folder, keys=None):
    """The records in an empty database; what the statements of the page say."""
    laid = run("pg_restore", f"--dbname={storage}", os.path.join(folder, "store.dump"))
    check("the dump is restored", laid.returncode == 0, laid)
    if keys:
        shutil.rmtree(os.path.join(folder, "keys"), ignore_errors=True)
        shutil.copytree(keys, os.path.join(folder, "keys"))
    return run("psql", "--no-psqlrc", storage, "-f", at("restore.sql"), cwd=folder)


def main(source, target):
    documented("backup.sql")
    documented("restore.sql")
    root = at("a", "root.key")
    servers = [Server(at("a"), source.address, at("objects"), root), Server(at("b"), source.address, at("objects"), root)]
    first, second = (server.logs() for server in servers)
    for group in ("/kept", "/gone"):
        first.create_log_group(logGroupName=group)
        first.create_log_stream(logGroupName=group, logStreamName="s")
    for number in range(10):
        put((first, second)[number % 2], "/kept", range(number * 10, number * 10 + 10))
    put(first, "/gone", [1])
    check("there are segments", wait(lambda: glob.glob(at("objects", "**", "*.parquet"), recursive=True)))
    put(second, "/kept", range(100, 120))
    folder = backed_up(source.address, "backup")
    shutil.copytree(at("objects"), at("backup", "objects"))
    # What comes later is not in it; what is erased later must not come back by later keys.
    put(first, "/kept", [999])
    first.delete_log_group(logGroupName="/gone")
    keys_left = lambda: run("psql", source.address, "-Atc", "SELECT count(*) FROM sotto.record WHERE position('log-key'::bytea IN place) > 0 AND body IS NOT NULL").stdout.strip()
    before = keys_left()
    check("keys of a deleted group are destroyed", wait(lambda: keys_left() < before), before)
    later = backed_up(source.address, "later")
    for server in servers:
        server.end()

    clear = [path for path in glob.glob(at("backup", "**"), recursive=True) if os.path.isfile(path) and CARD.encode() in open(path, "rb").read()]
    check("no value in clear", not clear, clear)
    data = open(os.path.join(folder, "data.copy")).read()
    keys = open(os.path.join(folder, "keys", "keys.copy")).read()
    key_place = "026c6f672d6b657900"
    check("no wrapped key among the data", key_place not in data and key_place in keys)
    with open(root, "rb") as file:
        secret = file.read()
    check("no root key", all(secret not in open(path, "rb").read() for path in glob.glob(at("backup", "**"), recursive=True) if os.path.isfile(path)))

    # With the keys of then, of later, of none; and of another store.
    stranger = Server(at("c"), another(target.address, "stranger"), at("strange"), at("c", "root.key"))
    stranger.logs().create_log_group(logGroupName="/strange")
    stranger.end()
    strange = backed_up(target.address.rsplit("/", 1)[0] + "/stranger", "strange-backup")
    done = restored(another(target.address, "mismatched"), shutil.copytree(folder, at("mixed")), os.path.join(strange, "keys"))
    left = run("psql", target.address.rsplit("/", 1)[0] + "/mismatched", "-Atc", "SELECT count(*) FROM sotto.record").stdout.strip()
    check("keys of another store are refused", done.returncode != 0 and "another store" in done.stderr and left == "0", (done, left))

    done = restored(target.address, folder)
    check("restored", done.returncode == 0, done)
    servers = [Server(at(name), target.address, at("backup", "objects"), root) for name in ("d", "e")]
    for server in servers:
        logs = server.logs()
        check("masked, once, in order", read(logs, "/kept") == wanted(range(120), STARS), server.endpoint)
        check("it opens", read(logs, "/kept", unmask=True) == wanted(range(120), CARD))
        check("what was there then", read(logs, "/gone", unmask=True) == wanted([1], CARD))
    put(servers[0].logs(), "/kept", [120])
    check("it goes on, at both", read(servers[1].logs(), "/kept") == wanted(range(121), STARS))
    for server in servers:
        server.end()

    late = another(target.address, "late")
    done = restored(late, shutil.copytree(folder, at("late-mix"), ignore=shutil.ignore_patterns("objects")), os.path.join(later, "keys"))
    check("with keys of later", done.returncode == 0, done)
    shutil.copytree(at("backup", "objects"), at("late-objects"))
    server = Server(at("f"), late, at("late-objects"), root)
    check("what was erased stays erased", read(server.logs(), "/gone", unmask=True) == wanted([1], STARS), read(server.logs(), "/gone", unmask=True))
    check("the rest opens", read(server.logs(), "/kept", unmask=True)[:120] == wanted(range(120), CARD))
    server.end()


source, target = None, None
try:
    source, target = database.start(at("postgres-1")), database.start(at("postgres-2"))
    if not source:
        if os.environ.get("CI") == "true":
            sys.exit("PostgreSQL is absent; scripts/test installs it")
        print("PostgreSQL is absent: not tested")
        sys.exit(0)
    main(source, target)
finally:
    for one in (source, target):
        if one:
            one.stop()
print("backup of a cluster:", "no difference" if not bad else f"{bad} differences")
sys.exit(1 if bad else 0)
