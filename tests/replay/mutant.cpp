// A build with one wrong state transition, for bisect to find: after event #MUTANT_AT one more unit of 10^-18 lies in the
// balance (or price) row that MUTANT_ROW names. It knows one command, "state-root DIR --serve", and answers with the real code.

#include "ledger/book/apply.hpp"
#include "tools/golden/serve.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace {

using namespace plimsoll;

[[nodiscard]] std::uint64_t from_environment(char const* name) {
    char const* const text = std::getenv(name);
    return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

[[nodiscard]] replay::Reduce wrong_at(std::uint64_t at, std::uint32_t row) {
    return [=](book::Book& book, BatchView const& batch, std::size_t begin, std::size_t end) -> result<void> {
        std::uint64_t const first = batch.header().first_sequence;
        if (at < first + begin || at >= first + end) return book::apply_range(book, batch, begin, end);
        std::size_t const middle = at - first + 1;
        PLIMSOLL_TRYV(book::apply_range(book, batch, begin, middle));
        if (!book.balances.has(row)) return fail(book::Errc::rows_disagree, "no such row to spoil");
        static_cast<void>(book.balances.write(row).amount.add(Amount{1}));
        return book::apply_range(book, batch, middle, end);
    };
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4 || std::string_view(argv[1]) != "state-root" || std::string_view(argv[3]) != "--serve") return 2;
    std::uint64_t const at = from_environment("MUTANT_AT");
    auto const row = static_cast<std::uint32_t>(from_environment("MUTANT_ROW"));
    auto probe = replay::StateProbe::open(argv[2], at == 0 ? replay::Reduce{} : wrong_at(at, row));
    if (!probe) {
        std::cerr << probe.error().message() << "\n";
        return 4;
    }
    tools::serve_states(probe.value(), std::cin, std::cout);
    return 0;
}
