#include "tests/vectors/derive_kinds.hpp"

#include "risk/clearing/cash.hpp"
#include "risk/clearing/dutch_auction.hpp"
#include "risk/clearing/perpetual.hpp"

#include <array>
#include <optional>

namespace plimsoll::vectors {
namespace {

using namespace risk;
using namespace risk::derive;

[[nodiscard]] std::string text_of(std::optional<Int256> const& value) {
    return value ? format_int256(*value) : "null";
}
[[nodiscard]] std::string text_of(Json value) {
    return value.is_null() ? "null" : format_int256(number(value));
}

/// What an operation gives back besides the state, in the file's words.
using Results = std::vector<std::pair<std::string, std::string>>;

/// One auction, its account, and the house that keeps it.
struct AuctionHouse {
    std::int64_t now_seconds = 0;
    AuctionParameters parameters;
    Auction auction;
    AuctionedValue value;
    Int256 total_insolvent_mm;
    Int256 fees_paid_total;

    void load(Json state) {
        *this = {};
        now_seconds = count(state, "now");
        auction = {bool(state["ongoing"]), bool(state["insolvent"]), count(state, "start_time"),
                   number(state, "reserved_cash"), number(state, "cached_mm")};
        value = {number(state, "maintenance_margin"), number(state, "mark_to_market")};
        total_insolvent_mm = number(state, "total_insolvent_mm");
        fees_paid_total = number(state, "fees_paid_total");
    }

    void take(Checked& on, Auction const& after) {
        Int256 const change =
            on.subtract(DutchAuction::shortfall(after), DutchAuction::shortfall(auction));
        total_insolvent_mm = on.add(total_insolvent_mm, change);
        auction = after;
    }

    [[nodiscard]] result<Results> run(std::string_view op, Json args);

