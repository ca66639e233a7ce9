#!/usr/bin/env python3
"""contracts/*.sol, compiled anew, are what contracts/compiled.json says: the fixture that all other tests deploy.

After a change of the contracts:  cd tests/chain && npm ci && node compile.js > contracts/compiled.json
"""
import json
import subprocess
import sys

import node

fixture = json.loads((node.FOLDER / "contracts" / "compiled.json").read_text())
lock = (node.FOLDER / "package-lock.json").read_text()
if '"resolved"' in lock:
    sys.exit("package-lock.json names the host of a registry; strip its \"resolved\" lines")

node.require()
ran = subprocess.run(["node", "compile.js"], cwd=node.FOLDER, capture_output=True, text=True, timeout=120)
if ran.returncode != 0:
    sys.exit(f"the contracts do not compile without a warning:\n{ran.stderr}")
compiled = json.loads(ran.stdout)
for contract in sorted(fixture.keys() | compiled.keys()):
    if fixture.get(contract) != compiled.get(contract):
        sys.exit(f"{contract} compiles to something else than contracts/compiled.json has; if that is meant: "
                 "node compile.js > contracts/compiled.json")
for contract, parts in {"Vault": ["balances", "position", "price"], "Token": ["_balances"]}.items():
    for label in parts:
        if label not in compiled[contract]["storage"]:
            sys.exit(f"{contract} keeps no {label}")
print(f"{len(compiled) - 1} contracts compile to their fixture, by {compiled['compiler']}")
