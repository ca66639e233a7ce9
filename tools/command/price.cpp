#include "ledger/event/decimal.hpp"
#include "risk/pricing/implied.hpp"
#include "risk/pricing/inverse.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/option_terms.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>


namespace plimsoll::tools {
namespace {

namespace fast = risk::fast;

constexpr char const* examples =
    "Black-76 with its Greeks. Vega is per 1.00 of volatility (0.65 is 65 %), theta per year that passes, rho per\n"
    "1.00 of rate, gamma per unit of forward. With --price instead of --volatility: the volatility that it implies.\n"
    "\n"
    "  plimsoll price --side put --forward 78439.07 --strike 88000 --days 3.146 --volatility 0.5874\n"
    "  plimsoll price --side put --forward 78439.07 --strike 88000 --days 3.146 --price 0.12225 --inverse\n"
    "  plimsoll price books BTC-24APR26-65000-P                                  # as the ledger saw it\n"
    "  plimsoll price books BTC-24APR26-65000-P --at 2026-02-05T21:29:37Z --volatility 1.2\n";

/// Price and Greeks in the asset that the option is quoted in.
struct Valued {
    Ratio volatility;
    Price price;
    Ratio delta;
    std::optional<Ratio> net_delta; ///< inverse options only
    Ratio gamma;
    Price vega;
    Price theta;
    Price rho;
};

template <class T> [[nodiscard]] result<T> told(risk::Priced<T> const& priced) {
    if (!priced) return fail(Errc::usage, risk::sentence(priced.error()));
    return priced.value();
}

[[nodiscard]] result<Valued> value(OptionQuestion const& question) {
    fast::Terms terms = question.terms;
    if (question.price) {
        PLIMSOLL_TRY(implied, told(question.is_inverse
                                       ? fast::implied_volatility_of_inverse(terms, *question.price)
                                       : fast::implied_volatility(terms, *question.price)));
        terms.volatility = implied;
    }
    if (question.is_inverse) {
        PLIMSOLL_TRY(all, told(fast::inverse_greeks(terms)));
        return Valued{terms.volatility, all.price, all.delta, all.net_delta,
                      all.gamma,        all.vega,  all.theta, all.rho};
    }
    PLIMSOLL_TRY(all, told(fast::greeks(terms)));
    return Valued{terms.volatility, all.price, all.delta, std::nullopt, all.gamma, all.vega, all.theta, all.rho};
}

[[nodiscard]] std::string_view side_text(OptionQuestion const& question) {
    return question.terms.side == wire::OptionSide::call ? "call" : "put";
}

void write_json(JsonWriter& json, OptionQuestion const& question, Valued const& valued) {
    if (!question.name.empty()) json.field("instrument", question.name);
    json.field("side", side_text(question)).field("inverse", question.is_inverse);
    json.field("price_asset", question.price_asset).field("quote_asset", question.quote_asset);
    json.field("forward", question.terms.forward).field("strike", question.terms.strike);
    json.field("volatility", valued.volatility).field("volatility_is_implied", question.price.has_value());
    json.field("years", question.terms.years).field("rate", question.terms.rate);
    if (question.expiry != 0) {
        json.field("valued_at", format_time(question.valued_at)).field("expiry", format_time(question.expiry));
    }
    json.field("price", valued.price).field("delta", valued.delta);
    if (valued.net_delta) json.field("net_delta", *valued.net_delta);
    json.field("gamma", valued.gamma).field("vega", valued.vega);
    json.field("theta", valued.theta).field("rho", valued.rho);
    if (question.mark) json.field("mark", *question.mark);
}

/// Without a ledger there is no basis: the numbers given are all that it rests on.
[[nodiscard]] std::string to_json(OptionQuestion const& question, Valued const& valued) {
    auto body = [&](JsonWriter& json) { write_json(json, question, valued); };
    if (question.moment) return json_answer("price", question.moment->book, question.moment->basis, body);
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "price");
    body(json);
    json.field("build", build_version()).end_object();
    return out + "\n";
}

/// Cut to 12 decimals, downwards; JSON has all 18.
[[nodiscard]] std::string cut(Int128 units) {
    constexpr Int128 step = 1'000'000;
    return people_decimal(units - ((units % step) + step) % step, 0);
}

[[nodiscard]] std::string percent(Ratio ratio) { return cut(ratio.units() * 100) + " %"; }

[[nodiscard]] std::string to_text(OptionQuestion const& question, Valued const& valued) {
    std::string out = fmt::format("{} {}{}, Black-76\n\n", question.name.empty() ? "European" : question.name,
                                  side_text(question), question.is_inverse ? ", priced in coin" : "");
    Table given({{"given"}, {"", Align::right}, {""}});
    given.row({"forward", cut(question.terms.forward.units()), question.quote_asset});
    given.row({"strike", cut(question.terms.strike.units()), question.quote_asset});
    given.row({"volatility", percent(valued.volatility), question.price ? "implied by the price" : "a year"});
    given.row({"time", cut(question.terms.years.units()),
               fmt::format("years of {} days{}", format_decimal(question.year_days),
                           question.expiry == 0 ? "" : ", to " + format_time(question.expiry))});
    given.row({"rate", percent(question.terms.rate), "a year"});
    out += given.text() + "\n";
    Table result({{"result"}, {"", Align::right}, {""}});
    result.row({"price", cut(valued.price.units()), question.price_asset});
    result.row({"delta", cut(valued.delta.units()), ""});
    if (valued.net_delta) result.row({"net delta", cut(valued.net_delta->units()), "less the premium, which is coin"});
    result.row({"gamma", cut(valued.gamma.units()), "of delta, per " + question.quote_asset});
    result.row({"vega", cut(valued.vega.units()), question.price_asset + " per 1.00 of volatility"});
    result.row({"theta", cut(valued.theta.units()), question.price_asset + " a year"});
    result.row({"rho", cut(valued.rho.units()), question.price_asset + " per 1.00 of rate"});
    if (question.mark) {
        result.row({"mark", cut(question.mark->units()), question.price_asset + ", the ledger's last"});
        result.row({"price less mark", cut(valued.price.units() - question.mark->units()), question.price_asset});
    }
    out += result.text();
    if (question.terms.years.units() <= 0) out += "\nExpired: worth what exercise is, and not discounted.\n";
    if (question.moment) return out + people_foot(question.moment->book, question.moment->basis);
    return out;
}

[[nodiscard]] result<Status> price(Shell const& shell, OptionAsk const& ask) {
    PLIMSOLL_TRY(question, read_option(ask));
    PLIMSOLL_TRY(valued, value(question));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(question, valued) : to_text(question, valued)));
    return Status::fine;
}

} // namespace

