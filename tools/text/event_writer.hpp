/// An event as one line of JSON, with names in place of ids. tools/README.md is its reference.
#pragma once

#include "ledger/book/book.hpp"
#include "tools/text/number_text.hpp"

#include <string>

namespace plimsoll::tools {

/// Ids never change their meaning, so the latest book names what any earlier event names.
class EventWriter {
public:
    /// The book must outlive this, and have every id that the events name.
    explicit EventWriter(book::Book const& book) : book_(&book) {}

    /// Appends the line and its end. `sequence` 0: the line does not say.
    void write(std::string& out, std::uint64_t sequence, Event const& event);

private:
    book::Book const* book_;
    TimeText time_;
};

/// "7:12".
void append_cursor(std::string& out, Cursor const& cursor);

} // namespace plimsoll::tools
