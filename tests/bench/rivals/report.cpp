#include "tests/bench/rivals/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace plimsoll::bench {

void print(Figure const& figure, std::vector<std::pair<std::string, double>> const& more) {
    fmt::print(R"({{"name":"{}","unit":"{}","ours":{:.6g},"rival":"{}","rival_value":{:.6g},"ratio":{:.4g})", figure.name,
               figure.unit, figure.ours, figure.rival, figure.rival_value, figure.ratio);
    for (auto const& [key, value] : more) fmt::print(R"(,"{}":{:.6g})", key, value);
    fmt::print("}}\n");
    std::fflush(stdout);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    auto const at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
    return values[at];
}

void die(std::string const& message) {
    std::fprintf(stderr, "bench: %s\n", message.c_str());
    std::exit(1);
}

} // namespace plimsoll::bench
