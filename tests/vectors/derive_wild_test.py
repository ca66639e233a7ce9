#!/usr/bin/env python3
"""Portfolios turned wild, and their margins by a second implementation, against build/release/bin/derive_vectors.

The second implementation first recomputes published cases, so that it is trusted for a reason. WILD_CASES says how many
(200), WILD_SEED which ones; the seed is printed.
"""
import glob
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from derive_model import ONE, Refused, portfolio_margin, standard_margin, svi_volatility

vectors = pathlib.Path(os.environ.get("SHARED_DIR", "../shared")) / "vectors" / "derive"
program = pathlib.Path(os.environ["PLIMSOLL"]).parent / "derive_vectors"
seed = int(os.environ.get("WILD_SEED", "1"))
count = int(os.environ.get("WILD_CASES", "200"))


def sometimes(share):
    return random.random() < share


def wild_portfolio(case):
    now, parameters, market, account = case["now"], case["parameters"], case["market"], case["account"]
    times = {}
    for feed in market["expiries"]:
        new = random.choice([feed["expiry"], feed["expiry"], now, now - random.randint(1, 10**6), now + 1,
                             now + random.randint(1, 3_600), now + random.randint(1, 10**8)])
        while new in times.values():
            new += 1
        times[feed["expiry"]] = feed["expiry"] = new
        if sometimes(0.3):
            feed["forward_confidence"] = str(random.choice([0, 1, ONE // 2, ONE]))
        if sometimes(0.3):
            feed["rate"] = str(random.choice([0, -ONE, ONE * 3 // 2, 5 * ONE]))
        if sometimes(0.2):
            whole = int(feed["forward_variable"])
            fixed = random.randint(0, whole)
            feed["forward_fixed"], feed["forward_variable"] = str(fixed), str(whole - fixed)
        if sometimes(0.05):
            feed["forward_variable"] = str(random.choice([1, 10**10, 10**30]))
        if sometimes(0.15):
            feed["svi"]["a"] = str(random.choice([0, 1, 10**9, 10**19, 10**20]))
        if sometimes(0.1):
            feed["svi"]["tau"] = str(random.choice([1, 10**9, 10**12, 10**19]))
    old_times = {new: feed for feed in market["expiries"] for new in [feed["expiry"]]}
    kept = {}
    for option in account["options"]:
        option["expiry"] = times.get(option["expiry"], option["expiry"])
        if sometimes(0.25):
            option["strike"] = str(random.choice([10**10, 10**12, 10**16, 10**24, 10**27, int(option["strike"]) * 1_000]))
        try:
            option["vol"] = str(svi_volatility(int(option["strike"]), old_times[option["expiry"]]["svi"]))
        except Refused:
            continue
        option["sub_id"] = str((int(option["is_call"]) << 95) | ((int(option["strike"]) // 10**10) << 32) | max(option["expiry"], 0))
        kept[option["expiry"], option["strike"], option["is_call"]] = option
    account["options"] = list(kept.values())
    skew, vol, other = parameters["skew_shock"], parameters["vol_shock"], parameters["other_contingency"]
    for section, key, share, low, high in ((skew, "linear_c_base", 0.4, -10, 10), (skew, "abs_c_base", 0.4, -10, 10),
                                           (skew, "vol_param_scale", 0.3, -20, 20), (vol, "vol_range_down", 0.3, 0, 10),
                                           (vol, "short_term_power", 0.3, -3, 3), (other, "peg_loss_threshold", 0.3, 0, 2)):
        if sometimes(share):
            section[key] = str(random.randint(low * ONE, high * ONE))
    if sometimes(0.2):
        skew["min_k_star"] = str(random.choice([0, 1, ONE]))
    if sometimes(0.2):
        vol["dte_floor_seconds"] = random.choice([0, 1, 86_400, 400 * 86_400])
    if sometimes(0.3):
        other["confidence_threshold"] = str(ONE)
    if sometimes(0.3):
        market["spot_confidence"] = str(random.choice([0, 1, ONE // 2]))
    if sometimes(0.2):
        account["perp_position"] = str(random.choice([0, 1, -1, -(10**25), 10**25]))
    if sometimes(0.2):
        market["stable_price"] = str(random.choice([1, ONE // 2, ONE * 9 // 10]))
    for scenario in parameters["scenarios"]:
        if scenario["vol_shock"] in ("up", "down", "none") and sometimes(0.1):
            scenario["spot_shock"] = str(random.choice([0, 1, 10 * ONE]))


def wild_standard(case):
    now, account = case["now"], case["account"]
    for market in case["market"]["markets"]:
        if sometimes(0.3):
            market["spot_confidence"] = str(random.choice([0, 1, ONE // 2, ONE]))
        times = {}
        for feed in market["expiries"]:
            new = random.choice([feed["expiry"], now, now - 5, now + 1, now + random.randint(1, 10**8)])
            while new in times.values():
                new += 1
            times[feed["expiry"]] = feed["expiry"] = new
            if sometimes(0.2):
                feed["forward_confidence"] = str(random.choice([0, ONE // 3]))
        for option in account["options"]:
            if option["market"] != market["market"]:
                continue
            option["expiry"] = times.get(option["expiry"], option["expiry"])
            if sometimes(0.3):
                option["strike"] = str(random.choice([10**10, 10**16, 10**24, int(option["strike"]) * 100]))
            if sometimes(0.2):
                option["vol"] = str(random.choice([0, 1, 10**16, 30 * ONE]))
    kept = {(o["market"], o["expiry"], o["strike"], o["is_call"]): o for o in account["options"]}
    account["options"] = list(kept.values())
    if sometimes(0.3):
        case["market"]["stable_price"] = str(random.choice([1, ONE // 2, ONE]))
    for key in ("perp_threshold", "option_threshold", "base_threshold"):
        if sometimes(0.3):
            case["parameters"]["oracle_contingency"][key] = str(random.choice([0, ONE]))


def trusted(files, rule, skipped=()):
    """The model answers what was published."""
    for name in files:
        with open(name) as file:
            case = json.load(file)
        ours = rule(case)
        for key, value in ours.items():
            if key not in skipped and case["expected"][key] != value:
                sys.exit(f"the second implementation differs from {name}: {key} is {value}, published {case['expected'][key]}")


def write(directory, files, wild, rule):
    directory.mkdir(parents=True)
    refused = 0
    for i in range(count):
        with open(random.choice(files)) as file:
            case = json.load(file)
        wild(case)
        case["case"] = f"wild {i}"
        try:
            case["expected"] = rule(case)
        except Refused:
            case["expected"] = {"error": "revert"}
            refused += 1
        (directory / f"{i:05}.json").write_text(json.dumps(case))
    return refused


if not vectors.is_dir():
    print(f"skipped: no {vectors}")
    sys.exit(0)
random.seed(seed)
portfolios = sorted(glob.glob(str(vectors / "pm2" / "*" / "*.json")))
standards = sorted(glob.glob(str(vectors / "srm" / "*.json")))
trusted(portfolios[::8], portfolio_margin)
trusted(standards[::4], standard_margin)
with tempfile.TemporaryDirectory() as room:
    room = pathlib.Path(room)
    refused = write(room / "pm2" / "wild", portfolios, wild_portfolio, portfolio_margin)
    refused_standard = write(room / "srm", standards, wild_standard, standard_margin)
    print(f"seed {seed}: {count} portfolios ({refused} to be refused), {count} standard accounts ({refused_standard} to be refused)")
    sys.exit(subprocess.run([program, room]).returncode)
