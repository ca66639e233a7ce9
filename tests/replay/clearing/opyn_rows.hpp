/// Published rows of Opyn's auctions (shared/vectors/protocols/opyn_gamma.jsonl) as figures of a venue.
#pragma once

#include "risk/number/wide_integer.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"
#include "tests/vectors/vector_reading.hpp"

#include <cstdlib>
#include <functional>
#include <iostream>

namespace plimsoll::risk {

/// One short of one option, bid for so many seconds after its start; decimals as text.
struct OpynAuctionPrice {
    bool is_put = false;
    std::string spot;
    std::string strike;
    std::string calm_spot; ///< at which the short is worth hardly anything
    std::string collateral;
    std::string contracts;
    int elapsed_seconds = 0;
    std::string price; ///< published
};

class OpynRows : public testing::Test {
protected:
    std::filesystem::path const file = std::filesystem::path(PLIMSOLL_SHARED_DIR) / "vectors/protocols/opyn_gamma.jsonl";
    void SetUp() override {
        if (!std::filesystem::exists(file)) GTEST_SKIP() << "skipped: no " << file;
    }
    [[nodiscard]] static std::string scaled(vectors::Json inputs, std::string_view name, int decimals) {
        Wide const count(std::string(std::string_view(inputs[name])));
        return format_decimal(narrowed(times_power_of_ten(count, 18 - decimals, Rounding::floor)).value());
    }
    /// Gives how many there are.
    int for_auction_prices(std::function<void(OpynAuctionPrice const&)> const& f) const {
        int rows = 0;
        vectors::for_each_line(file, [&](vectors::Json row, std::string const& place) {
            if (std::string_view(row["kind"]) != "opyn.auction_price") return;
            SCOPED_TRACE(place);
            vectors::Json const in = row["inputs"];
            int const decimals = std::atoi(std::string(std::string_view(in["collateral_decimals"])).c_str());
            OpynAuctionPrice one;
            one.is_put = bool(in["is_put"]);
            one.spot = scaled(in, "spot_1e8", 8);
            Int128 const spot = testing_aid::units_of(one.spot);
            Int128 const cash = testing_aid::units_of(scaled(in, "cash_value_1e8", 8));
            Int128 const strike = one.is_put ? spot + cash : spot - cash;
            one.strike = format_decimal(strike);
            one.calm_spot = one.is_put ? format_decimal(strike * 100) : format_decimal(strike / 100);
            one.collateral = scaled(in, "vault_collateral_units", decimals);
            one.contracts = scaled(in, "vault_debt_1e8", 8);
            one.elapsed_seconds = std::atoi(std::string(std::string_view(in["elapsed_seconds"])).c_str());
            one.price = scaled(row["expected"], "price_per_contract_units", decimals);
            f(one);
            ++rows;
        });
        return rows;
    }
};

} // namespace plimsoll::risk
