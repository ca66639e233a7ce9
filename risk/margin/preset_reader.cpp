#include "ledger/event/decimal.hpp"
#include "ledger/event/name.hpp"
#include "risk/margin/preset_rules.hpp"
#include "risk/margin/preset_schema.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <set>

namespace plimsoll::risk {
namespace {

constexpr std::string_view parameters_table = "parameters";
constexpr std::string_view columns_table = "columns";

[[nodiscard]] std::string place(std::string_view list, std::string_view key, std::size_t row) {
    if (list.empty()) return "[parameters] " + std::string(key);
    return "[[" + std::string(list) + "]] number " + std::to_string(row + 1) + ": " + std::string(key);
}

[[nodiscard]] bool is_word_of(std::string_view choices, std::string_view word) {
    while (!choices.empty()) {
        auto const end = std::min(choices.find('|'), choices.size());
        if (choices.substr(0, end) == word) return true;
        choices.remove_prefix(std::min(end + 1, choices.size()));
    }
    return false;
}

} // namespace

/// One file on its way to a preset.
class PresetReader {
    [[nodiscard]] auto bad(Errc rule, std::string const& detail) const { return fail(rule, file_ + ": " + detail); }

public:
    PresetReader(std::string_view body, std::string_view file) : file_(file) {
        preset_.body_ = body;
        preset_.digest_ = sha256(std::as_bytes(std::span(body)));
    }

    [[nodiscard]] result<Preset> read() {
        toml::table root;
        try {
            root = toml::parse(preset_.body_, file_);
        } catch (toml::parse_error const& error) {
            return bad(Errc::preset_unreadable, "line " + std::to_string(error.source().begin.line) + ": " +
                                                    std::string(error.description()));
        }
        PLIMSOLL_TRYV(read_head(root));
        PLIMSOLL_TRYV(read_columns(root));
        PLIMSOLL_TRYV(read_scalars(root));
        PLIMSOLL_TRYV(read_lists(root));
        PLIMSOLL_TRYV(need_known_keys(root));
        if (auto const broken = broken_rule(preset_)) return bad(Errc::preset_contradicts_itself, *broken);
        return std::move(preset_);
    }

private:
    [[nodiscard]] result<std::string> head_text(toml::table const& root, std::string_view key) const {
        auto const value = root[key].value_exact<std::string>();
        if (!value || value->empty()) return bad(Errc::preset_key_missing, std::string(key) + " (a text) is missing");
        return *value;
    }

    [[nodiscard]] result<void> read_head(toml::table const& root) {
        PLIMSOLL_TRY(name, head_text(root, "name"));
        PLIMSOLL_TRY(version, head_text(root, "version"));
        PLIMSOLL_TRY(kernel, head_text(root, "kernel"));
        PLIMSOLL_TRY(description, head_text(root, "description"));
        PLIMSOLL_TRY(source, head_text(root, "source"));
        if (name.size() > Name::capacity_bytes || version.size() > Name::capacity_bytes) {
            return bad(Errc::preset_value_out_of_bounds, "name and version have at most 63 bytes");
        }
        auto const year = root["year_seconds"].value_exact<std::int64_t>();
        if (!year) return bad(Errc::preset_key_missing, "year_seconds (a whole number) is missing");
        constexpr std::int64_t day_seconds = 86'400;
        if (*year < 360 * day_seconds || *year > 366 * day_seconds) {
            return bad(Errc::preset_value_out_of_bounds, "year_seconds is not between 360 and 366 days");
        }
        bool is_known = false;
        std::string names;
        for (std::size_t i = 0; i < kernel_count; ++i) {
            auto const each = static_cast<Kernel>(i);
            names += (names.empty() ? "" : ", ") + std::string(word(each));
            if (word(each) != kernel) continue;
            preset_.kernel_ = each;
            is_known = true;
        }
        if (!is_known) return bad(Errc::preset_kernel_unknown, "kernel " + kernel + "; there are " + names);
        preset_.name_ = name;
        preset_.version_ = version;
        preset_.description_ = description;
        preset_.source_ = source;
        preset_.year_seconds_ = *year;
        return outcome::success();
    }

    [[nodiscard]] std::vector<ParameterSpec> specs(std::string_view list) const {
        std::vector<ParameterSpec> found;
        for (auto const& all : {schema_of(preset_.kernel_), common_schema()}) {
            for (ParameterSpec const& spec : all) {
                if (spec.list == list) found.push_back(spec);
            }
        }
        return found;
    }

