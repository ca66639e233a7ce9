"""A busy, seeded history of the vault on a node, and what it must have left behind.

Books keeps the vault's rules a second time, in Python, so that what a transaction does is known before it is mined:
`Market.check()` asks the contract and compares. As a program it fills a node and leaves it running:
    tests/chain/market.py --transactions 20000 --seed 1 --port 8545 --leave
"""
import argparse
import json
import pathlib
import random
import time

import node

FEES, FUND = "0x" + "fe" * 20, "0x" + "1f" * 20
MARKETS = 4
GRID = 10**15
ONE = 10**18
GAS = 600_000
GAS_PRICE = 10**9
COMPILED = json.loads((pathlib.Path(__file__).parent / "contracts" / "compiled.json").read_text())


def word(value):
    if isinstance(value, str):
        return value[2:].lower().rjust(64, "0")
    return f"{value % 2**256:064x}"


def data(contract, method, *arguments):
    methods = COMPILED[contract]["methods"]
    selector = next(code for name, code in methods.items() if name.split("(")[0] == method)
    return "0x" + selector + "".join(word(each) for each in arguments)


def signed(hexadecimal):
    value = int(hexadecimal, 16)
    return value - 2**256 if value >= 2**255 else value


def toward_zero(numerator, denominator):
    magnitude = abs(numerator) // denominator
    return magnitude if numerator >= 0 else -magnitude


def notional(quantity, price):
    return toward_zero(quantity * price, 10**30)


