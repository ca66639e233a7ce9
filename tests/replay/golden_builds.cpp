// Replays golden files without a database: golden_builds_test.sh builds it with several compilers and sanitizers.
//
//     golden FILE...

#include "tools/golden/golden.hpp"
#include "tools/text/xz.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

namespace plimsoll::tools {
namespace {

[[nodiscard]] result<bool> holds(char const* file) {
    std::string text;
    if (is_xz(file)) {
        PLIMSOLL_TRY(unpacked, read_xz(file));
        text = std::move(unpacked);
    } else {
        std::ifstream in(file, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(in), {});
    }
    PLIMSOLL_TRY(golden, Golden::parse(text));
    std::vector<std::uint64_t> stops;
    for (GoldenState const& state : golden.expected.states) stops.push_back(state.sequence);
    PLIMSOLL_TRY(found, add_up(golden.batches, stops));
    auto const difference = first_difference(golden.expected, found);
    std::printf("  %s: %llu events, state root %s\n", file, static_cast<unsigned long long>(found.events), to_hex(found.states.back().root).c_str());
    if (!difference) return true;
    std::fprintf(stderr, "%s: %s: expected %s, found %s\n", file, difference->what.c_str(), difference->expected.c_str(), difference->found.c_str());
    return false;
}

} // namespace
} // namespace plimsoll::tools

int main(int argc, char** argv) {
    int wrong = argc < 2 ? 1 : 0;
    for (int i = 1; i < argc; ++i) {
        auto const verdict = plimsoll::tools::holds(argv[i]);
        if (!verdict) std::fprintf(stderr, "%s: %s\n", argv[i], verdict.error().message().c_str());
        if (!verdict || !verdict.value()) ++wrong;
    }
    return wrong == 0 ? 0 : 1;
}
