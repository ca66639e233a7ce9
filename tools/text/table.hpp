/// Tables for people: columns as wide as their widest cell, numbers to the right.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace plimsoll::tools {

enum class Align : std::uint8_t { left, right };

struct Column {
    std::string header;
    Align align = Align::left;
};

/// A header line, then a line a row. Widths count characters, not bytes.
class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell a column.
    void row(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string text(std::size_t indent = 2) const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace plimsoll::tools
