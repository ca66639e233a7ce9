#include "tools/import/bitmex_wallet.hpp"
#include "tools/import/deribit_chain.hpp"
#include "tools/import/events.hpp"
#include "tools/import/evm_json.hpp"
#include "tools/import/importer.hpp"
#include "tools/import/stark_perpetual.hpp"

#include <array>

namespace plimsoll::tools {
namespace {

struct Format {
    std::string_view name;
    Importer importer;
};

constexpr std::array<Format, 5> formats{
    Format{"bitmex-wallet", import_bitmex_wallet},
    Format{"stark-perpetual", import_stark_perpetual},
    Format{"deribit-chain", import_deribit_chain},
    Format{"events", import_events},
    Format{"evm-json", import_evm_json},
};

} // namespace

Importer find_importer(std::string_view format) {
    for (Format const& each : formats) {
        if (each.name == format) return each.importer;
    }
    return nullptr;
}

std::vector<std::string_view> importer_formats() {
    std::vector<std::string_view> names;
    for (Format const& each : formats) names.push_back(each.name);
    return names;
}

} // namespace plimsoll::tools
