#include "tools/generate/drive.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "tools/errc.hpp"
#include "tools/generate/day.hpp"
#include "tools/text/event_writer.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t groups_between_progress = 4096;
constexpr std::size_t flush_bytes = std::size_t{1} << 20;

[[nodiscard]] result<void> write_out(std::FILE* file, std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) {
        return fail(Errc::file_unwritable, std::strerror(errno));
    }
    text.clear();
    return outcome::success();
}

} // namespace

GenerateSummary summary_of(book::Book const& book, DayOptions const& options) {
    GenerateSummary summary;
    summary.events = book.sequence();
    for (book::AccountRow const& row : book.accounts.rows()) {
        bool const is_customer =
            row.kind == wire::AccountKind::customer || row.kind == wire::AccountKind::subaccount;
        summary.customers += is_customer ? 1 : 0;
    }
    summary.liquidations = book.liquidations.size();
    summary.losses = book.losses.size();
    summary.time = book.time();
    if (summary.customers < options.accounts) {
        summary.notes.push_back(fmt::format("{} customers instead of {}: opening more would take "
                                            "over 40 % of {} events; ask for more events",
                                            summary.customers, options.accounts, options.events));
    }
    return summary;
}

result<GenerateSummary> generate_to_ledger(replay::Engine& engine, DayOptions const& options,
                                           GenerateProgress const& progress) {
    Day day(options);
    std::vector<Event> group;
    for (std::uint64_t groups = 0;; ++groups) {
        if (groups % groups_between_progress == 0)
            progress(engine.book().sequence(), options.events);
        PLIMSOLL_TRY(more, day.next(engine.book(), group));
        if (!more) break;
        PLIMSOLL_TRYV(engine.submit(group));
    }
    PLIMSOLL_TRYV(engine.commit());
    progress(options.events, options.events);
    return summary_of(engine.book(), options);
}

result<GenerateSummary> generate_to_file(std::FILE* file, DayOptions const& options,
                                         GenerateProgress const& progress) {
    book::Book book;
    Day day(options);
    EventWriter writer(book);
    std::vector<Event> group;
    std::vector<Event> decided;
    std::string text;
    for (std::uint64_t groups = 0;; ++groups) {
        if (groups % groups_between_progress == 0) progress(book.sequence(), options.events);
        PLIMSOLL_TRY(more, day.next(book, group));
        if (!more) break;
        for (Event const& ask : group) {
            decided.clear();
            PLIMSOLL_TRYV(book::decide(book, ask, decided));
            for (Event const& event : decided) {
                PLIMSOLL_TRYV(book::apply(book, event));
                writer.write(text, book.sequence(), event);
            }
        }
        if (text.size() >= flush_bytes) {
            PLIMSOLL_TRYV(write_out(file, text));
        }
    }
    PLIMSOLL_TRYV(write_out(file, text));
    if (std::fflush(file) != 0) return fail(Errc::file_unwritable, std::strerror(errno));
    progress(options.events, options.events);
    return summary_of(book, options);
}

} // namespace plimsoll::tools
