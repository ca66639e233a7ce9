#include "tools/import/deribit_chain.hpp"

#include "ledger/book/errc.hpp"
#include "tools/import/definitions.hpp"
#include "tools/import/deribit_rows.hpp"
#include "tools/text/json_writer.hpp"

#include <fmt/core.h>
#include <set>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t progress_every_rows = 512;
constexpr std::size_t quarantined_text_bytes = 4096;
constexpr std::string_view venue = "deribit";
constexpr std::string_view market_name = "deribit:market";
constexpr std::string_view advice = " (mend the line, or set it aside with --quarantine)";

/// Where a record lies in the source, or how the ledger is, no setting aside can mend.
[[nodiscard]] bool can_be_set_aside(Error const& error) {
    return error.status() == Status::bad_input && error.rule().room != "replay" &&
           error.rule().room != "store";
}

class ChainImport {
public:
    ChainImport(replay::Engine& engine, std::filesystem::path const& path,
                ImportOptions const& options)
        : engine_(engine), path_(path), options_(options), definitions_(engine) {}

    [[nodiscard]] result<ImportSummary> run();

private:
    /// A line that could not be read and stands before the first time of the file.
    struct Stray {
        std::uint64_t line;
        std::string text;
        std::string reason;
    };

    [[nodiscard]] result<void> take(CsvReader const& reader);
    [[nodiscard]] result<void> take_bad(CsvReader const& reader, Error const& error);
    [[nodiscard]] result<void> move_to(TimeNs time);
    [[nodiscard]] result<void> define_parties();
    [[nodiscard]] result<InstrumentId> instrument(DeribitRow const& row, AssetId coin);
    [[nodiscard]] result<void> book_row(DeribitRow const& row, CsvReader const& reader);
    [[nodiscard]] result<void> set_aside(Stray const& stray);
    [[nodiscard]] Origin origin(std::uint64_t line, std::string_view text) const;
    void count(replay::Receipt const& receipt, std::uint64_t& added);

    replay::Engine& engine_;
    std::filesystem::path path_;
    ImportOptions const& options_;
    Definitions definitions_;
    std::optional<DeribitColumns> columns_;
    TimeNs time_ = 0; ///< of the snapshot at hand; 0: none yet
    std::set<std::string> priced_; ///< coins whose price this snapshot has given
    std::vector<Stray> strays_;
    std::uint16_t source_ = 0;
    std::uint16_t feed_ = 0;
    AccountId market_;
    AssetId quote_;
    std::set<std::string> snapshots_;
    ImportSummary summary_;
};

result<ImportSummary> ChainImport::run() {
    PLIMSOLL_TRY(reader, CsvReader::open(path_));
    PLIMSOLL_TRY(columns, DeribitColumns::find(reader));
    columns_ = columns;
    summary_.file = path_.string();
    while (true) {
        auto const more = reader.next();
        if (more && !more.value()) break;
        if (++summary_.records_read % progress_every_rows == 0) {
            options_.progress(reader.bytes_read(), reader.bytes_in_all());
        }
        auto const taken = more ? take(reader) : result<void>(outcome::failure(more.error()));
        if (taken) continue;
        bool const aside = options_.quarantine && can_be_set_aside(taken.error()) &&
                           !taken.error().is(Errc::file_unreadable);
        if (!aside) {
            bool const mendable = !options_.quarantine && can_be_set_aside(taken.error());
            std::string const place = reader.place() + std::string(mendable ? advice : "");
            return outcome::failure(taken.error().at(place));
        }
        PLIMSOLL_TRYV(take_bad(reader, taken.error()));
    }
    if (!strays_.empty()) {
        return fail(Errc::field_malformed,
                    path_.string() + ": no line says its time; is it a snapshot of option chains?");
    }
    options_.progress(reader.bytes_in_all(), reader.bytes_in_all());
    summary_.events_added += definitions_.events();
    summary_.notes.push_back(fmt::format("{} snapshot{} of {} options", snapshots_.size(),
                                         snapshots_.size() == 1 ? "" : "s",
                                         summary_.records_read - summary_.records_quarantined));
    return std::move(summary_);
}

result<void> ChainImport::take(CsvReader const& reader) {
    PLIMSOLL_TRY(time, columns_->time(reader));
    if (time < time_) {
        return fail(book::Errc::time_goes_back, fmt::format("{} stands behind {}", format_time(time),
                                                            format_time(time_)));
    }
    PLIMSOLL_TRYV(move_to(time));
    PLIMSOLL_TRY(row, columns_->read(reader));
    return book_row(row, reader);
}

result<void> ChainImport::take_bad(CsvReader const& reader, Error const& error) {
    Stray stray{reader.line(), std::string(reader.text()), error.message()};
    if (time_ != 0) return set_aside(stray);
    strays_.push_back(std::move(stray));
    return outcome::success();
}

