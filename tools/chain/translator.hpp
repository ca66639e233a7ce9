/// Logs of mapped contracts as events of the ledger, by a mapping's rules.
#pragma once

#include "tools/chain/field_filler.hpp"
#include "tools/chain/mapping.hpp"

#include <unordered_map>

namespace plimsoll::tools::chain {

/// Whoever keeps the events: an engine, or a book in memory.
class Keeper {
public:
    virtual ~Keeper() = default;
    [[nodiscard]] virtual book::Book const& book() const = 0;
    /// The events of one record, or a definition that belongs to none. False where it is known.
    [[nodiscard]] virtual result<bool> submit(std::span<Event const> group) = 0;
};

/// The block that logs are of, as far as their events need it.
struct BlockPlace {
    std::uint64_t number = 0;
    std::uint64_t time_seconds = 0;
    Bytes32 hash{};
    Bytes32 parent_hash{};
};

/// Decides the events of each log; names met for the first time are defined at once.
class Translator final : private NameBook {
public:
    Translator(Mapping const& mapping, Keeper& keeper);

    /// From now on definitions are of this source and time.
    void at(std::uint16_t source, TimeNs time) {
        source_ = source;
        time_ = time;
    }
    /// How many events definitions took.
    [[nodiscard]] std::uint64_t definitions() const { return definitions_; }

    /// The facts of a log of a mapped contract, without their origin; none where a rule says that it
    /// moves nothing. Errors: Errc::log_unmapped, log_malformed, value_refused; book::Errc of names.
    /// `transaction` are the mapped logs of its transaction, `place` the log's among them.
    [[nodiscard]] result<void> translate(MappedContract const& contract, BlockPlace const& block,
                                         std::span<Log const* const> transaction, std::size_t place,
                                         std::vector<Body>& facts);
    /// Whether the mapping has an [[ignore]] for such a log.
    [[nodiscard]] bool may_move_nothing(Log const& log) const;
    /// What the transaction leaves, once `facts` are booked too: facts of their own.
    [[nodiscard]] result<void> add_residuals(std::vector<Body>& facts);

    /// The ids of what every ledger of the mapping has. Defines what is not there.
    [[nodiscard]] result<std::uint32_t> account(std::string_view name) override;
    [[nodiscard]] result<std::uint32_t> asset(std::string_view name) override;
    [[nodiscard]] result<std::uint32_t> instrument(std::string_view name) override;
    [[nodiscard]] result<void> define(Event event);

private:
    struct WordHash {
        std::size_t operator()(Bytes32 const& word) const {
            std::uint64_t mixed = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                std::uint64_t limb = 0;
                std::memcpy(&limb, word.data() + 8 * i, sizeof(limb));
                mixed = (mixed ^ limb) * 0x9E3779B97F4A7C15ULL;
                mixed ^= mixed >> 29;
            }
            return static_cast<std::size_t>(mixed);
        }
    };
    [[nodiscard]] std::uint32_t& memory(std::size_t number, Bytes32 const& word) override {
        return memories_[number][word];
    }
    [[nodiscard]] result<void> define_option(InstrumentPattern const& pattern, std::string_view star,
                                             InstrumentDefined& fact) const;
    [[nodiscard]] result<bool> holds(Rule const& rule, Frame const& frame) const;

    Mapping const& mapping_;
    Keeper& keeper_;
    std::unordered_map<Bytes32, std::vector<Rule const*>, WordHash> rules_; ///< by topic
    std::vector<std::unordered_map<Bytes32, std::uint32_t, WordHash>> memories_;
    std::vector<AbiValue> arguments_;
    std::uint16_t source_ = 0;
    TimeNs time_ = 0;
    std::uint64_t definitions_ = 0;
};

} // namespace plimsoll::tools::chain
