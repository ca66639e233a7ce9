/// Tables of a mapping's TOML read with their lines; a rule's fields as its kind of event has them.
#pragma once

#include "tools/chain/mapping.hpp"

#include <toml++/toml.h>

#include <set>

namespace plimsoll::tools::chain {

/// One table. Whoever asks for a key has read it; what nobody asked for is a mistake.
class TableReader {
public:
    TableReader(toml::table const& table, std::string_view file) : table_(&table), file_(file) {}

    [[nodiscard]] std::size_t line() const { return table_->source().begin.line; }
    [[nodiscard]] std::size_t line(std::string_view key) const;
    /// Errc::mapping_malformed at the key's line, or the table's where it is not there.
    [[nodiscard]] Error wrong(std::string_view key, std::string const& why) const;

    /// A text; a whole number will do where text is asked for.
    [[nodiscard]] result<std::optional<std::string>> maybe_text(std::string_view key);
    [[nodiscard]] result<std::string> text(std::string_view key);
    [[nodiscard]] result<std::string> text_or(std::string_view key, std::string_view otherwise);
    [[nodiscard]] result<std::optional<std::uint64_t>> maybe_count(std::string_view key);
    /// A text or a list of texts.
    [[nodiscard]] result<std::vector<std::string>> texts(std::string_view key);
    [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }
    [[nodiscard]] result<void> need_nothing_more() const;

private:
    toml::table const* table_;
    std::string_view file_;
    std::set<std::string, std::less<>> read_;
};

/// Reads the fields that an event of the kind has. Errors: Errc::mapping_malformed, expression_malformed.
[[nodiscard]] result<void> read_fields(TableReader& table, std::string const& kind, Scope const& scope,
                                       std::size_t& memories, Rule& rule);

} // namespace plimsoll::tools::chain
