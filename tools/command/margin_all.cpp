#include "tools/command/margin.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <thread>

namespace plimsoll::tools {
namespace {

/// All accounts under one preset.
struct Side {
    explicit Side(ChosenPreset&& preset) : chosen(std::move(preset)) {}

    ChosenPreset chosen;
    std::vector<risk::SweepRow> rows;             ///< one an account
    std::vector<risk::SweepRow const*> listed;    ///< those not clear, the deepest first
    std::array<std::uint64_t, risk::standing_count> counts{};
    Int128 mark_to_market = 0; ///< sums over accounts that have a margin
    Int128 initial_margin = 0;
    Int128 maintenance_margin = 0;
    bool sums_are_exact = true; ///< false: a sum left 127 bits
};

[[nodiscard]] std::uint64_t count_of(Side const& side, risk::Standing standing) {
    return side.counts[static_cast<std::size_t>(standing)];
}

/// Accounts are independent of each other: each core does its share, and the parts are put together in order.
template <class Row, class F> [[nodiscard]] std::vector<Row> on_all_cores(std::span<AccountId const> accounts, F const& f) {
    std::size_t const cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
    std::size_t const share = (accounts.size() + cores - 1) / cores;
    std::vector<std::vector<Row>> parts(cores);
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < cores; ++i) {
        std::size_t const first = std::min(i * share, accounts.size());
        std::size_t const end = std::min(first + share, accounts.size());
        workers.emplace_back([&, i, first, end] { parts[i] = f(accounts.subspan(first, end - first)); });
    }
    for (std::thread& worker : workers) worker.join();
    std::vector<Row> rows;
    rows.reserve(accounts.size());
    for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(rows));
    return rows;
}

/// Exact rows of the suspects; everybody else is clear.
[[nodiscard]] std::vector<risk::SweepRow> with_the_cleared(std::span<AccountId const> accounts, std::vector<risk::SweepRow> exact) {
    std::vector<risk::SweepRow> rows;
    rows.reserve(accounts.size());
    auto next = exact.begin();
    for (AccountId const account : accounts) {
        if (next != exact.end() && next->account == account) {
            rows.push_back(std::move(*next++));
        } else {
            rows.push_back({account, risk::Standing::clear, false, {}, std::nullopt});
        }
    }
    return rows;
}

void add_up(Side& side) {
    for (risk::SweepRow const& row : side.rows) {
        ++side.counts[static_cast<std::size_t>(row.standing)];
        if (row.standing != risk::Standing::clear) side.listed.push_back(&row);
        if (row.standing == risk::Standing::failed || !row.is_exact) continue;
        bool const over = __builtin_add_overflow(side.mark_to_market, row.levels.mark_to_market, &side.mark_to_market) ||
                          __builtin_add_overflow(side.initial_margin, row.levels.initial_margin(), &side.initial_margin) ||
                          __builtin_add_overflow(side.maintenance_margin, row.levels.maintenance_margin(), &side.maintenance_margin);
        side.sums_are_exact = side.sums_are_exact && !over;
    }
    auto const deepest_first = [](risk::SweepRow const* row) {
        constexpr std::array<int, risk::standing_count> ranks{4, 2, 1, 0, 3};
        return std::pair(ranks[static_cast<std::size_t>(row->standing)], row->levels.maintenance_excess);
    };
    std::ranges::stable_sort(side.listed, {}, deepest_first);
}

[[nodiscard]] result<Side> look(ChosenPreset chosen, MarginGround const& ground, std::span<AccountId const> accounts,
                                std::span<std::uint32_t const> options, bool is_screened) {
    Side side(std::move(chosen));
    risk::PortfolioView const view(ground.market, ground.valuation);
    std::vector<AccountId> left(accounts.begin(), accounts.end());
    std::vector<std::uint32_t> needed(options.begin(), options.end());
    if (is_screened) {
        PLIMSOLL_TRY(screen, risk::make_screen(side.chosen.preset, ground.market, options));
        if (screen != nullptr) {
            left = on_all_cores<AccountId>(accounts, [&](auto share) { return risk::suspects(*screen, view, share); });
            needed = risk::held_options(ground.market, left);
        }
    }
    PLIMSOLL_TRY(model, risk::make_model(side.chosen.preset, ground.market, needed));
    auto exact = on_all_cores<risk::SweepRow>(left, [&](auto share) { return risk::sweep(*model, view, share, risk::SweepMode::everybody); });
    side.rows = with_the_cleared(accounts, std::move(exact));
    add_up(side);
    return side;
}

