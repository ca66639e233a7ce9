#include "tools/golden/row_text.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"

#include <algorithm>
#include <vector>

namespace plimsoll::tools {
namespace {

constexpr std::array<char const*, book::table_count + 1> table_names{
    "",          "head",      "sources",      "feeds",  "chains",   "assets",     "instruments", "accounts",
    "balances",  "positions", "liquidations", "losses", "breakers", "parameters", "presets",     "credits"};

struct Field {
    std::string name;
    std::string value;
};
using Fields = std::vector<Field>;

template <class Tag> [[nodiscard]] std::string say(Fixed<Tag> value) { return format_decimal(value); }
template <class Tag> [[nodiscard]] std::string say(Id<Tag> id) { return std::to_string(id.number()); }
template <std::integral Number> [[nodiscard]] std::string say(Number number) { return std::to_string(number); }

void add(Fields& fields, std::string const& name, book::Reading const& reading) {
    fields.push_back({name, say(reading.value)});
    fields.push_back({name + " confidence", say(reading.confidence)});
    fields.push_back({name + " time", format_time(reading.time)});
}

[[nodiscard]] Fields fields_of(book::HeadRow const& row) {
    return {{"sequence", say(row.sequence)}, {"time", format_time(row.time)}, {"quarantined", say(row.quarantined)}, {"corrections", say(row.corrections)}};
}
[[nodiscard]] Fields fields_of(book::AssetRow const& row) {
    Fields fields{{"name", std::string(row.name.view())}, {"decimals", say(row.decimals)}, {"kind", say(row.kind)}};
    add(fields, "price", row.price);
    fields.insert(fields.end(), {{"bad_debt", say(row.bad_debt)}, {"supply_index", say(row.supply_index)},
                                 {"borrow_index", say(row.borrow_index)}, {"loss_index", say(row.loss_index)}});
    return fields;
}
[[nodiscard]] Fields fields_of(book::InstrumentRow const& row) {
    Fields fields{{"name", std::string(row.name.view())}};
    add(fields, "mark", row.mark);
    add(fields, "index_price", row.index_price);
    add(fields, "forward", row.forward);
    add(fields, "volatility", row.volatility);
    add(fields, "rate", row.rate);
    add(fields, "settlement", row.settlement);
    fields.insert(fields.end(), {{"funding_index", say(row.funding_index)}, {"loss_index", say(row.loss_index)}, {"open_interest", say(row.open_interest)}});
    return fields;
}
[[nodiscard]] Fields fields_of(book::AccountRow const& row) {
    return {{"name", std::string(row.name.view())}, {"parent", say(row.parent)}, {"in_liquidation", say(row.in_liquidation)},
            {"first_balance", say(row.first_balance)}, {"first_position", say(row.first_position)}, {"liquidation", say(row.liquidation)}};
}
[[nodiscard]] Fields fields_of(book::BalanceRow const& row) {
    return {{"account", say(row.account)}, {"asset", say(row.asset)}, {"amount", say(row.amount)},
            {"interest_kind", say(row.interest_kind)}, {"interest_index", say(row.interest_index)}, {"loss_index", say(row.loss_index)}};
}
[[nodiscard]] Fields fields_of(book::PositionRow const& row) {
    return {{"account", say(row.account)}, {"instrument", say(row.instrument)}, {"size", say(row.size)}, {"quote", say(row.quote)}, {"index", say(row.index)}};
}
template <class Row> [[nodiscard]] Fields fields_of(Row const&) { return {}; }

template <class Row> [[nodiscard]] std::string named(book::Table<Row> const& table, std::uint32_t id) {
    return table.has(id) ? std::string(table[id].name.view()) : "number " + std::to_string(id);
}
[[nodiscard]] std::string owner_of(book::Book const& names, book::BalanceRow const& row) {
    return named(names.accounts, row.account.number()) + " of " + named(names.assets, row.asset.number());
}
[[nodiscard]] std::string owner_of(book::Book const& names, book::PositionRow const& row) {
    return named(names.accounts, row.account.number()) + " in " + named(names.instruments, row.instrument.number());
}
template <class Row> [[nodiscard]] std::string owner_of(book::Book const&, Row const& row) {
    if constexpr (requires { row.name.view(); }) {
        return std::string(row.name.view());
    } else {
        return {};
    }
}

/// Of two rows that differ.
template <class Row> void tell(RowDifference& out, book::Book const& names, Row const& a, Row const& b) {
    out.owner = owner_of(names, a);
    Fields const left = fields_of(a);
    Fields const right = fields_of(b);
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i].value == right[i].value) continue;
        out.field = left[i].name;
        out.a = left[i].value;
        out.b = right[i].value;
        return;
    }
    Bytes const x = bytes_of(a);
    Bytes const y = bytes_of(b);
    auto const at = static_cast<std::size_t>(std::ranges::mismatch(x, y).in1 - x.begin());
    out.field = "byte " + std::to_string(at);
    out.a = to_hex(x.subspan(at, std::min<std::size_t>(16, x.size() - at)));
    out.b = to_hex(y.subspan(at, std::min<std::size_t>(16, y.size() - at)));
}

} // namespace

std::optional<RowDifference> first_row_difference(book::Book const& names, book::TableId table, std::uint32_t page, Bytes a, Bytes b) {
    std::optional<RowDifference> found;
    names.for_tables([&]<class Row>(book::TableId id, book::Table<Row> const&) {
        if (id != table) return;
        std::size_t const rows = std::max(a.size(), b.size()) / sizeof(Row);
        for (std::size_t i = 0; i < rows && !found; ++i) {
            bool const in_a = (i + 1) * sizeof(Row) <= a.size();
            bool const in_b = (i + 1) * sizeof(Row) <= b.size();
            RowDifference out;
            out.table = table_names.at(static_cast<std::size_t>(id));
            out.row = static_cast<std::uint32_t>(page * book::Table<Row>::rows_per_page + i + 1);
            if (in_a && in_b) {
                Row x;
                Row y;
                std::memcpy(static_cast<void*>(&x), a.data() + i * sizeof(Row), sizeof(Row));
                std::memcpy(static_cast<void*>(&y), b.data() + i * sizeof(Row), sizeof(Row));
                if (std::memcmp(&x, &y, sizeof(Row)) == 0) continue;
                tell(out, names, x, y);
            } else {
                out.field = "the row";
                out.a = in_a ? "is there" : "is not there";
                out.b = in_b ? "is there" : "is not there";
            }
            found = out;
        }
    });
    return found;
}

std::optional<RowDifference> first_row_difference(book::Book const& a, book::Book const& b) {
    std::optional<RowDifference> found;
    a.for_tables([&]<class Row>(book::TableId id, book::Table<Row> const& left) {
        b.for_tables([&]<class Other>(book::TableId other, book::Table<Other> const& right) {
            if (found || id != other) return;
            for (std::size_t page = 0; page < std::max(left.page_count(), right.page_count()) && !found; ++page) {
                Bytes const x = page < left.page_count() ? left.page(page) : Bytes{};
                Bytes const y = page < right.page_count() ? right.page(page) : Bytes{};
                if (x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size()) == 0) continue;
                found = first_row_difference(a, id, static_cast<std::uint32_t>(page), x, y);
            }
        });
    });
    return found;
}

} // namespace plimsoll::tools
