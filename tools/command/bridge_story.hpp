/// Transfers between chains at a moment, as the log tells them: those on their way, or all there ever were.
#pragma once

#include "replay/bridge_recall.hpp"
#include "risk/bridge/chain_sheet.hpp"

#include <memory>
#include <string>
#include <vector>

namespace plimsoll::tools {

class BridgeStory {
public:
    struct In {
        std::string chain;
        risk::BridgeTransfer transfer;
    };
    struct Out {
        std::string chain;
        risk::BridgeWithdrawal withdrawal;
    };

    /// `all`: reads the whole log up to the moment. The moment must outlive it. Errors: damage; risk::Errc::preset_*.
    [[nodiscard]] static result<std::unique_ptr<BridgeStory>> of(replay::Reader const& reader, replay::Moment const& moment, bool all);
    BridgeStory(BridgeStory const&) = delete;
    BridgeStory& operator=(BridgeStory const&) = delete;

    std::vector<In> in;   ///< by chain, then as observed
    std::vector<Out> out; ///< by chain, then by number

    /// Nothing: none is in force.
    [[nodiscard]] risk::BridgePreset const* preset() const { return preset_ ? &*preset_ : nullptr; }
    [[nodiscard]] risk::Bridges const* bridges() const { return bridges_.get(); }
    /// Of asset, bridge and finality together; nothing of one that is reversed, or whose asset the preset has not.
    [[nodiscard]] std::optional<Int128> haircut(book::Book const& book, risk::BridgeTransfer const& transfer) const;

private:
    BridgeStory() = default;
    [[nodiscard]] result<void> read_all(replay::Reader const& reader, book::Book const& book);

    std::optional<risk::BridgePreset> preset_;
    std::unique_ptr<risk::Bridges> bridges_;
};

} // namespace plimsoll::tools
