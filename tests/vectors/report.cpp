#include "tests/vectors/report.hpp"

#include <iomanip>
#include <ostream>

namespace plimsoll::vectors {

void Report::unsupported(std::string const& kind, std::string const& reason) {
    Count& count = kinds_[kind];
    ++count.rows;
    ++count.unsupported;
    if (count.first_difference.empty()) count.first_difference = reason;
}

void Report::judged(std::string const& kind, std::string const& source, bool doubtful,
                    std::optional<Answer::Difference> const& difference) {
    Count& count = kinds_[kind];
    ++count.rows;
    if (doubtful) {
        ++(difference ? count.doubtful_different : count.doubtful_reproduced);
        return;
    }
    ++(difference ? count.different : count.reproduced);
    if (difference && count.first_difference.empty()) {
        count.first_difference = source + "\n      " + difference->field + ": ours " +
                                 difference->ours + ", theirs " + difference->theirs;
    }
}

void Report::Count::add(Count const& other) {
    rows += other.rows;
    reproduced += other.reproduced;
    different += other.different;
    unsupported += other.unsupported;
    doubtful_reproduced += other.doubtful_reproduced;
    doubtful_different += other.doubtful_different;
}

Report::Count Report::total() const {
    Count total;
    for (auto const& [kind, count] : kinds_) total.add(count);
    return total;
}

std::size_t Report::rows() const { return total().rows; }

bool Report::all_reproduced() const {
    Count const sum = total();
    return sum.different == 0 && sum.unsupported == 0;
}

void Report::print_row(std::ostream& out, std::string const& kind, Count const& count) {
    out << std::left << std::setw(36) << kind << std::right << std::setw(7) << count.rows
        << std::setw(12) << count.reproduced << std::setw(11) << count.different << std::setw(15)
        << count.unsupported;
    if (count.doubtful_reproduced + count.doubtful_different > 0) {
        out << "   not reproduced by the source's own check: "
            << count.doubtful_reproduced + count.doubtful_different << ", of which by ours "
            << count.doubtful_reproduced;
    }
    out << '\n';
}

void Report::print(std::ostream& out) const {
    out << std::left << std::setw(36) << "kind" << std::right << std::setw(7) << "rows"
        << std::setw(12) << "reproduced" << std::setw(11) << "different" << std::setw(15)
        << "not supported" << '\n';
    for (auto const& [kind, count] : kinds_) print_row(out, kind, count);
    print_row(out, "total", total());
    for (auto const& [kind, count] : kinds_) {
        if (count.first_difference.empty()) continue;
        out << "first difference of " << kind << ":\n  " << count.first_difference << '\n';
    }
}

} // namespace plimsoll::vectors
