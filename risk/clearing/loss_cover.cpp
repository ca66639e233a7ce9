#include "risk/clearing/loss_cover.hpp"

#include "ledger/book/interest.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/clearing/winners.hpp"
#include "risk/solvency.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] AccountId first_of(book::Book const& book, wire::AccountKind kind) {
    auto const found = account_of_kind(book, {}, kind);
    return found ? found.value() : AccountId{};
}

/// The figure that says what a layer paid.
[[nodiscard]] std::string_view paid_by(wire::Layer layer) {
    switch (layer) {
    case wire::Layer::liquidation_penalty: return "paid_by_liquidation_penalty";
    case wire::Layer::market_fund: return "paid_by_market_fund";
    case wire::Layer::shared_fund: return "paid_by_shared_fund";
    case wire::Layer::operator_tranche: return "paid_by_operator_tranche";
    case wire::Layer::staked_module: return "paid_by_staked_module";
    case wire::Layer::pool: return "paid_by_pool";
    case wire::Layer::socialised: return "paid_by_socialised";
    case wire::Layer::auto_deleveraging: return "paid_by_auto_deleveraging";
    default: return "paid_by_account";
    }
}

[[nodiscard]] Loss loss_of(LossPlan const& plan, std::uint64_t number) {
    return {number, plan.loss.account, plan.loss.asset, plan.loss.instrument, plan.loss.liquidation, plan.loss.units};
}

[[nodiscard]] std::vector<LossLayer> standard_layers() {
    LossLayer market;
    market.layer = wire::Layer::market_fund;
    LossLayer shared;
    shared.layer = wire::Layer::shared_fund;
    return {market, shared};
}

} // namespace

std::uint64_t next_loss(book::Book const& book) {
    std::uint64_t number = book.losses.size() + 1;
    while (book.find_loss(number) != nullptr) ++number;
    return number;
}

std::uint64_t next_liquidation(book::Book const& book) {
    std::uint64_t number = book.liquidations.size() + 1;
    while (book.find_liquidation(number) != nullptr) ++number;
    return number;
}

AccountId fund_of(book::Book const& book, AccountId parent) {
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        book::AccountRow const& row = book.accounts[id];
        if (row.kind == wire::AccountKind::insurance && row.parent == parent) return AccountId{id};
    }
    return {};
}

AccountId shared_fund(book::Book const& book) { return fund_of(book, AccountId{}); }

AccountId market_fund(book::Book const& book, InstrumentId instrument) {
    if (!instrument.is_some()) return {};
    AccountId const market = book.instrument(instrument).market_account;
    return market.is_some() ? fund_of(book, market) : AccountId{};
}

LossCover::LossCover(book::Book const& book, ClearingPreset const* preset, Int128 funds_pay)
    : book_(&book), preset_(preset), layers_(preset == nullptr ? standard_layers() : preset->layers), funds_pay_(funds_pay) {}

void LossCover::put_first(LossLayer const& layer) {
    std::erase_if(layers_, [&](LossLayer const& each) { return each.layer == layer.layer; });
    layers_.insert(layers_.begin(), layer);
}

AccountId LossCover::payer_of(wire::Layer layer, OpenLoss const& loss) const {
    AccountId payer;
    switch (layer) {
    case wire::Layer::market_fund: payer = loss.instrument.is_some() ? market_fund(*book_, loss.instrument) : fund_of(*book_, loss.account); break;
    case wire::Layer::liquidation_penalty:
    case wire::Layer::shared_fund: payer = shared_fund(*book_); break;
    case wire::Layer::operator_tranche: payer = first_of(*book_, wire::AccountKind::operator_tranche); break;
    case wire::Layer::staked_module: payer = first_of(*book_, wire::AccountKind::staked_module); break;
    case wire::Layer::pool: payer = first_of(*book_, wire::AccountKind::pool); break;
    default: break;
    }
    return payer == loss.account ? AccountId{} : payer;
}

