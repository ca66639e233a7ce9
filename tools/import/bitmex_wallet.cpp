#include "tools/import/bitmex_wallet.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/decimal.hpp"
#include "tools/import/bitmex_batch.hpp"

#include <fmt/core.h>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t progress_every_rows = 512;

/// Where a record lies in the source, or how the ledger is, no setting aside can mend.
[[nodiscard]] bool can_be_set_aside(Error const& error) {
    return error.status() == Status::bad_input && error.rule().room != "replay" &&
           !error.is(Errc::ledger_disagrees);
}

class WalletImport {
public:
    WalletImport(replay::Engine& engine, std::filesystem::path const& path,
                 ImportOptions const& options)
        : path_(path), options_(options), booking_(engine, options) {}

    [[nodiscard]] result<ImportSummary> run();

private:
    /// A row whose place in time cannot be told: set aside behind the batch that it was met in.
    struct Stray {
        std::uint64_t line;
        std::string text;
        std::string reason;
    };

    [[nodiscard]] result<void> take_row(CsvReader const& reader);
    [[nodiscard]] result<void> take_bad(CsvReader const& reader, Error const& error,
                                        std::optional<TimeNs> time);
    [[nodiscard]] result<void> open_batch(CsvReader const& reader, TimeNs time);
    [[nodiscard]] result<void> close_batch();
    [[nodiscard]] result<void> set_batch_aside(Error const& error);
    [[nodiscard]] result<void> count(result<replay::Receipt> const& receipt, std::uint64_t line,
                                     std::uint64_t rows, std::uint64_t& added);
    void write_notes();

    std::filesystem::path path_;
    ImportOptions const& options_;
    BitmexBooking booking_;
    std::optional<BitmexColumns> columns_;
    BitmexBatch batch_;
    std::vector<Stray> strays_;
    std::map<std::string, std::uint64_t> passed_over_;
    std::uint64_t breaks_ = 0; ///< set aside
    ImportSummary summary_;
};

result<ImportSummary> WalletImport::run() {
    PLIMSOLL_TRY(reader, CsvReader::open(path_));
    PLIMSOLL_TRY(columns, BitmexColumns::find(reader));
    columns_ = columns;
    summary_.file = path_.string();
    while (true) {
        auto const more = reader.next();
        if (more && !more.value()) break;
        if (++summary_.records_read % progress_every_rows == 0) {
            options_.progress(reader.bytes_read(), reader.bytes_in_all());
        }
        if (!more) {
            if (more.error().is(Errc::file_unreadable))
                return outcome::failure(more.error().at(reader.place()));
            PLIMSOLL_TRYV(take_bad(reader, more.error(), {}));
        } else if (!columns_->is_money(reader)) {
            ++summary_.records_passed_over;
            ++passed_over_[columns_->describe(reader)];
        } else {
            PLIMSOLL_TRYV(take_row(reader));
        }
    }
    PLIMSOLL_TRYV(close_batch());
    options_.progress(reader.bytes_in_all(), reader.bytes_in_all());
    summary_.events_added += booking_.definition_events();
    write_notes();
    return std::move(summary_);
}

result<void> WalletImport::take_row(CsvReader const& reader) {
    auto row = columns_->read(reader);
    auto const time = columns_->time(reader);
    if (time && time.value() < batch_.time) {
        Error const error(book::describe(book::Errc::time_goes_back),
                          static_cast<int>(book::Errc::time_goes_back),
                          fmt::format("{} stands behind {}", format_time(time.value()),
                                      format_time(batch_.time)));
        return take_bad(reader, error, {});
    }
    if (!row)
        return take_bad(reader, row.error(), time ? std::optional(time.value()) : std::nullopt);
    PLIMSOLL_TRYV(open_batch(reader, row.value().time));
    batch_.rows.push_back(std::move(row.value()));
    return outcome::success();
}

result<void> WalletImport::take_bad(CsvReader const& reader, Error const& error,
                                    std::optional<TimeNs> time) {
    if (!options_.quarantine) {
        return outcome::failure(
            error.at(reader.place() + " (mend the line, or set it aside with --quarantine)"));
    }
    if (!time) {
        strays_.push_back({reader.line(), std::string(reader.text()), error.message()});
        return outcome::success();
    }
    PLIMSOLL_TRYV(open_batch(reader, *time));
    if (!batch_.bad) batch_.bad = error.at(fmt::format("line {}", reader.line()));
    return outcome::success();
}

