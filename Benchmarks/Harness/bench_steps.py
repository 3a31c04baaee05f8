"""Steps of a report: each runs one command, keeps its result in a file, and is run again only when something about it changed."""
import hashlib
import json
import os
import platform
import re
import shlex
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HARNESS = os.path.join(HERE, "ann_bench.py")


def machine():
    """Facts about this machine and checkout that a figure depends on."""
    def first(path, pattern):
        try:
            with open(path) as file:
                found = re.search(pattern, file.read(), re.M)
            return found.group(1).strip() if found else None
        except OSError:
            return None
    def said(*command):
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=HERE).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            return ""
    flags = set((first("/proc/cpuinfo", r"^(?:flags|Features)\s*:(.*)$") or "").split())
    memory = first("/proc/meminfo", r"^MemTotal:\s+(\d+)")
    commit = said("git", "rev-parse", "--short=12", "HEAD")
    return {
        "processor": first("/proc/cpuinfo", r"^model name\s*:(.*)$") or platform.processor() or platform.machine(),
        "SIMD": next((name for name in ("avx512f", "avx2", "asimd") if name in flags), "unknown"),
        "cores": os.cpu_count(),
        "memory": f"{int(memory) / 2**20:.0f} GiB" if memory else "unknown",
        "huge pages": first("/sys/kernel/mm/transparent_hugepage/enabled", r"\[(\w+)\]") or "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "Swift": (re.search(r"Swift version (\S+)", said("swift", "--version")) or [None, "unknown"])[1],
        "Python": platform.python_version(),
        "commit": (commit + (" with changes" if said("git", "status", "--porcelain") else "")) if commit else "unknown",
    }


def file_digest(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()[:16]


def load():
    return [round(value, 2) for value in os.getloadavg()]


class Steps:
    """Runs steps into one folder and remembers how each went, in `NAME.step.json` beside its result `NAME.json`."""

    def __init__(self, folder, redo=()):
        self.folder, self.redo, self.records = folder, set(redo), []
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name + ".json")

    def run(self, name, mode, data, arguments, depends=()):
        """One run of ann_bench.py; -> its result, or None when it failed (the record says why).

        A finished step is taken from its file unless its arguments, its data or one of `depends` (strings) changed, or its
        name or mode is in `redo` (name those after a change to the harness itself).
        """
        result, note = self.path(name), os.path.join(self.folder, name + ".step.json")
        command = [HARNESS, mode, "--data", data, *arguments]
        meta = os.path.join(data, "meta.json")
        state = [command[1:], file_digest(meta) if os.path.exists(meta) else "", list(depends)]
        key = hashlib.sha256(json.dumps(state).encode()).hexdigest()
        old = read(note)
        if old and old.get("key") == key and old["error"] is None and os.path.exists(result) and not {name, mode} & self.redo:
            self.records.append({**old, "reused": True})
            return read(result)
        say(f"{name} ...")
        record = {"name": name, "mode": mode, "key": key, "command": shown(command), "started": time.strftime("%Y-%m-%d %H:%M:%S %Z"),
                  "load_before": load(), "error": None}
        start, partial = time.time(), result + ".new"
        log = os.path.join(self.folder, name + ".log")
        full = [sys.executable, *command, "--out", partial, "--md", os.path.join(self.folder, name + ".md"), "--log", log]
        with open(log, "wb") as output:
            code = run_alone(full, output)
        record.update(seconds=round(time.time() - start, 1), load_after=load())
        if code == 0 and os.path.exists(partial):
            os.replace(partial, result)
        else:
            with open(log, errors="replace") as output:
                lines = [line.strip() for line in output if line.strip()]
            record["error"] = f"exit {code}: {lines[-1][:200] if lines else 'nothing said'}"
        with open(note, "w") as file:
            json.dump(record, file, indent=1)
        self.records.append(record)
        say(f"{name}: {record['error'] or 'done'}, {record['seconds']} s")
        return None if record["error"] else read(result)


def run_alone(command, output):
    """Runs a command in its own process group, which ends with us; -> its exit code"""
    process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise


def read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def shown(command):
    """A command line as one would type it in the checkout."""
    return shlex.join([os.path.basename(command[0]), *command[1:]])


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
