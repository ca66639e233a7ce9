#include "tools/forecast/forecast_preset.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/errc.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

[[nodiscard]] bool sets(std::string_view line, std::string_view key) { return line.starts_with(key) && line.substr(key.size()).starts_with(" ="); }

} // namespace

result<std::string> preset_with_rate(risk::Preset const& base, std::string_view market, Int128 margin, std::string_view day, std::string_view model) {
    if (base.kernel() != risk::Kernel::linear) {
        return fail(Errc::usage, "--base " + base.name() + " is of kernel " + std::string(risk::word(base.kernel())) + "; a rate of the notional is the linear kernel's");
    }
    constexpr Int128 step = one_units / 1'000'000;
    std::string const rate = format_decimal(std::min((margin + step - 1) / step * step, one_units));
    std::string text;
    std::string_view left = base.body();
    bool is_head = true;
    bool is_market = false;
    std::size_t changed = 0;
    while (!left.empty()) {
        auto const end = std::min(left.find('\n'), left.size() - 1) + 1;
        std::string_view const line = left.substr(0, end);
        left.remove_prefix(end);
        is_head = is_head && !line.starts_with("[");
        if (line.starts_with("[")) is_market = false;
        if (sets(line, "market")) is_market = line.find("\"" + std::string(market) + "\"") != std::string_view::npos;
        if (is_head && sets(line, "name")) {
            text += "name = \"" + base.name() + "-forecast\"\n";
        } else if (is_head && sets(line, "version")) {
            text += "version = \"" + std::string(day) + "\"\n";
        } else if (is_head && sets(line, "source")) {
            text += "source = \"" + std::string(market) + " on " + std::string(day) + " by " + std::string(model) + "; the rest from " + base.name() + " " + base.version() + "\"\n";
        } else if (is_market && sets(line, "initial_fraction")) {
            text += "initial_fraction = \"" + rate + "\"\n";
            ++changed;
        } else {
            text += line;
        }
    }
    if (changed == 0) return fail(Errc::usage, base.name() + " has no tier of market '" + std::string(market) + "'; name one with --market");
    PLIMSOLL_TRYV(risk::Preset::parse(text, "the preset of the forecast"));
    return text;
}

} // namespace plimsoll::tools
