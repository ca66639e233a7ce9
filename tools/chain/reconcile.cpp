#include "tools/chain/reconcile.hpp"

#include "replay/adopted_preset.hpp"
#include "tools/import/definitions.hpp"
#include "tools/text/event_writer.hpp"

#include <algorithm>
#include <numeric>

namespace plimsoll::tools::chain {
namespace {

constexpr std::string_view scope_prefix = "mapping:";

/// What of the source the ledger holds up to the block, and where it stood then.
struct LedgerSide {
    std::vector<LedgerRecord> records;
    std::uint64_t events = 0;
    std::uint64_t sequence = 0; ///< the last before the source's next block
};

[[nodiscard]] result<LedgerSide> read_ledger(replay::Reader const& reader, book::Book const& latest, std::uint16_t source,
                                             std::uint64_t at) {
    LedgerSide side;
    side.sequence = reader.log_size();
    std::vector<Event> group;
    std::uint64_t first_sequence = 0;
    auto const end_group = [&] {
        if (group.empty()) return;
        Origin const& origin = group.front().origin;
        side.records.push_back({origin.cursor, origin.record, record_fingerprint(text_of_record(latest, group)), first_sequence});
        side.events += group.size();
        group.clear();
    };
    PLIMSOLL_TRYV(reader.for_events(1, reader.log_size(), [&](std::uint64_t sequence, Event const& event) {
        Origin const& origin = event.origin;
        if (origin.source != source || origin.cursor == Cursor{}) return true;
        if (origin.cursor.major > at) {
            side.sequence = sequence - 1;
            return false;
        }
        if (group.empty() || group.front().origin.cursor != origin.cursor) {
            end_group();
            first_sequence = sequence;
        }
        group.push_back(event);
        return true;
    }));
    end_group();
    return side;
}

} // namespace

std::uint64_t ReconcileReport::findings_in_all() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void ReconcileReport::add(Finding finding, std::size_t limit) {
    ++counts[static_cast<std::size_t>(finding.kind)];
    if (findings.size() < limit) findings.push_back(std::move(finding));
}

std::string text_of_record(book::Book const& book, std::span<Event const> events) {
    std::string text;
    EventWriter writer(book);
    for (Event event : events) {
        event.origin.cause_sequence = 0; // a place in one ledger, no fact
        writer.write(text, 0, event);
    }
    return text;
}

std::vector<std::string> mapped_sources(book::Book const& book) {
    std::vector<std::string> names;
    for (book::PresetRow const& row : book.presets.rows()) {
        std::string_view const scope = row.scope.view();
        if (scope.starts_with(scope_prefix)) names.emplace_back(scope.substr(scope_prefix.size()));
    }
    return names;
}

result<ReconcileReport> reconcile_chain(replay::Reader const& reader, ChainSource& source, ReconcileAsk const& ask) {
    PLIMSOLL_TRY(latest, reader.at(reader.log_size()));
    auto const source_id = latest.book.find_source(ask.source);
    PLIMSOLL_TRY(adopted, replay::adopted_preset(reader, latest.book, std::string(scope_prefix) + ask.source));
    if (!source_id || !adopted) {
        return fail(Errc::mapping_malformed, "the ledger keeps no mapping of a source '" + ask.source + "'");
    }
    PLIMSOLL_TRY(text, MappingText::from_bundle(adopted->body));
    PLIMSOLL_TRY(mapping, Mapping::read(text, "the mapping of source '" + ask.source + "'"));
    PLIMSOLL_TRY(side, read_ledger(reader, latest.book, *source_id, ask.at));
    PLIMSOLL_TRY(moment, reader.at(side.sequence));

    ReconcileReport report;
    report.chain = source.name();
    report.source = ask.source;
    report.mapping = mapping.name + " " + mapping.version;
    report.at = ask.at;
    report.sequence = side.sequence;
    report.events = side.events;
    std::uint64_t const ours = side.records.empty() ? ask.at : side.records.front().cursor.major;
    report.from = ask.from.value_or(std::min(ours, source.first_block().value_or(ours)));
    if (report.from > ask.at) report.from = ask.at;
    PLIMSOLL_TRY(header, source.header(ask.at));
    report.block_hash = header.hash;
    PLIMSOLL_TRYV(compare_records(reader, moment, source, mapping, text, ask, side.records, report));
    if (auto const verdict = verify_header(header)) {
        PLIMSOLL_TRYV(compare_balances(moment, source, mapping, header, ask, report));
    } // else told by compare_records, and no state of it is believed
    return report;
}

} // namespace plimsoll::tools::chain
