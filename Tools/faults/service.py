"""A service under test: how it is started, asked and written to, and the ledger of what it acknowledged."""
import http.client
import json
import os
import random
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build_shim(folder):
    """Compiles `shim.c`; returns the library's path."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim.c")
    library = os.path.join(folder, "shim.so")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"],
                   check=True)
    return library


def scratch_folder(prefix):
    """In memory where there is such a place: thousands of disks are made and thrown away."""
    return tempfile.mkdtemp(prefix=prefix, dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


class Service:
    """`arcanea serve` on a store."""

    def __init__(self, binary, data, port, environment=None, options=(), log=None):
        self.port = port
        self.log = log
        output = open(log, "ab") if log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [binary, "serve", "--data", data, "--port", str(port), "--log-level", "error", *options],
            env={**os.environ, **(environment or {})}, stdout=output, stderr=output)
        if log:
            output.close()

    def wait_until_ready(self, seconds=60):
        """False when the process ended first."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                return False
            try:
                if self.ask("GET", "/readyz")[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.02)
        raise TimeoutError("the service is not ready")

    def ask(self, method, path, body=None, connection=None):
        """Status and parsed body. Raises OSError or HTTPException when no answer came."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            text = None if body is None else json.dumps(body)
            own.request(method, path, text, {"Content-Type": "application/json"} if text else {})
            answer = own.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        finally:
            if connection is None:
                own.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=60)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        return self.process.wait(timeout=60)


class Amended(dict):
    """A record as a change of some of its fields would leave it, were all changes before it done; `fields` are those it sets."""

    def __init__(self, record, fields):
        super().__init__(record, **fields)
        self.fields = fields


class Write:
    """One request of a ledger: what it would store, and what is known of it."""
    __slots__ = ("changes", "sent", "answered", "status")

    def __init__(self, changes, sent):
        self.changes = changes  # key -> value, None for absent
        self.sent = sent
        self.answered = None
        self.status = None


class Writer(threading.Thread):
    """A client that writes to keys of its own, one request at a time, and notes what it knows.

    `position` tells where the recording stands; it is noted before each request and after each answer.
    """

    def __init__(self, service, name, seed, count, position=lambda: 0, stop=None, pause=0.0):
        super().__init__(daemon=True)
        self.service, self.label, self.count, self.position, self.pause = service, name, count, position, pause
        self.rng = random.Random(seed)
        self.stop_event = stop or threading.Event()
        self.ledger = []
        self.works = {}
        self.memories = {}
        self.next = 0
        self.wrong = []
        self.ended = None

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        for _ in range(self.count):
            if self.stop_event.is_set():
                break
            method, path, body, changes = self.request()
            write = Write(changes, self.position())
            self.ledger.append(write)
            try:
                write.status, answer = self.service.ask(method, path, body, connection)
            except (OSError, http.client.HTTPException) as error:
                self.ended = repr(error)
                break
            write.answered = self.position()
            if write.status < 300:
                for key, value in changes.items():
                    known = self.works if key[0] == "work" else self.memories
                    if value is None:
                        known.pop(key[1], None)
                    else:
                        known[key[1]] = value
            elif write.status < 500:
                self.wrong.append(f"{method} {path}: {write.status} {answer}")
            if self.pause:
                time.sleep(self.pause)
        connection.close()

    def fresh(self, kind):
        self.next += 1
        return f"{self.label}-{kind}-{self.next}"

    def words(self):
        return " ".join(self.rng.choice(["storm", "sea", "dragon", "mist", "lantern", "root", "glass", "tide"])
                        for _ in range(self.rng.randint(3, 40)))

    def draft(self, own=()):
        """A work and what the store should say of it."""
        name = self.fresh("w")
        living = [key for key, value in self.works.items() if value["state"] == "live"] + list(own)
        parents = sorted(self.rng.sample(living, min(len(living), self.rng.randint(0, 3))))
        text = self.words()
        body = {"id": name, "realmId": self.label, "title": name, "text": text,
                "remixFrom": [{"essenceId": parent} for parent in parents]}
        return name, body, {"text": text, "parents": parents, "state": "live"}

    def request(self):
        choice = self.rng.random()
        living = [key for key, value in self.works.items() if value["state"] == "live"]
        if choice < 0.35 or not living:
            name, body, value = self.draft()
            return "POST", "/essences", body, {("work", name): value}
        if choice < 0.5:
            items, changes, own = [], {}, []
            for _ in range(self.rng.randint(2, 25)):
                name, body, value = self.draft(own)
                own.append(name)
                items.append(body)
                changes[("work", name)] = value
            return "POST", "/essences/batch", {"items": items}, changes
        if choice < 0.6:
            name = self.rng.choice(living)
            return "DELETE", f"/essences/{name}", None, {("work", name): Amended(self.works[name], {"state": "hidden"})}
        if choice < 0.7:
            name = self.rng.choice(living)
            text = self.words()
            return "PATCH", f"/essences/{name}", {"text": text}, {("work", name): Amended(self.works[name], {"text": text})}
        if choice < 0.9 or not self.memories:
            items, changes = [], {}
            for _ in range(self.rng.randint(1, 5)):
                name, text = self.fresh("m"), self.words()
                items.append({"id": name, "kind": "fact", "text": text})
                changes[("memory", name)] = {"text": text}
            return "POST", f"/nexus/{self.label}/memories", {"items": items}, changes
        name = self.rng.choice(list(self.memories))
        return "DELETE", f"/nexus/{self.label}/memories/{name}", None, {("memory", name): None}


def read_store(binary, data, folder):
    """Works and memories as `arcanea export` tells them, by key. Raises CalledProcessError when it cannot."""
    works, memories = os.path.join(folder, "works.jsonl"), os.path.join(folder, "memories.jsonl")
    done = subprocess.run([binary, "export", "--data", data, "--essences", works, "--memories", memories, "--json"],
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"export: status {done.returncode}: {done.stderr.strip()[-300:]}")
    found = {}
    with open(works, encoding="utf-8") as lines:
        for line in lines:
            work = json.loads(line)
            found["work", work["id"]] = {
                "text": work.get("text"), "parents": sorted(p["essenceId"] for p in work.get("remixFrom", [])),
                "state": work.get("state", "live")}
    with open(memories, encoding="utf-8") as lines:
        for line in lines:
            memory = json.loads(line)
            found["memory", memory["id"]] = {"text": memory.get("text")}
    return found
