#include "risk/claims.hpp"

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
    "Who is owed how much at a moment, asset by asset: a list that can be paid from. It adds up to what \"solvency\" says is\n"
    "owed to customers, to the last digit. Customers below zero are listed apart, the deepest first, each with what covers\n"
    "it: what else it has, then the insurance fund, then the layers behind the fund, or nothing.\n"
    "\n"
    "  plimsoll claims day --asset USDC --limit 20\n"
    "  plimsoll claims day --at 2025-10-10T21:16:04Z --csv > owed.csv\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::string asset;
    std::uint64_t limit = 50;
    bool has_limit = false;
    bool csv = false;
};

/// A customer below zero, and from where it is made good.
struct Uncovered {
    risk::Claim claim;
    std::string_view layer;
};

struct Sheet {
    AssetId asset;
    risk::CustomerClaims claims;
    std::vector<Uncovered> below;
    Amount not_covered; ///< what neither reaches
};

/// The deepest first: an account with other assets enough covers itself; else the fund as far as it reaches, then what stands
/// behind it.
[[nodiscard]] Sheet cover(risk::Valuation const& valuation, risk::AssetSolvency const& assets, risk::CustomerClaims claims) {
    Sheet sheet{assets.asset, std::move(claims), {}, {}};
    Int128 fund = std::max<Int128>(assets.fund.units(), 0);
    Int128 backstop = std::max<Int128>(assets.backstop.units(), 0);
    for (risk::Claim const& claim : sheet.claims.negative) {
        Int128 left = -claim.amount.units();
        std::string_view layer = "own collateral";
        if (valuation.account(claim.account).amount.is_negative()) {
            Int128 const of_fund = std::min(left, fund);
            Int128 const of_backstop = std::min(left - of_fund, backstop);
            fund -= of_fund;
            backstop -= of_backstop;
            left -= of_fund + of_backstop;
            layer = left != 0          ? (of_fund + of_backstop == 0 ? "not covered" : "in part")
                    : of_backstop == 0 ? "insurance fund"
                    : of_fund == 0     ? "backstop"
                                       : "insurance fund and backstop";
            static_cast<void>(sheet.not_covered.add(Amount{left})); // less than the sum of all, which fits
        }
        sheet.below.push_back({claim, layer});
    }
    return sheet;
}

[[nodiscard]] result<std::vector<Sheet>> sheets_of(book::Book const& book, std::string const& asset_name) {
    std::vector<Sheet> sheets;
    auto const in = risk::default_valuation_asset(book);
    if (!in && asset_name.empty()) return sheets;
    PLIMSOLL_TRY(only, find_valuation_asset(book, asset_name));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(book, *in));
    for (risk::AssetSolvency const& assets : risk::asset_solvency(valuation)) {
        if (!asset_name.empty() && assets.asset != only) continue;
        PLIMSOLL_TRY(claims, risk::claims_on(valuation, assets.asset));
        sheets.push_back(cover(valuation, assets, std::move(claims)));
    }
    return sheets;
}

[[nodiscard]] std::string to_json(Ask const& ask, replay::Moment const& moment, std::vector<Sheet> const& sheets) {
    book::Book const& book = moment.book;
    return json_answer("claims", book, moment.basis, [&](JsonWriter& json) {
        bool complete = true;
        json.key("assets").begin_array();
        for (Sheet const& sheet : sheets) {
            std::size_t const limit = ask.has_limit ? ask.limit : SIZE_MAX;
            auto money = [&](Amount amount) { return json_amount(book, sheet.asset, amount); };
            json.begin_object().field("asset", name_of(book, sheet.asset)).field("owed", money(sheet.claims.owed));
            json.field("owing", money(sheet.claims.owing)).field("not_covered", money(sheet.not_covered));
            json.field("unpriced_positions", sheet.claims.unpriced_positions).field("claims_count", sheet.claims.positive.size());
            json.key("claims").begin_array();
            for (std::size_t i = 0; i < std::min(limit, sheet.claims.positive.size()); ++i) {
                risk::Claim const& each = sheet.claims.positive[i];
                json.begin_object().field("account", name_of(book, each.account)).field("amount", money(each.amount)).end_object();
            }
            json.end_array().field("below_zero_count", sheet.below.size()).key("below_zero").begin_array();
            for (std::size_t i = 0; i < std::min(limit, sheet.below.size()); ++i) {
                Uncovered const& each = sheet.below[i];
                json.begin_object().field("account", name_of(book, each.claim.account)).field("amount", money(each.claim.amount));
                json.field("covered_by", each.layer).end_object();
            }
            json.end_array().end_object();
            complete = complete && limit >= sheet.claims.positive.size() && limit >= sheet.below.size();
        }
        json.end_array().field("complete", complete);
    });
}

