#include "tools/command/option_terms.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"

#include <chrono>
#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr Int128 seconds_per_day = 86'400;

[[nodiscard]] TimeNs time_now() {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

/// A decimal of a flag; nothing where it was not given.
[[nodiscard]] result<std::optional<Int128>> figure(char const* flag, std::string const& text) {
    if (text.empty()) return std::optional<Int128>{};
    auto const units = parse_decimal(text);
    if (!units || !within(units.value(), event_limit_units)) {
        return fail(Errc::usage,
                    fmt::format("{} '{}' is not a decimal, such as 0.65, of at most 18 places", flag, text));
    }
    return std::optional<Int128>{units.value()};
}

template <class Tag>
[[nodiscard]] result<void> read_into(Fixed<Tag>& field, char const* flag, std::string const& text) {
    PLIMSOLL_TRY(given, figure(flag, text));
    if (given) field = Fixed<Tag>{*given};
    return outcome::success();
}

[[nodiscard]] result<TimeNs> time_of(char const* flag, std::string const& text) {
    auto const time = parse_time(text);
    if (time) return time;
    return fail(Errc::usage,
                fmt::format("{} '{}' is not a time, such as 2026-03-27T08:00:00Z", flag, text));
}

[[nodiscard]] result<void> read_side(OptionQuestion& question, std::string const& text) {
    if (text.empty()) return outcome::success();
    if (text != "call" && text != "put") {
        return fail(Errc::usage, fmt::format("--side '{}' is neither call nor put", text));
    }
    question.terms.side = text == "call" ? wire::OptionSide::call : wire::OptionSide::put;
    return outcome::success();
}

/// The years that a number of seconds (units of 10^-18) are; a year has `days` of them.
[[nodiscard]] result<Ratio> years_of(Int128 seconds, Int128 days) {
    auto const years = multiply_divide(seconds, one_units, days * seconds_per_day, Rounding::floor);
    if (!years || !within(*years, event_limit_units)) {
        return fail(Errc::usage, "the time to expiry is past 10^18 years; give a nearer one");
    }
    return Ratio{*years};
}

[[nodiscard]] result<void> read_time(OptionQuestion& question, OptionAsk const& ask) {
    int const given = (ask.expiry.empty() ? 0 : 1) + (ask.days.empty() ? 0 : 1) + (ask.seconds.empty() ? 0 : 1);
    if (given > 1) return fail(Errc::usage, "give one of --expiry, --days and --seconds");
    PLIMSOLL_TRY(year, figure("--year-days", ask.year_days));
    if (!year || *year < one_units || *year > 1000 * one_units) {
        return fail(Errc::usage, fmt::format("--year-days '{}' is not between 1 and 1000", ask.year_days));
    }
    question.year_days = *year;
    PLIMSOLL_TRY(days, figure("--days", ask.days));
    PLIMSOLL_TRY(seconds, figure("--seconds", ask.seconds));
    if (days && !within(*days, event_limit_units / seconds_per_day)) {
        return fail(Errc::usage, fmt::format("--days '{}' is too many", ask.days));
    }
    if (days || seconds) {
        PLIMSOLL_TRY(years, years_of(days ? *days * seconds_per_day : *seconds, *year));
        question.terms.years = years;
        question.expiry = question.valued_at = 0;
        return outcome::success();
    }
    if (!ask.expiry.empty()) {
        PLIMSOLL_TRY(expiry, time_of("--expiry", ask.expiry));
        question.expiry = expiry;
    }
    if (question.expiry == 0) return outcome::success();
    PLIMSOLL_TRY(years, years_of((Int128{question.expiry} - question.valued_at) * 1'000'000'000, *year));
    question.terms.years = years;
    return outcome::success();
}

[[nodiscard]] result<void> read_ledger(OptionQuestion& question, OptionAsk const& ask) {
    if (ask.instrument.empty()) {
        return fail(Errc::usage, "name the option too: plimsoll price " + ask.directory +
                                     " INSTRUMENT (plimsoll log DIR --kind InstrumentDefined lists them)");
    }
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.at.empty() ? "latest" : ask.at));
    auto const id = moment.book.find_instrument(ask.instrument);
    if (!id) {
        std::vector<std::string_view> names;
        for (auto const& row : moment.book.instruments.rows()) names.push_back(row.name.view());
        auto const near = near_names(ask.instrument, names);
        return fail(book::Errc::unknown_instrument,
                    "'" + ask.instrument + "' at that moment" +
                        (near.empty() ? std::string("; plimsoll log DIR --kind InstrumentDefined lists them")
                                      : "; did you mean '" + near.front() + "'?"));
    }
    book::InstrumentRow const& row = moment.book.instrument(*id);
    if (row.kind != wire::InstrumentKind::option) {
        return fail(Errc::usage, "'" + ask.instrument + "' is not an option; its mark is in plimsoll log");
    }
    question.name = ask.instrument;
    question.is_inverse = row.payoff == wire::Payoff::inverse;
    question.quote_asset = name_of(moment.book, row.quote);
    question.price_asset = question.is_inverse ? name_of(moment.book, row.settle) : question.quote_asset;
    question.terms.side = row.side;
    question.terms.forward = row.forward.value;
    question.terms.strike = row.strike;
    question.terms.volatility = Ratio{row.volatility.value.units()};
    question.terms.rate = Ratio{row.rate.value.units()};
    question.expiry = row.expiry;
    question.valued_at = moment.book.time();
    if (row.mark.is_some()) question.mark = row.mark.value;
    question.moment = std::move(moment);
    return outcome::success();
}

/// Says all that is missing at once.
[[nodiscard]] result<void> check_complete(OptionQuestion const& question, OptionAsk const& ask) {
    std::string missing;
    auto need = [&](bool is_there, char const* what) {
        if (!is_there) missing.append(missing.empty() ? "" : ", ").append(what);
    };
    bool const has_time = question.expiry != 0 || !ask.days.empty() || !ask.seconds.empty();
    bool const in_ledger = question.moment.has_value();
    need(question.terms.side != wire::OptionSide::none, "--side");
    need(in_ledger ? !question.terms.forward.is_zero() || !ask.forward.empty() : !ask.forward.empty(),
         "--forward");
    need(in_ledger || !ask.strike.empty(), "--strike");
    need(has_time, "one of --expiry, --days, --seconds");
    need(question.price || !ask.volatility.empty() || !question.terms.volatility.is_zero(),
         "one of --volatility, --price");
    if (missing.empty()) return outcome::success();
    std::string const advice = in_ledger ? "; the ledger has not observed it by that moment"
                                         : ", or a ledger and an option in it: plimsoll price DIR INSTRUMENT";
    return fail(Errc::usage, "give " + missing + advice);
}

} // namespace