std::vector<Claimant> LossCover::claimants_of(OpenLoss const& loss) const {
    std::vector<Claimant> claimants;
    for (book::BalanceRow const& row : book_->balances.rows()) {
        if (row.asset != loss.asset || row.amount.units() <= 0 || row.account == loss.account) continue;
        book::AccountRow const& account = book_->account(row.account);
        if (group_of(account.kind) != Group::customers || account.in_liquidation != 0) continue;
        auto const interest = book::pending_interest(*book_, row);
        claimants.push_back({row.account, row.amount.units() + (interest ? interest.value().units() : 0)});
    }
    std::ranges::sort(claimants, {}, &Claimant::account);
    return claimants;
}

result<Int128> LossCover::standing(std::size_t layer, OpenLoss const& loss, std::span<Claimant const> claimants) const {
    wire::Layer const kind = layers_[layer].layer;
    if (kind == wire::Layer::socialised) {
        std::optional<wire::Layer> const rest = layers_[layer].remainder_to;
        if (rest && !payer_of(*rest, loss).is_some()) return Int128{0};
        Int128 sum = 0;
        for (Claimant const& each : claimants) {
            if (__builtin_add_overflow(sum, each.claim, &sum) || sum > row_limit_units) return fail(Errc::arithmetic_overflow, "claims");
        }
        return sum;
    }
    AccountId const payer = payer_of(kind, loss);
    Int128 const there = std::clamp<Int128>(balance_of(*book_, payer, loss.asset), 0, row_limit_units);
    if (!payer.is_some() || payer != shared_fund(*book_)) return there;
    Int128 const penalty = std::min(loss.penalty, there);
    if (kind == wire::Layer::liquidation_penalty) return penalty;
    bool const has_penalty_layer = std::ranges::find(layers_, wire::Layer::liquidation_penalty, &LossLayer::layer) != layers_.end();
    return has_penalty_layer ? there - penalty : there;
}

