/// One shape of failure for the whole project: a value, or an Error that says what, where and what next.
#pragma once

#define BOOST_OUTCOME_DISABLE_INCLUDE_STATUS_CODE 1
#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/all_narrow.hpp>
#include <boost/outcome/try.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace plimsoll {

/// What the program's exit status says about a failure. Documented in README.md.
enum class Status : int { fine = 0, finding = 1, usage = 2, bad_input = 3, damaged = 4 };

/// How one rule is presented to a person: its folder, its name, the sentence, and the exit status.
struct Rule {
    std::string_view room;
    std::string_view name;
    std::string_view sentence;
    Status status;
};

/// A broken rule or a failing world. Bugs are PLIMSOLL_ASSERT instead. One pointer wide, so that a
/// result that succeeds pays nothing for the words of a failure.
class Error {
public:
    Error() = default; ///< Outcome needs it; it stands for no failure
    Error(Rule const& rule, int value, std::string detail)
        : told_(std::make_shared<Told const>(Told{rule, value, std::move(detail)})) {}

    [[nodiscard]] Rule const& rule() const { return told_->rule; }
    [[nodiscard]] std::string const& detail() const { return told_->detail; }
    [[nodiscard]] Status status() const { return told_->rule.status; }

    template <class Errc> [[nodiscard]] bool is(Errc code) const {
        return told_ && describe(code).room == told_->rule.room && static_cast<int>(code) == told_->value;
    }

    /// The sentence for the user: the rule, then the particulars.
    [[nodiscard]] std::string message() const {
        std::string text(told_->rule.sentence);
        if (!told_->detail.empty()) text.append(": ").append(told_->detail);
        return text;
    }

    /// The same failure, told with the place where it was met in front of the particulars.
    [[nodiscard]] Error at(std::string_view place) const {
        std::string detail(place);
        if (!told_->detail.empty()) detail.append(": ").append(told_->detail);
        return {told_->rule, told_->value, std::move(detail)};
    }

private:
    struct Told {
        Rule rule;
        int value;
        std::string detail;
    };
    std::shared_ptr<Told const> told_;
};

namespace outcome = BOOST_OUTCOME_V2_NAMESPACE;

template <class T> using result = outcome::basic_result<T, Error, outcome::policy::all_narrow>;

/// `return fail(Errc::unknown_account, name);`
template <class Errc> [[nodiscard]] auto fail(Errc code, std::string detail = {}) {
    return outcome::failure(Error{describe(code), static_cast<int>(code), std::move(detail)});
}

[[noreturn]] void assertion_failed(char const* condition, char const* file, int line) noexcept;

} // namespace plimsoll

/// Declares `name` with the value of `expression`, or returns its failure (Boost 1.74's spelling).
#define PLIMSOLL_TRY(name, expression) BOOST_OUTCOME_TRY(name, expression)
/// Returns the failure of `expression`, and drops its value.
#define PLIMSOLL_TRYV(expression) BOOST_OUTCOME_TRYV(expression)
/// A condition that only a bug can break: on in every build.
#define PLIMSOLL_ASSERT(condition)                                                                 \
    (static_cast<bool>(condition) ? void(0)                                                        \
                                  : ::plimsoll::assertion_failed(#condition, __FILE__, __LINE__))
