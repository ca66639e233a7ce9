#include "tools/import/stark_booking.hpp"

#include <fmt/core.h>
#include <utility>

namespace plimsoll::tools {
namespace {

constexpr std::string_view outside_name = "ethereum";
constexpr std::string_view root_parameter = "position root";
constexpr int collateral_decimals = 6;

[[nodiscard]] TimeNs nanoseconds(std::uint64_t seconds) {
    return static_cast<TimeNs>(seconds) * 1'000'000'000;
}

} // namespace

result<void> StarkBooking::book(std::string_view source_name) {
    for (StarkModification const& each : update_->modifications)
        modified_[each.position] += each.difference;
    PLIMSOLL_TRYV(define(source_name));
    note_gap();
    PLIMSOLL_TRYV(book_old_state());
    for (StarkFunding const& entry : update_->funding) {
        std::vector<Event> group;
        add_indices(entry.indices, group);
        StarkRun const* const words = &entry.words;
        PLIMSOLL_TRYV(submit(std::move(group), entry.time_seconds, {&words, 1}, "a funding entry"));
    }
    PLIMSOLL_TRYV(book_new_state());
    for (StarkPosition const& position : update_->positions) {
        PLIMSOLL_TRYV(book_position(position));
    }
    for (StarkModification const& modification : update_->modifications) {
        PLIMSOLL_TRYV(book_modification(modification));
    }
    summary_->events_added += definitions_.events();
    return outcome::success();
}

result<void> StarkBooking::define(std::string_view source_name) {
    source_name_ = source_name;
    TimeNs const time = nanoseconds(update_->old_state.funding.time_seconds);
    definitions_.mentioned(0, time);
    PLIMSOLL_TRY(source, definitions_.source(source_name, wire::SourceKind::chain));
    source_ = source;
    definitions_.mentioned(source, time);
    PLIMSOLL_TRY(outside, definitions_.account(outside_name, wire::AccountKind::outside));
    PLIMSOLL_TRY(market, definitions_.account(source_name_ + ":market", wire::AccountKind::market));
    PLIMSOLL_TRY(collateral,
                 definitions_.asset("USDC", collateral_decimals, wire::AssetKind::stablecoin));
    parties_.outside = outside;
    parties_.market = market;
    parties_.collateral = collateral;
    for (StarkState const* state : {&update_->old_state, &update_->new_state}) {
        for (StarkIndex const& entry : state->funding.indices) {
            PLIMSOLL_TRYV(define_instrument(entry.asset));
        }
        for (StarkPrice const& price : state->prices) {
            PLIMSOLL_TRYV(define_instrument(price.asset));
        }
    }
    for (StarkFunding const& funding : update_->funding) {
        for (StarkIndex const& entry : funding.indices) {
            PLIMSOLL_TRYV(define_instrument(entry.asset));
        }
    }
    for (StarkPosition const& position : update_->positions) {
        for (StarkBalance const& balance : position.balances) {
            PLIMSOLL_TRYV(define_instrument(balance.asset));
        }
    }
    return outcome::success();
}

/// Prices and indices stay the integers that the chain has, since 2^-32 does not fit 18 decimals;
/// the multiplier takes them to USDC: 10^resolution / (10^6 * 2^32), reduced.
result<void> StarkBooking::define_instrument(StarkAsset const& asset) {
    if (parties_.instruments.contains(asset.id)) return outcome::success();
    PLIMSOLL_TRY(base, definitions_.asset(asset.symbol, asset.resolution, wire::AssetKind::token));
    Int128 const numerator = power_of_ten(asset.resolution);
    Int128 const denominator = power_of_ten(collateral_decimals) << 32;
    Int128 a = numerator;
    for (Int128 b = denominator; b != 0;)
        a = std::exchange(b, a % b); // a becomes their greatest divisor
    InstrumentDefined definition;
    definition.name = asset.id;
    definition.kind = wire::InstrumentKind::perpetual;
    definition.payoff = wire::Payoff::linear;
    definition.base = base.number();
    definition.quote = definition.settle = parties_.collateral.number();
    definition.market_account = parties_.market.number();
    definition.multiplier_numerator = to_wire(numerator / a);
    definition.multiplier_denominator = to_wire(denominator / a);
    PLIMSOLL_TRY(instrument, definitions_.instrument(definition));
    parties_.instruments[asset.id] = instrument;
    return outcome::success();
}

/// The ledger keeps the root that its last update led to: the next one must begin there.
void StarkBooking::note_gap() {
    auto const& book = engine_->book();
    if (nanoseconds(update_->new_state.system_time_seconds) <=
        static_cast<TimeNs>(book.sources[source_].cursor.major)) {
        return; // imported before
    }
    for (book::ParameterRow const& row : book.parameters.rows()) {
        bool const is_root = row.scope.view() == source_name_ && row.name.view() == root_parameter;
        if (!is_root || row.text == record_fingerprint(to_text(update_->old_state.position_root)))
            continue;
        summary_->notes.push_back(
            "this update does not begin at the position root that the last one led to: an update "
            "between them is missing, so opening entries carry what it did");
    }
}

result<void> StarkBooking::book_old_state() {
    StarkState const& state = update_->old_state;
    std::vector<Event> group;
    add_indices(state.funding.indices, group);
    add_prices(state.prices, group);
    StarkRun const* const words = &state.words;
    return submit(std::move(group), state.funding.time_seconds, {&words, 1}, "the old state");
}

result<void> StarkBooking::book_new_state() {
    StarkState const& state = update_->new_state;
    std::vector<Event> group;
    add_indices(state.funding.indices, group);
    add_prices(state.prices, group);
    ParameterSet root;
    root.scope = source_name_;
    root.name = root_parameter;
    root.text = to_text(state.position_root);
    group.push_back({{}, rare(root)});
    StarkRun const* const words = &state.words;
    return submit(std::move(group), state.funding.time_seconds, {&words, 1}, "the new state");
}

void StarkBooking::add_prices(std::vector<StarkPrice> const& prices,
                              std::vector<Event>& group) const {
    for (StarkPrice const& price : prices) {
        Observed fact;
        fact.subject = parties_.instruments.at(price.asset.id).number();
        fact.kind = Observation::mark_price;
        fact.value = Price{static_cast<Int128>(price.value) * one_units};
        group.push_back({{}, fact});
    }
}

void StarkBooking::add_indices(std::vector<StarkIndex> const& indices,
                               std::vector<Event>& group) const {
    for (StarkIndex const& entry : indices) {
        IndexRecorded fact;
        fact.subject = parties_.instruments.at(entry.asset.id).number();
        fact.kind = IndexKind::funding;
        fact.value = index_of(entry);
        group.push_back({{}, fact});
    }
}

/// An update shows where a position ended, and the deposits and withdrawals in between, but no
/// trades: the opening entry carries the rest, so that the position ends as published.
result<void> StarkBooking::book_position(StarkPosition const& position) {
    PLIMSOLL_TRY(account_id, account(position.id, position.key));
    std::vector<Event> group;
    auto const modified = modified_.find(position.id);
    Int128 const change = modified == modified_.end() ? 0 : modified->second;
    for (OpeningEntered const& entry :
         opening_entries(engine_->book(), *update_, parties_, position, account_id, change)) {
        group.push_back({{}, rare(entry)});
    }
    std::vector<StarkRun const*> words{&position.words};
    for (StarkModification const& each : update_->modifications) {
        if (each.position == position.id) words.push_back(&each.words);
    }
    return submit(std::move(group), update_->new_state.funding.time_seconds, words,
                  fmt::format("position {}", position.id));
}

result<void> StarkBooking::book_modification(StarkModification const& modification) {
    if (modification.difference == 0) {
        ++summary_->records_read;
        ++summary_->records_passed_over;
        return outcome::success();
    }
    PLIMSOLL_TRY(account_id, account(modification.position, modification.key));
    Transferred fact;
    fact.account = account_id;
    fact.counter = parties_.outside;
    fact.asset = parties_.collateral;
    fact.type = modification.difference > 0 ? TransferType::deposit : TransferType::withdrawal;
    fact.amount = Amount{modification.difference * stark_collateral_unit};
    StarkRun const* const words = &modification.words;
    return submit({{{}, fact}}, update_->new_state.funding.time_seconds, {&words, 1},
                  fmt::format("the modification of position {}", modification.position));
}

/// A position that was emptied has lost its key; the modifications may still have it.
result<AccountId> StarkBooking::account(std::uint64_t position, StarkWord const& key) {
    StarkWord owner = key;
    for (StarkModification const& each : update_->modifications) {
        if (owner == StarkWord{} && each.position == position) owner = each.key;
    }
    definitions_.mentioned(source_, nanoseconds(update_->new_state.funding.time_seconds));
    return definitions_.account(std::to_string(position), wire::AccountKind::customer,
                                owner == StarkWord{} ? std::string{} : to_text(owner));
}

result<void> StarkBooking::submit(std::vector<Event> group, std::uint64_t time_seconds,
                                  std::span<StarkRun const* const> words, std::string const& what) {
    ++summary_->records_read;
    if (group.empty()) { // an update of no markets: nothing to say
        ++summary_->records_passed_over;
        return outcome::success();
    }
    std::string canonical;
    for (StarkRun const* run : words) {
        for (StarkWord const& word : *run) canonical.append(word.begin(), word.end());
    }
    Origin origin;
    origin.source_time = nanoseconds(time_seconds);
    origin.cursor = {
        static_cast<std::uint64_t>(nanoseconds(update_->new_state.system_time_seconds)),
        ++records_};
    origin.record = record_fingerprint(canonical);
    origin.source = source_;
    for (Event& event : group) event.origin = origin;
    auto const receipt = engine_->submit(group);
    if (!receipt)
        return outcome::failure(receipt.error().at(fmt::format("{}: {}", summary_->file, what)));
    if (receipt.value().is_duplicate) {
        ++summary_->records_duplicate;
    } else {
        ++summary_->records_added;
        summary_->events_added += receipt.value().count;
    }
    return outcome::success();
}

} // namespace plimsoll::tools
