#include "ledger/event/decimal.hpp"
#include "risk/clearing/interest.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/names.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "What cash earns and costs at a moment: for each asset whose interest has begun, how much is held and owed, how much of\n"
    "it is lent, both rates of a year, the indices, and what balances have not met yet.\n"
    "\n"
    "  plimsoll interest day\n"
    "  plimsoll interest day --at 2026-01-15T14:00:00Z --json\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
};

[[nodiscard]] std::string to_json(replay::Moment const& moment, std::vector<risk::InterestStanding> const& standings) {
    book::Book const& book = moment.book;
    return json_answer("interest", book, moment.basis, [&](JsonWriter& json) {
        json.key("assets").begin_array();
        for (risk::InterestStanding const& each : standings) {
            auto money = [&](Int128 units) { return json_amount(book, each.asset, Amount{units}); };
            book::AssetRow const& asset = book.asset(each.asset);
            json.begin_object().field("asset", name_of(book, each.asset)).field("account", name_of(book, each.payer));
            json.field("supply", money(each.supply)).field("borrow", money(each.borrow)).field("unmet", money(each.unmet));
            json.field("utilisation", format_decimal(each.utilisation)).field("borrow_rate", format_decimal(each.borrow_rate));
            json.field("supply_rate", format_decimal(each.supply_rate)).field("supply_index", format_decimal(asset.supply_index));
            json.field("borrow_index", format_decimal(asset.borrow_index)).end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string to_text(replay::Moment const& moment, std::vector<risk::InterestStanding> const& standings) {
    book::Book const& book = moment.book;
    std::string out;
    for (risk::InterestStanding const& each : standings) {
        auto money = [&](Int128 units) { return people_decimal(units, decimals_of(book, each.asset)); };
        book::AssetRow const& asset = book.asset(each.asset);
        Table table({{"interest on " + name_of(book, each.asset)}, {"lenders", Align::right}, {"borrowers", Align::right}});
        table.row({"held and owed", money(each.supply), money(each.borrow)});
        table.row({"rate of a year", format_decimal(each.supply_rate), format_decimal(each.borrow_rate)});
        table.row({"index", format_decimal(asset.supply_index), format_decimal(asset.borrow_index)});
        out += table.text() + fmt::format("  lent: {} of what is held; balances have yet to meet {}, which {} owes\n\n", format_decimal(each.utilisation),
                                          money(each.unmet), name_of(book, each.payer));
    }
    if (standings.empty()) out = "No asset's interest has begun: submit {\"command\":\"accrue\",\"asset\":...} begins it.\n\n";
    return out + people_foot(book, moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(standings, risk::interest_standings(moment.book));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(moment, standings) : to_text(moment, standings)));
    return Status::fine;
}

} // namespace

void add_interest(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("interest", "What cash earns and costs at a moment", examples);
    command.add_option("DIR", ask->directory, "The ledger's directory")->required();
    command.add_option("--at", ask->moment, "latest, #SEQ, before:#SEQ or an RFC 3339 time")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
