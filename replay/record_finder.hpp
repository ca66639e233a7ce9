/// Finds a record of a source in the log again, to tell a duplicate from another story.
#pragma once

#include "ledger/store/store.hpp"
#include "replay/committer.hpp"

namespace plimsoll::replay {

/// The events that one record brought about, those decided by rules included.
struct StoredRecord {
    std::uint64_t first_sequence = 0;
    std::vector<Event> events;
};

class RecordFinder {
public:
    explicit RecordFinder(store::Store const& store) : store_(store) {}
    /// Keeps the last batch: records asked for in order are read once.
    [[nodiscard]] result<std::optional<StoredRecord>> find(std::uint16_t source, Cursor cursor);

private:
    store::Store const& store_;
    AlignedBytes bytes_;
    std::optional<BatchView> batch_;
};

/// The same in a batch that is not written yet.
[[nodiscard]] std::optional<StoredRecord> find_in(Sealing const& batch, std::uint16_t source, Cursor cursor);

/// Equal records: equal fingerprints where both have one, else equal facts and times (what rules add aside).
[[nodiscard]] bool same_content(StoredRecord const& stored, std::span<Event const> group);

} // namespace plimsoll::replay
