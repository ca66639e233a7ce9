#!/usr/bin/env python3
"""Committed logs folded a second time, in Python, and the state roots of both, row by row the same (reliability R18).

MODEL_EVENTS says how many events each generated ledger has (40,000); at every tenth of a log the roots are compared.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from book_model import Book

plimsoll = os.environ["PLIMSOLL"]
schema = pathlib.Path(__file__).resolve().parents[2] / "ledger" / "event" / "event.fbs"
count = int(os.environ.get("MODEL_EVENTS", "40000"))
accounts = max(count // 200, 100)
stop = max(count // 10, 1)


def run(*words, **more):
    return subprocess.run([plimsoll, *words], check=True, capture_output=True, text=True, **more).stdout


def compare(ledger, title):
    began = time.monotonic()
    probe = subprocess.Popen([plimsoll, "state-root", ledger, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    log = subprocess.Popen([plimsoll, "export", ledger, "--format", "events"], stdout=subprocess.PIPE, text=True)
    book, compared, differences, kinds = Book(schema), 0, 0, set()

    def look():
        nonlocal compared, differences
        probe.stdin.write(f"root {book.head['sequence']}\n")
        probe.stdin.flush()
        answer = probe.stdout.readline().split()
        mine = book.state_root()
        compared += 1
        if answer != ["root", mine]:
            differences += 1
            print(f"{title}: after event {book.head['sequence']} the ledger says {' '.join(answer)}, the model {mine}", flush=True)

    for line in log.stdout:
        event = json.loads(line)
        kinds.add(event["kind"])
        book.apply(event)
        if book.head["sequence"] % stop == 0 and differences == 0:
            look()
    look()
    probe.stdin.close()
    assert log.wait() == 0 and probe.wait() == 0
    print(f"{title}: {book.head['sequence']:,} events of {len(kinds)} kinds, {compared} roots compared, {differences} differences, "
          f"{time.monotonic() - began:.0f} s", flush=True)
    return differences, kinds


with tempfile.TemporaryDirectory() as place:
    differences, kinds = 0, set()
    for title, words in {
        "calm": ["--scenario", "calm", "--seed", "11"],
        "crash": ["--scenario", "crash", "--seed", "12"],
        "decided": ["--decide", "dydx-v4-perp", "--seed", "13"],
        "hyperliquid": ["--decide", "hyperliquid-perp", "--seed", "14"],
    }.items():
        ledger = str(pathlib.Path(place) / title)
        events = count if title in ("calm", "crash") else count // 4
        run("generate", "--ledger", ledger, "--accounts", str(accounts), "--events", str(events), *words)
        off, seen = compare(ledger, title)
        differences += off
        kinds |= seen
    # What a day does not have: interest, corrections, blocks, parameters, credit, opening entries.
    story = pathlib.Path(place) / "story.jsonl"
    story.write_text((pathlib.Path(__file__).parent / "book_model_story.jsonl").read_text())
    ledger = str(pathlib.Path(place) / "story")
    run("init", ledger)
    run("import", ledger, "--format", "events", str(story))
    off, seen = compare(ledger, "story")
    differences += off
    kinds |= seen
    missing = {kind.removeprefix("apply_") for kind in dir(Book) if kind.startswith("apply_")} - kinds
    if missing:
        sys.exit(f"never seen, so never compared: {', '.join(sorted(missing))}")
    sys.exit(1 if differences else 0)
