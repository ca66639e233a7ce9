"""A real EVM node on loopback for one test: installed by npm from package-lock.json, started, asked, stopped.

Where there is no npm (or no such node for this machine) `require()` ends the test as skipped, and says so. An
installation that fails is a failure: PLIMSOLL_NO_NPM=1 skips these tests on a machine that has npm and no registry.
"""
import atexit
import fcntl
import hashlib
import http.client
import json
import os
import pathlib
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
MODULES = FOLDER / "node_modules"
SKIPPED = 77  # tests/CMakeLists.txt: SKIP_RETURN_CODE
GENESIS_SECONDS = 1_700_000_000
BLOCK_SECONDS = 12


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def require():
    """Everything of package-lock.json in node_modules, or the end of the test."""
    if os.environ.get("PLIMSOLL_NO_NPM"):
        skip("PLIMSOLL_NO_NPM is set: no EVM node, no Solidity compiler")
    if not shutil.which("npm") or not shutil.which("node"):
        skip("no npm here: no EVM node, no Solidity compiler (tools/setup installs npm)")
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        skip(f"the EVM node of package.json is made for Linux on x86_64, not for {platform.system()} on {platform.machine()}")
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    done = MODULES / ".installed"
    with open(FOLDER / "package-lock.json", "rb") as lock:  # one installs, the others wait for it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == wanted:
            return
        ran = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        if ran.returncode != 0:
            sys.exit(f"npm ci in tests/chain failed (PLIMSOLL_NO_NPM=1 skips what needs it):\n{ran.stdout}")
        done.write_text(wanted)


class Refused(Exception):
    """The node's own error."""


class Node:
    """anvil with the blocks under the test's control: none but by mine(). The same calls give the same hashes."""

    def __init__(self, accounts=40, port=None):
        self.home = tempfile.mkdtemp(prefix="plimsoll-anvil-")
        self.accounts_count = accounts
        self.process = None
        self.connection = None
        self.last_id = 0
        self.start(port)
        atexit.register(self.stop)

    def start(self, port=None):
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [MODULES / ".bin" / "anvil", "--host", "127.0.0.1", "--port", str(self.port), "--silent",
             "--accounts", str(self.accounts_count), "--timestamp", str(GENESIS_SECONDS), "--hardfork", "cancun",
             "--no-mining", "--order", "fees", "--gas-limit", str(10**11), "--base-fee", "1000"],
            env={**os.environ, "HOME": self.home}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        for _ in range(400):
            if self.process.poll() is not None:
                sys.exit(f"anvil ended at once with status {self.process.returncode}")
            try:
                self.ask("eth_chainId")
                break
            except OSError:
                time.sleep(0.025)
        else:
            sys.exit("anvil did not answer within 10 s")
        self.ask("anvil_setBlockTimestampInterval", BLOCK_SECONDS)
        self.accounts = self.ask("eth_accounts")

    def stop(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None
        if self.connection:
            self.connection.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def post(self, body):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            self.connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
            return json.loads(self.connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def call_of(self, method, params):
        self.last_id += 1
        return {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}

    def ask(self, method, *params):
        return answer(self.post(self.call_of(method, params)))

    def ask_many(self, method, many):
        """One batch; answers in the order asked. The node carries the calls of a batch out side by side."""
        calls = [self.call_of(method, params) for params in many]
        by_id = {reply["id"]: reply for reply in self.post(calls)} if calls else {}
        return [answer(by_id[call["id"]]) for call in calls]

    def mine(self):
        """One block of all that waits."""
        self.ask("evm_mine")

    def height(self):
        return int(self.ask("eth_blockNumber"), 16)


def answer(reply):
    if "error" in reply:
        raise Refused(reply["error"].get("message", reply["error"]))
    return reply["result"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