/// Makes the batch at hand that of `time`, and puts the row's text into it.
result<void> WalletImport::open_batch(CsvReader const& reader, TimeNs time) {
    if (time != batch_.time) {
        PLIMSOLL_TRYV(close_batch());
        batch_.time = time;
        batch_.line = reader.line();
    }
    batch_.texts.emplace_back(reader.text());
    return outcome::success();
}

result<void> WalletImport::close_batch() {
    std::uint64_t const rows = batch_.texts.size();
    if (batch_.bad) {
        PLIMSOLL_TRYV(set_batch_aside(*batch_.bad));
    } else if (rows != 0) {
        auto const booked = booking_.book(batch_);
        bool const aside = !booked && options_.quarantine && can_be_set_aside(booked.error());
        if (aside) {
            PLIMSOLL_TRYV(set_batch_aside(booked.error()));
        } else {
            PLIMSOLL_TRYV(count(booked, batch_.line, rows, summary_.records_added));
        }
    }
    std::uint64_t number = 0;
    for (Stray const& stray : strays_) {
        Cursor const cursor{static_cast<std::uint64_t>(batch_.time), ++number};
        std::string const where = fmt::format("{}:{}", path_.filename().string(), stray.line);
        auto const receipt =
            booking_.set_aside(cursor, batch_.time, where, stray.reason, stray.text);
        PLIMSOLL_TRYV(count(receipt, stray.line, 1, summary_.records_quarantined));
    }
    strays_.clear();
    batch_ = {batch_.time, 0, {}, {}, {}};
    return outcome::success();
}

result<void> WalletImport::set_batch_aside(Error const& error) {
    if (error.is(Errc::balance_breaks)) ++breaks_;
    std::string const where = fmt::format("{}:{}", path_.filename().string(), batch_.line);
    auto const receipt = booking_.set_aside(batch_, where, error.message());
    return count(receipt, batch_.line, batch_.texts.size(), summary_.records_quarantined);
}

result<void> WalletImport::count(result<replay::Receipt> const& receipt, std::uint64_t line,
                                 std::uint64_t rows, std::uint64_t& added) {
    if (!receipt) {
        bool const mendable = !options_.quarantine && can_be_set_aside(receipt.error());
        std::string_view const advice =
            mendable ? " (mend the file, or set the rows of this time aside with --quarantine)"
                     : "";
        return outcome::failure(
            receipt.error().at(fmt::format("{}:{}{}", path_.string(), line, advice)));
    }
    if (receipt.value().is_duplicate) {
        summary_.records_duplicate += rows;
    } else {
        added += rows;
        summary_.events_added += receipt.value().count;
    }
    return outcome::success();
}

void WalletImport::write_notes() {
    summary_.notes.push_back(
        fmt::format("running balance: {} batches of one time and currency checked, {} break{}",
                    booking_.balances().batches() + breaks_, breaks_, breaks_ == 1 ? "" : "s"));
    for (auto const& [what, rows] : passed_over_) {
        summary_.notes.push_back(
            fmt::format("{} row{} of {} passed over: not money", rows, rows == 1 ? "" : "s", what));
    }
    if (summary_.records_quarantined == 0) return;
    summary_.notes.push_back(
        fmt::format("{} row{} set aside: the ledger has no part of their times",
                    summary_.records_quarantined, summary_.records_quarantined == 1 ? "" : "s"));
    booking_.balances().for_each([&](BitmexCurrency const& currency, Amount stated) {
        Amount const ledger = booking_.ledger_balance(currency);
        if (ledger == stated) return;
        summary_.notes.push_back(fmt::format(
            "{}: the ledger ends at {}, the file states {}", currency.asset,
            format_decimal(ledger, currency.decimals), format_decimal(stated, currency.decimals)));
    });
}

} // namespace

result<ImportSummary> import_bitmex_wallet(replay::Engine& engine,
                                           std::filesystem::path const& path,
                                           ImportOptions const& options) {
    return WalletImport(engine, path, options).run();
}

} // namespace plimsoll::tools