/// Winners in the queue's order, closed up to what the loser holds; the layer then stands with what they give. `left`: of
/// the loss, by the layers before.
result<void> LossCover::deleverage(LossPlan& plan, Int128& given, Int128 left, std::size_t layer, LoserPosition const& loser) const {
    OpenLoss const& loss = plan.loss;
    if (loser.size == 0 || !loss.instrument.is_some() || preset_ == nullptr) return outcome::success();
    book::InstrumentRow const& instrument = book_->instrument(loss.instrument);
    if (instrument.settle != loss.asset || instrument.kind == wire::InstrumentKind::option) return outcome::success();
    PLIMSOLL_TRY(valuation, Valuation::of(*book_, loss.asset));
    PLIMSOLL_TRY(holders, holders_of(valuation, loss.instrument));
    bool const is_long = loser.size > 0;
    std::vector<Winner> const& winners = is_long ? holders.short_winners : holders.long_winners;
    if (winners.empty()) return outcome::success();
    Int128 able = 0;
    for (Winner const& winner : winners) able += winner.able(); // holders_of keeps the sum of profits in a row
    DeleverageAsk ask;
    ask.deficit = std::min(left, capacity_of(plan.layers[layer], able));
    ask.price = preset_->price;
    ask.capacity_share = preset_->deleverage_capacity;
    ask.contracts = is_long ? loser.size : -loser.size;
    ask.lot = common_lot(winners);
    PLIMSOLL_TRY(done, risk::deleverage(preset_->policy, ask, winners));
    std::vector<std::size_t> order(winners.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[done.haircuts[i].rank - 1] = i;
    Int128 held = *ask.contracts;
    for (std::size_t const i : order) {
        Haircut const& cut = done.haircuts[i];
        Int128 const size = std::min(held, cut.contracts);
        if (cut.amount == 0 && size == 0) continue;
        held -= size;
        given += cut.amount;
        if (cut.amount != 0) plan.parts[layer].push_back({winners[i].account, cut.amount});
        PLIMSOLL_TRY(quote, quote_of(instrument, Quantity{size}, instrument.mark.value));
        PLIMSOLL_TRY(price, deal_price(instrument.mark.value.units(), cut.amount, size, book::multiplier(instrument.multiplier_numerator),
                                       book::multiplier(instrument.multiplier_denominator), is_long));
        plan.deals.push_back({winners[i].account, loss.instrument, is_long, size, instrument.mark.value.units(), quote.units(), price,
                              cut.score, cut.rank, std::string(word(preset_->policy)), instrument.funding_index});
    }
    LossLayer& stood = plan.layers[layer]; // floor, share and cap have been counted: what is given is given
    stood.floor = 0;
    stood.claim_share = one_units;
    stood.cap_per_loss.reset();
    return outcome::success();
}

/// By an index the account that has the remainder goes before, and each holder meets the index at once.
result<void> LossCover::share(LossPlan& plan, std::size_t layer, std::span<Claimant const> claimants) const {
    LossLayer const& rule = plan.layers[layer];
    Int128 const draw = plan.payment.draws[layer];
    AccountId const rest = rule.remainder_to ? payer_of(*rule.remainder_to, plan.loss) : AccountId{};
    Int128 able = balance_of(*book_, rest, plan.loss.asset); // after what it has paid as a layer of its own
    for (std::size_t i = 0; i < layer; ++i) {
        for (LayerPart const& part : plan.parts[i]) able -= part.payer == rest ? part.amount : 0;
    }
    if (rule.sharing != ShareRule::index) {
        bool const can_pay = rest.is_some() && able >= static_cast<Int128>(claimants.size()); // less than a unit each
        PLIMSOLL_TRY(parts, share_pro_rata(draw, claimants, can_pay ? std::optional(rest) : std::nullopt));
        plan.parts[layer] = std::move(parts);
        return outcome::success();
    }
    Int128 base = 0;
    for (Claimant const& each : claimants) base += each.claim;
    PLIMSOLL_TRY(step, socialise_by_index(draw, base, rule.rounding));
    plan.shared = SharedLoss{step, book_->asset(plan.loss.asset).loss_index};
    plan.parts[layer] = {{rest, draw}};
    auto const way = rule.rounding == SharedRounding::down ? Rounding::floor : Rounding::ceiling;
    for (Claimant const& each : claimants) {
        auto const part = multiply_divide(each.claim, step.step, one_units, way);
        if (!part) return fail(Errc::arithmetic_overflow, "loss index");
        plan.index_parts.push_back({each.account, *part});
    }
    Int128 met = 0;
    for (LayerPart const& part : plan.index_parts) met += part.amount;
    if (draw - met > std::max<Int128>(able, 0)) { // nobody else can: the last who has it
        auto const last = std::find_if(plan.index_parts.rbegin(), plan.index_parts.rend(), [&](LayerPart const& part) {
            auto const& claim = claimants[static_cast<std::size_t>(&part - plan.index_parts.data())].claim;
            return claim - part.amount >= draw - met;
        });
        if (last != plan.index_parts.rend()) {
            last->amount += draw - met;
            met = draw;
        }
    }
    plan.shared->step.remainder = draw - met; // as it comes out, holder by holder
    return outcome::success();
}

result<LossPlan> LossCover::plan(OpenLoss const& loss, std::optional<LoserPosition> const& loser) const {
    PLIMSOLL_ASSERT(loss.units > 0);
    LossPlan plan;
    plan.loss = loss;
    plan.layers = layers_;
    plan.parts.resize(layers_.size());
    std::vector<Int128> balances(layers_.size());
    std::vector<Claimant> claimants;
    Int128 left = loss.units;
    Int128 funds_left = funds_pay_;
    for (std::size_t i = 0; i < layers_.size() && left > 0; ++i) {
        bool const is_fund = layers_[i].layer == wire::Layer::market_fund || layers_[i].layer == wire::Layer::shared_fund;
        if (is_fund && funds_left < row_limit_units) {
            plan.layers[i].cap_per_loss = std::min(layers_[i].cap_per_loss.value_or(funds_left), funds_left);
        }
        if (layers_[i].layer == wire::Layer::auto_deleveraging) {
            if (loser) {
                PLIMSOLL_TRYV(deleverage(plan, balances[i], left, i, *loser));
            }
        } else {
            if (layers_[i].layer == wire::Layer::socialised) claimants = claimants_of(loss);
            PLIMSOLL_TRY(there, standing(i, loss, claimants));
            balances[i] = there;
        }
        Int128 const draw = std::min(left, capacity_of(plan.layers[i], balances[i]));
        left -= draw;
        if (is_fund) funds_left -= draw;
    }
    plan.payment = pay(loss.units, plan.layers, balances);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        Int128 const draw = plan.payment.draws[i];
        if (draw == 0 || layers_[i].layer == wire::Layer::auto_deleveraging) continue;
        if (layers_[i].layer == wire::Layer::socialised) {
            PLIMSOLL_TRYV(share(plan, i, claimants));
        } else {
            plan.parts[i] = {{payer_of(layers_[i].layer, loss), draw}};
        }
    }
    return plan;
}

