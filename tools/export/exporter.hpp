/// What every exporter is: a range of a ledger's events, in their order, as text for other programs.
#pragma once

#include "replay/moment.hpp"
#include "tools/errc.hpp"

#include <cstdint>
#include <limits>
#include <ostream>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// First and last sequence, both included; what the ledger does not reach is left out.
struct ExportRange {
    std::uint64_t first = 1;
    std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
};

struct ExportSummary {
    std::uint64_t events_read = 0;
    std::uint64_t events_written = 0; ///< a format may have no place for events that move nothing
    std::uint64_t bytes_written = 0;
};

/// Reads the range and writes it to the stream, with memory for the book and a buffer.
/// Errors: Errc::file_unwritable; those of reading the log.
using Exporter = result<ExportSummary> (*)(replay::Reader const&, std::ostream&, ExportRange);

/// events, csv, hledger. Null where there is no such format.
[[nodiscard]] Exporter find_exporter(std::string_view format);
[[nodiscard]] std::vector<std::string_view> exporter_formats();

/// JSON lines that import again to the same events: tools/README.md.
[[nodiscard]] result<ExportSummary> export_events(replay::Reader const& reader, std::ostream& sink, ExportRange range);
/// One row a leg (RFC 4180).
[[nodiscard]] result<ExportSummary> export_csv(replay::Reader const& reader, std::ostream& sink, ExportRange range);
/// One journal transaction an event that moves anything.
[[nodiscard]] result<ExportSummary> export_hledger(replay::Reader const& reader, std::ostream& sink, ExportRange range);

} // namespace plimsoll::tools
