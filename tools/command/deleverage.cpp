#include "ledger/event/decimal.hpp"
#include "risk/clearing/winners.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Who would be closed if a deficit had to be taken from winners, one policy beside another. Nothing is written.\n"
    "Winners are the customers of one side with a profit in the instrument and equity above zero. The execution\n"
    "price says how much of the deficit they bear: bankruptcy all, mid half, mark nothing.\n"
    "\n"
    "  plimsoll deleverage day --at 2026-01-15T15:00:00Z --instrument ETH-PERP --deficit 25000\n"
    "  plimsoll deleverage day --instrument BTC-PERP --deficit 25000 --policy queue --policy capped_pro_rata --capacity 0.5\n"
    "  plimsoll deleverage day --instrument BTC-PERP --deficit 25000 --side short --price mid --json\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::string instrument;
    std::string deficit;
    std::vector<std::string> policies;
    std::string price = "bankruptcy";
    std::string side;
    std::string capacity = "1";
    std::string contracts;
    std::string lot;
    std::uint64_t limit = 10;
};

struct Outcome {
    risk::DeleveragePolicy policy{};
    risk::Deleveraging done;
    risk::Concentration sum;
};

struct View {
    replay::Moment const& moment;
    InstrumentId instrument;
    bool winners_are_long = false;
    std::vector<risk::Winner> winners;
    Int128 profit = 0;
    risk::DeleverageAsk ask;
    std::vector<Outcome> outcomes;

    [[nodiscard]] book::InstrumentRow const& row() const { return moment.book.instrument(instrument); }
    [[nodiscard]] AssetId settle() const { return row().settle; }
};

[[nodiscard]] result<Int128> positive(std::string const& text, char const* option) {
    auto const value = parse_decimal(text);
    if (!value || value.value() <= 0 || value.value() > event_limit_units) return fail(Errc::usage, std::string(option) + " " + text + ": must be a number above zero");
    return value.value();
}

[[nodiscard]] result<InstrumentId> find_instrument(book::Book const& book, std::string const& name) {
    auto const found = book.find_instrument(name);
    if (!found) return fail(book::Errc::unknown_instrument, "'" + name + "'; plimsoll stats lists how many there are");
    auto const kind = book.instrument(*found).kind;
    if (kind == wire::InstrumentKind::spot || kind == wire::InstrumentKind::option) {
        return fail(Errc::usage, "'" + name + "' is settled in full when it is traded: only perpetuals and futures are deleveraged");
    }
    return *found;
}

/// The side asked for, or the one that has won more.
[[nodiscard]] result<bool> side_of(Ask const& ask, risk::Holders const& holders) {
    if (ask.side.empty()) return holders.long_profit > holders.short_profit;
    if (ask.side != "long" && ask.side != "short") return fail(Errc::usage, "--side " + ask.side + ": the winners are long or short");
    return ask.side == "long";
}

[[nodiscard]] result<risk::DeleverageAsk> read_ask(Ask const& ask, View const& view, Int128 insolvent) {
    risk::DeleverageAsk read;
    PLIMSOLL_TRY(deficit, positive(ask.deficit, "--deficit"));
    read.deficit = deficit;
    auto const price = risk::find_execution_price(ask.price);
    if (!price) return fail(Errc::usage, "--price " + ask.price + ": bankruptcy, mid or mark");
    read.price = *price;
    PLIMSOLL_TRY(capacity, positive(ask.capacity, "--capacity"));
    if (capacity > one_units) return fail(Errc::usage, "--capacity " + ask.capacity + ": a share of a profit is at most 1");
    read.capacity_share = capacity;
    read.lot = risk::common_lot(view.winners);
    if (!ask.lot.empty()) {
        PLIMSOLL_TRY(lot, positive(ask.lot, "--lot"));
        read.lot = lot;
    }
    if (insolvent > 0) read.contracts = insolvent;
    if (!ask.contracts.empty()) {
        PLIMSOLL_TRY(contracts, positive(ask.contracts, "--contracts"));
        read.contracts = contracts;
    }
    return read;
}

[[nodiscard]] result<std::vector<risk::DeleveragePolicy>> policies_of(Ask const& ask) {
    std::vector<risk::DeleveragePolicy> policies;
    for (std::string const& name : ask.policies) {
        auto const policy = risk::find_policy(name);
        if (!policy) return fail(Errc::usage, "--policy " + name + ": queue, pro_rata, capped_pro_rata or contract_pro_rata");
        policies.push_back(*policy);
    }
    for (std::size_t i = 0; policies.size() < risk::deleverage_policy_count && ask.policies.empty(); ++i) {
        policies.push_back(static_cast<risk::DeleveragePolicy>(i));
    }
    return policies;
}

