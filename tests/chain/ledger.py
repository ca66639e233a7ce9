"""The program as these tests meet it: a ledger in a folder of its own, asked on the command line."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import queue

PROGRAM = os.environ.get("PLIMSOLL", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/bin/plimsoll"))


def run(*words, status=0):
    """What it writes to stdout and stderr; another exit status than expected ends the test."""
    ran = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=900)
    if ran.returncode != status:
        sys.exit(f"plimsoll {' '.join(map(str, words))}\nended with {ran.returncode} instead of {status}\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout, ran.stderr


def ask(*words, status=0):
    return json.loads(run(*words, "--json", status=status)[0])


class Folder:
    """A folder that is gone after the test."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-chain-"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def ledger(self, name):
        run("init", self.path / name)
        return self.path / name


class Follower:
    """plimsoll follow as a process that stays: its news as they come, its account when it is stopped."""

    def __init__(self, *words):
        self.process = subprocess.Popen([PROGRAM, "follow", *map(str, words), "--json", "--poll", "0.05"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    @contextlib.contextmanager
    def paused(self):
        """It asks nothing meanwhile: anvil 1.7.1 now and then stops answering when it is asked while it reverts."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(0.05)  # what it has asked is answered
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def wait_for(self, tip, seconds=60):
        """Until the news tell of this block as the newest; which blocks were told to be gone on the way."""
        gone = []
        while True:
            line = self.lines.get(timeout=seconds)
            if line is None:
                sys.exit(f"follow ended: {self.process.stderr.read()}")
            news = json.loads(line)
            if "news" not in news:
                sys.exit(f"follow ended: {line}{self.process.stderr.read()}")
            gone += news["gone"]
            if news["tip"] == tip:
                return gone

    def stop(self, status=0):
        """Its account, as JSON."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended(status)

    def ended(self, status=0):
        code = self.process.wait(timeout=60)
        rest = []
        while (line := self.lines.get(timeout=10)) is not None:
            rest.append(line)
        errors = self.process.stderr.read()
        if code != status:
            sys.exit(f"follow ended with {code} instead of {status}\n{''.join(rest)}\n{errors}")
        begin = next((i for i, line in enumerate(rest) if line == "{\n"), None)
        return (json.loads("".join(rest[begin:])) if begin is not None else None), errors
