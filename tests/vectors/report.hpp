/// Counts of rows by kind, and the first difference of each.
#pragma once

#include "tests/vectors/answer.hpp"

#include <iosfwd>

namespace plimsoll::vectors {

class Report {
public:
    /// A row of an unknown kind, or one that leaves out what its kind needs: then the reason.
    void unsupported(std::string const& kind, std::string const& reason);
    /// A doubtful row is one that its own source's check could not reproduce: counted apart.
    void judged(std::string const& kind, std::string const& source, bool doubtful,
                std::optional<Answer::Difference> const& difference);

    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] bool all_reproduced() const;
    void print(std::ostream& out) const;

private:
    struct Count {
        std::size_t rows = 0;
        std::size_t reproduced = 0;
        std::size_t different = 0;
        std::size_t unsupported = 0;
        std::size_t doubtful_reproduced = 0;
        std::size_t doubtful_different = 0;
        std::string first_difference;

        void add(Count const& other);
    };
    static void print_row(std::ostream& out, std::string const& kind, Count const& count);
    [[nodiscard]] Count total() const;
    std::map<std::string, Count> kinds_;
};

} // namespace plimsoll::vectors
