#include "tools/import/bitmex_batch.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr std::string_view outside_name = "bitmex";

/// The texts in an order that does not depend on the file's.
[[nodiscard]] std::string joined(std::vector<std::string> lines) {
    std::ranges::sort(lines);
    std::string text;
    for (auto const& line : lines) text.append(line).append("\n");
    return text;
}

/// Of the rows as understood; of their text where one cannot be. So a batch that the book refuses
/// has the same fingerprint when it comes again, whether it is then booked or set aside.
[[nodiscard]] std::uint64_t fingerprint(BitmexBatch const& batch) {
    std::vector<std::string> lines;
    for (BitmexRow const& row : batch.rows) lines.push_back(row.canonical);
    return record_fingerprint(joined(batch.bad ? batch.texts : std::move(lines)));
}

[[nodiscard]] Cursor cursor_of(TimeNs time) { return {static_cast<std::uint64_t>(time), 0}; }

/// A dated contract ends in the letter of its month and two digits of its year: XBTM21.
[[nodiscard]] bool is_dated(std::string_view symbol) {
    auto digit = [&](std::size_t from_end) {
        return std::isdigit(static_cast<unsigned char>(symbol[symbol.size() - from_end])) != 0;
    };
    return symbol.size() > 3 && digit(1) && digit(2) &&
           std::string_view("FGHJKMNQUVXZ").find(symbol[symbol.size() - 3]) !=
               std::string_view::npos;
}

/// What a symbol's shape tells of its contract. The history has neither sizes nor prices, so what
/// the contract pays is not known here: base, quote and settlement are the asset that the row is
/// in.
[[nodiscard]] InstrumentDefined shaped(std::string const& symbol, AssetId settle,
                                       AccountId market) {
    InstrumentDefined definition;
    definition.name = symbol;
    definition.kind =
        is_dated(symbol) ? wire::InstrumentKind::future : wire::InstrumentKind::perpetual;
    definition.base = definition.quote = definition.settle = settle.number();
    definition.market_account = market.number();
    definition.multiplier_numerator = definition.multiplier_denominator = to_wire(Int128{1});
    return definition;
}

} // namespace

result<replay::Receipt> BitmexBooking::book(BitmexBatch const& batch) {
    PLIMSOLL_TRYV(define_parties(batch.time));
    PLIMSOLL_TRYV(check_balances(batch));
    Event event;
    event.origin.source_time = batch.time;
    event.origin.cursor = cursor_of(batch.time);
    event.origin.record = fingerprint(batch);
    event.origin.source = source_;
    std::vector<Event> group;
    for (BitmexRow const& row : batch.rows) {
        PLIMSOLL_TRY(fact, transfer(row));
        event.body = fact;
        group.push_back(event);
    }
    return engine_->submit(group);
}

result<replay::Receipt> BitmexBooking::set_aside(BitmexBatch const& batch, std::string const& place,
                                                 std::string const& reason) {
    Origin origin;
    origin.source_time = batch.time;
    origin.cursor = cursor_of(batch.time);
    origin.record = fingerprint(batch);
    return quarantine(origin, place, reason, joined(batch.texts));
}

result<replay::Receipt> BitmexBooking::set_aside(Cursor cursor, TimeNs time,
                                                 std::string const& place,
                                                 std::string const& reason,
                                                 std::string const& text) {
    Origin origin;
    origin.source_time = time;
    origin.cursor = cursor;
    origin.record = record_fingerprint(text);
    return quarantine(origin, place, reason, text);
}

result<replay::Receipt> BitmexBooking::quarantine(Origin origin, std::string const& place,
                                                  std::string const& reason,
                                                  std::string const& text) {
    PLIMSOLL_TRYV(define_parties(origin.source_time));
    balances_.forget();
    origin.source = source_;
    Quarantined fact;
    fact.place = place;
    fact.reason = reason;
    fact.record = text;
    return engine_->submit(Event{origin, rare(fact)});
}