    void compare(Json state, std::string const& place, Tally& tally) const {
        auto const compare = [&](char const* key, Int256 const& ours) {
            tally.compare(place, key, ours, state[key]);
        };
        compare("now", Int256{now_seconds});
        compare("ongoing", Int256{auction.ongoing ? 1 : 0});
        compare("insolvent", Int256{auction.insolvent ? 1 : 0});
        compare("start_time", Int256{auction.start_seconds});
        compare("reserved_cash", auction.reserved_cash);
        compare("cached_mm", auction.cached_mm);
        compare("total_insolvent_mm", total_insolvent_mm);
        compare("maintenance_margin", value.maintenance_margin);
        compare("mark_to_market", value.mark_to_market);
        compare("fees_paid_total", fees_paid_total);
    }
};

result<Results> AuctionHouse::run(std::string_view op, Json args) {
    DutchAuction const rules(parameters, value, now_seconds);
    Checked on;
    Results out;
    if (op == "set_params") {
        AuctionParameters const wanted{
            number(args, "start_fraction"),          number(args, "fast_cutoff_fraction"),
            count(args, "fast_length_seconds"),      count(args, "slow_length_seconds"),
            count(args, "insolvent_length_seconds"), number(args, "liquidator_fee_rate"),
            number(args, "buffer_margin_fraction"),  number(args, "mtm_cutoff")};
        PLIMSOLL_TRYV(check(wanted));
        parameters = wanted;
    } else if (op == "set_account_value") {
        value = {number(args, "maintenance_margin"), number(args, "mark_to_market")};
    } else if (op == "advance_time") {
        now_seconds += count(args, "seconds");
    } else if (op == "start") {
        PLIMSOLL_TRY(started, rules.start(auction));
        take(on, started.auction);
        fees_paid_total = on.add(fees_paid_total, started.fee);
        out = {{"kind", auction.insolvent ? "insolvent" : "solvent"},
               {"fee", format_int256(started.fee)},
               {"total_insolvent_mm", format_int256(total_insolvent_mm)}};
    } else if (op == "bid") {
        PLIMSOLL_TRY(bid, rules.bid(auction, number(args, "share"), number(args, "price_limit")));
        take(on, bid.auction);
        out = {{"final_share", format_int256(bid.share)},
               {"cash_from_bidder", format_int256(bid.cash_from_bidder)},
               {"cash_to_bidder", format_int256(bid.cash_to_bidder)},
               {"auction_live", auction.ongoing ? "1" : "0"},
               {"reserved_cash", format_int256(auction.reserved_cash)}};
    } else if (op == "convert_to_insolvent") {
        PLIMSOLL_TRY(after, rules.convert_to_insolvent(auction));
        take(on, after);
        out = {{"total_insolvent_mm", format_int256(total_insolvent_mm)}};
    } else if (op == "terminate") {
        PLIMSOLL_TRY(after, rules.terminate(auction));
        take(on, after);
        out = {{"total_insolvent_mm", format_int256(total_insolvent_mm)}};
    } else if (op == "query_price") {
        PLIMSOLL_TRY(price, rules.price(auction));
        PLIMSOLL_TRY(fraction, rules.discount_fraction(auction));
        out = {{"bid_price", format_int256(price)}, {"discount_fraction", format_int256(fraction)}};
    } else if (op == "query_max_share") {
        PLIMSOLL_TRY(share, rules.max_share(auction));
        out = {{"max_share", format_int256(share)}};
    } else {
        throw Malformed("unknown operation " + std::string(op));
    }
    return on.settle(out);
}

constexpr std::size_t account_count = 5;

/// Five accounts with cash and a perpetual each.
struct Venue {
    std::int64_t now_seconds = 0;
    CashLedger cash;
    FundingIndex funding;
    Int256 index_price{1'500 * one_units};
    Int256 perp_minus_index;
    Int256 ask_minus_index;
    Int256 bid_minus_index;
    std::array<CashAccount, account_count> accounts;
    std::array<PerpetualPosition, account_count> positions;

    static inline InterestModel const interest{one_units / 50, one_units / 100 * 8,
                                               one_units / 10 * 9, one_units / 100 * 85};
    static inline FundingModel const funding_model{12'500'000'000'000, one_units / 1'000 * 4,
                                                   8 * one_units};
    static constexpr int token_decimals = 6;

    void load(Json state);
    [[nodiscard]] result<Results> run(std::string_view op, Json args);
    void compare(Json state, std::string const& place, Tally& tally) const;

private:
    [[nodiscard]] static std::size_t account(Json args, char const* key) {
        auto const name = count(args, key);
        if (name < 1 || name > std::int64_t{account_count}) throw Malformed("no such account");
        return static_cast<std::size_t>(name - 1);
    }
    [[nodiscard]] PerpetualPrices prices(Checked& on) const {
        return {index_price, on.add(index_price, perp_minus_index),
                on.add(index_price, ask_minus_index), on.add(index_price, bid_minus_index)};
    }
};

void Venue::load(Json state) {
    *this = {};
    now_seconds = count(state, "now");
    cash.total_supply = number(state, "total_supply");
    cash.total_borrow = number(state, "total_borrow");
    cash.borrow_index = number(state, "borrow_index");
    cash.supply_index = number(state, "supply_index");
    cash.accrued_security_fees = number(state, "accrued_security_fees");
    cash.net_settled_cash = number(state, "net_settled_cash");
    cash.security_fee_rate = number(state, "security_fee_rate");
    cash.withdraw_fee_enabled = bool(state["withdraw_fee_enabled"]);
    cash.last_accrual_seconds = count(state, "last_accrual_time");
    cash.token_balance = number(state, "token_balance");
    funding.aggregate = number(state, "funding_index");
    funding.last_seconds = count(state, "last_funding_time");
    Json const arrays = state["accounts"];
    for (std::size_t i = 0; i < account_count; ++i) {
        accounts[i] = {number(arrays["cash"].at(i)), number(arrays["cash_index"].at(i))};
        positions[i] = {number(arrays["perp"].at(i)), number(arrays["last_mark_price"].at(i)),
                        number(arrays["stored_funding"].at(i)), number(arrays["stored_pnl"].at(i)),
                        number(arrays["last_funding_index"].at(i))};
    }
}

result<Results> Venue::run(std::string_view op, Json args) {
    Checked on;
    PerpetualPrices const now = prices(on);
    CashOperation money(on, cash, interest, token_decimals, now_seconds);
    PerpetualOperation perp(on, funding, funding_model, now, now_seconds);
    if (op == "deposit") {
        money.deposit(accounts[account(args, "account")], number(args, "token_amount"));
    } else if (op == "withdraw") {
        money.withdraw(accounts[account(args, "account")], number(args, "token_amount"));
    } else if (op == "transfer_cash") {
        money.transfer(accounts[account(args, "from_account")],
                       accounts[account(args, "to_account")], number(args, "amount"));
    } else if (op == "transfer_perp") {
        perp.transfer(positions[account(args, "from_account")],
                      positions[account(args, "to_account")], number(args, "amount"));
    } else if (op == "settle_cash") {
        money.settle(accounts[account(args, "account")], number(args, "amount"));
    } else if (op == "accrue_interest") {
        money.adjust(accounts[account(args, "account")], Int256{});
    } else if (op == "advance_time") {
        now_seconds += count(args, "seconds");
    } else if (op == "socialize_loss") {
        money.socialize_loss(accounts[account(args, "account")], number(args, "loss"));
    } else if (op == "transfer_security_fees") {
        money.transfer_security_fees(accounts[account_count - 1]);
    } else if (op == "disable_withdraw_fee") {
        money.disable_withdraw_fee();
    } else if (op == "gift_tokens") {
        cash.token_balance = on.add(cash.token_balance, number(args, "token_amount"));
    } else if (op == "donate") {
        money.donate(accounts[account(args, "account")], number(args, "amount"));
    } else if (op == "set_prices") {
        index_price = number(args, "index_price");
        perp_minus_index = number(args, "perp_minus_index");
    } else if (op == "set_impact_prices") {
        ask_minus_index = number(args, "ask_minus_index");
        bid_minus_index = number(args, "bid_minus_index");
    } else if (op == "settle_perp") {
        std::size_t const i = account(args, "account");
        money.settle_perpetual(accounts[i], perp.settle(positions[i]));
    } else {
        throw Malformed("unknown operation " + std::string(op));
    }
    return on.settle(Results{});
}

void Venue::compare(Json state, std::string const& place, Tally& tally) const {
    auto const compare = [&](char const* key, Int256 const& ours) {
        tally.compare(place, key, ours, state[key]);
    };
    compare("now", Int256{now_seconds});
    compare("total_supply", cash.total_supply);
    compare("total_borrow", cash.total_borrow);
    compare("borrow_index", cash.borrow_index);
    compare("supply_index", cash.supply_index);
    compare("accrued_security_fees", cash.accrued_security_fees);
    compare("net_settled_cash", cash.net_settled_cash);
    compare("security_fee_rate", cash.security_fee_rate);
    compare("withdraw_fee_enabled", Int256{cash.withdraw_fee_enabled ? 1 : 0});
    compare("last_accrual_time", Int256{cash.last_accrual_seconds});
    compare("token_balance", cash.token_balance);
    compare("funding_index", funding.aggregate);
    compare("last_funding_time", Int256{funding.last_seconds});

    // What is asked, not stored: each a calculation of its own, which may be refused.
    auto const ask = [this](auto question) -> std::optional<Int256> {
        Checked on;
        CashLedger ledger = cash;
        FundingIndex index = funding;
        PerpetualPrices const now = prices(on);
        CashOperation money(on, ledger, interest, token_decimals, now_seconds);
        PerpetualOperation perp(on, index, funding_model, now, now_seconds);
        Int256 const answer = question(money, perp);
        if (on.broken()) return std::nullopt;
        return answer;
    };
    tally.compare(place, "cash_to_token_rate",
                  text_of(ask([](auto& money, auto&) { return money.cash_to_token_rate(); })),
                  text_of(state["cash_to_token_rate"].value()));
    tally.compare(place, "funding_rate_per_hour",
                  text_of(ask([](auto&, auto& perp) { return perp.funding_rate_per_hour(); })),
                  text_of(state["funding_rate_per_hour"].value()));
    Json const arrays = state["accounts"];
    for (std::size_t i = 0; i < account_count; ++i) {
        std::string const name = "account " + std::to_string(i + 1) + " ";
        auto const each = [&](char const* key, Int256 const& ours) {
            tally.compare(place, name + key, ours, arrays[key].at(i).value());
        };
        each("cash", accounts[i].balance);
        each("cash_index", accounts[i].index);
        each("perp", positions[i].size);
        each("last_mark_price", positions[i].last_mark_price);
        each("stored_funding", positions[i].stored_funding);
        each("stored_pnl", positions[i].stored_pnl);
        each("last_funding_index", positions[i].last_funding_index);
        auto const unsettled =
            ask([&](auto&, auto& perp) { return perp.unsettled_cash(positions[i]); });
        tally.compare(place, name + "perp_unsettled_cash", text_of(unsettled),
                      text_of(arrays["perp_unsettled_cash"].at(i).value()));
    }
}

/// Plays every sequence of a file. A refused operation leaves the state as it was.
template <class State> void play(std::filesystem::path const& file, Tally& tally) {
    State state;
    for_each_line(file, [&](Json line, std::string const& place) {
        auto const op = std::string_view(line["op"]);
        if (op == "end_sequence") return;
        if (op == "begin_sequence") {
            state.load(line["state"]);
            state.compare(line["state"], place, tally);
            return;
        }
        tally.begin_case();
        State after = state;
        auto const ours = after.run(op, line["args"]);
        bool const accepted = bool(line["ok"]);
        std::string const field(op);
        tally.compare(place, field,
                      ours       ? "accepted"
                      : accepted ? "refused: " + ours.error().message()
                                 : "refused",
                      accepted ? "accepted" : "refused");
        if (ours) state = after;
        if (!accepted) return;
        if (ours) {
            for (auto const& [key, value] : ours.value()) {
                Json const theirs = line["result"][key];
                bool const is_word = theirs.is_string() && key == "kind";
                tally.compare(place, field + " " + key, value,
                              is_word ? std::string(std::string_view(theirs)) : text_of(theirs));
            }
        }
        state.compare(line["state"], place, tally);
    });
}

} // namespace

void compare_auctions(std::filesystem::path const& file, Tally& tally) {
    play<AuctionHouse>(file, tally);
}

void compare_cash_and_perpetuals(std::filesystem::path const& file, Tally& tally) {
    play<Venue>(file, tally);
}

} // namespace plimsoll::vectors
