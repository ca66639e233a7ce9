#include "tools/export/exporter.hpp"

#include <array>

namespace plimsoll::tools {
namespace {

struct Format {
    std::string_view name;
    Exporter exporter;
};

constexpr std::array<Format, 3> formats{
    Format{"events", export_events},
    Format{"csv", export_csv},
    Format{"hledger", export_hledger},
};

} // namespace

Exporter find_exporter(std::string_view format) {
    for (Format const& each : formats) {
        if (each.name == format) return each.exporter;
    }
    return nullptr;
}

std::vector<std::string_view> exporter_formats() {
    std::vector<std::string_view> names;
    for (Format const& each : formats) names.push_back(each.name);
    return names;
}

} // namespace plimsoll::tools