result<void> write_loss(LossPlan const& plan, std::uint64_t number, std::uint64_t first, Origin const& origin, Decision& decision) {
    LossRecord const record{loss_of(plan, number), plan.layers, plan.payment, plan.parts, {}, plan.shared};
    PLIMSOLL_TRY(events, events_of(record, first, origin));
    decision.events.insert(decision.events.end(), events.begin(), events.end());
    if (plan.shared) {
        Index index = plan.shared->index_before;
        bool const fits = index.add(Index{plan.shared->step.step});
        PLIMSOLL_ASSERT(fits); // events_of has refused it
        auto const layer = std::ranges::find(plan.layers, wire::Layer::socialised, &LossLayer::layer) - plan.layers.begin();
        Origin by_index = origin;
        by_index.cause = Cause::socialised_loss;
        by_index.cause_sequence = first;
        for (LayerPart const& part : plan.index_parts) {
            IndexMet met;
            met.account = part.payer;
            met.counter = plan.parts[static_cast<std::size_t>(layer)].front().payer;
            met.subject = plan.loss.asset.number();
            met.asset = plan.loss.asset;
            met.kind = IndexKind::socialised_loss;
            met.index = index;
            met.amount = Amount{-part.amount};
            decision.add(by_index, met);
        }
    }
    decision.say("loss", plan.loss.account, plan.loss.units);
    for (std::size_t i = 0; i < plan.layers.size(); ++i) {
        if (plan.payment.draws[i] != 0) decision.say(paid_by(plan.layers[i].layer), plan.loss.account, plan.payment.draws[i]);
    }
    decision.say("loss_left", plan.loss.account, plan.payment.residual);
    return outcome::success();
}

result<void> keep_sizes(LossPlan& plan, LossPlan const& earlier, book::Book const& book) {
    std::vector<Deleveraged> deals = earlier.deals;
    for (Deleveraged const& deal : plan.deals) {
        if (std::ranges::find(deals, deal.counterparty, &Deleveraged::counterparty) != deals.end()) continue;
        deals.push_back(deal);
        deals.back().size = 0;
        deals.back().quote = 0;
    }
    auto const layer = std::ranges::find(plan.layers, wire::Layer::auto_deleveraging, &LossLayer::layer) - plan.layers.begin();
    for (Deleveraged& deal : deals) {
        auto const& parts = plan.parts[static_cast<std::size_t>(layer)];
        auto const paid = std::ranges::find(parts, deal.counterparty, &LayerPart::payer);
        book::InstrumentRow const& instrument = book.instrument(deal.instrument);
        PLIMSOLL_TRY(price, deal_price(deal.mark, paid == parts.end() ? 0 : paid->amount, deal.size, book::multiplier(instrument.multiplier_numerator),
                                       book::multiplier(instrument.multiplier_denominator), deal.account_is_long));
        deal.price = price;
    }
    plan.deals = std::move(deals);
    return outcome::success();
}

void write_deals(LossPlan const& plan, Origin const& origin, Decision& decision) {
    for (Deleveraged const& deal : plan.deals) append_deal(loss_of(plan, 0), deal, origin, decision.events);
}

} // namespace plimsoll::risk