[[nodiscard]] std::string quoted(std::string const& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (char const c : text) out.append(c == '"' ? 2U : 1U, c);
    return out + "\"";
}

[[nodiscard]] std::string to_csv(book::Book const& book, std::vector<Sheet> const& sheets) {
    std::string out = "asset,account,amount,covered_by\n";
    for (Sheet const& sheet : sheets) {
        auto row = [&](risk::Claim const& claim, std::string_view layer) {
            out += quoted(name_of(book, sheet.asset)) + "," + quoted(name_of(book, claim.account)) + "," +
                   json_amount(book, sheet.asset, claim.amount) + "," + std::string(layer) + "\n";
        };
        for (risk::Claim const& claim : sheet.claims.positive) row(claim, "");
        for (Uncovered const& each : sheet.below) row(each.claim, each.layer);
    }
    return out;
}

[[nodiscard]] std::string to_text(Ask const& ask, replay::Moment const& moment, std::vector<Sheet> const& sheets) {
    book::Book const& book = moment.book;
    std::string out = fmt::format("Claims on {}, {}\n", ask.directory, people_moment(moment.basis));
    for (Sheet const& sheet : sheets) {
        std::string const name = name_of(book, sheet.asset);
        auto money = [&](Amount amount) { return people_exact(amount, decimals_of(book, sheet.asset)); };
        out += fmt::format("\n{} {} owed to {}\n", money(sheet.claims.owed), name, people_plural(sheet.claims.positive.size(), "customer"));
        Table table({{"account"}, {"owed, " + name, Align::right}});
        for (std::size_t i = 0; i < std::min<std::size_t>(ask.limit, sheet.claims.positive.size()); ++i) {
            table.row({name_of(book, sheet.claims.positive[i].account), money(sheet.claims.positive[i].amount)});
        }
        if (!table.empty()) out += table.text();
        if (sheet.claims.positive.size() > ask.limit) {
            out += fmt::format("  and {} more: --limit {}, or --csv for all\n", people_count(sheet.claims.positive.size() - ask.limit), sheet.claims.positive.size());
        }
        if (sheet.claims.unpriced_positions != 0) {
            out += fmt::format("  not complete: {} without a price left out\n", people_plural(sheet.claims.unpriced_positions, "position"));
        }
        if (sheet.below.empty()) continue;
        out += fmt::format("{} {} below zero, of {}; {} not covered\n", money(sheet.claims.owing), name, people_plural(sheet.below.size(), "customer"),
                           money(sheet.not_covered));
        Table below({{"account"}, {"below zero, " + name, Align::right}, {"covered by"}});
        for (std::size_t i = 0; i < std::min<std::size_t>(ask.limit, sheet.below.size()); ++i) {
            below.row({name_of(book, sheet.below[i].claim.account), money(sheet.below[i].claim.amount), std::string(sheet.below[i].layer)});
        }
        out += below.text();
        if (sheet.below.size() > ask.limit) out += fmt::format("  and {} more\n", people_count(sheet.below.size() - ask.limit));
    }
    if (sheets.empty()) out += "\nNobody is owed anything.\n";
    return out + people_foot(book, moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    if (shell.is_json() && ask.csv) return fail(Errc::usage, "--json or --csv, not both");
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(sheets, sheets_of(moment.book, ask.asset));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(ask, moment, sheets) : ask.csv ? to_csv(moment.book, sheets) : to_text(ask, moment, sheets)));
    return Status::fine;
}

} // namespace

void add_claims(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("claims", "Who is owed how much, as a list that can be paid from", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment M")->capture_default_str();
    command.add_option("--asset", ask->asset, "Only this asset");
    command.add_flag("--csv", ask->csv, "All rows as CSV: asset, account, amount, covered_by");
    CLI::Option* const limit = command.add_option("--limit", ask->limit, "At most so many rows of each list")->capture_default_str();
    shell.on_run(command, [&shell, ask, limit] {
        ask->has_limit = limit->count() != 0;
        return show(shell, *ask);
    });
}

} // namespace plimsoll::tools