void add_price(Shell& shell) {
    auto ask = std::make_shared<OptionAsk>();
    CLI::App& command = shell.add("price", "One option: its price, Greeks or implied volatility", examples);
    command.add_option("DIR", ask->directory, "A ledger that has observed the option; flags go before it");
    command.add_option("INSTRUMENT", ask->instrument, "The option's name in it");
    command.add_option("--at", ask->at, "The moment M of the ledger; without one, the time of valuation (now)");
    command.add_option("--side", ask->side, "call or put");
    command.add_option("--forward", ask->forward, "The forward to the expiry");
    command.add_option("--strike", ask->strike, "The strike");
    command.add_option("--expiry", ask->expiry, "When it expires (RFC 3339)");
    command.add_option("--days", ask->days, "Days to expiry instead");
    command.add_option("--seconds", ask->seconds, "Seconds to expiry instead");
    command.add_option("--volatility", ask->volatility, "0.65 is 65 % a year");
    command.add_option("--price", ask->price, "The option's price, to find its volatility");
    command.add_option("--rate", ask->rate, "Continuously compounded, a year; by default 0");
    command.add_option("--year-days", ask->year_days, "Days that a year counts")->capture_default_str();
    command.add_flag("--inverse", ask->is_inverse, "Premium in coin: the price over the forward");
    shell.on_run(command, [&shell, ask] { return price(shell, *ask); });
}

} // namespace plimsoll::tools
