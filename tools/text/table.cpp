#include "tools/text/table.hpp"

#include "ledger/event/result.hpp"
#include "tools/text/json_writer.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr std::size_t gap = 2;

/// Characters of UTF-8: every byte but those that continue one.
[[nodiscard]] std::size_t width_of(std::string const& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void append_line(std::string& out, std::vector<Column> const& columns, std::vector<std::size_t> const& widths,
                 std::vector<std::string> const& cells, std::size_t indent) {
    out.append(indent, ' ');
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t const padding = widths[i] - width_of(cells[i]);
        if (columns[i].align == Align::right) out.append(padding, ' ');
        out += cells[i];
        if (columns[i].align == Align::left) out.append(padding, ' ');
        if (i + 1 < columns.size()) out.append(gap, ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out.push_back('\n');
}

} // namespace

void Table::row(std::vector<std::string> cells) {
    PLIMSOLL_ASSERT(cells.size() == columns_.size());
    for (std::string& cell : cells) cell = valid_utf8(cell);
    rows_.push_back(std::move(cells));
}

std::string Table::text(std::size_t indent) const {
    std::vector<std::string> headers;
    std::vector<std::size_t> widths;
    for (Column const& column : columns_) {
        headers.push_back(column.header);
        widths.push_back(width_of(column.header));
    }
    for (auto const& cells : rows_) {
        for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], width_of(cells[i]));
    }
    std::string out;
    append_line(out, columns_, widths, headers, indent);
    for (auto const& cells : rows_) append_line(out, columns_, widths, cells, indent);
    return out;
}

} // namespace plimsoll::tools
