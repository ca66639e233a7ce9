#include "risk/solvency.hpp"

#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/fund_path.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Was the whole protocol solvent at that moment? Who was under water, by how much, and what stood behind it.\n"
    "An account's equity is its cash and positions at the last mark of each instrument; accounts of the fund, of\n"
    "fees, of markets and of the outside world are not customers and are told apart. The whole path of each insurance\n"
    "fund, by cause, adds up to what it has.\n"
    "\n"
    "  plimsoll solvency day\n"
    "  plimsoll solvency day --at 2025-10-10T21:16:04Z --limit 20\n"
    "  plimsoll solvency day --at before:'#48213' --in USDC --json\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::string in;
    std::uint64_t limit = 50;
    bool all = false;
};

struct View {
    replay::Moment const& moment;
    AssetId in;
    risk::Totals totals;
    std::vector<risk::AccountEquity> insolvent;
    std::vector<risk::AssetSolvency> assets;
    std::vector<risk::UnpricedSubject> unpriced;
    std::vector<FundPath> funds; ///< insurance accounts, from the first event on

    [[nodiscard]] std::size_t shown(Ask const& ask) const {
        return ask.all ? insolvent.size() : std::min<std::size_t>(insolvent.size(), ask.limit);
    }
};

/// A column of the balance sheet: how it is called, and where it is.
struct Line {
    char const* field;
    char const* words;
    Amount risk::AssetSolvency::* amount;
};
constexpr std::array<Line, 11> lines{{
    {"liabilities", "owed to customers", &risk::AssetSolvency::liabilities},
    {"negative", "customers below zero", &risk::AssetSolvency::negative},
    {"fund", "insurance fund", &risk::AssetSolvency::fund},
    {"backstop", "layers behind the fund", &risk::AssetSolvency::backstop},
    {"fees", "fees and treasury", &risk::AssetSolvency::fees},
    {"markets", "market accounts", &risk::AssetSolvency::markets},
    {"bridges", "between chains", &risk::AssetSolvency::bridges},
    {"rounding", "rounding", &risk::AssetSolvency::rounding},
    {"outside_held", "held outside (their sum)", &risk::AssetSolvency::outside_held},
    {"bad_debt", "bad debt not covered", &risk::AssetSolvency::bad_debt},
    {"booked_sum", "sum of the book (zero)", &risk::AssetSolvency::booked_sum},
}};

[[nodiscard]] View look(replay::Moment const& moment, risk::Valuation const& valuation) {
    auto const equities = valuation.sweep();
    View view{moment, valuation.in(), risk::totals_of(valuation, equities), risk::insolvent(valuation, equities),
              risk::asset_solvency(valuation), {}, {}};
    if (view.totals.unpriced_rows != 0) view.unpriced = risk::unpriced_subjects(valuation);
    return view;
}

/// From the first event to the moment.
[[nodiscard]] result<std::vector<FundPath>> funds_of(replay::Reader const& reader, replay::Moment const& moment) {
    std::vector<FundPath> funds;
    for (std::uint32_t id = 1; id <= moment.book.accounts.size(); ++id) {
        if (moment.book.accounts[id].kind != wire::AccountKind::insurance) continue;
        PLIMSOLL_TRY(fund, follow_fund(reader, moment.book, AccountId{id}, {0, moment.basis.sequence}));
        funds.push_back(std::move(fund));
    }
    return funds;
}

void write_funds(JsonWriter& json, View const& view) {
    book::Book const& book = view.moment.book;
    json.key("funds").begin_array();
    for (FundPath const& fund : view.funds) {
        for (auto const& [asset, path] : fund.paths) {
            auto money = [&, id = asset](Int128 units) { return json_amount(book, id, Amount{units}); };
            json.begin_object().field("account", name_of(book, fund.account)).field("asset", name_of(book, asset)).key("flows").begin_array();
            for (auto const& [cause, flow] : path.flows) {
                json.begin_object().field("cause", cause).field("events", flow.events).field("in", money(flow.in));
                json.field("out", money(flow.out)).end_object();
            }
            json.end_array().field("losses_paid", path.draws.size()).field("lowest", money(path.lowest));
            json.field("balance", money(path.closing)).end_object();
        }
    }
    json.end_array();
}

void write_assets(JsonWriter& json, View const& view) {
    book::Book const& book = view.moment.book;
    json.key("assets").begin_array();
    for (risk::AssetSolvency const& sheet : view.assets) {
        json.begin_object().field("asset", name_of(book, sheet.asset));
        for (Line const& line : lines) json.field(line.field, json_amount(book, sheet.asset, sheet.*line.amount));
        json.field("accounts_negative", sheet.customers_negative);
        json.field("unpriced_positions", sheet.unpriced_positions).end_object();
    }
    json.end_array();
}

void write_insolvent(JsonWriter& json, View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    json.key("insolvent").begin_array();
    for (std::size_t i = 0; i < view.shown(ask); ++i) {
        risk::AccountEquity const& each = view.insolvent[i];
        json.begin_object().field("account", name_of(book, each.account));
        json.field("equity", json_amount(book, view.in, each.equity.amount));
        json.field("complete", each.equity.complete()).end_object();
    }
    json.end_array().field("insolvent_complete", view.shown(ask) == view.insolvent.size());
}

[[nodiscard]] std::string to_json(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    auto money = [&](Amount amount) { return json_amount(book, view.in, amount); };
    return json_answer("solvency", book, view.moment.basis, [&](JsonWriter& json) {
        json.key("asset");
        if (view.in.is_some()) {
            json.value(name_of(book, view.in));
        } else {
            json.null();
        }
        json.field("accounts", view.totals.customers).field("accounts_negative", view.totals.accounts_negative);
        json.field("equity_total", money(view.totals.equity_total));
        json.field("equity_negative_total", money(view.totals.equity_negative_total));
        json.field("fund", money(view.totals.fund())).field("bad_debt", money(view.totals.bad_debt));
        write_insolvent(json, view, ask);
        write_funds(json, view);
        write_assets(json, view);
        write_pricing(json, book, view.totals.complete(), view.unpriced);
    });
}

