#include "tools/export/walk.hpp"
#include "tools/text/event_writer.hpp"

namespace plimsoll::tools {

result<ExportSummary> export_events(replay::Reader const& reader, std::ostream& sink, ExportRange range) {
    PLIMSOLL_TRY(latest, reader.at(reader.log_size()));
    EventWriter writer(latest.book);
    ExportSummary summary;
    std::string buffer;
    PLIMSOLL_TRYV(write_events(reader, sink, range, buffer, summary,
                               [&](std::string& out, std::uint64_t sequence, Event const& event) {
                                   writer.write(out, sequence, event);
                                   return true;
                               }));
    return summary;
}

} // namespace plimsoll::tools
