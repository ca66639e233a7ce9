#include "tools/export/legs.hpp"
#include "tools/export/walk.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/event_writer.hpp"

namespace plimsoll::tools {
namespace {

constexpr std::string_view header =
    "sequence,time,source,cursor,kind,type,account,leg,asset,instrument,amount,is_fee\r\n";

/// A field between commas, in quotes where it must be.
void append_field(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out.push_back('"');
    for (char const c : text) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

template <class Row> void append_name(std::string& out, book::Table<Row> const& table, std::uint32_t id) {
    out.push_back(',');
    if (id != 0) append_field(out, table[id].name.view());
}

class RowWriter {
public:
    explicit RowWriter(book::Book const& book) : book_(book) {}

    /// False where the event moves nothing, so that it has no row.
    [[nodiscard]] bool write(std::string& out, std::uint64_t sequence, Event const& event) {
        list_legs(event, legs_);
        if (legs_.empty()) return false;
        write_head(sequence, event);
        for (MovedLeg const& leg : legs_) {
            out += head_;
            append_name(out, book_.accounts, leg.account.number());
            out.append(",").append(word(leg.kind));
            append_name(out, book_.assets, leg.asset.number());
            append_name(out, book_.instruments, leg.instrument.number());
            out.push_back(',');
            append_decimal(out, leg.units);
            out += leg.is_fee ? ",1\r\n" : ",0\r\n";
        }
        return true;
    }

private:
    /// What all rows of an event begin with.
    void write_head(std::uint64_t sequence, Event const& event) {
        head_.clear();
        append_unsigned(head_, sequence);
        head_.append(",").append(time_.text(event.origin.source_time));
        append_name(head_, book_.sources, event.origin.source);
        head_.push_back(',');
        append_cursor(head_, event.origin.cursor);
        head_.append(",").append(kind_of_event(event)).append(",").append(type_of(event));
    }

    book::Book const& book_;
    TimeText time_;
    std::vector<MovedLeg> legs_;
    std::string head_;
};

} // namespace

result<ExportSummary> export_csv(replay::Reader const& reader, std::ostream& sink, ExportRange range) {
    PLIMSOLL_TRY(latest, reader.at(reader.log_size()));
    RowWriter writer(latest.book);
    ExportSummary summary;
    std::string buffer(header);
    PLIMSOLL_TRYV(write_events(reader, sink, range, buffer, summary,
                               [&](std::string& out, std::uint64_t sequence, Event const& event) {
                                   return writer.write(out, sequence, event);
                               }));
    return summary;
}

} // namespace plimsoll::tools