result<void> BitmexBooking::define_parties(TimeNs time) {
    if (source_ == 0) {
        if (options_->account == outside_name) {
            return fail(Errc::usage,
                        "'bitmex' is the venue itself; name the account otherwise with --account");
        }
        definitions_.mentioned(0, time);
        std::string const name =
            options_->source.empty() ? "bitmex:" + options_->account : options_->source;
        PLIMSOLL_TRY(source, definitions_.source(name, wire::SourceKind::venue));
        definitions_.mentioned(source, time);
        PLIMSOLL_TRY(outside, definitions_.account(outside_name, wire::AccountKind::outside));
        PLIMSOLL_TRY(account, definitions_.account(options_->account, wire::AccountKind::customer));
        source_ = source;
        outside_ = outside;
        account_ = account;
    }
    definitions_.mentioned(source_, time);
    return outcome::success();
}

result<void> BitmexBooking::check_balances(BitmexBatch const& batch) {
    book::SourceRow const& source = engine_->book().sources[source_];
    // Where rows were set aside the ledger differs from the file by them, and both say so.
    bool const ledger_must_agree = cursor_of(batch.time) > source.cursor && source.quarantined == 0;
    std::map<std::string_view, std::vector<BitmexRow const*>> by_currency;
    for (BitmexRow const& row : batch.rows) by_currency[row.currency->code].push_back(&row);
    for (auto const& [code, rows] : by_currency) {
        BitmexCurrency const& currency = *rows.front()->currency;
        std::optional<Amount> ledger;
        if (ledger_must_agree) ledger = ledger_balance(currency);
        PLIMSOLL_TRY(before, balances_.follow(rows, ledger));
        if (!ledger || before == ledger) continue;
        auto text = [&](Amount amount) { return format_decimal(amount, currency.decimals); };
        return fail(
            Errc::ledger_disagrees,
            fmt::format(
                "before line {} the file stands at {} {}, the ledger at {}: rows are missing here, "
                "or the ledger has others of this account; import the history from its beginning",
                rows.front()->line, before ? text(*before) : "another balance of", currency.asset,
                text(*ledger)));
    }
    return outcome::success();
}

Amount BitmexBooking::ledger_balance(BitmexCurrency const& currency) const {
    auto const asset = engine_->book().find_asset(currency.asset);
    if (!asset || !account_.is_some()) return Amount{};
    book::BalanceRow const* row = engine_->book().balance(account_, *asset);
    return row == nullptr ? Amount{} : row->amount;
}

result<Transferred> BitmexBooking::transfer(BitmexRow const& row) {
    PLIMSOLL_TRY(
        asset, definitions_.asset(row.currency->asset, row.currency->decimals, row.currency->kind));
    Transferred fact;
    fact.account = account_;
    fact.counter = outside_;
    fact.asset = asset;
    fact.type = row.type;
    fact.amount = Amount{row.change.units() + row.fee.units()}; // both within event_limit_units
    fact.fee = row.fee;
    if (!row.fee.is_zero()) fact.fee_account = outside_;
    PLIMSOLL_TRY(about, instrument(row, asset));
    fact.instrument = about;
    return fact;
}

/// A spot pair is named by its two assets; every other symbol is a contract.
result<InstrumentId> BitmexBooking::instrument(BitmexRow const& row, AssetId settle) {
    auto const bar = row.symbol.find('_');
    if (row.symbol.empty()) return InstrumentId{};
    if (bar == std::string::npos)
        return definitions_.instrument(shaped(row.symbol, settle, outside_));
    auto const* const base = find_bitmex_asset(std::string_view(row.symbol).substr(0, bar));
    auto const* const quote = find_bitmex_asset(std::string_view(row.symbol).substr(bar + 1));
    if (base == nullptr || quote == nullptr) return InstrumentId{};
    PLIMSOLL_TRY(base_id, definitions_.asset(base->asset, base->decimals, base->kind));
    PLIMSOLL_TRY(quote_id, definitions_.asset(quote->asset, quote->decimals, quote->kind));
    InstrumentDefined definition = shaped(row.symbol, quote_id, outside_);
    definition.kind = wire::InstrumentKind::spot;
    definition.base = base_id.number();
    return definitions_.instrument(definition);
}

} // namespace plimsoll::tools
