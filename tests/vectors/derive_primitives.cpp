#include "tests/vectors/derive_kinds.hpp"

#include "risk/pricing/black76.hpp"
#include "risk/pricing/svi.hpp"

#include <algorithm>

namespace plimsoll::vectors {
namespace {

using namespace risk;
using Values = std::vector<Int256>;

[[nodiscard]] result<Values> one(result<Int256> const& value) {
    if (!value) return outcome::failure(value.error());
    return Values{value.value()};
}

[[nodiscard]] result<Values> call(std::string const& function, Values const& x) {
    auto const wants = [&](std::string_view name, std::size_t arguments) {
        if (function != name) return false;
        if (x.size() != arguments) throw Malformed(function + " with other arguments");
        return true;
    };
    if (wants("exp", 1)) return one(exponential(x[0]));
    if (wants("ln", 1)) return one(logarithm(x[0]));
    if (wants("sqrt", 1)) return one(root(x[0]));
    if (wants("normal_cdf", 1)) return one(normal_cdf(x[0]));
    if (wants("pow", 2)) return one(power(x[0], x[1]));
    if (wants("svi_vol", 8)) {
        return one(svi_volatility(SviFit{x[1], x[2], x[3], x[4], x[5], x[6], x[7]}, x[0]));
    }
    if (wants("black76", 5)) {
        PLIMSOLL_TRY(prices, black76(x[0], x[1], x[2], x[3], x[4]));
        return Values{prices.call, prices.put, prices.call_delta};
    }
    throw Malformed("unknown function " + function);
}

[[nodiscard]] std::string text(Values const& values) {
    std::string text;
    for (Int256 const& value : values) text += (text.empty() ? "" : " ") + format_int256(value);
    return text;
}

} // namespace

std::vector<Tally> compare_primitives(std::filesystem::path const& file) {
    std::vector<Tally> tallies;
    for_each_line(file, [&](Json line, std::string const& place) {
        auto const function = std::string(std::string_view(line["fn"]));
        auto tally = std::ranges::find(tallies, "primitives " + function, &Tally::name);
        if (tally == tallies.end()) {
            tallies.emplace_back("primitives " + function);
            tally = tallies.end() - 1;
        }
        Values arguments;
        for (Json const argument : line["args"]) arguments.push_back(number(argument));
        auto const ours = call(function, arguments);
        tally->begin_case();
        std::string theirs = "refused";
        if (!has(line, "error")) {
            Values expected;
            Json const wanted = line["result"];
            if (wanted.is_array()) {
                for (Json const value : simdjson::dom::array(wanted))
                    expected.push_back(number(value));
            } else {
                expected.push_back(number(wanted));
            }
            theirs = text(expected);
        }
        tally->compare(place, "result", ours ? text(ours.value()) : "refused", theirs);
    });
    return tallies;
}

} // namespace plimsoll::vectors
