#include "ledger/event/decimal.hpp"
#include "replay/adopted_preset.hpp"
#include "replay/credit_view.hpp"
#include "risk/credit/credit_default.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/credit_presets.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "How much an owner may borrow, and why: each component of its score, what the limit is the least of, what it has drawn,\n"
    "until when, against what collateral, and who vouches for it. All of it out of the log up to the moment.\n"
    "\n"
    "  plimsoll presets adopt books reputation      # once: from then on submit takes draw, repay, vouch, ...\n"
    "  plimsoll credit books                        # everybody who has credit\n"
    "  plimsoll credit books alice --at 2026-03-01T00:00:00Z\n"
    "  plimsoll credit books alice --preset mine.toml --json\n";

struct Ask {
    std::string directory;
    std::string name;
    std::string moment = "latest";
    std::string preset;
};

struct View {
    replay::Moment moment;
    risk::CreditHistory history;
    std::uint64_t adopted = 0; ///< the event, 0: the preset was asked for
    TimeNs now = 0; ///< the time that was asked about, which may lie after the last event: age and terms go on
    std::vector<risk::CreditLine> lines;

    [[nodiscard]] risk::CreditPreset const& preset() const { return *history.preset(); }
};

[[nodiscard]] result<View> look(Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    std::optional<risk::CreditPreset> instead;
    std::uint64_t adopted_sequence = 0;
    if (ask.preset.empty()) {
        PLIMSOLL_TRY(adopted, replay::adopted_preset(*reader, moment.book, risk::credit_scope));
        if (!adopted) return fail(risk::Errc::no_credit_rule, "or name one with --preset");
        PLIMSOLL_TRYV(risk::CreditPreset::parse(adopted->body, adopted->place()));
        adopted_sequence = adopted->sequence;
    } else {
        PLIMSOLL_TRY(preset, credit_preset_named(ask.preset));
        instead = std::move(preset);
    }
    std::vector<AccountId> of;
    if (!ask.name.empty()) {
        PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.name));
        if (!risk::can_have_credit(moment.book.account(account).kind)) return fail(risk::Errc::account_without_credit, ask.name);
        of.push_back(account);
    }
    PLIMSOLL_TRY(history, replay::credit_history_at(*reader, moment.book, of, std::move(instead)));
    auto const asked_time = parse_time(ask.moment);
    TimeNs const now = std::max(moment.basis.time, asked_time ? asked_time.value() : moment.basis.time);
    View view{std::move(moment), std::move(history), adopted_sequence, now, {}};
    std::vector<AccountId> holders = view.history.with_credit();
    for (book::CreditRow const& row : view.moment.book.credits.rows()) holders.push_back(view.history.owners().holder(row.account));
    if (!of.empty()) holders = {view.history.owners().holder(of.front())};
    std::ranges::sort(holders);
    holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
    std::erase_if(holders, [](AccountId holder) { return !holder.is_some(); });
    for (AccountId const holder : holders) {
        PLIMSOLL_TRY(line, risk::credit_line(view.history, view.moment.book, holder, view.now));
        view.lines.push_back(std::move(line));
    }
    // what is overdue first, then what is drawn
    std::ranges::stable_sort(view.lines, [](auto const& a, auto const& b) { return std::pair(a.overdue, a.drawn) > std::pair(b.overdue, b.drawn); });
    return view;
}

