#include "risk/clearing/terms.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/clearing/interest.hpp"

#include <array>

namespace plimsoll::risk {
namespace {

constexpr Int128 one = one_units;
constexpr Int128 thousandth = one_units / 1000;
constexpr std::string_view dydx = "dYdX v4 defaults of the code: risk-models 2.2";
constexpr std::string_view derive_script = "Derive v2 mainnet script: derive-margin 1d";
constexpr std::string_view design = "design default";

constexpr std::array terms{
    ClearingTerm{"close_spread_to_maintenance", "of maintenance margin", one / 10, 0, 10 * one, dydx},
    ClearingTerm{"close_bankruptcy_adjustment", "1", one, one, 10 * one, dydx},
    ClearingTerm{"close_incentive_cap", "of notional", 50 * thousandth, 0, one / 2, design},
    ClearingTerm{"close_fee_cap", "of notional", 5 * thousandth, 0, one, dydx},
    ClearingTerm{"close_buffer", "of maintenance margin", one / 10, 0, 10 * one, design},
    ClearingTerm{"backstop_share", "of maintenance margin, 0: never", 0, 0, one, "Hyperliquid: 2/3"},
    ClearingTerm{"close_dust", "quote", 100 * one, 0, 1'000'000 * one, design},
    ClearingTerm{"close_pace_seconds", "s, 0: at once", 0, 0, 604'800 * one, "Drift: 150 slots of 0.4 s"},
    ClearingTerm{"close_pace_start", "of notional", one / 10, 0, one, "Drift: 10 %"},
    ClearingTerm{"close_pace_free", "quote", 50 * one, 0, 1'000'000 * one, "Drift: a shortage below 50"},
    ClearingTerm{"auction_start", "of value", 950 * thousandth, 0, one, derive_script},
    ClearingTerm{"auction_fast_cutoff", "of value", 700 * thousandth, 0, one, derive_script},
    ClearingTerm{"auction_fast_length", "s", 900 * one, 0, 604'800 * one, derive_script},
    ClearingTerm{"auction_slow_length", "s", 43'200 * one, 0, 604'800 * one, derive_script},
    ClearingTerm{"auction_insolvent_length", "s", 3'600 * one, 0, 604'800 * one, derive_script},
    ClearingTerm{"auction_fee", "of value", 100 * thousandth, 0, 100 * thousandth, derive_script},
    ClearingTerm{"auction_buffer", "of risk", 150 * thousandth, 0, 4 * one, derive_script},
    ClearingTerm{"settlement_window", "s", 1'800 * one, 1 * one, 86'400 * one, "Derive v2: 30 minutes"},
    ClearingTerm{"trade_taker_fee", "of quote", 0, 0, one, design},
    ClearingTerm{"trade_maker_fee", "of quote", 0, 0, one, design},
    ClearingTerm{"trade_least_fee", "settlement asset", 0, 0, 1'000'000 * one, design},
    ClearingTerm{"open_interest_cap", "contracts, 0: none", 0, 0, Int128{1'000'000'000'000'000} * one, design},
    ClearingTerm{"interest_base", "a year", 20 * thousandth, 0, 10 * one, design},
    ClearingTerm{"interest_slope", "a year, of utilisation", 80 * thousandth, 0, 10 * one, design},
    ClearingTerm{"interest_high_slope", "a year, of utilisation above the kink", 900 * thousandth, 0, 100 * one, design},
    ClearingTerm{"interest_kink", "of supply", 850 * thousandth, 0, one, design},
    ClearingTerm{"interest_security_share", "of interest", 200 * thousandth, 0, one, design},
    ClearingTerm{"auction_dust", "quote", 0, 0, 1'000 * one, design},
};

[[nodiscard]] std::optional<Int128> parameter(book::Book const& book, std::string_view name) {
    for (book::ParameterRow const& row : book.parameters.rows()) {
        if (row.scope.view() == clearing_scope && row.name.view() == name) return row.value.units();
    }
    return std::nullopt;
}

/// `name.owner` goes before `name`, where somebody owns it.
[[nodiscard]] result<Int128> value_of(book::Book const& book, std::string_view name, std::string_view owner = {}) {
    for (ClearingTerm const& term : terms) {
        if (term.name != name) continue;
        std::string const own = owner.empty() ? std::string(name) : std::string(name) + "." + std::string(owner);
        auto const value = parameter(book, own);
        if (!value && !owner.empty()) return value_of(book, name);
        if (!value) return term.standard;
        if (*value >= term.least && *value <= term.most) return *value;
        return fail(Errc::clearing_term_out_of_bounds, own + " is " + format_decimal(*value) + ", must be " + format_decimal(term.least) +
                                                           " to " + format_decimal(term.most) + " " + std::string(term.unit));
    }
    PLIMSOLL_ASSERT(false); // a name that is not in the table
    return Int128{0};
}

template <class Number> struct Place {
    std::string_view name;
    Number* value;
};

/// Reads terms to their places. Errors: as value_of.
template <class Number>
[[nodiscard]] result<void> read_terms(book::Book const& book, std::initializer_list<Place<Number>> places, std::string_view owner = {}) {
    for (Place<Number> const& place : places) {
        PLIMSOLL_TRY(value, value_of(book, place.name, owner));
        *place.value = value;
    }
    return outcome::success();
}

} // namespace

std::span<ClearingTerm const> clearing_terms() { return terms; }

result<ClearingTerms> clearing_terms_of(book::Book const& book) {
    ClearingTerms all;
    CloseTerms& close = all.close;
    Int128 start = 0;
    Int128 cutoff = 0;
    Int128 fast = 0;
    Int128 slow = 0;
    Int128 insolvent = 0;
    Int128 fee = 0;
    Int128 buffer = 0;
    Int128 dust = 0;
    PLIMSOLL_TRYV(read_terms<Int128>(
        book, {{"close_spread_to_maintenance", &close.spread_to_maintenance}, {"close_bankruptcy_adjustment", &close.bankruptcy_adjustment},
               {"close_incentive_cap", &close.incentive_cap}, {"close_fee_cap", &close.fee_cap}, {"backstop_share", &close.backstop_share},
               {"close_buffer", &close.buffer}, {"close_dust", &close.dust}, {"close_pace_seconds", &close.pace_seconds},
               {"close_pace_start", &close.pace_start}, {"close_pace_free", &close.pace_free}, {"auction_start", &start},
               {"auction_fast_cutoff", &cutoff}, {"auction_fast_length", &fast}, {"auction_slow_length", &slow},
               {"auction_insolvent_length", &insolvent}, {"auction_fee", &fee}, {"auction_buffer", &buffer}, {"auction_dust", &dust}}));
    auto seconds = [](Int128 units) { return static_cast<std::int64_t>(units / one); };
    all.auction = {Int256{start},   Int256{cutoff}, seconds(fast),  seconds(slow), seconds(insolvent),
                   Int256{fee}, Int256{buffer}, Int256{dust}};
    PLIMSOLL_TRYV(derive::check(all.auction));
    PLIMSOLL_TRY(window, value_of(book, "settlement_window"));
    all.settlement_window_ns = static_cast<TimeNs>(window / (one / 1'000'000'000));
    return all;
}

result<TradeTerms> trade_terms_of(book::Book const& book, InstrumentId instrument) {
    TradeTerms terms;
    bool has_any = false;
    for (book::ParameterRow const& row : book.parameters.rows()) has_any = has_any || row.scope.view() == clearing_scope;
    if (!has_any) return terms;
    PLIMSOLL_TRYV(read_terms<Int128>(book, {{"trade_taker_fee", &terms.taker_fee}, {"trade_maker_fee", &terms.maker_fee},
                                            {"trade_least_fee", &terms.least_fee}}));
    PLIMSOLL_TRY(cap, value_of(book, "open_interest_cap", book.instrument(instrument).name.view()));
    terms.open_interest_cap = cap;
    return terms;
}

result<InterestTerms> interest_terms_of(book::Book const& book, AssetId asset) {
    InterestTerms all;
    PLIMSOLL_TRYV(read_terms<Int256>(book,
                                     {{"interest_base", &all.model.base_rate}, {"interest_slope", &all.model.slope},
                                      {"interest_high_slope", &all.model.high_slope}, {"interest_kink", &all.model.kink},
                                      {"interest_security_share", &all.security_share}},
                                     book.asset(asset).name.view()));
    return all;
}

} // namespace plimsoll::risk
