#include "tools/import/bitmex_currencies.hpp"

#include <algorithm>
#include <array>

namespace plimsoll::tools {
namespace {

using wire::AssetKind;
constexpr auto currency = AssetKind::currency;
constexpr auto token = AssetKind::token;
constexpr auto stablecoin = AssetKind::stablecoin;

constexpr auto listed = std::to_array<BitmexCurrency>({
    {"AAVe", "AAVE", 8, token},
    {"ADa", "ADA", 8, token},
    {"APe", "APE", 8, token},
    {"ATOm", "ATOM", 6, token},
    {"AVAx", "AVAX", 8, token},
    {"AXs", "AXS", 8, token},
    {"BCh", "BCH", 8, token},
    {"BMEx", "BMEX", 6, token},
    {"BNb", "BNB", 8, token},
    {"BONk", "BONK", 5, token},
    {"BUSd", "BUSD", 6, stablecoin},
    {"CRo", "CRO", 6, token},
    {"DAi", "DAI", 6, stablecoin},
    {"DOGe", "DOGE", 6, token},
    {"DOt", "DOT", 8, token},
    {"FTm", "FTM", 8, token},
    {"FTr", "FTR", 5, token},
    {"FTt", "FTT", 8, token},
    {"GATa", "GATA", 8, token},
    {"GOAt", "GOAT", 8, token},
    {"Gwei", "ETH", 9, token},
    {"HYPe", "HYPE", 8, token},
    {"KAMa", "KAMA", 5, token},
    {"LAMp", "SOL", 9, token},
    {"LINk", "LINK", 8, token},
    {"LOt", "LOT", 5, token},
    {"LTc", "LTC", 8, token},
    {"MAMUSd", "MAMUSD", 6, stablecoin},
    {"MANa", "MANA", 8, token},
    {"MATIc", "MATIC", 8, token},
    {"NEAr", "NEAR", 8, token},
    {"OKb", "OKB", 8, token},
    {"POl", "POL", 9, token},
    {"RLUSd", "RLUSD", 6, stablecoin},
    {"SANd", "SAND", 8, token},
    {"SHIb", "SHIB", 5, token},
    {"STLs", "STLS", 8, token},
    {"SUSHi", "SUSHI", 8, token},
    {"TAXTRUMp", "TAXTRUMP", 8, token},
    {"TRUMp", "TRUMP", 8, token},
    {"TRx", "TRX", 6, token},
    {"UNi", "UNI", 8, token},
    {"USDc", "USDC", 6, stablecoin},
    {"USDe", "USDE", 6, stablecoin},
    {"USDt", "USDT", 6, stablecoin},
    {"WBTc", "WBTC", 8, token},
    {"XAUt", "XAUT", 6, token},
    {"XBt", "XBT", 8, currency},
    {"XRp", "XRP", 6, token},
    {"XTz", "XTZ", 8, token},
    {"fjUSDt", "fjUSDT", 6, stablecoin},
    {"s", "S", 8, token},
});

template <class Field>
[[nodiscard]] BitmexCurrency const* find(Field BitmexCurrency::* field, std::string_view text) {
    auto const* const found = std::ranges::find(listed, text, field);
    return found == listed.end() ? nullptr : found;
}

} // namespace

BitmexCurrency const* find_bitmex_currency(std::string_view code) {
    return find(&BitmexCurrency::code, code);
}

BitmexCurrency const* find_bitmex_asset(std::string_view asset) {
    return find(&BitmexCurrency::asset, asset);
}

} // namespace plimsoll::tools
