/// BitMEX's currencies: the code of its minor unit, the asset that it is of, and how many make one.
#pragma once

#include "ledger/event/event.hpp"

#include <string_view>

namespace plimsoll::tools {

struct BitmexCurrency {
    std::string_view code;  ///< of the minor unit: XBt, USDt, Gwei
    std::string_view asset; ///< XBT, USDT, ETH
    int decimals = 0;       ///< 10^decimals minor units make one
    wire::AssetKind kind{};
};

/// Null where BitMEX lists no such currency.
/// Source: its public list of wallet assets (GET /api/v1/wallet/assets: currency, majorCurrency,
/// scale), as of 2026-05-03.
[[nodiscard]] BitmexCurrency const* find_bitmex_currency(std::string_view code);
/// The same by the asset's name. Null where there is none.
[[nodiscard]] BitmexCurrency const* find_bitmex_asset(std::string_view asset);

} // namespace plimsoll::tools
