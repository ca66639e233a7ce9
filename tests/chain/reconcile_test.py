#!/usr/bin/env python3
"""plimsoll reconcile against a real node after a busy history: no difference at any block, and each kind of damage that is
planted in a ledger, or in what a node says, is found, named and classified.

PLIMSOLL_FULL=1: 20,000 transactions, 100 random blocks, 20 of each damage; else 1,000, 4 and 1.
"""
import http.client
import http.server
import json
import os
import random
import threading
import time

import node

node.require()
import ledger
import market

FULL = bool(os.environ.get("PLIMSOLL_FULL"))
TRANSACTIONS = int(os.environ.get("PLIMSOLL_CHAIN_TRANSACTIONS", "20000" if FULL else "1000"))
BLOCKS, ROUNDS = (100, 20) if FULL else (4, 1)
seed = int(os.environ.get("PLIMSOLL_SEED", "8"))
dice = random.Random(seed)
print(f"seed {seed}")


class LyingNode:
    """A node in front of the real one: `lie(method, params, result)` says what is answered instead."""

    def __init__(self, chain, lie):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    told = outer.ask(asked)
                body = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.chain, self.lie, self.lock = chain, lie, threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def ask(self, asked):
        connection = http.client.HTTPConnection("127.0.0.1", self.chain.port, timeout=60)
        connection.request("POST", "/", json.dumps(asked), {"Content-Type": "application/json"})
        told = json.loads(connection.getresponse().read())
        connection.close()
        calls = asked if isinstance(asked, list) else [asked]
        by_id = {call["id"]: call for call in calls}
        for reply in told if isinstance(told, list) else [told]:
            call = by_id[reply["id"]]
            if "result" in reply:
                reply["result"] = self.lie(call["method"], call["params"], reply["result"])
        return told

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Record:
    """The events of one log of the vault, as lines of the events format."""

    def __init__(self, lines):
        self.lines = lines
        block, minor = map(int, lines[0]["cursor"].split(":"))
        self.block, self.log_index = block, minor - 1

    def at(self, block, log_index, like=None):
        """The same at another place; its time is that of the block."""
        told = {"cursor": f"{block}:{log_index + 1}"}
        if like:
            told["time"] = like.lines[0]["time"]
        return Record([{**line, **told} for line in self.lines])

    def is_kind(self, kind):
        return self.lines[0]["kind"] == kind


def read_events(file):
    """What comes before, or is of no log, stays as it is: a line; each log is a Record."""
    parts = []
    for text in file.read_text().splitlines():
        line = json.loads(text)
        cursor = line.get("cursor", "0:0")
        if line.get("source") is None or cursor.endswith(":0"):
            parts.append(line)
        elif parts and isinstance(parts[-1], Record) and parts[-1].lines[0]["cursor"] == cursor:
            parts[-1].lines.append(line)
        else:
            parts.append(Record([line]))
    return parts


def write_events(parts, file):
    lines = [line for part in parts for line in (part.lines if isinstance(part, Record) else [part])]
    file.write_text("".join(json.dumps({**line, "sequence": place + 1}) + "\n" for place, line in enumerate(lines)))


def inside_a_block(parts, kind="Traded"):
    """Places of records of that kind with another record of the same block right before and after."""
    def same(i, j):
        return isinstance(parts[j], Record) and parts[j].block == parts[i].block
    return [i for i in range(1, len(parts) - 1)
            if isinstance(parts[i], Record) and parts[i].is_kind(kind) and same(i, i - 1) and same(i, i + 1)]


def ends_of_blocks(parts):
    """Places of the last record of each block but the last, where another record of the block is right before it."""
    places = [i for i, part in enumerate(parts) if isinstance(part, Record)]
    return [i for i, following in zip(places, places[1:]) if parts[following].block != parts[i].block
            and isinstance(parts[i - 1], Record) and parts[i - 1].block == parts[i].block]


# Each takes the parts and gives them damaged, with the place (block, log index) of the first difference.
def drop_a_log(parts):
    gone = dice.choice(inside_a_block(parts))
    return parts[:gone] + parts[gone + 1:], (parts[gone].block, parts[gone].log_index)


def change_an_amount(parts):
    chosen = dice.choice(inside_a_block(parts, "Transferred"))
    line = parts[chosen].lines[0]
    amount = line["amount"]
    last = str((int(amount[-1]) + 1) % 10) if amount[-1].isdigit() and amount[-1] != "9" else "1"
    changed = Record([{**line, "amount": amount[:-1] + last}, *parts[chosen].lines[1:]])
    return parts[:chosen] + [changed] + parts[chosen + 1:], (changed.block, changed.log_index)


def swap_two(parts):
    """Two trades of one block, each where the other was."""
    pairs = [i for i in inside_a_block(parts) if isinstance(parts[i + 1], Record) and parts[i + 1].is_kind("Traded")]
    at = dice.choice(pairs)
    first, second = parts[at], parts[at + 1]
    return (parts[:at] + [second.at(first.block, first.log_index), first.at(second.block, second.log_index)] + parts[at + 2:],
            (first.block, first.log_index))


