#include "risk/bridge/bridges.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "risk/counts_as.hpp"

#include <algorithm>
#include <set>

namespace plimsoll::risk {
namespace {

/// Definitions that are missing, each with the number that it will have.
class BridgeSetup {
public:
    explicit BridgeSetup(book::Book const& book) : book_(book), next_(book.accounts.size()) {}

    [[nodiscard]] result<AccountId> account(std::string const& name, wire::AccountKind kind, AccountId parent) {
        if (auto const known = book_.find_account(name)) {
            if (book_.account(*known).kind == kind) return *known;
            return fail(Errc::bridge_account_missing, "'" + name + "' is of kind " + wire::EnumNameAccountKind(book_.account(*known).kind) + ", not " +
                                                          wire::EnumNameAccountKind(kind));
        }
        auto const opened = opened_.find(name);
        if (opened != opened_.end()) return opened->second;
        AccountOpened fact;
        fact.name = name;
        fact.kind = kind;
        fact.parent = parent.number();
        facts_.push_back(rare(std::move(fact)));
        return opened_.emplace(name, AccountId{++next_}).first->second;
    }
    /// A home chain that is not defined yet is where the ledger's deposits have come from so far.
    [[nodiscard]] result<void> chain(std::string const& name, bool is_home) {
        std::string const bridge = std::string(bridge_events_scope) + name;
        PLIMSOLL_TRY(incoming, account(bridge, wire::AccountKind::bridge, {}));
        PLIMSOLL_TRYV(account(bridge + ":out", wire::AccountKind::bridge, incoming));
        if (!fund_of(book_, incoming).is_some()) {
            PLIMSOLL_TRYV(account(bridge + ":fund", wire::AccountKind::insurance, incoming));
        }
        auto const is_it = [&](book::ChainRow const& row) { return row.name.view() == name; };
        if (std::ranges::any_of(book_.chains.rows(), is_it)) return outcome::success();
        auto const first = account_of_kind(book_, {}, wire::AccountKind::outside);
        AccountId outside = is_home && first ? first.value() : AccountId{};
        if (!outside.is_some()) {
            PLIMSOLL_TRY(opened, account("outside:" + name, wire::AccountKind::outside, {}));
            outside = opened;
        }
        ChainDefined fact;
        fact.name = name;
        fact.account = outside.number();
        facts_.push_back(rare(std::move(fact)));
        return outcome::success();
    }
    [[nodiscard]] result<void> asset(BridgedAsset const& asset, Int128 kept) {
        auto const whole = book_.find_asset(asset.asset);
        if (!whole) return fail(book::Errc::unknown_asset, "'" + asset.asset + "', which assets of the preset count as: define it in the ledger first");
        if (asset.is_home()) return outcome::success();
        PLIMSOLL_TRYV(account(exchange_name(asset.asset), wire::AccountKind::bridge, {}));
        if (!book_.find_asset(asset.name)) {
            AssetDefined fact;
            fact.name = asset.name;
            fact.decimals = static_cast<std::uint8_t>(book_.asset(*whole).decimals);
            fact.kind = static_cast<wire::AssetKind>(book_.asset(*whole).kind);
            fact.chain = asset.chain;
            facts_.push_back(rare(std::move(fact)));
        }
        counts_as(std::string(counts_as_scope) + asset.asset, asset.name, kept);
        return outcome::success();
    }
    void counts_as(std::string const& scope, std::string const& name, Int128 kept) {
        ParameterSet fact;
        fact.scope = scope;
        fact.name = name;
        fact.unit = "share";
        fact.value = to_wire(kept);
        counts_as_.push_back(rare(std::move(fact)));
        told_.insert({scope, name});
    }
    /// What the preset before this one had, and this one has not.
    void drop_others() {
        for (book::ParameterRow const& row : book_.parameters.rows()) {
            std::pair const key(std::string(row.scope.view()), std::string(row.name.view()));
            bool const is_old = key.first.starts_with(counts_as_scope) && row.value.units() > 0 && !told_.contains(key);
            if (is_old) counts_as(key.first, key.second, 0);
        }
    }
    [[nodiscard]] std::vector<Body> take(Body adopted) {
        std::vector<Body> all{std::move(adopted)};
        std::ranges::move(facts_, std::back_inserter(all));
        std::ranges::move(counts_as_, std::back_inserter(all));
        return all;
    }

private:
    book::Book const& book_;
    std::uint32_t next_;
    std::map<std::string, AccountId> opened_;
    std::vector<Body> facts_;
    std::vector<Body> counts_as_;
    std::set<std::pair<std::string, std::string>> told_;
};

/// Nobody could say how a transfer goes on whose chain is not there any more.
[[nodiscard]] result<void> check_in_flight(book::Book const& book, BridgePreset const& preset) {
    for (book::ParameterRow const& row : book.parameters.rows()) {
        std::string_view const scope = row.scope.view();
        bool const is_place = row.name.view().starts_with("in ") || row.name.view().starts_with("out ");
        if (!scope.starts_with(bridge_events_scope) || !is_place || row.value.units() == 0) continue;
        std::string_view const chain = scope.substr(bridge_events_scope.size());
        if (preset.chain(chain) == nullptr) return fail(Errc::transfers_in_flight, std::string(chain));
    }
    return outcome::success();
}

} // namespace

result<std::vector<Body>> adoption_of(book::Book const& book, BridgePreset const& preset) {
    PLIMSOLL_TRYV(check_in_flight(book, preset));
    BridgeSetup setup(book);
    for (BridgedChain const& chain : preset.chains) {
        bool const is_home = std::ranges::any_of(preset.assets, [&](BridgedAsset const& each) { return each.chain == chain.name && each.is_home(); });
        PLIMSOLL_TRYV(setup.chain(chain.name, is_home));
    }
    for (BridgedAsset const& asset : preset.assets) {
        PLIMSOLL_TRYV(setup.asset(asset, preset.kept(asset)));
    }
    setup.drop_others();
    return setup.take(rare(adoption_in(bridge_scope, preset)));
}

} // namespace plimsoll::risk
