#include "ledger/book/apply.hpp"

#include "ledger/book/invariants.hpp"
#include "ledger/book/postings.hpp"
#include "ledger/book/root.hpp"
#include "tests/ledger/book/ledger_model.hpp"
#include "tests/ledger/book/random_life.hpp"
#include "tests/ledger/event/fields.hpp"

#include <gtest/gtest.h>

#include <set>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

constexpr int life_steps = 3'000;

/// One life for each seed; the seed is in the test's name.
class Laws : public testing::TestWithParam<int> {
protected:
    RandomLife life{static_cast<std::uint64_t>(GetParam())};
    Book const& book = life.sample().book();

    /// Lives on, and calls f(event, the book before it) after each event that was applied.
    template <class F> void watch(F&& f) {
        Book before = book;
        std::size_t seen = life.sample().events().size();
        for (int i = 0; i < life_steps; ++i) {
            life.step();
            // A step may decide several events: apply them one by one to the book before.
            for (; seen < life.sample().events().size(); ++seen) {
                Event const& event = life.sample().events()[seen];
                Book after = before;
                need(apply(after, event));
                f(event, before, after);
                if (HasFatalFailure()) {
                    ADD_FAILURE() << "after event #" << seen + 1 << ": " << show(event);
                    return;
                }
                before = std::move(after);
            }
        }
        EXPECT_EQ(to_hex(state_root(before)), to_hex(state_root(book)));
    }
};