/// Who is hit, the hardest first; of equals the older account.
[[nodiscard]] std::vector<std::size_t> hit(View const& view, Outcome const& outcome, std::uint64_t limit) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < view.winners.size(); ++i) {
        if (outcome.done.haircuts[i].amount != 0 || outcome.done.haircuts[i].contracts != 0) order.push_back(i);
    }
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return outcome.done.haircuts[a].amount > outcome.done.haircuts[b].amount; });
    if (order.size() > limit) order.resize(limit);
    return order;
}

[[nodiscard]] Int128 price_of(View const& view, risk::Haircut const& cut) {
    book::InstrumentRow const& row = view.row();
    auto const price = risk::deal_price(row.mark.value.units(), cut.amount, cut.contracts, book::multiplier(row.multiplier_numerator),
                                        book::multiplier(row.multiplier_denominator), !view.winners_are_long);
    return price ? price.value() : 0;
}

[[nodiscard]] std::string to_json(View const& view) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return json_amount(book, view.settle(), Amount{units}); };
    return json_answer("deleverage", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("instrument", name_of(book, view.instrument)).field("asset", name_of(book, view.settle()));
        json.key("mark").decimal(view.row().mark.value.units()).field("winners_side", view.winners_are_long ? "long" : "short");
        json.field("winners", view.winners.size()).field("profit", money(view.profit)).field("deficit", money(view.ask.deficit));
        json.field("price", risk::word(view.ask.price)).key("lot").decimal(view.ask.lot).key("contracts");
        if (view.ask.contracts) {
            json.decimal(*view.ask.contracts);
        } else {
            json.null();
        }
        json.key("policies").begin_array();
        for (Outcome const& outcome : view.outcomes) {
            json.begin_object().field("policy", risk::word(outcome.policy)).field("burden", money(outcome.done.burden));
            json.field("taken", money(outcome.sum.taken)).field("left", money(outcome.done.left)).field("kept", money(outcome.done.kept));
            json.field("touched", outcome.sum.touched).field("wiped", outcome.sum.wiped).key("contracts").decimal(outcome.sum.contracts);
            json.field("largest", money(outcome.sum.largest)).key("largest_of_profit").decimal(outcome.sum.largest_of_profit);
            json.key("largest_of_burden").decimal(outcome.sum.largest_of_burden).key("accounts").begin_array();
            for (std::size_t const i : hit(view, outcome, view.winners.size())) {
                risk::Haircut const& cut = outcome.done.haircuts[i];
                json.begin_object().field("account", name_of(book, view.winners[i].account)).field("rank", cut.rank);
                json.key("score").decimal(cut.score).field("profit", money(view.winners[i].profit));
                json.field("equity", money(view.winners[i].equity)).field("haircut", money(cut.amount));
                json.field("equity_after", money(view.winners[i].equity - cut.amount)).key("contracts").decimal(cut.contracts);
                json.key("held").decimal(view.winners[i].contracts).key("price");
                if (view.row().payoff == wire::Payoff::linear) {
                    json.decimal(price_of(view, cut));
                } else {
                    json.null();
                }
                json.end_object();
            }
            json.end_array().end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string percent(Int128 share) { return people_decimal(share / 100'000'000'000'000 * 10'000'000'000'000'000, 2) + "%"; }

[[nodiscard]] std::string policies_text(View const& view) {
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(view.moment.book, view.settle())); };
    std::vector<Column> columns{{"in " + name_of(view.moment.book, view.settle())}};
    for (Outcome const& outcome : view.outcomes) columns.push_back({std::string(risk::word(outcome.policy)), Align::right});
    Table table(columns);
    auto row = [&](char const* words, auto&& cell) {
        std::vector<std::string> cells{words};
        for (Outcome const& outcome : view.outcomes) cells.push_back(cell(outcome));
        table.row(std::move(cells));
    };
    row("put on winners", [&](Outcome const& each) { return money(each.done.burden); });
    row("taken", [&](Outcome const& each) { return money(each.sum.taken); });
    row("beyond what they can give", [&](Outcome const& each) { return money(each.done.left); });
    row("accounts touched", [&](Outcome const& each) { return people_count(each.sum.touched); });
    row("gave all they could", [&](Outcome const& each) { return people_count(each.sum.wiped); });
    row("contracts closed", [&](Outcome const& each) { return people_decimal(each.sum.contracts, 0); });
    row("largest haircut", [&](Outcome const& each) { return money(each.sum.largest); });
    row("largest share of a profit", [&](Outcome const& each) { return percent(each.sum.largest_of_profit); });
    row("share that one account bears", [&](Outcome const& each) { return percent(each.sum.largest_of_burden); });
    return table.text();
}

[[nodiscard]] std::string to_text(View const& view, std::uint64_t limit) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(book, view.settle())); };
    std::string out = fmt::format("Deleveraging {}, {}\n  mark {}, {} winners are {} with a profit of {}; deficit {}, closed at {}\n\n",
                                  name_of(book, view.instrument), people_moment(view.moment.basis),
                                  people_decimal(view.row().mark.value.units(), 0), people_count(view.winners.size()),
                                  view.winners_are_long ? "long" : "short", money(view.profit), money(view.ask.deficit),
                                  risk::word(view.ask.price));
    out += policies_text(view);
    for (Outcome const& outcome : view.outcomes) {
        out += fmt::format("\n{}\n", risk::word(outcome.policy));
        Table table({{"account"}, {"rank", Align::right}, {"profit", Align::right}, {"haircut", Align::right}, {"contracts", Align::right},
                     {"of", Align::right}, {"equity after", Align::right}});
        for (std::size_t const i : hit(view, outcome, limit)) {
            risk::Haircut const& cut = outcome.done.haircuts[i];
            table.row({name_of(book, view.winners[i].account), people_count(cut.rank), money(view.winners[i].profit), money(cut.amount),
                       people_decimal(cut.contracts, 0), people_decimal(view.winners[i].contracts, 0),
                       money(view.winners[i].equity - cut.amount)});
        }
        out += table.empty() ? "  Nobody is touched.\n" : table.text();
        if (outcome.sum.touched > limit) out += fmt::format("  and {} more: --limit {}\n", people_count(outcome.sum.touched - limit), outcome.sum.touched);
    }
    return out + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(policies, policies_of(ask));
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(instrument, find_instrument(moment.book, ask.instrument));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(moment.book, moment.book.instrument(instrument).settle));
    PLIMSOLL_TRY(holders, risk::holders_of(valuation, instrument));
    PLIMSOLL_TRY(is_long, side_of(ask, holders));
    View view{moment, instrument, is_long, is_long ? std::move(holders.long_winners) : std::move(holders.short_winners),
              is_long ? holders.long_profit : holders.short_profit, {}, {}};
    PLIMSOLL_TRY(read, read_ask(ask, view, is_long ? holders.short_insolvent : holders.long_insolvent));
    view.ask = read;
    for (risk::DeleveragePolicy const policy : policies) {
        PLIMSOLL_TRY(done, risk::deleverage(policy, view.ask, view.winners));
        auto const sum = risk::concentration_of(done, view.winners);
        PLIMSOLL_ASSERT(sum.taken + done.left + done.kept == view.ask.deficit);
        view.outcomes.push_back({policy, std::move(done), sum});
    }
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view) : to_text(view, ask.limit)));
    return Status::fine;
}

} // namespace

void add_deleverage(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("deleverage", "Who would be closed to cover a deficit, under each policy", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--instrument", ask->instrument, "A perpetual or future")->required();
    command.add_option("--deficit", ask->deficit, "In its settlement asset")->required();
    command.add_option("--policy", ask->policies, "queue, pro_rata, capped_pro_rata, contract_pro_rata; else all four")
        ->take_all()->allow_extra_args(false);
    command.add_option("--price", ask->price, "bankruptcy, mid or mark")->capture_default_str();
    command.add_option("--side", ask->side, "The winners' side, long or short; else the one that has won more");
    command.add_option("--capacity", ask->capacity, "What capped_pro_rata may take of one profit")->capture_default_str();
    command.add_option("--contracts", ask->contracts,
                       "What contract_pro_rata closes; else what insolvent accounts hold on the other side, else the burden's share of all");
    command.add_option("--lot", ask->lot, "Contracts are closed in lots of this; else the largest that fits all positions");
    command.add_option("--limit", ask->limit, "List at most so many accounts (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
