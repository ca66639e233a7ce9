#include "risk/pool/pool_preset.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/name.hpp"
#include "ledger/event/wide.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>

namespace plimsoll::risk::pool {
namespace {

constexpr TimeNs pool_second = 1'000'000'000;
constexpr Int128 pool_unit = one_units;
constexpr Int128 many_units = one_units * 1'000'000'000;
constexpr Int128 least_unit = 1;

/// A number of the file: where it stands, where it goes, and between what it makes sense.
struct PoolNumber {
    std::string_view section;
    std::string_view key;
    Int128 PoolPreset::*to;
    Int128 least;
    Int128 most;
};
constexpr std::array pool_numbers{
    PoolNumber{"pricing", "rate", &PoolPreset::rate, -pool_unit, pool_unit},
    PoolNumber{"pricing", "standard_size", &PoolPreset::standard_size, least_unit, many_units},
    PoolNumber{"pricing", "skew_adjustment", &PoolPreset::skew_adjustment, 0, 100 * pool_unit},
    PoolNumber{"pricing", "cover_calls", &PoolPreset::cover_calls, 0, pool_unit},
    PoolNumber{"fees", "option", &PoolPreset::option_fee, 0, pool_unit},
    PoolNumber{"fees", "spot", &PoolPreset::spot_fee, 0, pool_unit},
    PoolNumber{"fees", "vega", &PoolPreset::vega_fee, 0, many_units},
    PoolNumber{"fees", "variance", &PoolPreset::variance_fee, 0, many_units},
    PoolNumber{"fees", "variance_vega", &PoolPreset::variance_vega, 0, many_units},
    PoolNumber{"fees", "variance_vega_least", &PoolPreset::variance_vega_least, 0, many_units},
    PoolNumber{"fees", "variance_skew", &PoolPreset::variance_skew, 0, many_units},
    PoolNumber{"fees", "variance_skew_least", &PoolPreset::variance_skew_least, 0, many_units},
    PoolNumber{"fees", "variance_reference_skew", &PoolPreset::variance_reference_skew, 0, many_units},
    PoolNumber{"fees", "variance_base", &PoolPreset::variance_base, 0, many_units},
    PoolNumber{"fees", "variance_base_least", &PoolPreset::variance_base_least, 0, many_units},
    PoolNumber{"bounds", "volatility_least", &PoolPreset::volatility_least, pool_unit / 1000, 100 * pool_unit},
    PoolNumber{"bounds", "volatility_most", &PoolPreset::volatility_most, pool_unit / 1000, 100 * pool_unit},
    PoolNumber{"bounds", "base_least", &PoolPreset::base_least, pool_unit / 1000, 100 * pool_unit},
    PoolNumber{"bounds", "base_most", &PoolPreset::base_most, pool_unit / 1000, 100 * pool_unit},
    PoolNumber{"bounds", "skew_least", &PoolPreset::skew_least, pool_unit / 1000, 100 * pool_unit},
    PoolNumber{"bounds", "skew_most", &PoolPreset::skew_most, pool_unit / 1000, 100 * pool_unit},
    PoolNumber{"bounds", "delta_least", &PoolPreset::delta_least, 0, pool_unit / 2},
    PoolNumber{"queue", "least", &PoolPreset::least_move, 0, many_units},
    PoolNumber{"queue", "exit_fee", &PoolPreset::exit_fee, 0, pool_unit / 2},
    PoolNumber{"reserve", "put_least", &PoolPreset::put_least, 0, pool_unit},
    PoolNumber{"reserve", "put_most", &PoolPreset::put_most, 0, pool_unit},
    PoolNumber{"reserve", "utilisation_from", &PoolPreset::utilisation_from, 0, 100 * pool_unit},
    PoolNumber{"reserve", "utilisation_to", &PoolPreset::utilisation_to, least_unit, 100 * pool_unit},
    PoolNumber{"hedge", "cap", &PoolPreset::hedge_cap, 0, many_units},
    PoolNumber{"hedge", "short_buffer", &PoolPreset::short_buffer, pool_unit, 100 * pool_unit},
    PoolNumber{"hedge", "slippage", &PoolPreset::slippage, 0, pool_unit / 2},
    PoolNumber{"breakers", "free_share", &PoolPreset::free_share, 0, pool_unit},
    PoolNumber{"breakers", "base_distance", &PoolPreset::base_distance, least_unit, 100 * pool_unit},
    PoolNumber{"breakers", "skew_distance", &PoolPreset::skew_distance, least_unit, 100 * pool_unit},
};

struct PoolTime {
    std::string_view section;
    std::string_view key;
    TimeNs PoolPreset::*to;
    std::int64_t least_seconds;
    std::int64_t most_seconds;
};
constexpr std::int64_t of_a_year = 31'622'400;
constexpr std::array pool_times{
    PoolTime{"pricing", "year_seconds", &PoolPreset::year, 31'104'000, of_a_year},
    PoolTime{"averages", "base_seconds", &PoolPreset::base_average, 0, of_a_year},
    PoolTime{"averages", "skew_seconds", &PoolPreset::skew_average, 0, of_a_year},
    PoolTime{"fees", "option_single_seconds", &PoolPreset::option_single, 0, of_a_year},
    PoolTime{"fees", "option_twofold_seconds", &PoolPreset::option_twofold, 1, 10 * of_a_year},
    PoolTime{"fees", "spot_single_seconds", &PoolPreset::spot_single, 0, of_a_year},
    PoolTime{"fees", "spot_twofold_seconds", &PoolPreset::spot_twofold, 1, 10 * of_a_year},
    PoolTime{"bounds", "cutoff_seconds", &PoolPreset::cutoff, 0, of_a_year},
    PoolTime{"queue", "deposit_seconds", &PoolPreset::deposit_delay, 0, of_a_year},
    PoolTime{"queue", "withdrawal_seconds", &PoolPreset::withdrawal_delay, 0, of_a_year},
    PoolTime{"hedge", "interval_seconds", &PoolPreset::hedge_interval, 0, of_a_year},
    PoolTime{"breakers", "free_seconds", &PoolPreset::free_hold, 0, of_a_year},
    PoolTime{"breakers", "base_seconds", &PoolPreset::base_hold, 0, of_a_year},
    PoolTime{"breakers", "skew_seconds", &PoolPreset::skew_hold, 0, of_a_year},
    PoolTime{"breakers", "settlement_seconds", &PoolPreset::settlement_hold, 0, of_a_year},
    PoolTime{"breakers", "price_age_seconds", &PoolPreset::price_age, 1, of_a_year},
};

[[nodiscard]] result<std::string> pool_text(toml::table const& table, std::string_view key, std::string const& where) {
    toml::node const* const node = table.get(key);
    if (node == nullptr) return fail(Errc::preset_key_missing, where + std::string(key) + " is missing");
    auto const value = node->value_exact<std::string>();
    if (!value || value->empty()) return fail(Errc::preset_value_not_a_number, where + std::string(key) + ": write a text in quotes");
    return *value;
}

/// Between two bounds, which the message names.
[[nodiscard]] result<Int128> pool_number(toml::table const& file, std::string_view section, std::string_view key, Int128 least, Int128 most,
                                         std::string const& name) {
    toml::table const* const table = file[section].as_table();
    if (table == nullptr) return fail(Errc::preset_key_missing, name + " [" + std::string(section) + "] is missing");
    std::string const where = name + " [" + std::string(section) + "] ";
    PLIMSOLL_TRY(written, pool_text(*table, key, where));
    auto const value = parse_decimal(written);
    if (!value) return fail(Errc::preset_value_not_a_number, where + std::string(key) + ": " + written);
    if (value.value() < least) {
        return fail(Errc::preset_value_out_of_bounds, where + std::string(key) + ": " + written + " is below " + format_decimal(least));
    }
    if (value.value() > most) {
        return fail(Errc::preset_value_out_of_bounds, where + std::string(key) + ": " + written + " is above " + format_decimal(most));
    }
    return value.value();
}

[[nodiscard]] bool is_pool_key(std::string_view section, std::string_view key) {
    auto const is_it = [&](auto const& each) { return each.section == section && each.key == key; };
    return key == "source" || std::ranges::any_of(pool_numbers, is_it) || std::ranges::any_of(pool_times, is_it);
}

/// Every key is read by something, and every section says where its figures come from.
[[nodiscard]] result<void> need_known_pool_keys(toml::table const& file, std::string const& name) {
    constexpr std::array<std::string_view, 4> words{"name", "version", "description", "source"};
    for (auto const& [key, node] : file) {
        toml::table const* const table = node.as_table();
        if (table == nullptr && std::ranges::find(words, key.str()) != words.end()) continue;
        if (table == nullptr) return fail(Errc::preset_key_unknown, name + " " + std::string(key.str()) + " is read by nothing");
        for (auto const& [inner, value] : *table) {
            if (is_pool_key(key.str(), inner.str())) continue;
            return fail(Errc::preset_key_unknown, name + " [" + std::string(key.str()) + "] " + std::string(inner.str()) + " is read by nothing");
        }
        PLIMSOLL_TRYV(pool_text(*table, "source", name + " [" + std::string(key.str()) + "] "));
    }
    return outcome::success();
}

/// The first thing that makes no sense.
[[nodiscard]] std::optional<std::string> pool_contradiction(PoolPreset const& preset) {
    if (preset.volatility_least >= preset.volatility_most) return "[bounds] volatility_least is not below volatility_most";
    if (preset.base_least >= preset.base_most) return "[bounds] base_least is not below base_most";
    if (preset.skew_least >= preset.skew_most) return "[bounds] skew_least is not below skew_most";
    if (preset.option_single >= preset.option_twofold) return "[fees] option_single_seconds is not below option_twofold_seconds";
    if (preset.spot_single >= preset.spot_twofold) return "[fees] spot_single_seconds is not below spot_twofold_seconds";
    if (preset.put_least > preset.put_most) return "[reserve] put_least is above put_most";
    if (preset.utilisation_from >= preset.utilisation_to) return "[reserve] utilisation_from is not below utilisation_to";
    return std::nullopt;
}

} // namespace

result<PoolPreset> PoolPreset::parse(std::string_view body, std::string_view file) {
    std::string const where(file);
    toml::table table;
    try {
        table = toml::parse(body, where);
    } catch (toml::parse_error const& problem) {
        return fail(Errc::preset_unreadable, where + " line " + std::to_string(problem.source().begin.line) + ": " + std::string(problem.description()));
    }
    PoolPreset preset;
    PLIMSOLL_TRY(name, pool_text(table, "name", where + " "));
    PLIMSOLL_TRY(version, pool_text(table, "version", where + " "));
    PLIMSOLL_TRY(description, pool_text(table, "description", where + " "));
    PLIMSOLL_TRY(source, pool_text(table, "source", where + " "));
    PLIMSOLL_TRYV(Name::from(name));
    PLIMSOLL_TRYV(Name::from(version));
    preset.name = name;
    preset.version = version;
    preset.description = description;
    preset.source = source;
    preset.body = body;
    preset.digest = sha256(std::as_bytes(std::span(body.data(), body.size())));
    for (PoolNumber const& each : pool_numbers) {
        PLIMSOLL_TRY(value, pool_number(table, each.section, each.key, each.least, each.most, where));
        preset.*each.to = value;
    }
    for (PoolTime const& each : pool_times) {
        PLIMSOLL_TRY(value, pool_number(table, each.section, each.key, each.least_seconds * one_units, each.most_seconds * one_units, where));
        preset.*each.to = static_cast<TimeNs>(value / (one_units / pool_second)); // finer than a nanosecond is cut off
    }
    PLIMSOLL_TRYV(need_known_pool_keys(table, where));
    if (auto const broken = pool_contradiction(preset)) return fail(Errc::preset_contradicts_itself, where + " " + *broken);
    return preset;
}

Int128 put_share(PoolPreset const& preset, Int128 utilisation) {
    if (utilisation <= preset.utilisation_from) return preset.put_least;
    if (utilisation >= preset.utilisation_to) return preset.put_most;
    auto const more = multiply_divide(utilisation - preset.utilisation_from, preset.put_most - preset.put_least,
                                      preset.utilisation_to - preset.utilisation_from, Rounding::ceiling);
    PLIMSOLL_ASSERT(more.has_value()); // each within 100 ones
    return preset.put_least + *more;
}

PresetAdopted pool_adoption(PoolPreset const& preset, std::string_view pool) { return adoption_in(pool_scope(pool), preset); }

std::optional<PoolPreset> shipped_pool_preset(std::string_view name) { return shipped_as<PoolPreset>(name, shipped_pool_presets()); }

} // namespace plimsoll::risk::pool
