#include "ledger/book/invariants.hpp"

#include "ledger/event/decimal.hpp"

namespace plimsoll::book {

result<void> check_balance(Book const& book) {
    // Sums wrap in 128 bits, and zero is zero there too: no order of addition can hide a difference.
    std::vector<Uint128> assets(book.assets.size() + 1);
    std::vector<Uint128> instruments(book.instruments.size() + 1);
    for (BalanceRow const& row : book.balances.rows()) {
        assets[row.asset.number()] += static_cast<Uint128>(row.amount.units());
    }
    for (PositionRow const& row : book.positions.rows()) {
        InstrumentRow const& instrument = book.instrument(row.instrument);
        assets[instrument.settle.number()] += static_cast<Uint128>(row.quote.units());
        instruments[row.instrument.number()] += static_cast<Uint128>(row.size.units());
    }
    auto check = [](auto const& table, std::vector<Uint128> const& sums, char const* what) -> result<void> {
        for (std::uint32_t id = 1; id <= table.size(); ++id) {
            if (sums[id] == 0) continue;
            return fail(Errc::legs_do_not_balance, std::string(what) + " " + std::string(table[id].name.view()) +
                                                       " sums to " + format_decimal(static_cast<Int128>(sums[id])));
        }
        return outcome::success();
    };
    PLIMSOLL_TRYV(check(book.assets, assets, "asset"));
    return check(book.instruments, instruments, "instrument");
}

} // namespace plimsoll::book