struct View {
    replay::Moment const& moment;
    AssetId in;
    std::vector<Side> sides;
    std::size_t accounts = 0;
    bool is_screened = false;
};

void write_row(JsonWriter& json, book::Book const& book, risk::SweepRow const& row) {
    json.begin_object().field("account", name_of(book, row.account)).field("standing", risk::word(row.standing));
    if (row.standing == risk::Standing::failed) {
        json.field("rule", row.failure->rule().name).field("reason", row.failure->message());
    } else {
        json.key("mark_to_market").decimal(row.levels.mark_to_market);
        json.key("initial_margin").decimal(row.levels.initial_margin()).key("maintenance_margin").decimal(row.levels.maintenance_margin());
        json.key("initial_excess").decimal(row.levels.initial_excess).key("maintenance_excess").decimal(row.levels.maintenance_excess);
    }
    json.end_object();
}

void write_sum(JsonWriter& json, View const& view, Side const& side, std::string_view field, Int128 units) {
    json.key(field);
    if (view.is_screened || !side.sums_are_exact) {
        json.null(); // a screened account has no figures
    } else {
        json.decimal(units);
    }
}

void write_side(JsonWriter& json, View const& view, Side const& side, MarginAsk const& ask) {
    json.begin_object().key("preset");
    write_preset(json, side.chosen);
    json.field("clear", count_of(side, risk::Standing::clear)).field("below_initial", count_of(side, risk::Standing::below_initial));
    json.field("below_maintenance", count_of(side, risk::Standing::below_maintenance));
    json.field("insolvent", count_of(side, risk::Standing::insolvent)).field("failed", count_of(side, risk::Standing::failed));
    write_sum(json, view, side, "mark_to_market_total", side.mark_to_market);
    write_sum(json, view, side, "initial_margin_total", side.initial_margin);
    write_sum(json, view, side, "maintenance_margin_total", side.maintenance_margin);
    json.field("complete", count_of(side, risk::Standing::failed) == 0).key("accounts").begin_array();
    std::size_t const shown = ask.all_rows ? side.listed.size() : std::min<std::size_t>(side.listed.size(), ask.limit);
    for (std::size_t i = 0; i < shown; ++i) write_row(json, view.moment.book, *side.listed[i]);
    json.end_array().field("accounts_complete", shown == side.listed.size()).end_object();
}

[[nodiscard]] std::string to_json(View const& view, MarginAsk const& ask) {
    book::Book const& book = view.moment.book;
    return json_answer("margin", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("asset", name_of(book, view.in)).field("accounts_margined", view.accounts).field("screened", view.is_screened);
        json.key("presets").begin_array();
        for (Side const& side : view.sides) write_side(json, view, side, ask);
        json.end_array();
    });
}