[[nodiscard]] std::string totals_text(View const& view) {
    book::Book const& book = view.moment.book;
    std::string const in = name_of(book, view.in);
    auto money = [&](Amount amount) { return people_value(amount, decimals_of(book, view.in)); };
    Table table({{"in " + in}, {"", Align::right}});
    table.row({"equity of " + people_plural(view.totals.customers, "customer"), money(view.totals.equity_total)});
    table.row({people_plural(view.totals.accounts_negative, "account") + " below zero",
               money(view.totals.equity_negative_total)});
    table.row({"insurance fund", money(view.totals.fund())});
    table.row({"bad debt not covered", money(view.totals.bad_debt)});
    return table.text();
}

[[nodiscard]] std::string insolvent_text(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    Table table({{"under water"}, {"kind"}, {"equity", Align::right}, {""}});
    for (std::size_t i = 0; i < view.shown(ask); ++i) {
        risk::AccountEquity const& each = view.insolvent[i];
        book::AccountRow const& row = book.account(each.account);
        table.row({std::string(row.name.view()), std::string(word(row.kind)),
                   people_value(each.equity.amount, decimals_of(book, view.in)),
                   row.in_liquidation != 0 ? "in liquidation" : ""});
    }
    if (table.empty()) return "\n  Nobody is under water.\n";
    std::string out = "\n" + table.text();
    std::size_t const rest = view.insolvent.size() - view.shown(ask);
    if (rest != 0) out += fmt::format("  and {} more: --all\n", people_count(rest));
    return out;
}

/// Assets side by side, four at a time; lines that are zero in all of them are left out, but for the sum.
[[nodiscard]] std::string assets_text(View const& view) {
    constexpr std::size_t at_a_time = 4;
    book::Book const& book = view.moment.book;
    std::string out;
    for (std::size_t first = 0; first < view.assets.size(); first += at_a_time) {
        std::size_t const end = std::min(first + at_a_time, view.assets.size());
        std::vector<Column> columns{{"balance sheet"}};
        for (std::size_t i = first; i < end; ++i) columns.push_back({name_of(book, view.assets[i].asset), Align::right});
        Table table(columns);
        for (Line const& line : lines) {
            std::vector<std::string> cells{line.words};
            bool is_worth_saying = std::string_view(line.field) == "booked_sum";
            for (std::size_t i = first; i < end; ++i) {
                Amount const amount = view.assets[i].*line.amount;
                std::string text = people_value(amount, decimals_of(book, view.assets[i].asset));
                if (std::string_view(line.field) == "rounding") text = people_exact(amount, 0);
                is_worth_saying = is_worth_saying || !amount.is_zero();
                cells.push_back(std::move(text));
            }
            if (is_worth_saying) table.row(std::move(cells));
        }
        out += "\n" + table.text();
    }
    return out;
}

[[nodiscard]] std::string funds_text(View const& view) {
    book::Book const& book = view.moment.book;
    std::string out;
    for (FundPath const& fund : view.funds) {
        for (auto const& [asset, path] : fund.paths) {
            auto money = [&, id = asset](Int128 units) { return people_value(Amount{units}, decimals_of(book, id)); };
            Table table({{"path of " + name_of(book, fund.account)}, {"events", Align::right}, {name_of(book, asset), Align::right}});
            for (auto const& [cause, flow] : path.flows) {
                if (flow.in != 0) table.row({cause, people_count(flow.events), money(flow.in)});
                if (flow.out != 0) table.row({cause, people_count(flow.events), money(flow.out)});
            }
            table.row({"what it has", "", money(path.closing)});
            out += "\n" + table.text();
            if (path.draws.size() > 1) out += fmt::format("  of {} losses; the lowest it had: {}\n", people_count(path.draws.size()), money(path.lowest));
        }
    }
    return out;
}

[[nodiscard]] std::string to_text(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    std::string out = fmt::format("Solvency of {}, {}\n\n", ask.directory, people_moment(view.moment.basis));
    if (!view.in.is_some()) {
        return out + "  Nothing was recorded by then (plimsoll import adds records).\n" +
               people_foot(book, view.moment.basis);
    }
    out += totals_text(view) + insolvent_text(view, ask) + assets_text(view) + funds_text(view);
    return out + people_unpriced(book, view.unpriced) + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    auto print = [&](View const& view) -> result<Status> {
        PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view, ask) : to_text(view, ask)));
        return Status::fine;
    };
    if (moment.book.assets.size() == 0 && ask.in.empty()) return print({moment, {}, {}, {}, {}, {}, {}});
    PLIMSOLL_TRY(in, find_valuation_asset(moment.book, ask.in));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(moment.book, in));
    View view = look(moment, valuation);
    PLIMSOLL_TRY(funds, funds_of(*reader, moment));
    view.funds = std::move(funds);
    return print(view);
}

} // namespace

void add_solvency(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("solvency", "Who was under water, by how much, and what stood behind it", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--in", ask->in, "Value in this asset; else the one most instruments settle in");
    auto* const limit =
        command.add_option("--limit", ask->limit, "List at most so many accounts")->capture_default_str();
    command.add_flag("--all", ask->all, "List every account that is under water")->excludes(limit);
    shell.on_run(command, [&shell, ask] {
        Ask full = *ask;
        full.all = full.all || shell.is_json(); // a program gets them all
        return show(shell, full);
    });
}

} // namespace plimsoll::tools
