#include "tools/reconcile/bitmex_snapshot.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/decimal.hpp"
#include "tools/import/bitmex_currencies.hpp"
#include "tools/text/csv.hpp"

#include <fmt/core.h>
#include <map>

namespace plimsoll::tools {
namespace {

/// The account at the moments that were asked for. Rows of a snapshot have many times and few
/// moments: between two events the account does not change.
class AccountHistory {
public:
    AccountHistory(replay::Reader const& reader, std::string_view account)
        : reader_(reader), account_(account) {}

    [[nodiscard]] result<Amount> balance(std::string_view asset, std::uint64_t sequence) {
        auto found = moments_.find(sequence);
        if (found == moments_.end()) {
            PLIMSOLL_TRY(balances, read(sequence));
            found = moments_.emplace(sequence, std::move(balances)).first;
        }
        auto const amount = found->second.find(asset);
        return amount == found->second.end() ? Amount{} : amount->second;
    }

private:
    using Balances = std::map<std::string, Amount, std::less<>>;

    [[nodiscard]] result<Balances> read(std::uint64_t sequence) const {
        Balances balances;
        if (sequence == 0) return balances;
        auto const moment = reader_.account_at(account_, sequence);
        if (!moment) {
            if (moment.error().is(book::Errc::unknown_account)) return balances; // opened later
            return outcome::failure(moment.error());
        }
        auto const& book = moment.value().book;
        auto const id = book.find_account(account_);
        if (!id) return balances;
        book.for_balances(*id, [&](book::BalanceRow const& row) {
            balances[std::string(book.asset(row.asset).name.view())] = row.amount;
        });
        return balances;
    }

    replay::Reader const& reader_;
    std::string account_;
    std::map<std::uint64_t, Balances> moments_;
};

struct Columns {
    std::size_t currency = 0;
    std::size_t amount = 0;
    std::size_t timestamp = 0;
};

[[nodiscard]] result<SnapshotRow> read_row(CsvReader const& file, Columns const& columns) {
    SnapshotRow row;
    row.line = file.line();
    PLIMSOLL_TRY(time, parse_time(file.field(columns.timestamp)));
    row.time = time;
    std::string_view const code = file.field(columns.currency);
    std::string_view const text = file.field(columns.amount);
    auto const* const currency = find_bitmex_currency(code);
    PLIMSOLL_TRY(count, parse_integer(text));
    if (currency == nullptr) {
        if (count != 0)
            return fail(Errc::asset_unlisted,
                        fmt::format("currency '{}', of which it states {}", code, text));
        row.asset = code;
        return row;
    }
    row.asset = currency->asset;
    row.decimals = currency->decimals;
    PLIMSOLL_TRY(units, parse_minor_units(text, currency->decimals));
    if (!within(units, event_limit_units))
        return fail(event::Errc::number_overflow, fmt::format("'{}'", text));
    row.snapshot = Amount{units};
    return row;
}

[[nodiscard]] result<Columns> find_columns(CsvReader const& file) {
    PLIMSOLL_TRY(currency, file.column("currency"));
    PLIMSOLL_TRY(amount, file.column("amount"));
    PLIMSOLL_TRY(timestamp, file.column("timestamp"));
    return Columns{currency, amount, timestamp};
}

} // namespace

result<SnapshotReport> reconcile_bitmex_snapshot(replay::Reader const& reader,
                                                 std::filesystem::path const& path,
                                                 std::string_view account) {
    PLIMSOLL_TRY(file, CsvReader::open(path));
    PLIMSOLL_TRY(columns, find_columns(file));
    PLIMSOLL_TRYV(
        reader.account_at(account, reader.log_size())); // an account that never was is no match
    AccountHistory history(reader, account);
    SnapshotReport report;
    report.file = path.string();
    report.account = account;
    while (true) {
        auto const more = file.next();
        if (!more) return outcome::failure(more.error().at(file.place()));
        if (!more.value()) return report;
        auto read = read_row(file, columns);
        if (!read) return outcome::failure(read.error().at(file.place()));
        SnapshotRow row = std::move(read.value());
        PLIMSOLL_TRY(sequence, reader.sequence_at(row.time));
        PLIMSOLL_TRY(ledger, history.balance(row.asset, sequence));
        row.sequence = sequence;
        row.ledger = ledger;
        row.difference = Amount{ledger.units() - row.snapshot.units()};
        (row.is_matched() ? report.matched : report.differing) += 1;
        report.rows.push_back(std::move(row));
    }
}

} // namespace plimsoll::tools