class Books:
    """What the vault holds, by the rules at the head of Vault.sol. Each verb says whether the vault agrees."""

    def __init__(self):
        self.cash = {}
        self.held = {}
        self.price = {}
        self.wallet = {}

    def copy(self):
        other = Books()
        for name, content in vars(self).items():
            setattr(other, name, dict(content))
        return other

    def move_cash(self, account, amount):
        self.cash[account] = self.cash.get(account, 0) + amount

    def move(self, source, target, market, quantity, price):
        money = notional(quantity, price)
        for account, sign in ((source, -1), (target, 1)):
            key = (account, market)
            self.held[key] = self.held.get(key, 0) + sign * quantity
            self.move_cash(account, -sign * money)

    def standing(self, account):
        values = [notional(self.held.get((account, market), 0), self.price.get(market, 0)) for market in range(MARKETS)]
        return self.cash.get(account, 0) + sum(values), sum(abs(value) for value in values)

    def deposit(self, account, amount):
        if amount == 0 or self.wallet.get(account, 0) < amount:
            return False
        self.wallet[account] -= amount
        self.move_cash(account, amount)
        return True

    def withdraw(self, account, amount):
        equity, gross = self.standing(account)
        if amount == 0 or self.cash.get(account, 0) < amount or equity - amount < gross // 10:
            return False
        self.wallet[account] += amount
        self.move_cash(account, -amount)
        return True

    def post_price(self, market, price):
        self.price[market] = price
        return True

    def trade(self, buyer, seller, market, quantity, price, fee_buyer, fee_seller):
        if buyer == seller:
            return False
        self.move(seller, buyer, market, quantity, price)
        for account, fee in ((buyer, fee_buyer), (seller, fee_seller)):
            self.move_cash(account, -fee)
            self.move_cash(FEES, fee)
        return True

    def liquidate(self, liquidator, account, market):
        equity, gross = self.standing(account)
        quantity = self.held.get((account, market), 0)
        if account == liquidator or equity >= gross // 20 or quantity == 0:
            return False
        price = self.price[market]
        self.move(account, liquidator, market, quantity, price)
        penalty = min(abs(notional(quantity, price)) // 100, max(equity, 0))
        self.move_cash(account, -penalty)
        self.move_cash(FUND, penalty)
        owed, fund = -self.cash[account], self.cash.get(FUND, 0)
        if self.standing(account)[1] == 0 and owed > 0 and fund > 0:
            self.move_cash(account, min(owed, fund))
            self.move_cash(FUND, -min(owed, fund))
        return True


class Market:
    """One vault on one node: sends, mines, remembers. Accounts: the operator, the liquidator, then customers."""

    def __init__(self, chain, seed):
        self.chain = chain
        self.random = random.Random(seed)
        self.operator, self.liquidator, *self.customers = [account.lower() for account in chain.accounts]
        self.nonce = {account.lower(): 0 for account in chain.accounts}
        self.waiting = []
        self.sent = self.refused = 0
        self.books = Books()
        self.open()

    # What waits is sent in one batch; the fee says in which order the node puts it into the block.
    def send(self, sender, to, call, expected=True):
        request = {"from": sender, "data": call, "gas": hex(GAS if to else 5 * GAS), "nonce": hex(self.nonce[sender])}
        if to:
            request["to"] = to
        self.nonce[sender] += 1
        self.waiting.append(request)
        self.sent += 1
        self.refused += not expected

    def mine(self):
        for place, request in enumerate(self.waiting):
            request["gasPrice"] = hex(GAS_PRICE + len(self.waiting) - place)
        hashes = self.chain.ask_many("eth_sendTransaction", [[request] for request in self.waiting])
        self.waiting.clear()
        self.chain.mine()
        return hashes

    def open(self):
        self.send(self.operator, None, COMPILED["Token"]["bytecode"])
        [token] = self.mine()
        self.token = self.chain.ask("eth_getTransactionReceipt", token)["contractAddress"]
        self.send(self.operator, None, COMPILED["Vault"]["bytecode"] + word(self.token) + word(FEES) + word(FUND))
        [vault] = self.mine()
        self.vault = self.chain.ask("eth_getTransactionReceipt", vault)["contractAddress"]
        for account in (self.liquidator, *self.customers):
            amount = 10**12 if account in self.customers else 10**14
            self.send(self.operator, self.token, data("Token", "mint", account, amount))
            self.send(account, self.token, data("Token", "approve", self.vault, 2**256 - 1))
            self.books.wallet[account] = amount
        self.mine()
        self.do_deposit(self.liquidator, 10**13)
        for account in self.customers:
            self.do_deposit(account, self.random.randint(10**9, 10**11))
        for market in range(MARKETS):
            self.do_price(market, (2_000 + 1_500 * market) * ONE)
        self.mine()
        self.fall(self.customers[0], leverage=8, percent=8)   # pays a penalty
        self.fall(self.customers[1], leverage=9, percent=12)  # owes more than it has
        self.mine()

    def fall(self, account, leverage, percent):
        """The account is long so many times its cash when the price falls; then the price is back."""
        price = self.books.price[0]
        quantity = self.books.cash[account] * leverage * 10**30 // price // GRID * GRID
        self.do_trade(account, self.liquidator, 0, quantity, price, 0, 0)
        self.do_price(0, price * (100 - percent) // 100)
        self.do_liquidate(account, 0)
        self.do_price(0, price)

    def do_deposit(self, account, amount):
        self.send(account, self.vault, data("Vault", "deposit", amount), self.books.deposit(account, amount))

    def do_withdraw(self, account, amount):
        self.send(account, self.vault, data("Vault", "withdraw", amount), self.books.withdraw(account, amount))

    def do_price(self, market, price):
        self.send(self.operator, self.vault, data("Vault", "postPrice", market, price), self.books.post_price(market, price))

    def do_trade(self, *trade):
        self.send(self.operator, self.vault, data("Vault", "trade", *trade), self.books.trade(*trade))

    def do_liquidate(self, account, market):
        self.send(self.liquidator, self.vault, data("Vault", "liquidate", account, market),
                  self.books.liquidate(self.liquidator, account, market))

    def step(self):
        """One transaction that somebody might send now; a few are refused by the vault."""
        choose = self.random
        kind = choose.choices(["trade", "price", "deposit", "withdraw", "liquidate"], [50, 18, 12, 10, 10])[0]
        account = choose.choice(self.customers)
        market = choose.randrange(MARKETS)
        price = self.books.price[market]
        if kind == "trade":
            able = [each for each in (*self.customers, self.liquidator) if self.is_sound(each)]
            account, other = choose.sample(able, 2) if len(able) > 1 else (account, self.liquidator)
            room = max(self.books.standing(account)[0], 10**8) * choose.randint(1, 40) // 10
            quantity = max(min(room, 10**11) * 10**30 // price // GRID, 1) * GRID
            at = max(price * choose.randint(995, 1005) // 1000 // GRID, 1) * GRID
            fee = notional(quantity, at) // choose.choice([2_000, 10_000])
            self.do_trade(account, other, market, quantity, at, fee, choose.choice([0, fee // 2, fee]))
        elif kind == "price":
            move = choose.randint(-200, 220) if choose.random() < 0.03 else choose.randint(-6, 6)
            self.do_price(market, max(price * (1000 + move) // 1000 // GRID, 1000) * GRID)
        elif kind == "deposit":
            self.do_deposit(account, choose.randint(1, 5 * 10**9))
        elif kind == "withdraw":
            equity, gross = self.books.standing(account)
            free = min(self.books.cash.get(account, 0), equity - gross // 10)
            self.do_withdraw(account, choose.randint(1, max(free, 1)))
        else:
            weak = [(owner, where) for (owner, where), size in self.books.held.items()
                    if size != 0 and owner != self.liquidator
                    and self.books.standing(owner)[0] < self.books.standing(owner)[1] // 20]
            self.do_liquidate(*(choose.choice(weak) if weak else (account, market)))

    def is_sound(self, account):
        equity, gross = self.books.standing(account)
        return equity > gross // 10

    def run(self, transactions, block=200):
        """Blocks of 1 to `block` transactions until so many were sent."""
        until = self.sent + transactions
        while self.sent < until:
            for _ in range(min(self.random.randint(1, block), until - self.sent)):
                self.step()
            self.mine()

    def mark(self):
        """The chain and the model as they are, to go back to once."""
        return self.chain.ask("evm_snapshot"), self.books.copy(), dict(self.nonce), self.sent, self.refused

    def rewind(self, mark):
        """The blocks since are gone; the ones that come will be others."""
        snapshot, self.books, self.nonce, self.sent, self.refused = mark
        assert self.chain.ask("evm_revert", snapshot), "the node does not know that mark any more"

    def grow(self, blocks, transactions=6):
        """So many blocks of a few transactions each."""
        for _ in range(blocks):
            for _ in range(self.random.randint(0, transactions)):
                self.step()
            self.mine()

    def mapping(self):
        """The words that tell plimsoll where the vault is."""
        named = {"vault": self.vault, "token": self.token, "fee_collector": FEES, "insurance_fund": FUND}
        return ["--mapping", "erc20-vault"] + [word for name, value in named.items() for word in ("--set", f"{name}={value}")]

    def check(self):
        """The contract, asked now, against the books: every account, every position, the custody."""
        accounts = [self.liquidator, *self.customers, FEES, FUND]
        cash = self.view("balances", [(account,) for account in accounts])
        assert cash == [self.books.cash.get(account, 0) for account in accounts], "cash differs from the model"
        keys = [(account, market) for account in accounts for market in range(MARKETS)]
        assert self.view("position", keys) == [self.books.held.get(key, 0) for key in keys], "positions differ from the model"
        custody = signed(self.chain.ask("eth_call", {"to": self.token, "data": data("Token", "balanceOf", self.vault)}, "latest"))
        assert custody == sum(cash), f"the vault holds {custody} and owes {sum(cash)}"

    def view(self, method, many):
        calls = [[{"to": self.vault, "data": data("Vault", method, *arguments)}, "latest"] for arguments in many]
        return [signed(reply) for reply in self.chain.ask_many("eth_call", calls)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--transactions", type=int, default=1000)
    parser.add_argument("--block", type=int, default=200, help="most transactions of a block")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=None)
    parser.add_argument("--leave", action="store_true", help="leave the node running until interrupted")
    ask = parser.parse_args()
    node.require()
    with node.Node(port=ask.port) as chain:
        begin = time.monotonic()
        market = Market(chain, ask.seed)
        market.run(ask.transactions, ask.block)
        seconds = time.monotonic() - begin
        market.check()
        print(f"{chain.url}: {market.sent} transactions ({market.refused} that the vault refused) in {chain.height()} blocks, "
              f"{market.sent / seconds:.0f} a second; vault {market.vault}, token {market.token}, seed {ask.seed}", flush=True)
        while ask.leave:
            time.sleep(3600)


if __name__ == "__main__":
    main()
