/// The small venue with credit: a pool that lends USD, alice with a subaccount, bob and carol who vouch.
#pragma once

#include "tests/replay/clearing/vault_ledger.hpp"

namespace plimsoll::testing_aid {

/// Easy terms, so that a short story comes to credit: everybody scores 0.95 (bias -3), the median of one day's equity counts
/// eight times, half the pool, four times the stake; due in ten days, in default two days later or below 1.02; asked are about 1.07.
[[nodiscard]] inline risk::CreditPreset easy_credit(std::vector<std::pair<std::string, std::string>> const& changes = {}) {
    std::vector<std::pair<std::string, std::string>> all{{"bias = \"2\"", "bias = \"-3\""},
                                                         {"term_days = \"30\"", "term_days = \"10\""},
                                                         {"grace_days = \"3\"", "grace_days = \"2\""},
                                                         {"equity_days = \"90\"", "equity_days = \"1\""},
                                                         {"equity_multiple = \"0.5\"", "equity_multiple = \"8\""},
                                                         {"pool_share = \"0.1\"", "pool_share = \"0.5\""}};
    all.insert(all.end(), changes.begin(), changes.end());
    return must(risk::CreditPreset::parse(replaced(risk::shipped_credit_preset("reputation")->body, all), "easy"));
}

/// After the accounts of ClearingLedger: the pool (9), alice's subaccount (10), and dave of the owner "dd" (11), eve of the same (12).
class CreditLedger : public ClearingLedger {
public:
    static constexpr AccountId pool{9};
    static constexpr AccountId alice2{10};
    static constexpr AccountId dave{11};
    static constexpr AccountId eve{12};
    static constexpr TimeNs day = risk::credit_day_ns;

    explicit CreditLedger(std::optional<risk::CreditPreset> const& credit = easy_credit(), std::string_view margin = "", bool has_pool = true)
        : ClearingLedger(margin) {
        open(has_pool ? "credit:USD" : "lenders", wire::AccountKind::pool);
        open("alice-2", wire::AccountKind::subaccount, "", alice);
        open("dave", wire::AccountKind::customer, "dd");
        open("eve", wire::AccountKind::customer, "dd");
        if (credit) submit(rare(risk::adoption_of(*credit)));
        again();
    }
    void open(std::string const& name, wire::AccountKind kind, std::string const& owner = "", AccountId parent = {}) {
        AccountOpened fact;
        fact.name = name;
        fact.kind = kind;
        fact.owner = owner;
        fact.parent = parent.number();
        submit(rare(std::move(fact)));
    }
    /// 1,000 of alice's own, 100,000 to lend, 10,000 of each voucher; a day has ended so.
    void settle_in() {
        must_take(deposit(alice, "1000"));
        must_take(deposit(pool, "100000"));
        for (AccountId const account : {bob, carol, keeper}) must_take(deposit(account, "10000"));
        must_take(mark("100"), start + day + second);
        must_take(observe(Observation::asset_price, btc.number(), "100"));
    }

    [[nodiscard]] static Command draw(AccountId account, std::string const& text) { return risk::DrawCredit{account, amount(text)}; }
    [[nodiscard]] static Command repay(AccountId account, std::string const& text = "0") { return risk::RepayCredit{account, amount(text)}; }
    [[nodiscard]] static Command vouch(AccountId account, AccountId borrower, std::string const& text) { return risk::Vouch{account, borrower, amount(text)}; }
    [[nodiscard]] static Command unvouch(AccountId account, AccountId borrower, std::string const& text = "0") {
        return risk::Unvouch{account, borrower, amount(text)};
    }
    [[nodiscard]] static Command assess(AccountId account) { return risk::AssessCredit{account}; }
    [[nodiscard]] static Command call_default(AccountId account) { return risk::DeclareDefault{account, {}}; }
    [[nodiscard]] static Command transfer(AccountId from, AccountId to, std::string const& text, AssetId asset = usd) {
        return risk::Transfer{from, to, asset, amount(text)};
    }

    [[nodiscard]] risk::CreditHistory const& history() { return *house().credit_history(); }
    [[nodiscard]] std::string drawn(AccountId holder) { return format_decimal(history().drawn(holder)); }
    [[nodiscard]] std::string limit_of(AccountId holder) const {
        auto const* const row = risk::credit_row(book(), holder, usd);
        return row == nullptr ? "none" : format_decimal(row->limit);
    }
    [[nodiscard]] std::string money(AccountId account, AssetId asset = usd) const { return format_decimal(cash(account, asset)); }
};

/// The last figure of that name in an answer, of whichever account; "none" where there is none.
[[nodiscard]] inline std::string figure(Answer const& answer, std::string_view name) {
    for (auto each = answer.figures.rbegin(); each != answer.figures.rend(); ++each) {
        if (each->name == name) return format_decimal(each->units);
    }
    return "none";
}

} // namespace plimsoll::testing_aid
