#include "ledger/event/decimal.hpp"
#include "risk/clearing/vault_list.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/preset_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Each vault with what it has sold, what is locked for it and what is asked, and how far the price may go: until it\n"
    "would hold too little (holds), and until it could not pay in full, were it settled there (pays). Those that hold too\n"
    "little come first. The rule is the preset in force at that moment, or the one named.\n"
    "\n"
    "  plimsoll vaults books\n"
    "  plimsoll vaults books --at 2026-01-15T15:00:00Z --limit 5\n"
    "  plimsoll vaults books --below --json          # only those that hold too little\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::string preset;
    std::uint64_t limit = 30;
    bool has_limit = false;
    bool only_below = false;
};

struct View {
    replay::Moment const& moment;
    ChosenPreset const& chosen;
    std::vector<risk::VaultLine> lines;
    std::vector<std::pair<AssetId, risk::VaultSums>> sums;
    std::uint64_t count = 0; ///< before the list was cut
    std::uint64_t below = 0;
    std::uint64_t not_known = 0;
};

[[nodiscard]] bool is_below(risk::VaultLine const& line) { return line.state != risk::VaultState::not_known && line.excess() < 0; }

void write_bound(JsonWriter& json, std::string_view name, risk::PriceBound const& bound) {
    json.key(name);
    if (bound.reach == risk::PriceBound::Reach::to) {
        json.decimal(bound.price);
    } else {
        json.value(bound.reach == risk::PriceBound::Reach::any ? "any" : "none");
    }
}

void write_line(JsonWriter& json, book::Book const& book, risk::VaultLine const& line) {
    risk::VaultStand const& stand = line.stand;
    auto money = [&](Int128 units) { return json_amount(book, stand.collateral, Amount{units}); };
    json.begin_object().field("vault", name_of(book, stand.vault)).field("owner", name_of(book, stand.owner)).field("state", risk::word(line.state));
    if (line.failure) json.field("failed", line.failure->message());
    if (stand.collateral.is_some()) json.field("collateral", name_of(book, stand.collateral)).field("locked", money(stand.locked));
    if (stand.sold.is_some()) {
        json.field("series", name_of(book, stand.sold)).key("short").decimal(stand.short_size);
        json.field("expiry", format_time(book.instrument(stand.sold).expiry));
    }
    if (stand.bought.is_some()) json.field("long_leg", name_of(book, stand.bought)).key("long").decimal(stand.long_size);
    if (stand.sold.is_some() && !line.failure) {
        json.field("kind", risk::word(line.needs.kind)).field("required", money(line.needs.required)).field("excess", money(line.excess()));
        json.field("full", money(line.needs.full)).field("cash_value", money(line.needs.cash_value));
    }
    if (line.prices) {
        json.field("price_bounds", line.prices->is_call ? "at most" : "at least");
        write_bound(json, "holds", line.prices->holds);
        write_bound(json, "pays", line.prices->pays);
    }
    json.end_object();
}

[[nodiscard]] std::string to_json(View const& view) {
    book::Book const& book = view.moment.book;
    return json_answer("vaults", book, view.moment.basis, [&](JsonWriter& json) {
        json.key("preset");
        write_preset(json, view.chosen);
        json.field("count", view.count).field("below", view.below).field("not_known", view.not_known);
        json.key("sums").begin_array();
        for (auto const& [asset, sum] : view.sums) {
            auto money = [&](Int128 units) { return json_amount(book, asset, Amount{units}); };
            json.begin_object().field("asset", name_of(book, asset)).field("vaults", sum.vaults).field("locked", money(sum.locked));
            json.field("required", money(sum.required)).field("missing", money(sum.missing)).field("cash_value", money(sum.cash_value)).end_object();
        }
        json.end_array().key("vaults").begin_array();
        for (risk::VaultLine const& line : view.lines) write_line(json, book, line);
        json.end_array().field("complete", view.lines.size() == view.count);
    });
}

[[nodiscard]] std::string bound_text(risk::VaultLine const& line, risk::PriceBound risk::VaultPrices::*which) {
    if (!line.prices) return "";
    risk::PriceBound const& bound = (*line.prices).*which;
    if (bound.reach == risk::PriceBound::Reach::any) return "at any";
    if (bound.reach == risk::PriceBound::Reach::none) return "at none";
    // Two places, six of a small price; never nearer to the line than it is.
    Int128 const step = bound.price < 100 * one_units ? one_units / 1'000'000 : one_units / 100;
    Int128 const cut = line.prices->is_call ? bound.price / step * step : (bound.price + step - 1) / step * step;
    return (line.prices->is_call ? "to " : "from ") + people_decimal(cut, 2);
}