TEST(LawsOfLife, LivesHoldEveryKind) {
    RandomLife life(1);
    for (int i = 0; i < 3'000; ++i) life.step();
    for_kinds([&](auto const& fact) {
        std::string const kind(kind_name<std::decay_t<decltype(fact)>>);
        EXPECT_TRUE(life.accepted().contains(kind) && life.accepted().at(kind) >= 5) << kind;
    });
}

TEST(LawsOfLife, SameSeedIsTheSameLife) {
    RandomLife one(4);
    RandomLife other(4);
    for (int i = 0; i < 300; ++i) {
        one.step();
        other.step();
    }
    EXPECT_EQ(state_root(one.sample().book()), state_root(other.sample().book()));
}

// ---- law 4: balance ----

TEST_P(Laws, EveryEventBalances) {
    watch([&](Event const&, Book const&, Book const& after) {
        auto const verdict = check_balance(after);
        ASSERT_TRUE(verdict) << verdict.error().message();
    });
}

/// Everything that an event posts, added up.
struct Statement {
    std::map<LedgerModel::Key, Int128> cash, quote, size;
    std::map<std::uint32_t, Int128> by_asset, by_instrument;

    struct Sink {
        Statement& statement;
        void cash(AccountId account, AssetId asset, Amount amount) {
            statement.cash[{account.number(), asset.number()}] += amount.units();
            statement.by_asset[asset.number()] += amount.units();
        }
        void quote(AccountId account, InstrumentId instrument, AssetId asset, Amount amount) {
            statement.quote[{account.number(), instrument.number()}] += amount.units();
            statement.by_asset[asset.number()] += amount.units();
        }
        void size(AccountId account, InstrumentId instrument, Quantity quantity) {
            statement.size[{account.number(), instrument.number()}] += quantity.units();
            statement.by_instrument[instrument.number()] += quantity.units();
        }
        void stand(AccountId, std::uint32_t, IndexKind, Index) {}
    };
    explicit Statement(Event const& event) {
        visit_body(event.body, [&](auto const& fact) { post(fact, Sink{*this}); });
    }
};

TEST_P(Laws, LegsAreTheChangeOfTheRows) {
    watch([&](Event const& event, Book const& before, Book const& after) {
        Statement statement(event);
        for (auto const& [asset, sum] : statement.by_asset) ASSERT_TRUE(sum == 0) << "asset " << asset;
        for (auto const& [instrument, sum] : statement.by_instrument) {
            ASSERT_TRUE(sum == 0) << "instrument " << instrument;
        }
        for (BalanceRow const& row : after.balances.rows()) {
            auto const* old = before.balance(row.account, row.asset);
            Int128 const change = row.amount.units() - (old == nullptr ? 0 : old->amount.units());
            ASSERT_TRUE((statement.cash[{row.account.number(), row.asset.number()}] == change));
        }
        for (PositionRow const& row : after.positions.rows()) {
            auto const* old = before.position(row.account, row.instrument);
            LedgerModel::Key const key{row.account.number(), row.instrument.number()};
            ASSERT_TRUE(statement.size[key] == row.size.units() - (old == nullptr ? 0 : old->size.units()));
            ASSERT_TRUE(statement.quote[key] == row.quote.units() - (old == nullptr ? 0 : old->quote.units()));
        }
        for (auto const& [key, amount] : statement.cash) {
            ASSERT_NE(after.balance(AccountId{key.first}, AssetId{key.second}), nullptr);
        }
    });
}

// ---- law 3: locality ----

template <class Row> [[nodiscard]] bool same_bytes(Row const& a, Row const& b) {
    return std::memcmp(&a, &b, sizeof(Row)) == 0;
}

template <class Row>
void expect_others_unchanged(Table<Row> const& before, Table<Row> const& after, std::set<std::uint32_t> const& named) {
    for (std::uint32_t id = 1; id <= after.size(); ++id) {
        if (named.contains(after[id].account.number())) continue;
        ASSERT_LE(id, before.size()) << "a row of somebody whom the event does not name";
        ASSERT_TRUE(same_bytes(before[id], after[id])) << "row " << id << " of account " << after[id].account.number();
    }
}

TEST_P(Laws, OnlyNamedAccountsChange) {
    watch([&](Event const& event, Book const& before, Book const& after) {
        std::set<std::uint32_t> named;
        visit_body(event.body, [&](auto const& fact) {
            NamedAccounts::of(fact, [&](AccountId account) { named.insert(account.number()); });
        });
        expect_others_unchanged(before.balances, after.balances, named);
        expect_others_unchanged(before.positions, after.positions, named);
        expect_others_unchanged(before.credits, after.credits, named);
        for (std::uint32_t id = 1; id <= before.accounts.size(); ++id) {
            if (named.contains(id)) continue;
            ASSERT_TRUE(same_bytes(before.accounts[id], after.accounts[id])) << "account " << id;
        }
    });
}

/// Who is named, by kind: a replay of one account asks for exactly these events.
TEST(LawsOfLife, EveryKindNamesItsAccounts) {
    std::map<std::string, std::set<AccountId>> const want{
        {"Transferred", {alice, bob}},       {"Traded", {alice, bob}},
        {"IndexMet", {alice, house}},        {"PositionSettled", {alice, house}},
        {"OpeningEntered", {dave, world}},   {"Corrected", {alice, world}},
        {"Reversed", {alice, world}},        {"LiquidationStarted", {alice}},
        {"LiquidationBid", {carol, bob}},    {"LiquidationEnded", {carol}},
        {"BadDebtRecognised", {alice}},      {"WaterfallPaid", {carol, fund}},
        {"AutoDeleveraged", {alice, bob}},   {"PoolMoved", {alice, pool}},
        {"CreditChanged", {alice}}};
    auto const named = [](auto const& fact) {
        std::set<AccountId> accounts;
        NamedAccounts::of(fact, [&](AccountId account) { accounts.insert(account); });
        return accounts;
    };
    for_kinds([&](auto fact) {
        make(fact);
        std::string const kind(kind_name<std::decay_t<decltype(fact)>>);
        EXPECT_EQ(named(fact), want.contains(kind) ? want.at(kind) : std::set<AccountId>{}) << kind;
    });

    Transferred with_fee = a<Transferred>();
    with_fee.fee_account = fees;
    EXPECT_EQ(named(with_fee), (std::set{alice, bob})) << "nothing goes there";
    with_fee.fee = Amount{1};
    EXPECT_EQ(named(with_fee), (std::set{alice, bob, fees}));
}

// ---- laws 1 and 5: purity and one order ----

/// The events as batches of random sizes, as bytes.
[[nodiscard]] std::vector<std::string> batches(std::vector<Event> const& events, Random& random, std::uint64_t largest) {
    std::vector<std::string> texts;
    for (std::size_t at = 0; at < events.size();) {
        BatchBuilder builder;
        BatchHeader header;
        header.first_sequence = at + 1;
        for (std::uint64_t left = 1 + random.below(largest); left != 0 && at < events.size(); --left, ++at) {
            builder.add(events[at].origin, events[at].body);
        }
        texts.push_back(builder.finish(header));
    }
    return texts;
}

TEST_P(Laws, ReplayInBatchesOfAnySizeIsTheSameBook) {
    for (int i = 0; i < life_steps; ++i) life.step();
    std::string const want = to_hex(state_root(book));
    Random random(static_cast<std::uint64_t>(GetParam()));
    for (std::uint64_t const largest : {1U, 7U, 40U, 1'000U, 1'000'000U}) {
        Book replayed;
        for (std::string const& text : batches(life.sample().events(), random, largest)) {
            AlignedBytes const bytes(bytes_of(std::string_view(text)));
            BatchView const view = need(BatchView::open(bytes.view()));
            EXPECT_EQ(view.header().first_sequence, replayed.sequence() + 1);
            std::size_t const middle = random.below(view.size() + 1);
            if (random.chance(2)) {
                need(apply(replayed, view));
            } else { // in two parts
                need(apply_range(replayed, view, 0, middle));
                need(apply_range(replayed, view, middle, view.size()));
            }
        }
        EXPECT_EQ(to_hex(state_root(replayed)), want) << "batches of up to " << largest;
        EXPECT_EQ(replayed.sequence(), life.sample().events().size());
    }
}

TEST_P(Laws, ACopyOrAReloadedBookLivesOnAlike) {
    for (int i = 0; i < life_steps / 2; ++i) life.step();
    Book copy = book;
    Book reloaded; // from its pages alone, look-ups rebuilt
    auto load = [](auto const& from, auto& to) {
        to.reset(from.size());
        for (std::size_t page = 0; page < from.page_count(); ++page) ASSERT_TRUE(to.load_page(page, from.page(page)));
    };
    load(book.head, reloaded.head);
    load(book.sources, reloaded.sources);
    load(book.feeds, reloaded.feeds);
    load(book.chains, reloaded.chains);
    load(book.assets, reloaded.assets);
    load(book.instruments, reloaded.instruments);
    load(book.accounts, reloaded.accounts);
    load(book.balances, reloaded.balances);
    load(book.positions, reloaded.positions);
    load(book.liquidations, reloaded.liquidations);
    load(book.losses, reloaded.losses);
    load(book.breakers, reloaded.breakers);
    load(book.parameters, reloaded.parameters);
    load(book.presets, reloaded.presets);
    load(book.credits, reloaded.credits);
    ASSERT_TRUE(reloaded.rebuild_indexes());
    ASSERT_EQ(to_hex(state_root(reloaded)), to_hex(state_root(book)));

    std::size_t const half = life.sample().events().size();
    for (int i = 0; i < life_steps / 2; ++i) life.step();
    for (std::size_t i = half; i < life.sample().events().size(); ++i) {
        need(apply(copy, life.sample().events()[i]));
        need(apply(reloaded, life.sample().events()[i]));
    }
    EXPECT_EQ(to_hex(state_root(copy)), to_hex(state_root(book)));
    EXPECT_EQ(to_hex(state_root(reloaded)), to_hex(state_root(book)));
    for (AccountRow const& row : book.accounts.rows()) {
        EXPECT_EQ(reloaded.find_account(row.name.view()), book.find_account(row.name.view()));
    }
}

// ---- the slow and obvious second ledger ----

void expect_agreement(LedgerModel const& model, Book const& book) {
    auto at = [](auto const& map, auto const& key) {
        auto const found = map.find(key);
        return found == map.end() ? typename std::decay_t<decltype(map)>::mapped_type{} : found->second;
    };
    for (auto const& [key, amount] : model.cash) {
        auto const* row = book.balance(AccountId{key.first}, AssetId{key.second});
        ASSERT_TRUE((row == nullptr ? 0 : row->amount.units()) == amount) << "cash of " << key.first << " in " << key.second;
    }
    for (BalanceRow const& row : book.balances.rows()) {
        LedgerModel::Key const key{row.account.number(), row.asset.number()};
        ASSERT_TRUE(at(model.cash, key) == row.amount.units());
        ASSERT_TRUE(at(model.interest_index, key) == row.interest_index.units() && at(model.interest_kind, key) == row.interest_kind &&
                    at(model.loss_index, key) == row.loss_index.units())
            << "indices of " << key.first << " in " << key.second;
    }
    for (auto const& [key, position] : model.positions) {
        auto const* row = book.position(AccountId{key.first}, InstrumentId{key.second});
        ASSERT_TRUE((row == nullptr ? 0 : row->size.units()) == position.size);
    }
    for (PositionRow const& row : book.positions.rows()) {
        auto const position = at(model.positions, LedgerModel::Key{row.account.number(), row.instrument.number()});
        ASSERT_TRUE(position.size == row.size.units() && position.quote == row.quote.units() &&
                    position.index == row.index.units())
            << "position of " << row.account.number() << " in " << row.instrument.number();
    }
    for (std::uint32_t id = 1; id <= book.instruments.size(); ++id) {
        InstrumentRow const& row = book.instruments[id];
        ASSERT_TRUE(at(model.funding_index, id) == row.funding_index.units());
        ASSERT_TRUE(at(model.mark, id) == row.mark.value.units());
        ASSERT_TRUE(model.open_interest(id) == row.open_interest.units()) << "open interest of " << id;
    }
    for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
        AssetRow const& row = book.assets[id];
        ASSERT_TRUE(at(model.asset_price, id) == row.price.value.units());
        ASSERT_TRUE(at(model.bad_debt, id) == row.bad_debt.units());
        ASSERT_TRUE((at(model.asset_index, std::pair{id, IndexKind::supply_interest}) == row.supply_index.units()));
        ASSERT_TRUE((at(model.asset_index, std::pair{id, IndexKind::borrow_interest}) == row.borrow_index.units()));
        ASSERT_TRUE((at(model.asset_index, std::pair{id, IndexKind::socialised_loss}) == row.loss_index.units()));
    }
    for (LossRow const& row : book.losses.rows()) {
        for (std::size_t layer = 0; layer < row.paid.size(); ++layer) {
            ASSERT_TRUE((at(model.paid, std::pair{row.id, static_cast<wire::Layer>(layer)}) == row.paid.at(layer).units()));
        }
    }
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        ASSERT_EQ(at(model.in_liquidation, id), book.accounts[id].in_liquidation != 0) << id;
    }
    HeadRow const& head = book.head[1];
    ASSERT_EQ(model.events, head.sequence);
    ASSERT_EQ(model.time, head.time);
    ASSERT_EQ(model.quarantined, head.quarantined);
    ASSERT_EQ(model.corrections, head.corrections);
}

