/// The walk that all exporters share: events in order, text into a buffer, the buffer into a stream.
#pragma once

#include "tools/export/exporter.hpp"

#include <string>

namespace plimsoll::tools {

inline constexpr std::size_t export_buffer_bytes = std::size_t{1} << 18;

[[nodiscard]] inline result<void> write_out(std::ostream& sink, std::string& buffer, ExportSummary& summary) {
    sink.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    if (!sink) return fail(Errc::file_unwritable, "the export; is the disk full, or the pipe closed?");
    summary.bytes_written += buffer.size();
    buffer.clear();
    return outcome::success();
}

/// Calls write(buffer, sequence, event) for each event, which says whether it wrote anything. What
/// the buffer holds before is written first.
template <class Write>
[[nodiscard]] result<void> write_events(replay::Reader const& reader, std::ostream& sink, ExportRange range,
                                        std::string& buffer, ExportSummary& summary, Write&& write) {
    result<void> written = outcome::success();
    auto visit = [&](std::uint64_t sequence, Event const& event) {
        ++summary.events_read;
        if (write(buffer, sequence, event)) ++summary.events_written;
        if (buffer.size() >= export_buffer_bytes) written = write_out(sink, buffer, summary);
        return written.has_value();
    };
    std::uint64_t const last = std::min(range.last, reader.log_size());
    if (range.first <= last) {
        PLIMSOLL_TRYV(reader.for_events(range.first, last, visit));
    }
    PLIMSOLL_TRYV(written);
    PLIMSOLL_TRYV(write_out(sink, buffer, summary));
    sink.flush();
    if (!sink) return fail(Errc::file_unwritable, "the end of the export; is the disk full, or the pipe closed?");
    return outcome::success();
}

} // namespace plimsoll::tools
