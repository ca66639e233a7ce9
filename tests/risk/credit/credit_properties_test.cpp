#include "tests/risk/credit/credit_world.hpp"

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>

// Each property runs 100 cases; RC_PARAMS=max_success=10000 runs as many as it says, and seed=... the same ones.

namespace plimsoll::risk {
namespace {

using testing_aid::CreditWorld;
using W = CreditWorld;
using wire::AccountKind;

enum class Deed : std::uint8_t { deposit, withdraw, buy, sell, buy_spot, mark, spot_price, fund, stake, liquidate, draw, repay, collect, count };

/// One thing that happens in an owner's life; `slot` says to which of its accounts, where it has several.
struct Step {
    Deed deed{};
    std::size_t slot = 0;
    Int128 amount = 0; ///< of USD
    Int128 size = 0;
    Int128 price = 0;
    TimeNs pause = 0;
    std::size_t other_slot = 0; ///< of trades that the owner makes with itself, and of its own transfers
};

[[nodiscard]] Step random_step() {
    Step step;
    step.deed = static_cast<Deed>(*rc::gen::inRange(0, static_cast<int>(Deed::count)));
    step.slot = static_cast<std::size_t>(*rc::gen::inRange(0, 3));
    step.other_slot = (step.slot + 1 + static_cast<std::size_t>(*rc::gen::inRange(0, 2))) % 3;
    // odd digits, so that every division has a remainder
    step.amount = Int128{*rc::gen::inRange<std::int64_t>(1, 50'000'000'000)} * 1'000'000'000'007;
    step.size = Int128{*rc::gen::inRange<std::int64_t>(1, 9'000'000'000)} * 1'000'000'003;
    step.price = Int128{*rc::gen::inRange<std::int64_t>(1, 200'000'000'000)} * 1'000'000'009;
    step.pause = *rc::gen::inRange<std::int64_t>(0, 3 * W::day);
    return step;
}

[[nodiscard]] std::vector<Step> random_life() {
    std::vector<Step> life(static_cast<std::size_t>(*rc::gen::inRange(1, 60)));
    for (Step& step : life) step = random_step();
    return life;
}

/// Vouchers and a pool that bind now and then; every score may be given credit.
[[nodiscard]] CreditPreset preset_of_properties() {
    CreditPreset preset = *shipped_credit_preset("reputation");
    preset.equity_days = 9;
    std::string body = preset.body;
    auto set = [&](std::string const& from, std::string const& to) { body.replace(body.find(from), from.size(), to); };
    set("equity_days = \"90\"", "equity_days = \"9\"");
    set("cap = \"0\"", "cap = \"9000\"");
    auto read = CreditPreset::parse(body, "properties");
    if (!read) throw std::logic_error(read.error().message());
    return std::move(read).value();
}

/// An owner with three accounts, of the same name or of one parent.
struct OwnerLife {
    CreditWorld world{preset_of_properties()};
    std::array<AccountId, 3> accounts;

    explicit OwnerLife(bool by_name) {
        accounts[0] = world.open("o1", AccountKind::customer, "owner");
        accounts[1] = world.open("o2", AccountKind::customer, by_name ? "owner" : "", by_name ? AccountId{} : accounts[0]);
        accounts[2] = world.open("o3", AccountKind::subaccount, by_name ? "owner" : "", by_name ? AccountId{} : accounts[1]);
        world.track(accounts[0]);
        world.deposit(W::pool, Int128{300'000} * one_units);
        world.observe(Observation::mark_price, W::perp.number(), Int128{100} * one_units);
        world.observe(Observation::asset_price, W::btc.number(), Int128{100} * one_units);
    }

    void live(Step const& step, AccountId account) {
        world.pass(step.pause);
        switch (step.deed) {
        case Deed::deposit: world.deposit(account, step.amount); return;
        case Deed::withdraw: world.move(TransferType::withdrawal, account, W::outside, -step.amount); return;
        case Deed::buy: world.trade(account, W::dealer, step.size, step.price); return;
        case Deed::sell: world.trade(W::dealer, account, step.size, step.price); return;
        case Deed::buy_spot: world.trade(account, W::dealer, step.size, step.price, W::spot); return;
        case Deed::mark: world.observe(Observation::mark_price, W::perp.number(), step.price); return;
        case Deed::spot_price: world.observe(Observation::asset_price, W::btc.number(), step.price); return;
        case Deed::fund: world.fund(step.price / 1'000 - Int128{100'000'000} * 1'000'000'009); return;
        case Deed::stake: world.stake(W::voucher, account, step.amount); return;
        case Deed::liquidate: world.liquidate(account); return;
        case Deed::draw: world.draw(account, step.amount); return;
        case Deed::repay: world.repay(account, step.amount); return;
        case Deed::collect: world.repay(account, step.amount / 50, Cause::liquidation); return;
        case Deed::count: return;
        }
    }
    [[nodiscard]] CreditLine line() const { return world.line(accounts[0]); }
};

/// Equity may differ by dust: each account's rows are valued rounded down, and each meeting with funding is rounded.
void need_no_better(CreditLine const& changed, CreditLine const& plain) {
    constexpr Int128 dust = 300; // of 10^-18
    RC_ASSERT(changed.score.score <= plain.score.score);
    RC_ASSERT(changed.limit.limit <= plain.limit.limit);
    RC_ASSERT(changed.limit_values.median_equity <= plain.limit_values.median_equity + dust);
}

/// All in one account, or spread over three of one owner with money going to and fro: one line, and no larger a limit.
RC_GTEST_PROP(CreditProperty, SplittingAnOwnerNeverRaisesItsLimit, ()) {
    bool const by_name = *rc::gen::arbitrary<bool>();
    auto const life = random_life();
    OwnerLife whole(by_name);
    OwnerLife split(by_name);
    for (Step const& step : life) {
        whole.live(step, whole.accounts[0]);
        split.live(step, split.accounts[step.slot]);
        split.world.move(TransferType::transfer, split.accounts[step.slot], split.accounts[step.other_slot], step.price);
        need_no_better(split.line(), whole.line());
    }
    for (AccountId const account : split.accounts) RC_ASSERT(split.world.history().owners().holder(account) == split.accounts[0]);
}

/// The owner trades with itself between all that happens, at any price, paying a fee or none: no score rises, and no limit.
RC_GTEST_PROP(CreditProperty, WashTradesNeverRaiseAScore, ()) {
    bool const by_name = *rc::gen::arbitrary<bool>();
    auto const life = random_life();
    OwnerLife plain(by_name);
    OwnerLife washed(by_name);
    for (Step const& step : life) {
        plain.live(step, plain.accounts[step.slot]);
        washed.live(step, washed.accounts[step.slot]);
        Step const wash = random_step();
        Int128 const fee = wash.pause % 2 == 0 ? 0 : wash.price / 100;
        washed.world.trade(washed.accounts[wash.slot], washed.accounts[wash.other_slot], wash.size, wash.price,
                           wash.pause % 3 == 0 ? W::spot : W::perp, fee);
        need_no_better(washed.line(), plain.line());
        RC_ASSERT(washed.world.history().record(washed.accounts[0]).volume == plain.world.history().record(plain.accounts[0]).volume);
    }
}

/// What was said while the log grew is what its first part says, asked when there is more of it.
RC_GTEST_PROP(CreditProperty, AScoreUsesNoLaterEvent, ()) {
    auto const life = random_life();
    OwnerLife owner(true);
    std::vector<std::pair<std::size_t, CreditLine>> said; ///< after so many events
    for (Step const& step : life) {
        owner.live(step, owner.accounts[step.slot]);
        said.emplace_back(owner.world.events().size(), owner.line());
    }
    auto const& [size, line] = said[static_cast<std::size_t>(*rc::gen::inRange<std::size_t>(0, said.size()))];
    CreditHistory again;
    book::Book book;
    again.track(owner.accounts);
    for (std::size_t i = 0; i < size; ++i) {
        Event const& event = owner.world.events()[i];
        again.precede(event, book);
        RC_ASSERT(book::apply(book, event).has_value());
        again.follow(event, book);
    }
    auto const asked = credit_line(again, book, owner.accounts[0], line.now);
    RC_ASSERT(asked.has_value());
    RC_ASSERT(asked.value().score.score == line.score.score);
    RC_ASSERT(asked.value().limit.limit == line.limit.limit);
    RC_ASSERT(asked.value().limit_values.median_equity == line.limit_values.median_equity);
    RC_ASSERT(asked.value().drawn == line.drawn);
    RC_ASSERT(asked.value().collateral == line.collateral);
}

/// Whatever speaks for an owner may only help, whatever speaks against it only hurt.
RC_GTEST_PROP(CreditProperty, ScoresFollowTheirComponents, ()) {
    CreditPreset const preset = *shipped_credit_preset("reputation");
    ScoreValues values{};
    for (Int128& value : values) value = Int128{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)} * 1'000'000'007;
    auto const which = static_cast<ScoreComponent>(*rc::gen::inRange<int>(0, score_component_count));
    ScoreValues more = values;
    more[static_cast<std::size_t>(which)] += Int128{*rc::gen::inRange<std::int64_t>(1, 1'000'000'000)} * *rc::gen::inRange<std::int64_t>(1, 1'000'000'007);
    Int128 const before = score_of(preset, values).score;
    Int128 const after = score_of(preset, more).score;
    bool const is_right_way = speaks_for(which) ? after >= before : after <= before;
    RC_ASSERT(is_right_way);
    RC_ASSERT(preset.ratio_of(std::max(before, after)) <= preset.ratio_of(std::min(before, after)));
    RC_ASSERT(preset.cap_of(std::max(before, after)) >= preset.cap_of(std::min(before, after)));
}

} // namespace
} // namespace plimsoll::risk