TEST_P(Laws, AgreeWithASecondLedger) {
    LedgerModel model;
    for (Event const& event : life.sample().events()) model.take(event);
    watch([&](Event const& event, Book const&, Book const& after) {
        model.take(event);
        expect_agreement(model, after);
    });
}

// ---- decide ----

TEST_P(Laws, DecideChangesNothingAndWhatItDecidesApplies) {
    for (int i = 0; i < life_steps / 4; ++i) {
        std::string const before = to_hex(state_root(book));
        Event const ask = life.next();
        std::vector<Event> decided;
        auto const verdict = decide(book, ask, decided);
        ASSERT_EQ(to_hex(state_root(book)), before) << show(ask);
        ASSERT_EQ(static_cast<bool>(verdict), !decided.empty()) << show(ask);
        if (!verdict) continue;
        Event const& last = decided.back();
        ASSERT_EQ(show(last.origin), show(ask.origin)) << "the fact itself comes last";
        std::uint64_t const trigger = book.sequence() + decided.size();
        for (std::size_t k = 0; k + 1 < decided.size(); ++k) {
            ASSERT_EQ(decided[k].origin.cause_sequence, trigger) << show(ask);
            ASSERT_EQ(decided[k].origin.cause, Cause::pending_funding) << show(ask);
        }
        auto const applied = life.sample().try_event(ask);
        ASSERT_TRUE(applied) << applied.error().message() << ": " << show(ask);
        ASSERT_EQ(book.sequence(), trigger);
    }
}

INSTANTIATE_TEST_SUITE_P(Seed, Laws, testing::Range(1, 6), [](auto const& row) { return std::to_string(row.param); });

} // namespace
} // namespace plimsoll::book
