#include "replay/record_finder.hpp"

namespace plimsoll::replay {
namespace {

[[nodiscard]] std::optional<StoredRecord> find_in_view(BatchView const& batch, std::uint16_t source, Cursor cursor) {
    bool is_there = false;
    for (std::size_t i = 0; i < batch.size() && !is_there; ++i) {
        Origin const origin = batch.origin(i);
        is_there = origin.source == source && origin.cursor == cursor;
    }
    if (!is_there) return std::nullopt;
    StoredRecord record;
    std::vector<Event> events = batch.events();
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].origin.source != source || events[i].origin.cursor != cursor) continue;
        if (record.events.empty()) record.first_sequence = batch.header().first_sequence + i;
        record.events.push_back(std::move(events[i]));
    }
    return record;
}

/// The facts and their times alone, without what rules added or filled in.
[[nodiscard]] std::string facts_of(std::span<Event const> events) {
    BatchBuilder facts;
    for (Event const& event : events) {
        if (event.origin.cause == Cause::pending_funding) continue;
        Body body = event.body;
        if (auto* trade = std::get_if<Traded>(&body)) trade->index = {};
        Origin dated;
        dated.source_time = event.origin.source_time;
        facts.add(dated, body);
    }
    return facts.empty() ? std::string{} : facts.finish({});
}

} // namespace

result<std::optional<StoredRecord>> RecordFinder::find(std::uint16_t source, Cursor cursor) {
    if (batch_) {
        if (auto record = find_in_view(*batch_, source, cursor)) return record;
    }
    PLIMSOLL_TRY(first, store_.batch_by_record(source, cursor));
    if (!first) return std::optional<StoredRecord>{};
    batch_.reset();
    PLIMSOLL_TRY(found, store_.batch_of(*first, bytes_));
    if (!found) return std::optional<StoredRecord>{};
    PLIMSOLL_TRY(batch, BatchView::open(bytes_.view()));
    batch_ = batch;
    return find_in_view(batch, source, cursor);
}

std::optional<StoredRecord> find_in(Sealing const& batch, std::uint16_t source, Cursor cursor) {
    AlignedBytes const bytes(bytes_of(std::string_view(batch.events.finish(batch.header))));
    auto const view = BatchView::open(bytes.view());
    PLIMSOLL_ASSERT(view); // made by ourselves a moment ago
    return find_in_view(view.value(), source, cursor);
}

bool same_content(StoredRecord const& stored, std::span<Event const> group) {
    std::uint64_t const then = stored.events.front().origin.record;
    std::uint64_t const now = group.front().origin.record;
    if (then != 0 && now != 0) return then == now;
    return facts_of(stored.events) == facts_of(group);
}

} // namespace plimsoll::replay