result<OptionQuestion> read_option(OptionAsk const& ask) {
    OptionQuestion question;
    question.quote_asset = "quote";
    if (!ask.directory.empty()) {
        PLIMSOLL_TRYV(read_ledger(question, ask));
    } else {
        question.valued_at = time_now();
        if (!ask.at.empty()) {
            PLIMSOLL_TRY(time, time_of("--at", ask.at));
            question.valued_at = time;
        }
    }
    question.is_inverse = question.is_inverse || ask.is_inverse;
    if (question.price_asset.empty()) question.price_asset = question.is_inverse ? "coin" : "quote";
    if (!ask.volatility.empty() && !ask.price.empty()) {
        return fail(Errc::usage, "give --volatility or --price: one follows from the other");
    }
    PLIMSOLL_TRYV(read_side(question, ask.side));
    PLIMSOLL_TRYV(read_into(question.terms.forward, "--forward", ask.forward));
    PLIMSOLL_TRYV(read_into(question.terms.strike, "--strike", ask.strike));
    PLIMSOLL_TRYV(read_into(question.terms.volatility, "--volatility", ask.volatility));
    PLIMSOLL_TRYV(read_into(question.terms.rate, "--rate", ask.rate));
    PLIMSOLL_TRY(price, figure("--price", ask.price));
    if (price) question.price = Price{*price};
    PLIMSOLL_TRYV(read_time(question, ask));
    PLIMSOLL_TRYV(check_complete(question, ask));
    return question;
}

} // namespace plimsoll::tools
