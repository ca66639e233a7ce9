/// Whether a margin was exceeded as often as it should have been, and no more just after it was.
#pragma once

#include <cstdint>
#include <span>

namespace plimsoll::tools {

/// p-values: how often a sound rule would look at least this bad.
struct CoverageTests {
    std::uint64_t days = 0;
    std::uint64_t exceptions = 0;
    double kupiec = 1;         ///< of the share of exceptions: a likelihood ratio of one degree of freedom
    double christoffersen = 1; ///< of exceptions that follow each other: the same
    double conditional = 1;    ///< of both together: two degrees

    [[nodiscard]] bool pass(double level = 0.05) const { return kupiec >= level && christoffersen >= level; }
};

/// `exceeded`: a day each, in order; `expected`: the share of days that a sound rule is exceeded on.
/// Source: Kupiec 1995 (proportion of failures); Christoffersen 1998 (independence, conditional coverage).
[[nodiscard]] CoverageTests coverage_of(std::span<bool const> exceeded, double expected);

} // namespace plimsoll::tools