def add_one(parts):
    """A trade that never was, right behind the last record of a block."""
    at = dice.choice(ends_of_blocks(parts))
    trade = parts[dice.choice(inside_a_block(parts))]
    added = Record([{**line, "record": "7" * 16} for line in trade.at(parts[at].block, parts[at].log_index + 1, parts[at]).lines])
    return parts[:at + 1] + [added] + parts[at + 1:], (added.block, added.log_index)


def book_in_a_later_block(parts):
    """The last record of a block, booked as the last of another."""
    ends = ends_of_blocks(parts)
    place = dice.randrange(len(ends) - 1)
    at, later = ends[place], ends[place + 1]
    last = parts[later]
    moved = parts[at].at(last.block, last.log_index + 1, last)
    return parts[:at] + parts[at + 1:later + 1] + [moved] + parts[later + 1:], (parts[at].block, parts[at].log_index)


DAMAGES = {"missing": drop_a_log, "amount": change_an_amount, "order": swap_two, "extra": add_one, "late": book_in_a_later_block}


def differences(report):
    return sum(report["counts"].values())


def planted_in_the_ledger(folder, directory, chain, head):
    """Each damage in the events of a sound ledger, imported into another; against the chain as a file."""
    events = folder.path / "events.jsonl"
    ledger.run("export", directory, "--format", "events", "--output", events)
    parts = read_events(events)
    saved = folder.path / "chain.jsonl"
    ledger.run("chain", "save", chain.url, "--from", 1, "--to", head, saved, "--for", directory)
    assert differences(ledger.ask("reconcile", directory, "--chain", saved, "--at", head)) == 0, "the chain as a file"
    for kind, damage in DAMAGES.items():
        for turn in range(ROUNDS):
            damaged, place = damage(parts)
            file = folder.path / "damaged.jsonl"
            write_events(damaged, file)
            books = folder.ledger(f"{kind}-{turn}")
            ledger.run("import", books, "--format", "events", file)
            report = ledger.ask("reconcile", books, "--chain", saved, "--at", head, status=1)
            found = report["findings"][0]
            assert found["kind"] == kind, f"{kind} at {place}: found {found}"
            assert (found["block"], found["log_index"]) == place, f"{kind} at {place}: found {found}"
        print(f"{kind}: {ROUNDS} planted, {ROUNDS} found, each first and of its kind")


def forged(folder, chain, busy, directory):
    """What only a proof can tell: a node that lies of the state, of a block, of its logs."""
    head = chain.height()

    def of_a_slot(method, params, result):
        if method == "eth_getProof" and result["storageProof"]:
            slot = result["storageProof"][0]
            slot["value"] = hex(int(slot["value"], 16) ^ 1)
        return result

    def of_a_node(method, params, result):
        if method == "eth_getProof" and result["accountProof"]:
            last = result["accountProof"][-1]
            result["accountProof"][-1] = last[:-1] + ("0" if last[-1] != "0" else "1")
        return result

    def of_a_log(method, params, result):
        if method == "eth_getBlockReceipts":
            for receipt in result:
                for log in receipt["logs"]:
                    if log["address"] == busy.vault and int(log["blockNumber"], 16) == head:
                        log["data"] = log["data"][:-1] + ("0" if log["data"][-1] != "0" else "1")
                        return result
        return result

    def of_a_header(method, params, result):
        if method == "eth_getBlockByNumber" and int(result["number"], 16) == head - 1:
            result["timestamp"] = hex(int(result["timestamp"], 16) + 1)
        return result

    for name, lie in {"a slot's value": of_a_slot, "a node of a proof": of_a_node, "a log": of_a_log, "a header": of_a_header}.items():
        with LyingNode(chain, lie) as liar:
            report = ledger.ask("reconcile", directory, "--chain", liar.url, "--at", head, status=1)
            assert report["findings"][0]["kind"] == "unproved", f"{name}: {report['findings'][0]}"
    print("forged answers: all four unproved")


with ledger.Folder() as folder, node.Node() as chain:
    begin = time.monotonic()
    busy = market.Market(chain, seed)
    busy.run(TRANSACTIONS)
    made = time.monotonic()
    head = chain.height()
    directory = folder.ledger("books")
    _, cost = ledger.run("follow", directory, "--chain", chain.url, *busy.mapping(), "--from", 1, "--confirmations", 0, "--once")
    taken = time.monotonic()
    print(f"{busy.sent} transactions in {head} blocks made in {made - begin:.1f} s, imported in {taken - made:.1f} s\n{cost.strip()}")
    blocks = sorted(dice.sample(range(5, head + 1), min(BLOCKS, head - 5))) + [head]
    before = 0
    proved = balances = 0
    for at in blocks:
        report = ledger.ask("reconcile", directory, "--chain", chain.url, "--at", at, "--from", before + 1)
        assert differences(report) == 0, f"block {at}: {report['findings'][:3]}"
        assert report["balances_proved"] == report["balances"] > 0, report
        proved += report["headers_proved"]
        balances += report["balances"]
        before = at
    print(f"{len(blocks)} blocks reconciled in {time.monotonic() - taken:.1f} s: 0 differences; {proved} headers with their receipts and "
          f"{balances} balances proved")
    forged(folder, chain, busy, directory)
    planted_in_the_ledger(folder, directory, chain, head)
