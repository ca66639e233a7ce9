#include "risk/errc.hpp"

namespace plimsoll::risk {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence) {
        return Rule{"risk", name, sentence, Status::bad_input};
    };
    switch (code) {
    case Errc::arithmetic_overflow: return rule("arithmetic_overflow", "a number leaves 256 bits");
    case Errc::division_by_zero: return rule("division_by_zero", "a divisor is zero");
    case Errc::logarithm_of_non_positive:
        return rule("logarithm_of_non_positive", "a logarithm needs a positive number");
    case Errc::exponent_too_large:
        return rule("exponent_too_large", "an exponential needs an exponent below 135.3");
    case Errc::root_of_negative: return rule("root_of_negative", "a square root of a negative number");
    case Errc::negative_variance:
        return rule("negative_variance", "the volatility fit has a negative variance at that strike");
    case Errc::parameter_out_of_bounds:
        return rule("parameter_out_of_bounds", "a margin parameter is outside its bounds");
    case Errc::scenario_count_out_of_bounds:
        return rule("scenario_count_out_of_bounds", "a manager has 1 to 40 scenarios");
    case Errc::skew_scenario_must_be_unshocked:
        return rule("skew_scenario_must_be_unshocked", "a skew scenario leaves the spot price as it is");
    case Errc::skew_scenario_repeated:
        return rule("skew_scenario_repeated", "each kind of skew scenario occurs at most once");
    case Errc::unknown_scenario: return rule("unknown_scenario", "no such scenario");
    case Errc::unknown_expiry: return rule("unknown_expiry", "the market has no such expiry");
    case Errc::unknown_option: return rule("unknown_option", "no such option in the grid");
    case Errc::option_repeated:
        return rule("option_repeated", "each option is listed at most once");
    case Errc::forward_is_zero: return rule("forward_is_zero", "a forward price is zero");
    }
    return rule("unknown", "unknown failure");
}

} // namespace plimsoll::risk
