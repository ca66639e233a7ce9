/// From the sequences that a file of events uses to those that the ledger gives.
#pragma once

#include <cstdint>
#include <map>

namespace plimsoll::tools {

/// Runs of events keep their distance, so one entry a run is enough.
class SequenceMap {
public:
    /// Event `in_file` of the file is event `in_ledger`. Called in the file's order.
    void record(std::uint64_t in_file, std::uint64_t in_ledger) {
        std::uint64_t const shift = in_ledger - in_file; // wraps; translate wraps back
        auto const run = run_of(in_file);
        if (run == shift_by_first_.end() || run->second != shift) shift_by_first_[in_file] = shift;
    }
    /// An event outside every run is as far away as those of the nearest. 0 where the ledger cannot
    /// have it: the file begins after it.
    [[nodiscard]] std::uint64_t translate(std::uint64_t in_file) const {
        auto run = run_of(in_file);
        if (run == shift_by_first_.end()) run = shift_by_first_.begin();
        std::uint64_t const shift = run == shift_by_first_.end() ? 0 : run->second;
        std::uint64_t const in_ledger = in_file + shift;
        return static_cast<std::int64_t>(in_ledger) > 0 ? in_ledger : 0;
    }

private:
    using Runs = std::map<std::uint64_t, std::uint64_t>;

    /// The run that begins at or before, or end.
    [[nodiscard]] Runs::const_iterator run_of(std::uint64_t in_file) const {
        auto const after = shift_by_first_.upper_bound(in_file);
        return after == shift_by_first_.begin() ? shift_by_first_.end() : std::prev(after);
    }

    Runs shift_by_first_;
};

} // namespace plimsoll::tools