/// Lines before the first time of the file are set aside at that time, in their place.
result<void> ChainImport::move_to(TimeNs time) {
    if (time == time_) return outcome::success();
    time_ = time;
    priced_.clear();
    snapshots_.insert(format_time(time));
    PLIMSOLL_TRYV(define_parties());
    for (Stray const& stray : strays_) {
        PLIMSOLL_TRYV(set_aside(stray));
    }
    strays_.clear();
    return outcome::success();
}

result<void> ChainImport::define_parties() {
    if (source_ == 0) {
        definitions_.mentioned(0, time_);
        std::string const name = options_.source.empty() ? std::string(venue) : options_.source;
        PLIMSOLL_TRY(source, definitions_.source(name, wire::SourceKind::venue));
        source_ = source;
        definitions_.mentioned(source_, time_);
        PLIMSOLL_TRY(feed, definitions_.feed(venue));
        feed_ = feed;
        PLIMSOLL_TRY(market, definitions_.account(market_name, wire::AccountKind::market));
        market_ = market;
        PLIMSOLL_TRY(quote, definitions_.asset("USD", 2, wire::AssetKind::currency));
        quote_ = quote;
    }
    definitions_.mentioned(source_, time_);
    return outcome::success();
}

result<InstrumentId> ChainImport::instrument(DeribitRow const& row, AssetId coin) {
    InstrumentDefined definition;
    definition.name = row.name;
    definition.kind = wire::InstrumentKind::option;
    definition.payoff = wire::Payoff::inverse;
    definition.side = row.side;
    definition.exercise = wire::Exercise::european;
    definition.base = definition.settle = coin.number();
    definition.quote = quote_.number();
    definition.market_account = market_.number();
    definition.multiplier_numerator = definition.multiplier_denominator = to_wire(Int128{1});
    definition.strike = to_wire(row.strike.units());
    definition.expiry = row.expiry;
    PLIMSOLL_TRY(id, definitions_.instrument(definition));
    book::InstrumentRow const& known = engine_.book().instrument(id);
    if (known.kind != definition.kind || known.payoff != definition.payoff ||
        known.side != row.side || known.strike != row.strike || known.expiry != row.expiry ||
        known.base != coin || known.settle != coin) {
        return fail(Errc::definition_differs, row.name);
    }
    return id;
}

result<void> ChainImport::book_row(DeribitRow const& row, CsvReader const& reader) {
    int const decimals = row.coin == "BTC" ? 8 : 18;
    PLIMSOLL_TRY(coin, definitions_.asset(row.coin, decimals, wire::AssetKind::currency));
    PLIMSOLL_TRY(option, instrument(row, coin));
    std::vector<Event> group;
    auto observe = [&](std::uint32_t subject, Observation kind, Price value) {
        Observed fact;
        fact.subject = subject;
        fact.kind = kind;
        fact.feed = feed_;
        fact.value = value;
        group.push_back({origin(reader.line(), reader.text()), fact});
    };
    if (!priced_.contains(row.coin)) {
        observe(coin.number(), Observation::asset_price, row.index);
    }
    observe(option.number(), Observation::mark_price, row.mark);
    observe(option.number(), Observation::forward, row.forward);
    observe(option.number(), Observation::volatility, row.volatility);
    observe(option.number(), Observation::index_price, row.index);
    PLIMSOLL_TRY(receipt, engine_.submit(group));
    priced_.insert(row.coin);
    count(receipt, summary_.records_added);
    return outcome::success();
}

result<void> ChainImport::set_aside(Stray const& stray) {
    Quarantined fact;
    fact.place = fmt::format("{}:{}", path_.filename().string(), stray.line);
    fact.reason = valid_utf8(stray.reason);
    fact.record = valid_utf8(stray.text, quarantined_text_bytes);
    auto const receipt = engine_.submit(Event{origin(stray.line, stray.text), rare(std::move(fact))});
    if (!receipt) {
        return outcome::failure(receipt.error().at(fmt::format("{}:{}", path_.string(), stray.line)));
    }
    count(receipt.value(), summary_.records_quarantined);
    return outcome::success();
}

Origin ChainImport::origin(std::uint64_t line, std::string_view text) const {
    Origin origin;
    origin.source_time = time_;
    origin.cursor = {static_cast<std::uint64_t>(time_), line};
    origin.record = record_fingerprint(text);
    origin.source = source_;
    return origin;
}

void ChainImport::count(replay::Receipt const& receipt, std::uint64_t& added) {
    if (receipt.is_duplicate) {
        ++summary_.records_duplicate;
        return;
    }
    ++added;
    summary_.events_added += receipt.count;
}

} // namespace

result<ImportSummary> import_deribit_chain(replay::Engine& engine,
                                           std::filesystem::path const& path,
                                           ImportOptions const& options) {
    return ChainImport(engine, path, options).run();
}

} // namespace plimsoll::tools
