#include "risk/clearing/price_shock.hpp"

#include "ledger/event/wide.hpp"
#include "risk/pricing/fast_black.hpp"

namespace plimsoll::risk {
namespace {

constexpr TimeNs year_ns = TimeNs{365} * 86'400 * 1'000'000'000;

[[nodiscard]] bool scale(book::Reading& reading, Int128 factor) {
    auto const moved = multiply_divide(reading.value.units(), factor, one_units, Rounding::floor);
    if (!moved || !within(*moved, row_limit_units)) return false;
    reading.value = Price{*moved};
    return true;
}

/// The mark of an option at the market as it stands; nothing where something is missing.
[[nodiscard]] std::optional<Int128> marked(Market const& market, std::uint32_t number) {
    OptionMarket const& option = market.options()[number];
    ExpiryMarket const& expiry = market.expiries()[option.expiry];
    TimeNs const left = expiry.expiry - market.time();
    if (!expiry.forward.is_some() || !option.volatility.is_some() || left <= 0) return std::nullopt;
    auto const years = multiply_divide(left, one_units, year_ns, Rounding::floor);
    fast::Terms const terms{option.is_call ? wire::OptionSide::call : wire::OptionSide::put,
                            expiry.forward.value,
                            Price{option.strike},
                            Ratio{option.volatility.value.units()},
                            Ratio{*years},
                            Ratio{expiry.rate.is_some() ? expiry.rate.value.units() : 0}};
    auto const price = fast::price(terms);
    if (!price) return std::nullopt;
    book::InstrumentRow const& row = market.book().instrument(option.instrument);
    if (row.settle != row.base) return price.value().units();
    return multiply_divide(price.value().units(), one_units, expiry.forward.value.units(), Rounding::floor); // in coin
}

} // namespace

result<std::uint64_t> apply_shock(book::Book& book, PriceShock const& shock, AssetId quote) {
    PLIMSOLL_ASSERT(shock.factor >= 0);
    auto const hits = [&](AssetId asset) { return asset.is_some() && asset != quote && (!shock.asset.is_some() || asset == shock.asset); };
    auto const too_large = [](auto const& row) { return fail(Errc::arithmetic_overflow, std::string(row.name.view())); };
    for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
        if (!hits(AssetId{id})) continue;
        if (!scale(book.assets.write(id).price, shock.factor)) return too_large(book.assets[id]);
    }
    for (std::uint32_t id = 1; id <= book.instruments.size(); ++id) {
        if (!hits(book.instruments[id].base)) continue;
        book::InstrumentRow& row = book.instruments.write(id);
        bool ok = true;
        for (book::Reading* reading : {&row.index_price, &row.forward, &row.forward_settled}) ok = ok && scale(*reading, shock.factor);
        if (row.kind != wire::InstrumentKind::option) ok = ok && scale(row.mark, shock.factor);
        if (!ok) return too_large(row);
    }
    PLIMSOLL_TRY(market, Market::of(book, quote));
    std::uint64_t kept = 0;
    for (std::uint32_t number = 0; number < market.options().size(); ++number) {
        InstrumentId const id = market.options()[number].instrument;
        if (!hits(book.instrument(id).base)) continue;
        if (auto const mark = marked(market, number)) {
            book.instruments.write(id.number()).mark.value = Price{*mark};
        } else {
            ++kept;
        }
    }
    return kept;
}

} // namespace plimsoll::risk
