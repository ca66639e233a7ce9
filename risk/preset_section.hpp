/// One table of a preset's file: says what is wrong with a key, and afterwards which keys nobody asked for.
#pragma once

#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"
#include "risk/errc.hpp"
#include "risk/preset_head.hpp"

#include <toml++/toml.h>

#include <set>
#include <string>
#include <vector>

namespace plimsoll::risk {

inline constexpr Int128 largest_preset_amount = one_units * 1'000'000'000'000;
inline constexpr Int128 largest_preset_seconds = one_units * 31'536'000; // a year

class Section {
public:
    Section(toml::table const& table, std::string where) : table_(&table), where_(std::move(where)) {}

    [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }

    [[nodiscard]] result<std::string> text(std::string_view key) {
        known_.insert(std::string(key));
        toml::node const* const node = table_->get(key);
        if (node == nullptr) return fail(Errc::preset_key_missing, place(key) + " is missing");
        auto const value = node->value_exact<std::string>();
        if (!value || value->empty()) return fail(Errc::preset_value_not_a_number, place(key) + ": write a text in quotes");
        return *value;
    }

    /// A decimal in quotes within bounds.
    [[nodiscard]] result<Int128> number(std::string_view key, Int128 least, Int128 most) {
        PLIMSOLL_TRY(written, text(key));
        auto const value = parse_decimal(written);
        if (!value) return fail(Errc::preset_value_not_a_number, place(key) + ": " + written);
        if (value.value() < least) {
            return fail(Errc::preset_value_out_of_bounds, place(key) + ": " + written + " is below " + format_decimal(least));
        }
        if (value.value() > most) {
            bool const is_share = most == one_units;
            return fail(Errc::preset_value_out_of_bounds, place(key) + ": " + written + " is above " + format_decimal(most) +
                                                              (is_share ? ", which is all of it (100 %)" : ""));
        }
        return value.value();
    }

    [[nodiscard]] result<Int128> share(std::string_view key) { return number(key, 0, one_units); }

    [[nodiscard]] result<TimeNs> seconds(std::string_view key) {
        PLIMSOLL_TRY(value, number(key, 0, largest_preset_seconds));
        constexpr Int128 units_per_ns = one_units / 1'000'000'000;
        return static_cast<TimeNs>(value / units_per_ns);
    }

    /// A word that `find` knows.
    template <class Find> [[nodiscard]] auto choice(std::string_view key, Find&& find) -> result<typename decltype(find(""))::value_type> {
        PLIMSOLL_TRY(written, text(key));
        auto const value = find(written);
        if (!value) return fail(Errc::preset_value_out_of_bounds, place(key) + ": there is no " + written);
        return *value;
    }

    void know(std::string_view key) { known_.insert(std::string(key)); }
    [[nodiscard]] result<void> need_known() const {
        for (auto const& [key, node] : *table_) {
            if (!known_.contains(std::string(key.str()))) return fail(Errc::preset_key_unknown, place(key.str()) + " is read by nothing");
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> source() {
        PLIMSOLL_TRYV(text("source"));
        return outcome::success();
    }

private:
    [[nodiscard]] std::string place(std::string_view key) const { return where_ + " " + std::string(key); }

    toml::table const* table_;
    std::string where_;
    std::set<std::string> known_;
};

/// Rows of a list of tables; a list that is not there has none.
template <class Row, class Read>
[[nodiscard]] result<void> read_rows(toml::table const& root, std::string_view list, std::vector<Row>& rows, Read&& read) {
    toml::node const* const node = root.get(list);
    if (node == nullptr) return outcome::success();
    toml::array const* const array = node->as_array();
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
        toml::table const* const row = array->get(i)->as_table();
        if (row == nullptr) break;
        PLIMSOLL_TRY(value, read(Section(*row, "[[" + std::string(list) + "]] number " + std::to_string(i + 1) + ":")));
        rows.push_back(std::move(value));
    }
    if (array == nullptr || rows.size() != array->size()) {
        return fail(Errc::preset_unreadable, "[[" + std::string(list) + "]] is not a list of tables");
    }
    return outcome::success();
}

/// The tables of a file's text. Errors: Errc::preset_unreadable with the line.
[[nodiscard]] inline result<toml::table> preset_tables(std::string_view body, std::string_view file) {
    try {
        return toml::parse(body, file);
    } catch (toml::parse_error const& error) {
        return fail(Errc::preset_unreadable, std::string(file) + ": line " + std::to_string(error.source().begin.line) + ": " +
                                                 std::string(error.description()));
    }
}

/// What every file begins with.
[[nodiscard]] inline result<void> read_head(Section& head, PresetHead& preset) {
    for (auto const& [key, field] : {std::pair{"name", &preset.name}, std::pair{"version", &preset.version},
                                     std::pair{"description", &preset.description}, std::pair{"source", &preset.source}}) {
        PLIMSOLL_TRY(value, head.text(key));
        *field = value;
    }
    return outcome::success();
}

/// What `read` makes of the file's tables, with the text itself. Errors: Errc::preset_* with the file, the key and the reason.
template <class Preset, class Read> [[nodiscard]] result<Preset> parse_preset(std::string_view body, std::string_view file, Read&& read) {
    PLIMSOLL_TRY(root, preset_tables(body, file));
    auto preset = read(root);
    if (!preset) return outcome::failure(preset.error().at(file));
    preset.value().body = body;
    preset.value().digest = sha256(bytes_of(body));
    return preset;
}

} // namespace plimsoll::risk
