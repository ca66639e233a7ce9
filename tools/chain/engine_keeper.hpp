/// An engine as the keeper of translated events.
#pragma once

#include "replay/engine.hpp"
#include "tools/chain/translator.hpp"

namespace plimsoll::tools::chain {

class EngineKeeper final : public Keeper {
public:
    explicit EngineKeeper(replay::Engine& engine) : engine_(&engine) {}

    [[nodiscard]] book::Book const& book() const override { return engine_->book(); }
    [[nodiscard]] result<bool> submit(std::span<Event const> group) override {
        PLIMSOLL_TRY(receipt, engine_->submit(group));
        return !receipt.is_duplicate;
    }

private:
    replay::Engine* engine_;
};

} // namespace plimsoll::tools::chain