/// To six places: a coin's eighteen would fill the screen.
[[nodiscard]] std::string money_text(book::Book const& book, AssetId asset, Int128 units) {
    return people_value(Amount{units}, std::min(decimals_of(book, asset), 6));
}

[[nodiscard]] std::string sold_text(book::Book const& book, risk::VaultStand const& stand) {
    if (!stand.sold.is_some()) return "";
    std::string text = people_decimal(stand.short_size, 0) + " " + name_of(book, stand.sold);
    if (stand.bought.is_some()) text += " against " + people_decimal(stand.long_size, 0) + " " + name_of(book, stand.bought);
    return text;
}

[[nodiscard]] std::string to_text(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    std::string out = fmt::format("{} in {}, {}\n  by {}\n", people_plural(view.count, ask.only_below ? "vault that holds too little" : "vault"), ask.directory,
                                  people_moment(view.moment.basis), people_preset(view.chosen));
    if (ask.only_below && view.count > 1) {
        out = fmt::format("{} vaults that hold too little in {}, {}\n  by {}\n", people_count(view.count), ask.directory, people_moment(view.moment.basis), people_preset(view.chosen));
    }
    for (auto const& [asset, sum] : view.sums) {
        auto money = [&](Int128 units) { return money_text(book, asset, units); };
        out += fmt::format("  {} {} locked in {}, {} asked, {} missing; their shorts are worth {}\n", money(sum.locked), name_of(book, asset),
                           people_plural(sum.vaults, "vault"), money(sum.required), money(sum.missing), money(sum.cash_value));
    }
    Table table({{"vault"}, {"owner"}, {"sold"}, {"kind"}, {"locked", Align::right}, {"asked", Align::right}, {"in"}, {"worth now", Align::right},
                 {"holds", Align::right}, {"pays", Align::right}, {"state"}});
    std::string failures;
    for (risk::VaultLine const& line : view.lines) {
        risk::VaultStand const& stand = line.stand;
        auto money = [&](Int128 units) { return money_text(book, stand.collateral, units); };
        bool const is_known = stand.sold.is_some() && !line.failure;
        table.row({name_of(book, stand.vault), name_of(book, stand.owner), sold_text(book, stand), is_known ? std::string(risk::word(line.needs.kind)) : "",
                   stand.collateral.is_some() ? money(stand.locked) : "", is_known ? money(line.needs.required) : "",
                   stand.collateral.is_some() ? name_of(book, stand.collateral) : "", is_known ? money(line.needs.cash_value) : "",
                   bound_text(line, &risk::VaultPrices::holds), bound_text(line, &risk::VaultPrices::pays), std::string(risk::word(line.state))});
        if (line.failure) failures += fmt::format("  {}: {}\n", name_of(book, stand.vault), line.failure->message());
    }
    if (!table.empty()) out += "\n" + table.text();
    if (!failures.empty()) out += "\nNot known:\n" + failures;
    std::uint64_t const cut = view.count - view.lines.size();
    if (cut != 0) out += fmt::format("  and {} more: --limit {}\n", people_count(cut), view.count);
    if (view.count == 0 && !ask.only_below) out += "\nThere are none: submit {\"command\":\"open_vault\",...} opens one.\n";
    return out + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(chosen, choose_preset(*reader, moment.book, ask.preset));
    PLIMSOLL_TRY(in, find_valuation_asset(moment.book, "")); // any: only spot prices are read
    PLIMSOLL_TRY(market, risk::Market::of(moment.book, in));
    PLIMSOLL_TRY(lines, risk::list_vaults(market, chosen.preset));
    PLIMSOLL_TRY(sums, risk::sum_vaults(lines));
    View view{moment, chosen, std::move(lines), std::move(sums), 0, 0, 0};
    for (risk::VaultLine const& line : view.lines) {
        view.below += is_below(line) ? 1U : 0U;
        view.not_known += line.failure ? 1U : 0U;
    }
    if (ask.only_below) std::erase_if(view.lines, [](risk::VaultLine const& line) { return !is_below(line); });
    view.count = view.lines.size();
    bool const is_cut = (!shell.is_json() || ask.has_limit) && view.count > ask.limit;
    if (is_cut) view.lines.resize(ask.limit);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view) : to_text(view, ask)));
    return Status::fine;
}

} // namespace

void add_vaults(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("vaults", "Option vaults: what each has sold, holds and could pay", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--preset", ask->preset, "A shipped preset of kernel naked_bound, or a .toml file");
    command.add_flag("--below", ask->only_below, "Only those that hold less than they are asked for");
    auto* const limit = command.add_option("--limit", ask->limit, "The first so many (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask, limit] {
        ask->has_limit = limit->count() != 0;
        return show(shell, *ask);
    });
}

} // namespace plimsoll::tools