/// Presets side by side: a column each.
[[nodiscard]] std::string totals_text(View const& view) {
    book::Book const& book = view.moment.book;
    int const decimals = decimals_of(book, view.in);
    std::vector<Column> columns{{"in " + name_of(book, view.in)}};
    for (Side const& side : view.sides) columns.push_back({side.chosen.preset.name(), Align::right});
    Table table(columns);
    auto row = [&](std::string const& words, auto&& cell) {
        std::vector<std::string> cells{words};
        for (Side const& side : view.sides) cells.push_back(cell(side));
        table.row(std::move(cells));
    };
    auto sum = [&](Int128 Side::* units) {
        return [&view, decimals, units](Side const& side) -> std::string {
            if (view.is_screened) return "-";
            return side.sums_are_exact ? people_value(Amount{side.*units}, decimals) : "too large";
        };
    };
    row("family", [](Side const& side) { return std::string(risk::word(risk::family_of(side.chosen.preset.kernel()))); });
    row("mark-to-market", sum(&Side::mark_to_market));
    row("asked, initial", sum(&Side::initial_margin));
    row("asked, maintenance", sum(&Side::maintenance_margin));
    for (risk::Standing const standing : {risk::Standing::clear, risk::Standing::below_initial, risk::Standing::below_maintenance,
                                          risk::Standing::insolvent, risk::Standing::failed}) {
        std::string const words = standing == risk::Standing::failed ? "without a margin" : std::string(risk::word(standing));
        row(words, [&](Side const& side) { return people_count(count_of(side, standing)); });
    }
    return table.text();
}

[[nodiscard]] std::string accounts_text(View const& view, Side const& side, MarginAsk const& ask) {
    book::Book const& book = view.moment.book;
    int const decimals = decimals_of(book, view.in);
    Table table({{"account"}, {"standing"}, {"mark-to-market", Align::right}, {"asked, initial", Align::right},
                 {"asked, maintenance", Align::right}, {"excess, maintenance", Align::right}});
    Table failures({{"without a margin"}, {"why"}});
    std::size_t const shown = ask.all_rows ? side.listed.size() : std::min<std::size_t>(side.listed.size(), ask.limit);
    for (std::size_t i = 0; i < shown; ++i) {
        risk::SweepRow const& row = *side.listed[i];
        auto money = [&](Int128 units) { return people_value(Amount{units}, decimals); };
        if (row.standing == risk::Standing::failed) {
            failures.row({name_of(book, row.account), row.failure->message()});
        } else {
            table.row({name_of(book, row.account), std::string(risk::word(row.standing)), money(row.levels.mark_to_market),
                       money(row.levels.initial_margin()), money(row.levels.maintenance_margin()), money(row.levels.maintenance_excess)});
        }
    }
    std::string out = fmt::format("\n{}\n", people_preset(side.chosen));
    if (side.listed.empty()) return out + "  Every account holds what is asked.\n";
    if (!table.empty()) out += table.text();
    if (!failures.empty()) out += failures.text();
    if (shown != side.listed.size()) out += fmt::format("  and {} more: --all-rows\n", people_count(side.listed.size() - shown));
    return out;
}

[[nodiscard]] std::string to_text(View const& view, MarginAsk const& ask) {
    std::string out = fmt::format("Margin of {} of {}, {}\n\n", people_plural(view.accounts, "customer"), ask.directory,
                                  people_moment(view.moment.basis));
    out += totals_text(view);
    for (Side const& side : view.sides) out += accounts_text(view, side, ask);
    return out + people_foot(view.moment.book, view.moment.basis);
}

} // namespace

result<Status> margin_of_all(Shell const& shell, MarginAsk const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    std::vector<ChosenPreset> chosen;
    for (std::string const& name : ask.presets) {
        PLIMSOLL_TRY(preset, choose_preset(*reader, moment.book, name));
        chosen.push_back(std::move(preset));
    }
    if (chosen.empty()) {
        PLIMSOLL_TRY(preset, preset_in_force(*reader, moment.book));
        chosen.push_back(std::move(preset));
    }
    PLIMSOLL_TRY(ground, margin_ground(moment.book, ask.in));
    auto const accounts = risk::margined_accounts(moment.book);
    auto const options = risk::held_options(ground.market, accounts);
    View view{moment, ground.in, {}, accounts.size(), ask.is_screened};
    for (ChosenPreset& each : chosen) {
        PLIMSOLL_TRY(side, look(std::move(each), ground, accounts, options, ask.is_screened));
        view.sides.push_back(std::move(side));
    }
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view, ask) : to_text(view, ask)));
    return Status::fine;
}

} // namespace plimsoll::tools
