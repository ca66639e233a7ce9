/// A book with a market to margin on: coins with a spot, expiries, options, perpetuals, and who holds them.
#pragma once

#include "ledger/event/time.hpp"
#include "risk/margin/model.hpp"
#include "risk/margin/shipped_presets.hpp"
#include "risk/margin/sweep.hpp"
#include "tests/risk/book_maker.hpp"

#include <algorithm>

namespace plimsoll::risk {

/// How an observation was made: how sure its source was, and how long before the book's moment.
struct Told {
    std::string confidence = "1";
    TimeNs age = 0;
};

/// Everything is quoted in USD, and observed at the book's moment unless told otherwise. Fill it first;
/// what looks at the book (evaluate and the like) then sees it as it is.
struct MarginBook {
    static constexpr TimeNs second = 1'000'000'000;
    static constexpr TimeNs day = 86'400 * second;

    BookMaker maker;
    TimeNs now = 1'700'000'000 * second;
    AssetId usd = maker.asset("USD", 6);

    MarginBook() { maker.book.head.write(1).time = now; }

    [[nodiscard]] book::Book const& book() const { return maker.book; }
    [[nodiscard]] book::Reading reading(std::string const& value, Told const& told = {}) const {
        return {Price{number(value)}, Ratio{number(told.confidence)}, now - told.age};
    }

    /// An asset with a price in USD; without a price, one that nobody observed.
    AssetId coin(std::string const& name, std::string const& spot, Told const& told = {}) {
        AssetId const asset = maker.asset(name, 8);
        if (!spot.empty()) maker.book.assets.write(asset.number()).price = reading(spot, told);
        return asset;
    }
    InstrumentId perpetual(AssetId base, std::string const& mark, Told const& told = {}) {
        InstrumentId const id = instrument(base, wire::InstrumentKind::perpetual, wire::OptionSide::none, 0, "");
        row(id).mark = reading(mark, told);
        return id;
    }
    InstrumentId future(AssetId base, TimeNs after, std::string const& mark, Told const& told = {}) {
        InstrumentId const id = instrument(base, wire::InstrumentKind::future, wire::OptionSide::none, now + after, "");
        row(id).mark = reading(mark, told);
        return id;
    }
    /// Without a forward: one that others of its expiry are told.
    InstrumentId option(AssetId base, wire::OptionSide side, TimeNs after, std::string const& strike,
                        std::string const& forward, std::string const& volatility) {
        InstrumentId const id = instrument(base, wire::InstrumentKind::option, side, now + after, strike);
        if (!forward.empty()) row(id).forward = reading(forward);
        if (!volatility.empty()) row(id).volatility = reading(volatility);
        return id;
    }
    InstrumentId call(AssetId base, TimeNs after, std::string const& strike, std::string const& forward,
                      std::string const& volatility) {
        return option(base, wire::OptionSide::call, after, strike, forward, volatility);
    }
    InstrumentId put(AssetId base, TimeNs after, std::string const& strike, std::string const& forward,
                     std::string const& volatility) {
        return option(base, wire::OptionSide::put, after, strike, forward, volatility);
    }
    /// To set any other reading: `row(id).rate = reading("0.05", {"0.7"})`.
    [[nodiscard]] book::InstrumentRow& row(InstrumentId id) { return maker.book.instruments.write(id.number()); }

    AccountId account(std::string const& name) { return maker.account(name); }
    void cash(AccountId account, std::string const& amount) { maker.balance(account, usd, amount); }
    void hold(AccountId account, AssetId asset, std::string const& amount) { maker.balance(account, asset, amount); }
    void hold(AccountId account, InstrumentId id, std::string const& size, std::string const& quote = "0") {
        maker.position(account, id, size, quote, "0");
    }
    void hold(AccountId account, InstrumentId id, Int128 size) { maker.position(account, id, size, 0, 0); }

    [[nodiscard]] Market market() const { return Market::of(book(), usd).value(); }
    [[nodiscard]] std::string name(InstrumentId id) const { return std::string(book().instrument(id).name.view()); }
    /// What a preset says of an account at this book, all the way from rows.
    [[nodiscard]] result<Levels> evaluate(Preset const& preset, AccountId account, MarginDetail* detail = nullptr) const {
        Market const market = this->market();
        PLIMSOLL_TRY(valuation, Valuation::of(book(), usd));
        Portfolio portfolio;
        PLIMSOLL_TRYV(PortfolioView(market, valuation).read(account, portfolio));
        std::array<AccountId, 1> const accounts{account};
        PLIMSOLL_TRY(model, make_model(preset, market, held_options(market, accounts)));
        return model->evaluate(portfolio, detail);
    }

private:
    InstrumentId instrument(AssetId base, wire::InstrumentKind kind, wire::OptionSide side, TimeNs expiry,
                            std::string const& strike) {
        InstrumentId const id = maker.instrument({.kind = kind, .base = base, .quote = usd, .settle = usd});
        book::InstrumentRow& made = row(id);
        made.side = side;
        made.expiry = expiry;
        made.strike = Price{number(strike)};
        return id;
    }
};

/// A shipped preset with some of its text replaced: each pair is what stands there and what shall.
[[nodiscard]] inline Preset changed_preset(std::string_view name,
                                           std::vector<std::pair<std::string, std::string>> const& changes) {
    std::string body = shipped_preset(name)->body();
    for (auto const& [from, to] : changes) {
        auto const at = body.find(from);
        PLIMSOLL_ASSERT(at != std::string::npos);
        body.replace(at, from.size(), to);
    }
    return Preset::parse(body, name).value();
}
/// The same with other values of parameters: {"price_scan_range", "0.3"}.
[[nodiscard]] inline Preset preset_with(std::string_view name,
                                        std::vector<std::pair<std::string, std::string>> const& values) {
    std::string body = shipped_preset(name)->body();
    for (auto const& [key, value] : values) {
        auto const at = body.find("\n" + key + " = { value = \"");
        PLIMSOLL_ASSERT(at != std::string::npos);
        auto const from = body.find('"', at) + 1;
        body.replace(from, body.find('"', from) - from, value);
    }
    return Preset::parse(body, name).value();
}

struct LineSums {
    Int128 initial = 0;
    Int128 maintenance = 0;
    friend bool operator==(LineSums const&, LineSums const&) = default;
};
[[nodiscard]] inline LineSums sums_of(MarginDetail const& detail) {
    LineSums sums;
    for (MarginLine const& line : detail.lines) {
        sums.initial += line.initial;
        sums.maintenance += line.maintenance;
    }
    return sums;
}
/// The maintenance part of the one line of that name; none: zero.
[[nodiscard]] inline Int128 line_of(MarginDetail const& detail, std::string_view what, std::string_view subject = {}) {
    for (MarginLine const& line : detail.lines) {
        if (line.what == what && (subject.empty() || line.subject == subject)) return line.maintenance;
    }
    return 0;
}

} // namespace plimsoll::risk
