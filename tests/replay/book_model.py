"""The book in another language: events as `plimsoll export --format events` writes them, folded into rows, and the rows'
state root, from ledger/README.md and event.fbs alone.

Every row of every table enters the root, so one equal root says that every row is equal to the last byte.
"""
import hashlib
import pathlib
import re
import struct
from datetime import datetime, timezone

LIMIT = 1 << 127


def enumerations(path):
    """Words of each enum of event.fbs, in order."""
    text = re.sub(r"//[^\n]*", "", pathlib.Path(path).read_text())
    found = {}
    for name, body in re.findall(r"enum (\w+) : \w+ \{([^}]*)\}", text):
        found[name] = [word.strip() for word in body.split(",") if word.strip()]
    return found


def units(text):
    """A decimal as a count of 10^-18."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    return sign * (int(whole) * 10**18 + int((fraction + "0" * 18)[:18]))


seconds_seen = {}


def nanoseconds(text):
    head, _, fraction = text.rstrip("Z").partition(".")
    seconds = seconds_seen.get(head)
    if seconds is None:
        moment = datetime.strptime(head, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
        seconds = seconds_seen[head] = int(moment.timestamp())
    return seconds * 10**9 + int((fraction + "0" * 9)[:9])


def i128(value):
    assert -LIMIT <= value < LIMIT
    return (value & ((1 << 128) - 1)).to_bytes(16, "little")


def name(text):
    raw = text.encode()
    assert len(raw) <= 63
    return raw + b"\0" * (63 - len(raw)) + bytes([len(raw)])


def u(*values):
    return b"".join(value.to_bytes(8, "little") for value in values)


def i64(value):
    return value.to_bytes(8, "little", signed=True)


def u32(*values):
    return b"".join(value.to_bytes(4, "little") for value in values)


class Reading:
    """A price, how sure its source is, and when it was seen."""

    def __init__(self):
        self.value = self.confidence = self.time = 0

    def bytes(self):
        return i128(self.value) + i128(self.confidence) + i64(self.time)


class Balance:
    __slots__ = ("account", "asset", "next", "amount", "interest", "loss", "interest_kind")

    def __init__(self, account, asset, following):
        self.account, self.asset, self.next = account, asset, following
        self.amount = self.interest = self.loss = self.interest_kind = 0

    def bytes(self):
        return u32(self.account, self.asset, self.next, self.interest_kind) + i128(self.amount) + i128(self.interest) + i128(self.loss)


class Position:
    __slots__ = ("account", "instrument", "next", "size", "quote", "index")

    def __init__(self, account, instrument, following):
        self.account, self.instrument, self.next = account, instrument, following
        self.size = self.quote = self.index = 0

    def bytes(self):
        return u32(self.account, self.instrument, self.next, 0) + i128(self.size) + i128(self.quote) + i128(self.index)


READINGS = ["mark_price", "index_price", "forward", "forward_settled", "volatility", "rate", "settlement_price"]
LAYERS = ["account", "liquidation_penalty", "market_fund", "shared_fund", "operator_tranche", "staked_module", "pool", "socialised",
          "auto_deleveraging", "outside_payer", "residual"]


class Book:
    """Tables are lists of rows, ids count from 1. Plain and slow on purpose."""

    def __init__(self, schema):
        self.words = enumerations(schema)
        self.head = {"sequence": 0, "time": 0, "quarantined": 0, "corrections": 0}
        self.sources, self.feeds, self.chains, self.assets, self.instruments, self.accounts = [], [], [], [], [], []
        self.balances, self.positions, self.liquidations, self.losses = [], [], [], []
        self.breakers, self.parameters, self.presets, self.credits = [], [], [], []
        self.ids = {kind: {} for kind in ("source", "feed", "asset", "instrument", "account")}
        self.balance_of, self.position_of = {}, {}

    # ---- names ----

    def choice(self, enum, word):
        return self.words[enum].index(word)

    def id(self, kind, text):
        return 0 if text is None else self.ids[kind][text]

    def define(self, kind, table, text, row):
        table.append(row)
        self.ids[kind][text] = len(table)

    # ---- legs ----

    def balance(self, account, asset):
        row = self.balance_of.get((account, asset))
        if row is None:
            owner = self.accounts[account - 1]
            row = self.balance_of[(account, asset)] = Balance(account, asset, owner["first_balance"])
            self.balances.append(row)
            owner["first_balance"] = len(self.balances)
        return row

    def position(self, account, instrument):
        row = self.position_of.get((account, instrument))
        if row is None:
            owner = self.accounts[account - 1]
            row = self.position_of[(account, instrument)] = Position(account, instrument, owner["first_position"])
            self.positions.append(row)
            owner["first_position"] = len(self.positions)
        return row

    def cash(self, account, asset, amount):
        self.balance(account, asset).amount += amount

    def size(self, account, instrument, change):
        row = self.position(account, instrument)
        before = max(row.size, 0)
        row.size += change
        self.instruments[instrument - 1]["open_interest"] += max(row.size, 0) - before

    def stand(self, account, kind, subject, index):
        if kind == "funding":
            self.position(account, subject).index = index
        elif kind == "socialised_loss":
            self.balance(account, subject).loss = index
        else:
            row = self.balance(account, subject)
            row.interest, row.interest_kind = index, 1 if kind == "supply_interest" else 2

    # ---- one event ----

    def apply(self, event):
        kind = event["kind"]
        head = self.head
        head["sequence"] += 1
        time = nanoseconds(event["time"]) if "time" in event else 0
        head["time"] = max(head["time"], time)
        source = event.get("source")
        if source is not None and kind != "SourceDefined":
            row = self.sources[self.ids["source"][source] - 1]
            if "cursor" in event:
                major, minor = event["cursor"].split(":")
                row["cursor"] = max(row["cursor"], (int(major), int(minor)))
            row["time"] = max(row["time"], time)
            row["events"] += 1
            if kind == "Quarantined":
                row["quarantined"] += 1
        getattr(self, "apply_" + kind)(event)

    def apply_Transferred(self, e):
        account, counter, asset = self.id("account", e["account"]), self.id("account", e["counter"]), self.id("asset", e["asset"])
        amount, fee = units(e["amount"]), units(e.get("fee", "0"))
        self.cash(account, asset, amount)
        self.cash(counter, asset, -amount)
        if fee != 0:
            self.cash(account, asset, -fee)
            self.cash(self.id("account", e["fee_account"]), asset, fee)

    def apply_Traded(self, e):
        instrument, asset, base = self.id("instrument", e["instrument"]), self.id("asset", e["asset"]), self.id("asset", e.get("base"))
        size, quote, index, booking = units(e["size"]), units(e["quote"]), units(e.get("index", "0")), e["booking"]
        for account, contracts, cost in ((e["buyer"], size, -quote), (e["seller"], -size, quote)):
            account = self.id("account", account)
            if booking == "spot":
                self.cash(account, base, contracts)
            else:
                self.stand(account, "funding", instrument, index)
                self.size(account, instrument, contracts)
            if booking == "variation":
                self.position(account, instrument).quote += cost
            else:
                self.cash(account, asset, cost)
        for account, fee in ((e["buyer"], e.get("buyer_fee")), (e["seller"], e.get("seller_fee"))):
            if fee is not None and units(fee) != 0:
                self.cash(self.id("account", account), asset, -units(fee))
                self.cash(self.id("account", e["fee_account"]), asset, units(fee))

    def apply_Observed(self, e):
        if e["observation"] == "asset_price":
            reading = self.assets[self.id("asset", e["subject"]) - 1]["price"]
        elif e["observation"] in READINGS:
            reading = self.instruments[self.id("instrument", e["subject"]) - 1][e["observation"]]
        else:
            return
        reading.value = units(e["value"])
        reading.confidence = units(e.get("confidence", "1"))
        reading.time = self.head["time"]

    def apply_IndexRecorded(self, e):
        value, kind = units(e["value"]), e["index_kind"]
        if kind == "funding":
            self.instruments[self.id("instrument", e["subject"]) - 1]["funding_index"] = value
        else:
            self.assets[self.id("asset", e["subject"]) - 1][kind] = value

    def apply_IndexMet(self, e):
        account, kind = self.id("account", e["account"]), e["index_kind"]
        asset, amount = self.id("asset", e["asset"]), units(e["amount"])
        if amount != 0:
            self.cash(account, asset, amount)
            self.cash(self.id("account", e["counter"]), asset, -amount)
        subject = self.id("instrument" if kind == "funding" else "asset", e["subject"])
        self.stand(account, kind, subject, units(e["index"]))

    def apply_PositionSettled(self, e):
        account, counter, instrument = self.id("account", e["account"]), self.id("account", e["counter"]), self.id("instrument", e["instrument"])
        size, quote, amount, asset = units(e["size"]), units(e["quote"]), units(e["amount"]), self.id("asset", e["asset"])
        if size != 0:
            self.size(account, instrument, -size)
            self.size(counter, instrument, size)
        if quote != 0:
            self.position(account, instrument).quote -= quote
            self.position(counter, instrument).quote += quote
        if amount != 0:
            self.cash(account, asset, amount)
            self.cash(counter, asset, -amount)

    def apply_AssetDefined(self, e):
        self.define("asset", self.assets, e["name"],
                    {"name": e["name"], "decimals": e["decimals"], "kind": self.choice("AssetKind", e["asset_kind"]), "price": Reading(),
                     "bad_debt": 0, "supply_interest": 0, "borrow_interest": 0, "socialised_loss": 0})

    def apply_InstrumentDefined(self, e):
        numerator, denominator = e["multiplier"].split("/")
        row = {"name": e["name"], "base": self.id("asset", e["base"]), "quote": self.id("asset", e["quote"]), "settle": self.id("asset", e["settle"]),
               "market_account": self.id("account", e.get("market_account")), "kind": self.choice("InstrumentKind", e["instrument_kind"]),
               "payoff": self.choice("Payoff", e["payoff"]), "side": self.choice("OptionSide", e.get("side", "none")),
               "exercise": self.choice("Exercise", e.get("exercise", "none")), "numerator": int(numerator), "denominator": int(denominator),
               "strike": units(e.get("strike", "0")), "expiry": nanoseconds(e["expiry"]) if "expiry" in e else 0, "funding_index": 0,
               "loss_index": 0, "open_interest": 0}
        row.update({reading: Reading() for reading in READINGS})
        self.define("instrument", self.instruments, e["name"], row)

    def apply_SourceDefined(self, e):
        self.define("source", self.sources, e["name"],
                    {"name": e["name"], "cursor": (0, 0), "time": 0, "events": 0, "quarantined": 0, "kind": self.choice("SourceKind", e["source_kind"])})

    def apply_FeedDefined(self, e):
        self.define("feed", self.feeds, e["name"], e["name"])

    def apply_ChainDefined(self, e):
        self.chains.append({"name": e["name"], "chain_id": e["chain_id"], "account": self.id("account", e["account"]), "block": 0, "time": 0, "hash": bytes(32)})

    def apply_BlockRecorded(self, e):
        row = next(row for row in self.chains if row["name"] == e["chain"])
        row.update(block=e["number"], time=nanoseconds(e["block_time"]) if "block_time" in e else 0, hash=bytes.fromhex(e["hash"].removeprefix("0x")))

    def apply_AccountOpened(self, e):
        self.define("account", self.accounts, e["name"],
                    {"name": e["name"], "parent": self.id("account", e.get("parent")), "kind": self.choice("AccountKind", e["account_kind"]),
                     "in_liquidation": 0, "first_balance": 0, "first_position": 0, "opened": self.head["sequence"], "liquidation": 0})

    def apply_OpeningEntered(self, e):
        for stand in e.get("stands", []):
            subject = self.id("instrument" if stand["kind"] == "funding" else "asset", stand["subject"])
            self.stand(self.id("account", stand["account"]), stand["kind"], subject, units(stand["index"]))
        for leg in e.get("legs", []):
            account, amount = self.id("account", leg["account"]), units(leg["amount"])
            if leg["kind"] == "cash":
                self.cash(account, self.id("asset", leg["subject"]), amount)
            elif leg["kind"] == "quote":
                self.position(account, self.id("instrument", leg["subject"])).quote += amount
            else:
                self.size(account, self.id("instrument", leg["subject"]), amount)

    def apply_Corrected(self, e):
        self.apply_OpeningEntered(e)
        self.head["corrections"] += 1

    apply_Reversed = apply_Corrected

    def apply_LiquidationStarted(self, e):
        self.liquidations.append({"id": e["liquidation"], "account": self.id("account", e["account"]), "asset": self.id("asset", e["asset"]),
                                  "started": self.head["sequence"], "ended": 0, "equity": units(e["equity"]), "requirement": units(e["requirement"]),
                                  "penalty": 0, "bids": 0, "outcome": 0})
        owner = self.accounts[self.id("account", e["account"]) - 1]
        owner["in_liquidation"], owner["liquidation"] = 1, e["liquidation"]

    def liquidation(self, e):
        return next(row for row in reversed(self.liquidations) if row["id"] == e["liquidation"])

    def apply_LiquidationBid(self, e):
        self.liquidation(e)["bids"] += 1

    def apply_LiquidationEnded(self, e):
        self.liquidation(e).update(ended=self.head["sequence"], penalty=units(e.get("penalty", "0")),
                                   outcome=self.choice("LiquidationOutcome", e["outcome"]))
        self.accounts[self.id("account", e["account"]) - 1]["in_liquidation"] = 0

    def apply_BadDebtRecognised(self, e):
        asset, amount = self.id("asset", e["asset"]), units(e["amount"])
        self.losses.append({"id": e["loss"], "account": self.id("account", e["account"]), "asset": asset, "recognised": amount, "paid": [0] * len(LAYERS)})
        self.assets[asset - 1]["bad_debt"] += amount

    def apply_WaterfallPaid(self, e):
        asset, amount = self.id("asset", e["asset"]), units(e["amount"])
        self.cash(self.id("account", e["account"]), asset, amount)
        self.cash(self.id("account", e["payer"]), asset, -amount)
        loss = next(row for row in reversed(self.losses) if row["id"] == e["loss"])
        loss["paid"][LAYERS.index(e["layer"])] += amount
        self.assets[asset - 1]["bad_debt"] -= amount

    def apply_PoolMoved(self, e):
        account, pool = self.id("account", e["account"]), self.id("account", e["pool"])
        asset, share = self.id("asset", e["asset"]), self.id("asset", e["share_asset"])
        amount, shares = units(e["amount"]), units(e["shares"])
        self.cash(account, asset, -amount)
        self.cash(pool, asset, amount)
        self.cash(account, share, shares)
        self.cash(pool, share, -shares)

    def replace(self, table, row, keys):
        for i, known in enumerate(table):
            if all(known[key] == row[key] for key in keys):
                table[i] = row
                return
        table.append(row)

    def apply_BreakerTripped(self, e):
        row = {"name": e["breaker"], "scope": e.get("scope", ""), "value": units(e.get("value", "0")), "threshold": units(e.get("threshold", "0")),
               "allowed": e.get("allowed", 0), "tripped": 1, "sequence": self.head["sequence"]}
        self.replace(self.breakers, row, ("name", "scope"))

    def apply_BreakerReleased(self, e):
        row = next(row for row in self.breakers if (row["name"], row["scope"]) == (e["breaker"], e.get("scope", "")))
        row.update(tripped=0, value=units(e.get("value", "0")), sequence=self.head["sequence"])

    def apply_ParameterSet(self, e):
        text = int.from_bytes(hashlib.sha256(e.get("text", "").encode()).digest()[:8], "little")
        row = {"scope": e.get("scope", ""), "name": e["name"], "value": units(e.get("value", "0")), "text": text, "sequence": self.head["sequence"]}
        self.replace(self.parameters, row, ("scope", "name"))

    def apply_PresetAdopted(self, e):
        row = {"scope": e.get("scope", ""), "name": e["name"], "version": e.get("version", ""), "digest": bytes.fromhex(e["digest"].removeprefix("0x")),
               "sequence": self.head["sequence"]}
        self.replace(self.presets, row, ("scope",))

    def apply_CreditChanged(self, e):
        row = {"account": self.id("account", e["account"]), "asset": self.id("asset", e["asset"]), "limit": units(e["limit"]), "score": units(e.get("score", "0"))}
        self.replace(self.credits, row, ("account", "asset"))

    def nothing(self, e):
        pass

    apply_LossSocialised = apply_AutoDeleveraged = apply_ForecastRecorded = apply_CheckpointTaken = nothing

    def apply_Quarantined(self, e):
        self.head["quarantined"] += 1

    # ---- rows as bytes ----

    def tables(self):
        head = self.head
        yield [u(head["sequence"]) + i64(head["time"]) + u(head["quarantined"], head["corrections"])]
        yield [name(r["name"]) + u(*r["cursor"]) + i64(r["time"]) + u(r["events"], r["quarantined"], r["kind"]) for r in self.sources]
        yield [name(feed) for feed in self.feeds]
        yield [name(r["name"]) + u(r["chain_id"], r["account"], r["block"]) + i64(r["time"]) + r["hash"] for r in self.chains]
        yield [name(r["name"]) + u32(r["decimals"], r["kind"]) + r["price"].bytes() + i128(r["bad_debt"]) + i128(r["supply_interest"]) +
               i128(r["borrow_interest"]) + i128(r["socialised_loss"]) for r in self.assets]
        yield [name(r["name"]) + u32(r["base"], r["quote"], r["settle"], r["market_account"]) +
               bytes([r["kind"], r["payoff"], r["side"], r["exercise"]]) + u32(0) + r["numerator"].to_bytes(16, "little") +
               r["denominator"].to_bytes(16, "little") + i128(r["strike"]) + i64(r["expiry"]) +
               b"".join(r[reading].bytes() for reading in READINGS) + i128(r["funding_index"]) + i128(r["loss_index"]) + i128(r["open_interest"])
               for r in self.instruments]
        yield [name(r["name"]) + u32(r["parent"]) + struct.pack("<BBH", r["kind"], r["in_liquidation"], 0) +
               u32(r["first_balance"], r["first_position"]) + u(r["opened"], r["liquidation"]) for r in self.accounts]
        yield [row.bytes() for row in self.balances]
        yield [row.bytes() for row in self.positions]
        yield [u(r["id"]) + u32(r["account"], r["asset"]) + u(r["started"], r["ended"]) + i128(r["equity"]) + i128(r["requirement"]) +
               i128(r["penalty"]) + u(r["bids"], r["outcome"]) for r in self.liquidations]
        yield [u(r["id"]) + u32(r["account"], r["asset"]) + i128(r["recognised"]) + b"".join(i128(paid) for paid in r["paid"]) for r in self.losses]
        yield [name(r["name"]) + name(r["scope"]) + i128(r["value"]) + i128(r["threshold"]) + u32(r["allowed"], r["tripped"]) + u(r["sequence"])
               for r in self.breakers]
        yield [name(r["scope"]) + name(r["name"]) + i128(r["value"]) + u(r["text"], r["sequence"]) for r in self.parameters]
        yield [name(r["scope"]) + name(r["name"]) + name(r["version"]) + r["digest"] + u(r["sequence"]) for r in self.presets]
        yield [u32(r["account"], r["asset"]) + i128(r["limit"]) + i128(r["score"]) for r in self.credits]

    def state_root(self):
        text = b"plimsoll state 1"
        for number, rows in enumerate(self.tables(), 1):
            text += bytes([number]) + u(len(rows)) + table_root(rows)
        return hashlib.sha256(text).hexdigest()


def table_root(rows):
    if not rows:
        return hashlib.sha256(b"").digest()
    per_page = 1
    while per_page * 2 * len(rows[0]) <= 4096:
        per_page *= 2
    leaves = [hashlib.sha256(b"\0" + row).digest() for row in rows]
    pages = [hashlib.sha256(b"\1" + b"".join(leaves[at:at + per_page])).digest() for at in range(0, len(leaves), per_page)]
    return merkle(pages)


def merkle(hashes):
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\1" + merkle(hashes[:split]) + merkle(hashes[split:])).digest()
