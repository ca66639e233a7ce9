#include "tools/export/hledger_names.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

[[nodiscard]] bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

[[nodiscard]] std::string_view root_of(wire::AccountKind kind) {
    using enum wire::AccountKind;
    switch (kind) {
    case customer: return "customers";
    case subaccount: return "subaccounts";
    case outside: return "outside";
    case fees: return "fees";
    case insurance: return "insurance";
    case market: return "markets";
    case operator_tranche: return "operator_tranches";
    case staked_module: return "staked_modules";
    case pool: return "pools";
    case vault: return "vaults";
    case bridge: return "bridges";
    case treasury: return "treasury";
    case liquidator: return "liquidators";
    }
    return "others";
}

[[nodiscard]] std::string quoted_symbol(std::string const& word) {
    return std::all_of(word.begin(), word.end(), is_letter) ? word : "\"" + word + "\"";
}

} // namespace

std::string hledger_word(std::string_view name) {
    constexpr char digits[] = "0123456789ABCDEF";
    constexpr std::string_view allowed = "-._/+@#";
    std::string word;
    for (char const c : name) {
        bool const is_plain = is_letter(c) || (c >= '0' && c <= '9') || allowed.find(c) != std::string_view::npos;
        if (is_plain) {
            word.push_back(c);
        } else {
            auto const byte = static_cast<unsigned char>(c);
            word.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        }
    }
    return word;
}

std::string hledger_account(book::Book const& book, AccountId account) {
    book::AccountRow const& row = book.account(account);
    return std::string(root_of(row.kind)) + ":" + hledger_word(row.name.view());
}

std::string hledger_position(book::Book const& book, AccountId account, InstrumentId instrument) {
    return hledger_account(book, account) + ":positions:" + hledger_word(book.instrument(instrument).name.view());
}

std::string hledger_symbol(book::Book const& book, AssetId asset) {
    return quoted_symbol(hledger_word(book.asset(asset).name.view()));
}

std::string hledger_symbol(book::Book const& book, InstrumentId instrument) {
    std::string const name(book.instrument(instrument).name.view());
    return quoted_symbol(hledger_word(book.find_asset(name) ? name + " contracts" : name));
}

} // namespace plimsoll::tools
