/// A command from one line of JSON, names resolved (tools/README.md: the commands format).
#pragma once

#include "replay/clearing_house.hpp"
#include "tools/errc.hpp"
#include "tools/text/names.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace plimsoll::tools {

struct CommandLine {
    risk::Command command;
    replay::CommandStamp stamp; ///< its source lies in the line's text, until the next line is read
    std::string_view word;      ///< "trade"
};

class CommandReader {
public:
    CommandReader();
    ~CommandReader();
    CommandReader(CommandReader const&) = delete;
    CommandReader& operator=(CommandReader const&) = delete;

    /// `line` is without its end. A field is read where it stands, in any order.
    /// Errors: Errc::json_malformed, field_missing, field_unknown, field_malformed, name_unresolved;
    /// event::Errc::not_a_decimal, too_many_decimals, number_overflow, not_a_time.
    [[nodiscard]] result<CommandLine> read(std::string_view line, Names const& names);
    /// The id of the last line as far as it could be read: where a name in it is unknown, who asked is not.
    [[nodiscard]] std::uint64_t last_id() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace plimsoll::tools
