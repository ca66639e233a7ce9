/// One measured figure beside its rival's, as a line of JSON.
#pragma once

#include "ledger/event/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plimsoll::bench {

/// What a benchmark may do.
struct Setting {
    std::filesystem::path directory; ///< room for ledgers, removed by the caller
    std::uint64_t events = 10'000'000;
    std::uint32_t accounts = 500'000;
    int rounds = 5; ///< medians of so many
    std::string witness = "strict"; ///< of the ledgers that are made
};

struct Figure {
    std::string name;
    std::string unit;
    double ours = 0;
    std::string rival;
    double rival_value = 0;
    double ratio = 0; ///< how many times better ours is; for costs with a limit: ours over the rival's
};

/// Prints {"name","unit","ours","rival","rival_value","ratio", more...}.
void print(Figure const& figure, std::vector<std::pair<std::string, double>> const& more = {});

/// Seconds that f took.
template <class F> [[nodiscard]] double seconds(F&& f) {
    auto const start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

[[nodiscard]] double median(std::vector<double> values);
/// The value below which `part` (0 to 1) of them lie.
[[nodiscard]] double quantile(std::vector<double> values, double part);

[[noreturn]] void die(std::string const& message);

/// A benchmark has nothing to say about a failure: it stops, loudly.
template <class T> decltype(auto) need(T&& result) {
    if (!result) die(result.error().message());
    return std::forward<T>(result);
}
} // namespace plimsoll::bench
