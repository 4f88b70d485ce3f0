"""Does a backup that is made while a server writes hold what was confirmed, and does what was erased stay erased?

Usage: backup.py SOTTO FOLDER KILLS SEED. Starts the server itself, kills `sotto backup` and `sotto restore` in the midst of their work,
lets them go on, starts a server on what was restored, and compares. The exit status is 1 when something is missing, torn, in
clear, overwritten or brought back. Values are invented.
"""

import glob, json, os, random, shutil, signal, sqlite3, subprocess, sys, threading, time

import boto3
from botocore.config import Config

SOTTO, FOLDER, KILLS, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CARD = "4929573829184403"
DEADLINE = 420
random.seed(SEED)
bad = 0


def check(name, ok, info=""):
    global bad
    if not ok:
        bad += 1
        print("backup:", name, info)


def at(*names):
    return os.path.join(FOLDER, *names)


class Server:
    def __init__(self, data):
        command = [SOTTO, "serve", "--listen", "127.0.0.1:0", "--log", "off", "--data", data]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.endpoint = "http://" + line.split()[1]
                return
        sys.exit(f"the server on {data} ends with {self.process.wait()}")

    def client(self, service="logs"):
        config = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=60)
        return boto3.client(service, endpoint_url=self.endpoint, region_name="eu-central-1", config=config)

    def end(self):
        self.process.terminate()
        self.process.wait(60)