    [[nodiscard]] result<void> note(ParameterSpec const& spec, toml::table const& told, std::string const& where) {
        auto const unit = told["unit"].value_exact<std::string>();
        auto const source = told["source"].value_exact<std::string>();
        if (!unit) return bad(Errc::preset_key_missing, where + " has no unit");
        if (!source || source->empty()) return bad(Errc::preset_key_missing, where + " has no source");
        if (*unit != spec.unit) {
            return bad(Errc::preset_unit_wrong, where + " is in \"" + *unit + "\", not in \"" + std::string(spec.unit) + "\"");
        }
        preset_.notes_[std::string(spec.list) + "." + std::string(spec.key)] = {*unit, *source};
        return outcome::success();
    }

    /// [columns.LIST]: unit and source of each column.
    [[nodiscard]] result<void> read_columns(toml::table const& root) {
        toml::table const* const columns = root[columns_table].as_table();
        if (columns == nullptr) return outcome::success();
        for (auto const& [list, node] : *columns) {
            toml::table const* const told = node.as_table();
            auto const known = specs(list.str());
            if (told == nullptr || known.empty()) {
                return bad(Errc::preset_key_unknown, "[columns." + std::string(list.str()) + "]: there is no such list");
            }
            for (auto const& [key, about] : *told) {
                auto const spec = std::ranges::find(known, key.str(), &ParameterSpec::key);
                std::string const where = "[columns." + std::string(list.str()) + "] " + std::string(key.str());
                if (spec == known.end() || about.as_table() == nullptr) {
                    return bad(Errc::preset_key_unknown, where + ": there is no such column");
                }
                PLIMSOLL_TRYV(note(*spec, *about.as_table(), where));
            }
        }
        return outcome::success();
    }

    [[nodiscard]] result<Parameter> value(ParameterSpec const& spec, toml::node const& node, std::string const& where) const {
        Parameter parameter{std::string(spec.key), 0, one_units, {}};
        if (auto const whole = node.value_exact<std::int64_t>()) {
            parameter.text = std::to_string(*whole);
        } else if (auto const text = node.value_exact<std::string>()) {
            parameter.text = *text;
        } else {
            return bad(Errc::preset_value_not_a_number, where + ": write the number in quotes, so that it stays exact");
        }
        if (spec.unit == "text") {
            if (parameter.text.empty() || (!spec.minimum.empty() && !is_word_of(spec.minimum, parameter.text))) {
                return bad(Errc::preset_value_out_of_bounds,
                           where + ": \"" + parameter.text + "\" is none of " + std::string(spec.minimum));
            }
            return parameter;
        }
        auto const slash = parameter.text.find('/');
        auto const numerator = parse_decimal(std::string_view(parameter.text).substr(0, slash), fixed_decimals);
        if (!numerator) return bad(Errc::preset_value_not_a_number, where + ": \"" + parameter.text + "\" is not a decimal");
        parameter.units = numerator.value();
        if (slash != std::string::npos) {
            auto const divisor = parse_decimal(std::string_view(parameter.text).substr(slash + 1), fixed_decimals);
            if (!divisor || divisor.value() <= 0 || !within(divisor.value(), one_units * 1'000'000) ||
                !within(parameter.units, one_units * 1'000'000)) {
                return bad(Errc::preset_value_not_a_number, where + ": \"" + parameter.text + "\" is not a fraction a/b");
            }
            parameter.divisor = divisor.value();
        }
        PLIMSOLL_TRYV(need_bounds(spec, parameter, where));
        return parameter;
    }

