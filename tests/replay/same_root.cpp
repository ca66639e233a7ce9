// Prints the state root of a generated day, and the hash of its events: the same for every compiler and
// every optimisation. same_root_test.sh builds it several times and compares.
//
//     same_root EVENTS [SEED]

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/root.hpp"
#include "ledger/event/batch.hpp"
#include "tools/generate/day.hpp"

#include <cstdio>
#include <cstdlib>

namespace plimsoll {
namespace {

constexpr std::size_t batch_events = 1000;

/// Chains the batches of what was decided, as the committer does.
class Chain {
public:
    void add(Event const& event, std::uint64_t sequence, TimeNs time_before) {
        if (events_.empty()) header_ = {sequence, 0, time_before, last_};
        events_.add(event.origin, event.body);
        if (events_.size() >= batch_events) seal();
    }
    [[nodiscard]] Hash root() {
        if (!events_.empty()) seal();
        return last_;
    }

private:
    void seal() {
        last_ = sha256(bytes_of(std::string_view(events_.finish(header_))));
        events_.clear();
    }
    BatchBuilder events_;
    BatchHeader header_;
    Hash last_{};
};

[[nodiscard]] result<void> print_roots(tools::DayOptions const& options) {
    tools::Day day(options);
    book::Book book;
    Chain chain;
    std::vector<Event> group;
    std::vector<Event> decided;
    while (true) {
        PLIMSOLL_TRY(more, day.next(book, group));
        if (!more) break;
        for (Event const& ask : group) {
            decided.clear();
            PLIMSOLL_TRYV(book::decide(book, ask, decided));
            for (Event const& event : decided) {
                TimeNs const time_before = book.time();
                PLIMSOLL_TRYV(book::apply(book, event));
                chain.add(event, book.sequence(), time_before);
            }
        }
    }
    std::printf("%llu events, state root %s, log root %s\n", static_cast<unsigned long long>(book.sequence()),
                to_hex(book::state_root(book)).c_str(), to_hex(chain.root()).c_str());
    return outcome::success();
}

} // namespace
} // namespace plimsoll

int main(int argc, char** argv) {
    plimsoll::tools::DayOptions options;
    options.events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 50'000;
    options.seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    options.accounts = options.events / 20;
    auto const verdict = plimsoll::print_roots(options);
    if (!verdict) std::fprintf(stderr, "same_root: %s\n", verdict.error().message().c_str());
    return verdict ? 0 : 1;
}
