#include "tools/text/names.hpp"

namespace plimsoll::tools {
namespace {

template <class Id, class Waiting>
[[nodiscard]] std::optional<Id> either(std::optional<Id> known, Waiting const& waiting, std::string_view name) {
    if (known || waiting.empty()) return known;
    auto const found = waiting.find(name);
    if (found == waiting.end()) return std::nullopt;
    if constexpr (std::is_same_v<Id, std::uint16_t>) {
        return static_cast<std::uint16_t>(found->second);
    } else {
        return Id{found->second};
    }
}

} // namespace

std::optional<AccountId> Names::account(std::string_view name) const {
    return either(book_->find_account(name), accounts_, name);
}
std::optional<AssetId> Names::asset(std::string_view name) const {
    return either(book_->find_asset(name), assets_, name);
}
std::optional<InstrumentId> Names::instrument(std::string_view name) const {
    return either(book_->find_instrument(name), instruments_, name);
}
std::optional<std::uint16_t> Names::source(std::string_view name) const {
    return either(book_->find_source(name), sources_, name);
}
std::optional<std::uint16_t> Names::feed(std::string_view name) const {
    return either(book_->find_feed(name), feeds_, name);
}

int Names::decimals(AssetId asset) const {
    if (book_->has(asset)) return static_cast<int>(book_->asset(asset).decimals);
    auto const waiting = decimals_.find(asset.number());
    return waiting == decimals_.end() ? fixed_decimals : waiting->second;
}

void Names::announce(Event const& event) {
    auto const* rare = std::get_if<RareFact>(&event.body);
    if (rare == nullptr) return;
    auto define = [this](Waiting& waiting, auto known, auto const& table, std::string const& name) {
        if (known) return std::uint32_t{0};
        auto const id = table.size() + static_cast<std::uint32_t>(waiting.size()) + 1;
        waiting.emplace(name, id);
        is_settled_ = false;
        return id;
    };
    visit_rare(**rare, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_same_v<Fact, AccountOpened>) {
            define(accounts_, account(fact.name), book_->accounts, fact.name);
        } else if constexpr (std::is_same_v<Fact, AssetDefined>) {
            decimals_.emplace(define(assets_, asset(fact.name), book_->assets, fact.name), fact.decimals);
        } else if constexpr (std::is_same_v<Fact, InstrumentDefined>) {
            define(instruments_, instrument(fact.name), book_->instruments, fact.name);
        } else if constexpr (std::is_same_v<Fact, SourceDefined>) {
            define(sources_, source(fact.name), book_->sources, fact.name);
        } else if constexpr (std::is_same_v<Fact, FeedDefined>) {
            define(feeds_, feed(fact.name), book_->feeds, fact.name);
        }
    });
}

void Names::settle() {
    if (is_settled_) return;
    for (Waiting* waiting : {&accounts_, &assets_, &instruments_, &sources_, &feeds_}) waiting->clear();
    decimals_.clear();
    is_settled_ = true;
}

} // namespace plimsoll::tools
