// libFuzzer's way in: one program for all targets, PLIMSOLL_FUZZ_TARGET says which. tests/fuzz/run calls it.

#include "tests/fuzz/targets.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

plimsoll::fuzz::Target const* chosen = nullptr;

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    char const* const name = std::getenv("PLIMSOLL_FUZZ_TARGET");
    chosen = plimsoll::fuzz::find_target(name == nullptr ? "" : name);
    if (chosen != nullptr) return 0;
    std::fprintf(stderr, "PLIMSOLL_FUZZ_TARGET must name one of:\n");
    plimsoll::fuzz::for_targets([](auto const& target) {
        std::fprintf(stderr, "  %.*s\n", static_cast<int>(target.name.size()), target.name.data());
    });
    std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    chosen->read({reinterpret_cast<char const*>(data), size});
    return 0;
}
