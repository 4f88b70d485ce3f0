"""A PostgreSQL server of a test's own: in a folder, on a port of the loopback address, as somebody who is not root."""

import glob, os, shutil, socket, subprocess, time


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True) + os.environ.get("PATH", "").split(":")
    return next((folder for folder in found if all(os.path.exists(f"{folder}/{one}") for one in ("initdb", "postgres", "psql"))), None)


def person():
    """What makes a process nobody's, where this one is root's."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


class Database:
    def __init__(self, folder, port):
        self.folder, self.address = folder, f"postgres://sotto@127.0.0.1:{port}/postgres"
        self.given = dict(cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **person())
        make = ["initdb", "--no-sync", "--auth=trust", "--username=sotto", "--encoding=UTF8", "--locale=C", "-D", folder]
        subprocess.run([f"{programs()}/{make[0]}", *make[1:]], check=True, **self.given)
        run = ["-D", folder, "-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        self.process = subprocess.Popen([f"{programs()}/postgres", *run], **self.given)

    def answers(self):
        asked = [f"{programs()}/psql", self.address, "-c", "SELECT 1"]
        return subprocess.run(asked, **self.given).returncode == 0

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(folder):
    """A server that answers; nothing, where PostgreSQL is not installed."""
    if not programs():
        return None
    os.makedirs(folder)
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    database, end = Database(folder, port), time.time() + 60
    while time.time() < end:
        if database.answers():
            return database
        time.sleep(0.1)
    database.stop()
    raise RuntimeError("the database does not start")
