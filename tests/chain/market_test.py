#!/usr/bin/env python3
"""The vault does what its rules say: after a busy history each account's cash and positions are those of a model, the
custody is what the vault owes, and the same seed gives the same chain. PLIMSOLL_CHAIN_TRANSACTIONS: how many (1000)."""
import os

import node

node.require()
import market

transactions = int(os.environ.get("PLIMSOLL_CHAIN_TRANSACTIONS", "1000"))
seed = int(os.environ.get("PLIMSOLL_SEED", "6"))
print(f"seed {seed}")
heads = []
for _ in range(2):
    with node.Node() as chain:
        busy = market.Market(chain, seed)
        busy.run(transactions)
        busy.check()
        head = chain.ask("eth_getBlockByNumber", "latest", False)
        heads.append(head["hash"])
        logs = chain.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": head["number"], "address": busy.vault})
        receipts = [each for number in range(1, chain.height() + 1) for each in chain.ask("eth_getBlockReceipts", hex(number))]
assert heads[0] == heads[1], f"the same seed gave two chains: {heads}"
refused = sum(receipt["status"] == "0x0" for receipt in receipts)
assert refused == busy.refused > 0, f"the vault refused {refused} transactions, the model {busy.refused}"
kinds = {log["topics"][0] for log in logs}
assert len(kinds) == 6, f"of the vault's six events the history has {len(kinds)}"
print(f"{busy.sent} transactions, {refused} of them refused, {len(logs)} events of the vault: all as the model says")