    [[nodiscard]] result<void> need_bounds(ParameterSpec const& spec, Parameter const& parameter, std::string const& where) const {
        PLIMSOLL_TRY(minimum, parse_decimal(spec.minimum, fixed_decimals));
        PLIMSOLL_TRY(maximum, parse_decimal(spec.maximum, fixed_decimals));
        auto against = [&](Int128 bound) { // value - bound, by its sign
            if (parameter.divisor == one_units) return parameter.units < bound ? -1 : parameter.units > bound ? 1 : 0;
            // both within 10^24: bound * divisor is exact in whole ones
            Int128 const scaled = bound / one_units * parameter.divisor;
            return parameter.units < scaled ? -1 : parameter.units > scaled ? 1 : 0;
        };
        if (against(minimum) < 0) {
            return bad(Errc::preset_value_out_of_bounds, where + ": " + parameter.text + " is below " +
                                                             std::string(spec.minimum) + " (" + std::string(spec.unit) + ")");
        }
        if (against(maximum) > 0) {
            return bad(Errc::preset_value_out_of_bounds, where + ": " + parameter.text + " is above " +
                                                             std::string(spec.maximum) + " (" + std::string(spec.unit) + ")");
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> read_scalars(toml::table const& root) {
        toml::table const none;
        toml::table const* const told = root[parameters_table].as_table();
        std::vector<Parameter> values;
        for (ParameterSpec const& spec : specs("")) {
            std::string const where = place("", spec.key, 0);
            toml::node const* const node = (told == nullptr ? none : *told).get(spec.key);
            if (node == nullptr) {
                if (spec.is_optional) continue;
                return bad(Errc::preset_key_missing, where + " is missing (" + std::string(spec.unit) + ")");
            }
            toml::table const* const about = node->as_table();
            if (about == nullptr || about->get("value") == nullptr) {
                return bad(Errc::preset_value_not_a_number, where + ": write { value = \"...\", unit = \"...\", source = \"...\" }");
            }
            PLIMSOLL_TRYV(note(spec, *about, where));
            PLIMSOLL_TRY(read, value(spec, *about->get("value"), where));
            values.push_back(std::move(read));
        }
        preset_.scalars_ = ParameterRow(std::move(values));
        return outcome::success();
    }

    [[nodiscard]] result<void> read_lists(toml::table const& root) {
        std::set<std::string_view> lists;
        for (ParameterSpec const& spec : schema_of(preset_.kernel_)) {
            if (!spec.list.empty()) lists.insert(spec.list);
        }
        for (std::string_view const list : lists) {
            auto const known = specs(list);
            bool const is_optional = std::ranges::all_of(known, &ParameterSpec::is_optional);
            toml::array const* const rows = root[list].as_array();
            if (rows == nullptr || rows->empty()) {
                if (is_optional) continue;
                return bad(Errc::preset_key_missing, "[[" + std::string(list) + "]] is missing");
            }
            for (std::size_t i = 0; i < rows->size(); ++i) {
                toml::table const* const row = rows->get(i)->as_table();
                if (row == nullptr) return bad(Errc::preset_unreadable, "[[" + std::string(list) + "]] is not a list of tables");
                PLIMSOLL_TRY(read, read_row(list, known, *row, i));
                preset_.lists_[std::string(list)].push_back(std::move(read));
            }
        }
        return outcome::success();
    }

    [[nodiscard]] result<ParameterRow> read_row(std::string_view list, std::vector<ParameterSpec> const& known,
                                                toml::table const& row, std::size_t i) const {
        std::vector<Parameter> columns;
        for (ParameterSpec const& spec : known) {
            toml::node const* const node = row.get(spec.key);
            if (node == nullptr) {
                if (spec.is_optional) continue;
                return bad(Errc::preset_key_missing, place(list, spec.key, i) + " is missing");
            }
            PLIMSOLL_TRY(read, value(spec, *node, place(list, spec.key, i)));
            if (!preset_.notes_.contains(std::string(list) + "." + std::string(spec.key))) {
                return bad(Errc::preset_key_missing, "[columns." + std::string(list) + "] " + std::string(spec.key) +
                                                         " (unit and source) is missing");
            }
            columns.push_back(std::move(read));
        }
        for (auto const& [key, node] : row) {
            if (std::ranges::find(known, key.str(), &ParameterSpec::key) == known.end()) {
                return bad(Errc::preset_key_unknown, place(list, key.str(), i) + ": there is no such column");
            }
        }
        return ParameterRow(std::move(columns));
    }

    [[nodiscard]] result<void> need_known_keys(toml::table const& root) const {
        static std::set<std::string_view> const head{"name",        "version", "kernel",         "description",
                                                     "source",      "year_seconds", parameters_table, columns_table};
        for (auto const& [key, node] : root) {
            if (head.contains(key.str()) || preset_.lists_.contains(key.str())) continue;
            return bad(Errc::preset_key_unknown, std::string(key.str()) + ": the kernel " +
                                                     std::string(word(preset_.kernel_)) + " has no such key");
        }
        toml::table const* const told = root[parameters_table].as_table();
        if (told == nullptr) return outcome::success();
        for (auto const& [key, node] : *told) {
            if (preset_.has(key.str())) continue;
            return bad(Errc::preset_key_unknown, place("", key.str(), 0) + ": the kernel " +
                                                     std::string(word(preset_.kernel_)) + " has no such parameter");
        }
        return outcome::success();
    }

    std::string file_;
    Preset preset_;
};

result<Preset> Preset::parse(std::string_view body, std::string_view file) { return PresetReader(body, file).read(); }

} // namespace plimsoll::risk