void write_line(JsonWriter& json, View const& view, risk::CreditLine const& line, bool is_whole) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return json_amount(book, line.asset, Amount{units}); };
    json.field("holder", name_of(book, line.holder)).key("accounts").begin_array();
    for (AccountId const account : line.accounts) json.value(name_of(book, account));
    json.end_array().field("asset", name_of(book, line.asset)).field("score", format_decimal(line.score.score));
    json.field("default_probability", format_decimal(line.score.default_probability)).field("limit", money(line.limit.limit));
    json.field("bound_by", risk::word(line.limit.bound_by)).field("drawn", money(line.drawn)).field("overdue", money(line.overdue));
    json.field("staked", money(line.limit_values.staked)).field("collateral", money(line.collateral));
    auto const asked = line.asked_for(line.drawn);
    json.field("collateral_asked", asked ? money(asked.value()) : "").field("ratio_asked", format_decimal(line.ratio_asked));
    json.key("ratio");
    if (auto const ratio = line.ratio()) {
        json.decimal(*ratio);
    } else {
        json.null();
    }
    json.field("complete", line.is_complete).field("drawable", money(line.drawable()));
    json.field("in_default", risk::is_in_default(line, view.preset())).key("recorded");
    if (book::CreditRow const* const row = risk::credit_row(book, line.holder, line.asset)) {
        json.begin_object().field("limit", money(row->limit.units())).field("score", format_decimal(row->score)).end_object();
    } else {
        json.null();
    }
    if (!is_whole) return;
    json.field("logit", format_decimal(line.score.logit)).field("bias", format_decimal(view.preset().bias)).key("components").begin_array();
    for (risk::ScorePart const& part : line.score.parts) {
        json.begin_object().field("component", risk::word(part.component)).field("value", format_decimal(part.value));
        json.field("share", format_decimal(part.share)).field("logit", format_decimal(part.points)).end_object();
    }
    json.end_array().key("limits").begin_object();
    json.field("tier", money(line.limit.tier)).field("median_equity", money(line.limit_values.median_equity)).field("equity", money(line.limit.equity));
    json.field("pool_total", money(line.limit_values.pool_total)).field("pool", money(line.limit.pool));
    json.field("vouched", money(line.limit.vouched)).field("closed", line.limit_values.is_closed).end_object();
    json.key("loans").begin_array();
    for (risk::Loan const& loan : view.history.loans(line.holder)) {
        json.begin_object().field("account", name_of(book, loan.account)).field("drawn_at", format_time(loan.drawn));
        json.field("due", format_time(loan.due)).field("left", money(loan.left)).end_object();
    }
    json.end_array().key("vouchers").begin_array();
    for (risk::Stake const& stake : view.history.stakes(line.holder)) {
        json.begin_object().field("voucher", name_of(book, stake.voucher)).field("module", name_of(book, stake.module));
        json.field("stake", money(stake.amount)).end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string to_json(View const& view, bool is_one) {
    return json_answer("credit", view.moment.book, view.moment.basis, [&](JsonWriter& json) {
        json.key("preset").begin_object().field("name", view.preset().name).field("version", view.preset().version);
        json.field("digest", to_hex(view.preset().digest)).field("adopted", view.adopted).end_object();
        json.field("as_of", format_time(view.now));
        if (is_one) {
            write_line(json, view, view.lines.front(), true);
            return;
        }
        json.key("owners").begin_array();
        for (risk::CreditLine const& line : view.lines) {
            json.begin_object();
            write_line(json, view, line, false);
            json.end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string preset_text(View const& view) {
    std::string text = fmt::format("{} {}", view.preset().name, view.preset().version);
    if (view.adopted != 0) text += ", in force since " + people_sequence(view.adopted);
    return text;
}

[[nodiscard]] std::string list_text(View const& view) {
    book::Book const& book = view.moment.book;
    if (view.lines.empty()) {
        return fmt::format("Nobody has drawn, is vouched for, or was given a limit ({}).\n", preset_text(view)) + people_foot(book, view.moment.basis);
    }
    AssetId const asset = view.lines.front().asset;
    auto money = [&](Int128 units) { return people_decimal(units, decimals_of(book, asset)); };
    Table table({{"in " + name_of(book, asset)}, {"score", Align::right}, {"limit", Align::right}, {"by"}, {"drawn", Align::right},
                 {"overdue", Align::right}, {"vouched", Align::right}, {"collateral", Align::right}, {"may draw", Align::right}, {""}});
    Int128 drawn = 0;
    for (risk::CreditLine const& line : view.lines) {
        risk::add_clamped(drawn, line.drawn);
        table.row({name_of(book, line.holder), people_value(Amount{line.score.score}, 4), money(line.limit.limit), std::string(risk::word(line.limit.bound_by)),
                   money(line.drawn), line.overdue == 0 ? "" : money(line.overdue), money(line.limit_values.staked), people_value(Amount{line.collateral}, decimals_of(book, asset)),
                   people_value(Amount{line.drawable()}, decimals_of(book, asset)), risk::is_in_default(line, view.preset()) ? "in default" : ""});
    }
    return table.text() + fmt::format("  {}; {} drawn by {}\n", preset_text(view), money(drawn), people_plural(view.lines.size(), "owner")) +
           people_foot(book, view.moment.basis);
}

[[nodiscard]] std::string score_text(View const& view, risk::CreditLine const& line) {
    Table score({{"component"}, {"value", Align::right}, {"share of enough", Align::right}, {"logit", Align::right}});
    score.row({"bias", "", "", format_decimal(view.preset().bias)});
    for (risk::ScorePart const& part : line.score.parts) {
        score.row({std::string(risk::word(part.component)), people_value(Amount{part.value}, 6), people_value(Amount{part.share}, 6),
                   people_value(Amount{part.points}, 9)});
    }
    score.row({"together", "", "", format_decimal(line.score.logit)});
    return score.text() + fmt::format("  probability of default {}, score {}\n\n", format_decimal(line.score.default_probability), format_decimal(line.score.score));
}

[[nodiscard]] std::string limit_text(View const& view, risk::CreditLine const& line) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(book, line.asset)); };
    risk::CreditPreset const& preset = view.preset();
    Table limits({{"limit, the least of"}, {"of", Align::right}, {name_of(book, line.asset), Align::right}, {""}});
    auto row = [&](std::string const& what, std::string const& of, Int128 most, risk::LimitPart part) {
        limits.row({what, of, money(most), line.limit.bound_by == part ? "<- binds" : ""});
    };
    row("tier of the score", "", line.limit.tier, risk::LimitPart::tier);
    row(fmt::format("{} of the median equity of {} days", format_decimal(preset.equity_multiple), preset.equity_days), money(line.limit_values.median_equity),
        line.limit.equity, risk::LimitPart::equity);
    row(fmt::format("{} of the pool", format_decimal(preset.pool_share)), money(line.limit_values.pool_total), line.limit.pool, risk::LimitPart::pool);
    row(fmt::format("{} of what is vouched", format_decimal(preset.vouched_multiple)), money(line.limit_values.staked), line.limit.vouched,
        risk::LimitPart::vouched);
    if (line.limit_values.is_closed) row("closed: it was in default", "", 0, risk::LimitPart::closed);
    return limits.text() + "\n";
}

[[nodiscard]] std::string one_text(View const& view, risk::CreditLine const& line) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(book, line.asset)); };
    std::string accounts;
    for (AccountId const account : line.accounts) accounts += (accounts.empty() ? "" : ", ") + name_of(book, account);
    std::string out = fmt::format("Credit of {}, {}, as of {}\n  its owner's accounts: {}\n  {}\n\n", name_of(book, line.holder), people_moment(view.moment.basis), format_time(view.now),
                                  accounts, preset_text(view));
    out += score_text(view, line) + limit_text(view, line);
    auto const asked = line.asked_for(line.drawn);
    Table standing({{"in " + name_of(book, line.asset)}, {"", Align::right}});
    standing.row({"limit", money(line.limit.limit)});
    standing.row({"drawn", money(line.drawn)});
    if (line.overdue != 0) standing.row({"of it overdue", money(line.overdue)});
    standing.row({"collateral, what was drawn included", money(line.collateral)});
    standing.row({fmt::format("asked, {} of what is drawn", format_decimal(line.ratio_asked)), asked ? money(asked.value()) : "too large"});
    standing.row({"may be drawn now", money(line.drawable())});
    out += standing.text();
    if (auto const ratio = line.ratio()) out += fmt::format("  {} of collateral for each drawn\n", people_value(Amount{*ratio}, 6));
    if (!line.is_complete) out += "  Not complete: something held has no price, and nothing may be drawn.\n";
    if (!line.pool.is_some()) out += fmt::format("  Nobody lends: there is no account {} of kind pool.\n", risk::credit_pool_name(name_of(book, line.asset)));
    if (risk::is_in_default(line, view.preset())) out += "  In default.\n";
    if (book::CreditRow const* const row = risk::credit_row(book, line.holder, line.asset)) {
        out += fmt::format("  the ledger's last word: limit {}, score {}\n", money(row->limit.units()), format_decimal(row->score));
    }
    Table loans({{"drawn"}, {"by"}, {"due"}, {"left", Align::right}});
    for (risk::Loan const& loan : view.history.loans(line.holder)) {
        loans.row({format_time(loan.drawn), name_of(book, loan.account), format_time(loan.due), money(loan.left)});
    }
    if (!loans.empty()) out += "\n" + loans.text();
    Table vouchers({{"voucher"}, {"at stake", Align::right}});
    for (risk::Stake const& stake : view.history.stakes(line.holder)) vouchers.row({name_of(book, stake.voucher), money(stake.amount)});
    if (!vouchers.empty()) out += "\n" + vouchers.text();
    return out + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(view, look(ask));
    bool const is_one = !ask.name.empty();
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view, is_one) : is_one ? one_text(view, view.lines.front()) : list_text(view)));
    return Status::fine;
}

} // namespace

void add_credit(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("credit", "How much an owner may borrow by its reputation, and why", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("NAME", ask->name, "Any of the owner's accounts; else everybody who has credit");
    command.add_option("--at", ask->moment, "latest, #SEQ, before:#SEQ or an RFC 3339 time; after the last event age and terms go on")->capture_default_str();
    command.add_option("--preset", ask->preset, "A shipped credit preset or a .toml file, in place of the one in force");
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