def sotto(*words):
    run = subprocess.run([SOTTO, *words], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def until_done(words, is_done):
    """Runs a verb, kills it at random moments a few times, and lets it go on; how often it was hit. One that had done its work when it
    was hit refuses to do it again."""
    hit = 0
    for turn in range(KILLS):
        process = subprocess.Popen([SOTTO, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.0, 0.05 * 3**(turn % 3)))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            hit += 1
        process.wait()
        if process.returncode == 0:
            return hit, (0, "")
    if is_done():
        return hit, (0, "")
    return hit, sotto(*words)


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


def wait(what, seconds=DEADLINE):
    end = time.time() + seconds
    while time.time() < end:
        if what():
            return True
        time.sleep(1)
    return False


confirmed = []


def write(server, ended):
    logs, number = server.client(), 1
    while not ended.is_set():
        numbers = list(range(number, number + 20))
        put(logs, "/kept", numbers)
        number = numbers[-1] + 1
        confirmed.append(numbers[-1])
        time.sleep(0.05)


def records_of_keys(folder):
    copies = sorted(glob.glob(os.path.join(folder, "keys-*.json")))
    return json.load(open(copies[-1]))["records"]


def restored(name, backup, keys, root):
    data = at(name)
    os.makedirs(data, mode=0o700)
    shutil.copy(root, os.path.join(data, "root.key"))
    code, said = sotto("restore", "--from", backup, "--keys", keys, "--data", data)
    check("restores", code == 0, (name, said))
    return data


def judge(data, last):
    """Everything that was confirmed before the backup began, masked, once, in order; and it opens."""
    server = Server(data)
    try:
        found = read(server.client(), "/kept")
        numbers = [int(message.split()[0][2:]) for message in found]
        check("masked", all(message.endswith("*" * 16) for message in found), found[:1])
        check("once, in order, nothing missing", numbers == list(range(1, len(numbers) + 1)), numbers[:5])
        check("what was confirmed before is there", len(numbers) >= last, (len(numbers), last))
        opened = read(server.client(), "/kept", unmask=True)
        check("originals open", all(message.endswith(CARD) for message in opened) and len(opened) == len(found), opened[:1])
        put(server.client(), "/kept", [len(numbers) + 1])
        check("it goes on", len(read(server.client(), "/kept")) == len(numbers) + 1)
    finally:
        server.end()


def main():
    data, root = at("data"), at("data", "root.key")
    server = Server(data)
    logs, first = server.client(), at("first")
    for group in ("/kept", "/gone"):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, "/gone", [1])
    ended = threading.Event()
    writer = threading.Thread(target=write, args=(server, ended))
    writer.start()
    check("something is written", wait(lambda: confirmed))

    # A first backup, from before the erasure.
    code, said = sotto("backup", "--data", data, "--to", first, "--keys-to", at("keys-first"))
    check("a backup of a running server", code == 0 and "keys-" in said, said)
    check("it is not overwritten", sotto("backup", "--data", data, "--to", first, "--keys-to", at("keys-first"))[0] == 2)
    inside = sotto("backup", "--data", data, "--to", at("x"), "--keys-to", at("x", "keys"))
    check("keys are not put beside the data", inside[0] == 2, inside)
    os.makedirs(at("open"))
    os.chmod(at("open"), 0o755)
    refused = sotto("backup", "--data", data, "--to", at("open"), "--keys-to", at("keys-open"))
    check("an open directory is refused, with the way out", refused[0] == 2 and "chmod 700" in refused[1], refused)
    os.symlink(at("keys-first"), at("keys-link"))
    refused = sotto("backup", "--data", data, "--to", at("keys-first", "data"), "--keys-to", at("keys-link"))
    check("links do not bring keys beside the data", refused[0] == 2 and not os.path.exists(at("keys-first", "data", "store")), refused)
    before = records_of_keys(at("keys-first"))
    logs.delete_log_group(logGroupName="/gone")

    # While segments come into being and the keys of the deleted group are destroyed.
    turn = 0

    def erased():
        nonlocal turn
        turn += 1
        code, said = sotto("backup", "--data", data, "--to", at(f"probe-{turn}"), "--keys-to", at("keys-later"))
        check("a later backup", code == 0, said)
        shutil.rmtree(at(f"probe-{turn}"))
        time.sleep(5)
        return records_of_keys(at("keys-later")) < before

    check("keys of a deleted group are destroyed", wait(erased))
    check("there are segments", wait(lambda: glob.glob(os.path.join(data, "objects", "**", "*.parquet"), recursive=True)))

    # One that is killed in between, while events come.
    last, to, keys = confirmed[-1], at("second"), at("keys-second")
    hit, (code, said) = until_done(["backup", "--data", data, "--to", to, "--keys-to", keys], lambda: os.path.exists(os.path.join(to, "backup.json")))
    check("a backup goes on after kills", code == 0, said)
    objects = glob.glob(os.path.join(to, "objects", "**", "*.parquet"), recursive=True)
    check("with objects", objects)
    clear = [path for path in glob.glob(os.path.join(to, "**"), recursive=True) if os.path.isfile(path) and CARD.encode() in open(path, "rb").read()]
    check("no value in clear", not clear, clear)
    open_to_others = [path for path in glob.glob(os.path.join(to, "**"), recursive=True) if os.stat(path).st_mode & 0o077]
    check("for its owner alone", not [path for path in open_to_others if not path.endswith("lock")], open_to_others)
    kept = sqlite3.connect(os.path.join(to, "store", "sotto.db"))
    check("no wrapped key among the data", not kept.execute("SELECT 1 FROM record WHERE instr(place, 'log-key') AND body IS NOT NULL").fetchall())
    kept.close()
    code, said = sotto("doctor", "--data", data, "--keys-copies", keys)
    check("doctor names the day", "holds everywhere from" in said, said)
    ended.set()
    writer.join()
    server.end()

    # A wrong root key, damage, a store that is there.
    wrong = at("wrong")
    os.makedirs(wrong, mode=0o700)
    other = Server(at("other"))
    other.end()
    shutil.copy(at("other", "root.key"), os.path.join(wrong, "root.key"))
    code, said = sotto("backup", "--data", at("other"), "--to", at("other-backup"), "--keys-to", at("other-keys"))
    check("another store is backed up", code == 0, said)
    strange = sotto("restore", "--from", to, "--keys", at("other-keys"), "--data", at("strange"), "--root-key-file", root)
    check("keys of another store are refused", strange[0] == 2 and "another store" in strange[1] and not os.path.exists(at("strange", "store")), strange)
    code, said = sotto("restore", "--from", to, "--keys", keys, "--data", wrong)
    check("a wrong root key is refused, and nothing is written", code == 3 and os.listdir(wrong) == ["root.key"], (code, said, os.listdir(wrong)))
    check("a store is not overwritten", sotto("restore", "--from", to, "--keys", keys, "--data", at("other"), "--root-key-file", root)[0] == 2)
    damaged = at("damaged")
    shutil.copytree(to, damaged)
    with open(objects[0].replace(to, damaged), "r+b") as file:
        file.seek(40)
        file.write(b"?")
    tried = at("tried")
    code, said = sotto("restore", "--from", damaged, "--keys", keys, "--data", tried, "--root-key-file", root)
    check("damage is found", code == 3 and "damaged" in said and not os.path.exists(os.path.join(tried, "store")), said)

    # Restored, killed in between.
    data = at("restored")
    os.makedirs(data, mode=0o700)
    shutil.copy(root, os.path.join(data, "root.key"))
    words = ["restore", "--from", to, "--keys", keys, "--data", data]
    check("a dry run", sotto(*words, "--dry-run")[0] == 0 and os.listdir(data) == ["root.key"])
    hit_again, (code, said) = until_done(words, lambda: os.path.exists(os.path.join(data, "store")))
    check("a restore goes on after kills", code == 0, said)
    judge(data, last)

    # Data from before the erasure: with the keys of then everything comes back, with those of later and with none it does not.
    for name, copies, opens in (("then", "keys-first", True), ("later", "keys-later", False), ("none", None, False)):
        one = Server(restored(name, first, at(copies) if copies else "none", root))
        try:
            logs = one.client()
            found = read(logs, "/gone") + read(logs, "/gone", unmask=True)
            wanted = ["n=1 credit card " + "*" * 16, "n=1 credit card " + (CARD if opens else "*" * 16)]
            check("what is erased stays erased", found == wanted, (name, found))
            # Of the same day as what was sealed under the key that is gone.
            put(logs, "/gone", [2])
            opened = read(logs, "/gone", unmask=True)
            check("and what comes opens", opened == [wanted[1], f"n=2 credit card {CARD}"], (name, opened))
        finally:
            one.end()
    print(f"{hit} backups and {hit_again} restores killed, {len(objects)} segments, {last} events confirmed before the last backup")


main()
sys.exit(1 if bad else 0)
