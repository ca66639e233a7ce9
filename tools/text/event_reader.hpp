/// An event from one line of JSON, names resolved, or refused with the field and the reason.
#pragma once

#include "tools/errc.hpp"
#include "tools/text/names.hpp"

#include <memory>
#include <string_view>

namespace plimsoll::tools {

/// What a line says. Sequences in it are the file's own.
struct EventLine {
    Event event;
    std::uint64_t sequence = 0; ///< 0: the line does not say
    std::string_view source;    ///< as written, until the next line is read; event.origin.source is 0
                                ///< where no source has that name
    bool has_cursor = false;
    bool has_record = false;
    bool is_definition = false;
};

class EventReader {
public:
    EventReader();
    ~EventReader();
    EventReader(EventReader const&) = delete;
    EventReader& operator=(EventReader const&) = delete;

    /// `line` is without its end. A field is read where it stands, in any order.
    /// Errors: Errc::json_malformed, field_missing, field_unknown, field_malformed, name_unresolved;
    /// event::Errc::not_a_decimal, too_many_decimals, number_overflow, not_a_time.
    [[nodiscard]] result<EventLine> read(std::string_view line, Names const& names);

    /// The last line as far as it could be read: where one is refused, its origin may be known.
    [[nodiscard]] EventLine const& last() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace plimsoll::tools
