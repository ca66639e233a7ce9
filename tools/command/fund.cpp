#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/fund_path.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Where an insurance fund's money came from and went, between two moments, from the log alone: what it had, what\n"
    "came in by cause, what it paid by layer and loss, what it has. It adds up to the unit, or the command says\n"
    "where it does not. Works for any account.\n"
    "\n"
    "  plimsoll fund day insurance\n"
    "  plimsoll fund day insurance --from 2026-01-15T14:00:00Z --to 2026-01-15T15:00:00Z\n"
    "  plimsoll fund day insurance --json\n";

struct Ask {
    std::string directory;
    std::string name;
    std::string from;
    std::string to = "latest";
    std::uint64_t limit = 20;
    bool has_limit = false;
};

struct View {
    replay::Moment const& moment;
    Span span;
    FundPath fund;
};

/// Draws of one layer, summed.
struct LayerSum {
    std::uint64_t losses = 0;
    Int128 paid = 0;
};

[[nodiscard]] std::map<wire::Layer, LayerSum> layers_of(Path const& path) {
    std::map<wire::Layer, LayerSum> sums;
    for (Draw const& draw : path.draws) {
        LayerSum& sum = sums[draw.layer];
        ++sum.losses;
        sum.paid += draw.paid;
    }
    return sums;
}

/// The largest first; of equals, the older.
[[nodiscard]] std::vector<Draw> largest(Path const& path, std::uint64_t limit) {
    auto draws = path.draws;
    std::ranges::stable_sort(draws, [](Draw const& a, Draw const& b) { return a.paid > b.paid; });
    if (draws.size() > limit) draws.resize(limit);
    return draws;
}

[[nodiscard]] std::string to_json(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    return json_answer("fund", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("account", name_of(book, view.fund.account)).field("from", view.span.from).field("to", view.span.to);
        json.key("assets").begin_array();
        for (auto const& [asset, path] : view.fund.paths) {
            auto money = [&, id = asset](Int128 units) { return json_amount(book, id, Amount{units}); };
            json.begin_object().field("asset", name_of(book, asset)).field("opening", money(path.opening));
            json.key("flows").begin_array();
            for (auto const& [cause, flow] : path.flows) {
                json.begin_object().field("cause", cause).field("events", flow.events).field("in", money(flow.in));
                json.field("out", money(flow.out)).end_object();
            }
            json.end_array().field("closing", money(path.closing)).field("lowest", money(path.lowest));
            json.field("lowest_after", path.lowest_sequence).key("layers").begin_array();
            for (auto const& [layer, sum] : layers_of(path)) {
                json.begin_object().field("layer", word(layer)).field("losses", sum.losses).field("paid", money(sum.paid)).end_object();
            }
            auto const draws = largest(path, ask.has_limit ? ask.limit : path.draws.size());
            json.end_array().field("losses_paid", path.draws.size()).key("draws").begin_array();
            for (Draw const& draw : draws) {
                json.begin_object().field("loss", draw.loss).field("layer", word(draw.layer)).field("account", name_of(book, draw.account));
                json.field("paid", money(draw.paid)).field("sequence", draw.sequence).end_object();
            }
            json.end_array().field("draws_complete", draws.size() == path.draws.size()).end_object();
        }
        json.end_array().field("positions_not_counted", view.fund.positions).field("adds_up", true);
    });
}

[[nodiscard]] std::string path_text(book::Book const& book, AssetId asset, Path const& path, std::uint64_t limit) {
    auto money = [&](Int128 units) { return people_decimal(units, decimals_of(book, asset)); };
    Table table({{"in " + name_of(book, asset)}, {"events", Align::right}, {"in", Align::right}, {"out", Align::right}, {"balance", Align::right}});
    table.row({"opening", "", "", "", money(path.opening)});
    for (auto const& [cause, flow] : path.flows) {
        table.row({cause, people_count(flow.events), flow.in == 0 ? "" : money(flow.in), flow.out == 0 ? "" : money(flow.out), ""});
    }
    table.row({"closing", "", "", "", money(path.closing)});
    std::string out = table.text();
    if (path.lowest_sequence != 0) {
        out += fmt::format("  lowest: {} after event {}\n", money(path.lowest), people_sequence(path.lowest_sequence));
    }
    if (path.draws.empty()) return out + "\n";
    for (auto const& [layer, sum] : layers_of(path)) {
        out += fmt::format("  as {} it paid {} of {} {}\n", word(layer), money(sum.paid), people_count(sum.losses), sum.losses == 1 ? "loss" : "losses");
    }
    Table draws({{"loss", Align::right}, {"of"}, {"layer"}, {"paid", Align::right}, {"event", Align::right}});
    for (Draw const& draw : largest(path, limit)) {
        draws.row({std::to_string(draw.loss), name_of(book, draw.account), std::string(word(draw.layer)), money(draw.paid),
                   people_sequence(draw.sequence)});
    }
    out += "\n" + draws.text();
    if (path.draws.size() > limit) {
        out += fmt::format("  and {} more: --limit {}\n", people_count(path.draws.size() - limit), path.draws.size());
    }
    return out + "\n";
}

[[nodiscard]] std::string to_text(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    std::string out = fmt::format("Fund {}, events {} to {}\n\n", name_of(book, view.fund.account), people_sequence(view.span.from + 1),
                                  people_sequence(view.span.to));
    for (auto const& [asset, path] : view.fund.paths) out += path_text(book, asset, path, ask.limit);
    if (view.fund.paths.empty()) out += "  It never had anything.\n\n";
    if (view.fund.positions != 0) out += fmt::format("Its {} count nothing here: plimsoll account values them.\n", people_plural(view.fund.positions, "position"));
    out += "Opening, every cause and closing add up.\n";
    return out + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(moment, reader->at(span.to));
    PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.name));
    PLIMSOLL_TRY(fund, follow_fund(*reader, moment.book, account, span));
    View const view{moment, span, std::move(fund)};
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view, ask) : to_text(view, ask)));
    return Status::fine;
}

} // namespace

void add_fund(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("fund", "Where a fund's money came from and went, by cause and by loss", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("NAME", ask->name, "The fund's account, or any other")->required();
    command.add_option("--from", ask->from, "Open after this moment; else before the first event");
    command.add_option("--to", ask->to, "Close after this moment")->capture_default_str();
    auto* limit = command.add_option("--limit", ask->limit, "The largest so many draws (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask, limit] {
        ask->has_limit = limit->count() != 0;
        return show(shell, *ask);
    });
}

} // namespace plimsoll::tools
