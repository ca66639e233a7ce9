#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Every account with its equity, the lowest first, or by name. A list that is cut says so and how to go on.\n"
    "\n"
    "  plimsoll accounts day --limit 10                        # the ten that are deepest under water\n"
    "  plimsoll accounts day --sort name --offset 50\n"
    "  plimsoll accounts day --kind insurance --at 2025-10-10T21:16:04Z\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::string in;
    std::string sort = "equity";
    std::string kind;
    std::uint64_t limit = 50;
    std::uint64_t offset = 0;
};

struct Listing {
    std::vector<risk::AccountEquity> page;
    std::uint64_t count = 0; ///< accounts in all
    std::uint64_t next = 0;  ///< offset of what follows, 0: nothing
};

[[nodiscard]] Listing list(book::Book const& book, std::vector<risk::Equity> const& equities, Ask const& ask) {
    std::vector<risk::AccountEquity> all;
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        bool const is_wanted = ask.kind.empty() || word(book.accounts[id].kind) == ask.kind;
        if (is_wanted) all.push_back({AccountId{id}, equities[id]});
    }
    if (ask.sort == "name") {
        std::ranges::sort(all, {}, [&](auto const& each) { return book.account(each.account).name.view(); });
    } else {
        std::ranges::sort(all, {}, [](auto const& each) { return std::pair(each.equity.amount, each.account); });
    }
    Listing listing;
    listing.count = all.size();
    std::uint64_t const first = std::min<std::uint64_t>(ask.offset, all.size());
    std::uint64_t const end = first + std::min<std::uint64_t>(ask.limit, all.size() - first);
    listing.page.assign(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(end));
    if (end < all.size()) listing.next = end;
    return listing;
}

[[nodiscard]] std::string to_json(replay::Moment const& moment, AssetId in, Listing const& listing) {
    book::Book const& book = moment.book;
    return json_answer("accounts", book, moment.basis, [&](JsonWriter& json) {
        json.field("asset", name_of(book, in)).field("count", listing.count);
        json.key("accounts").begin_array();
        for (auto const& each : listing.page) {
            book::AccountRow const& row = book.account(each.account);
            json.begin_object().field("account", row.name.view()).field("kind", word(row.kind));
            json.field("equity", json_amount(book, in, each.equity.amount));
            json.field("complete", each.equity.complete()).end_object();
        }
        json.end_array().field("complete", listing.next == 0).field("price_rule", risk::Valuation::price_rule);
        json.key("next_offset");
        if (listing.next == 0) {
            json.null();
        } else {
            json.value(listing.next);
        }
    });
}

[[nodiscard]] std::string to_text(Ask const& ask, replay::Moment const& moment, AssetId in, Listing const& listing) {
    book::Book const& book = moment.book;
    std::string out = fmt::format("{} in {}, {}, by {}\n\n", people_plural(listing.count, "account"), ask.directory,
                                  people_moment(moment.basis), ask.sort);
    Table table({{"account"}, {"kind"}, {"equity in " + name_of(book, in), Align::right}, {""}});
    bool is_partial = false;
    for (auto const& each : listing.page) {
        book::AccountRow const& row = book.account(each.account);
        is_partial = is_partial || !each.equity.complete();
        table.row({std::string(row.name.view()), std::string(word(row.kind)),
                   people_value(each.equity.amount, decimals_of(book, in)), each.equity.complete() ? "" : "partly unpriced"});
    }
    if (!table.empty()) out += table.text();
    if (listing.next != 0) {
        out += fmt::format("\n{} more: --offset {}\n", people_count(listing.count - listing.next), listing.next);
    }
    if (is_partial) out += "\nNot complete: what has no price is left out (plimsoll account DIR NAME says what).\n";
    return out + people_foot(book, moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    if (moment.book.assets.size() == 0 && ask.in.empty()) {
        PLIMSOLL_TRYV(Shell::print(
            shell.is_json() ? to_json(moment, AssetId{}, {})
                            : "No accounts: nothing was recorded by then (plimsoll import adds records)\n" +
                                  people_foot(moment.book, moment.basis)));
        return Status::fine;
    }
    PLIMSOLL_TRY(in, find_valuation_asset(moment.book, ask.in));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(moment.book, in));
    Listing const listing = list(moment.book, valuation.sweep(), ask);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(moment, in, listing) : to_text(ask, moment, in, listing)));
    return Status::fine;
}

} // namespace

void add_accounts(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("accounts", "Every account with its equity at a moment", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--in", ask->in, "Value in this asset; else the one most instruments settle in");
    command.add_option("--sort", ask->sort, "equity (lowest first) or name")
        ->check(CLI::IsMember({"equity", "name"}))
        ->capture_default_str();
    auto const& kinds = words_of<wire::AccountKind>();
    command.add_option("--kind", ask->kind, "Only accounts of this kind")
        ->check(CLI::IsMember(std::vector<std::string>(kinds.begin(), kinds.end())));
    command.add_option("--limit", ask->limit, "At most so many")->capture_default_str();
    command.add_option("--offset", ask->offset, "Pass over so many")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
