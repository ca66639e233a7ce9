#!/usr/bin/env python3
"""plimsoll follow at a real node: reorganisations while it watches, a node that dies, a chain that is replaced below what
is final; after each the ledger is that of a fresh import of the chain as it is. PLIMSOLL_FULL=1: every depth from 1 to 64."""
import os
import random

import node

node.require()
import ledger
import market

FULL = bool(os.environ.get("PLIMSOLL_FULL"))
CONFIRMATIONS = 64
seed = int(os.environ.get("PLIMSOLL_SEED", "16"))
print(f"seed {seed}")
depths = list(range(1, 65)) if FULL else [1, 2, 7, 31, 64]
random.Random(seed).shuffle(depths)


def tip(chain):
    return chain.ask("eth_getBlockByNumber", "latest", False)["hash"]


def hashes_above(chain, height):
    numbers = range(height + 1, chain.height() + 1)
    return [block["hash"] for block in chain.ask_many("eth_getBlockByNumber", [[hex(number), False] for number in numbers])]


def root_of_fresh_import(folder, name, chain, busy, last):
    """Of a new ledger that takes blocks 1 to `last` from a file; each ledger by another way than following."""
    saved = folder.path / f"{name}.jsonl"
    ledger.run("chain", "save", chain.url, "--from", 1, "--to", last, saved)
    directory = folder.ledger(name)
    return ledger.ask("import", directory, "--format", "evm-json", *busy.mapping(), saved)["basis"]["state_root"]


def reorganisations(folder):
    with node.Node(accounts=12) as chain:
        busy = market.Market(chain, seed)
        busy.grow(80)
        directory = folder.ledger("followed")
        words = [directory, "--chain", chain.url, *busy.mapping(), "--from", 1, "--confirmations", CONFIRMATIONS]
        follower = ledger.Follower(*words)
        follower.wait_for(tip(chain))
        deepest = 0
        for depth in depths:
            mark, fork = busy.mark(), chain.height()
            busy.grow(depth)
            follower.wait_for(tip(chain))
            before = hashes_above(chain, fork)
            with follower.paused():
                busy.rewind(mark)
            busy.grow(depth + random.Random(depth).randint(0, 2))
            gone = follower.wait_for(tip(chain))
            replaced = set(before) - set(hashes_above(chain, fork))  # an empty first block may be the same on both branches
            told = {block["hash"] for block in gone}
            assert replaced <= told <= set(before) and len(replaced) >= depth - 3, f"depth {depth}: {len(replaced)} replaced, {len(told)} told"
            deepest = max(deepest, len(told))
        busy.check()
        account, _ = follower.stop()
        told = account["reorganisations"]
        assert told["count"] == len(depths) and told["deepest"] == deepest >= max(depths) - 3, told
        assert account["pending"]["trouble"] is None and account["pending"]["blocks"] == CONFIRMATIONS, account["pending"]
        head = chain.height()
        assert account["final"]["number"] == head - CONFIRMATIONS
        assert account["pending"]["state_root"] == root_of_fresh_import(folder, "whole", chain, busy, head), "what is pending"
        assert account["basis"]["state_root"] == root_of_fresh_import(folder, "final", chain, busy, head - CONFIRMATIONS)
        ledger.run("checkpoint", directory)
        busy.grow(CONFIRMATIONS)
        caught_up = ledger.ask("follow", *words, "--once")
        assert caught_up["basis"]["state_root"] == account["pending"]["state_root"], "what was pending is final now"
        ledger.run("verify", directory)
        print(f"{len(depths)} reorganisations down to depth {max(depths)}: pending and final state as a fresh import has them")


def replaced_below_what_is_final(folder):
    with node.Node(accounts=12) as chain:
        busy = market.Market(chain, seed + 1)
        busy.grow(10)
        directory = folder.ledger("replaced")
        words = [directory, "--chain", chain.url, *busy.mapping(), "--from", 1, "--confirmations", 2]
        mark = busy.mark()
        for step in range(6):  # each with a record of the ledger
            busy.do_price(0, (1_000 + step) * market.ONE)
            busy.mine()
        before = ledger.ask("follow", *words, "--once")
        was = before["final"]["hash"]
        busy.rewind(mark)
        busy.grow(12)
        _, told = ledger.run("follow", *words, "--once", status=1)
        now = chain.ask("eth_getBlockByNumber", hex(before["final"]["number"]), False)["hash"]
        assert "a block that was final" in told and was in told and now in told, told
        assert ledger.ask("state-root", directory)["basis"]["state_root"] == before["basis"]["state_root"], "something was booked"
        print("a reorganisation below what is final: stopped with both hashes, nothing booked")


def node_that_dies(folder):
    chain = node.Node(accounts=12)
    busy = market.Market(chain, seed + 2)
    busy.grow(8)
    directory = folder.ledger("died")
    words = [directory, "--chain", chain.url, *busy.mapping(), "--from", 1, "--confirmations", 3, "--tries", 1]
    follower = ledger.Follower(*words)
    follower.wait_for(tip(chain))
    port = chain.port
    chain.stop()
    _, told = ledger.run("follow", folder.ledger("other"), *words[1:], "--once", status=3)
    assert "cannot be reached" in told and "is the node running" in told, told
    with node.Node(accounts=12, port=port) as reborn:  # the same seed, so the same chain, and further
        again = market.Market(reborn, seed + 2)
        again.grow(8)
        again.grow(9)
        follower.wait_for(tip(reborn))
        account, errors = follower.stop()
        assert "waiting for it" in errors, errors
        head = reborn.height()
        assert account["basis"]["state_root"] == root_of_fresh_import(folder, "reborn", reborn, again, head - 3)
        print("a node that dies and comes back: waited for, then as a fresh import")


with ledger.Folder() as folder:
    reorganisations(folder)
    replaced_below_what_is_final(folder)
    node_that_dies(folder)
