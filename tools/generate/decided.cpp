#include "tools/generate/decided.hpp"

#include "risk/adoption.hpp"
#include "tools/generate/catalogue.hpp"
#include "tools/generate/day.hpp"

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t groups_between_progress = 4096;
constexpr std::uint64_t commands_of_one_commit = 1000;

/// A day that a clearing house decides.
class Decided {
public:
    Decided(DayOptions const& options, DecidedDay const& decided, GenerateProgress const& progress)
        : options_(options), decided_(decided), progress_(progress), day_(options) {}

    [[nodiscard]] result<DecidedSummary> run(std::filesystem::path const& directory) {
        PLIMSOLL_TRYV(open_day(directory));
        PLIMSOLL_TRY(house, replay::ClearingHouse::open(directory));
        house_ = std::move(house);
        PLIMSOLL_TRYV(go_on());
        PLIMSOLL_TRYV(house_->close());
        out_.made = summary_of(house_->book(), options_);
        return std::move(out_);
    }

private:
    /// Definitions and first deposits are facts; then the presets are adopted, and a house can be opened.
    [[nodiscard]] result<void> open_day(std::filesystem::path const& directory) {
        PLIMSOLL_TRYV(replay::Engine::create(directory));
        PLIMSOLL_TRY(engine, replay::Engine::open(directory));
        while (true) {
            PLIMSOLL_TRY(more, day_.next(engine->book(), group_));
            if (!more || !day_.is_opening()) break;
            PLIMSOLL_TRYV(engine->submit(group_));
        }
        Origin origin;
        origin.source_time = engine->book().time();
        origin.cause = Cause::definition;
        PLIMSOLL_TRYV(engine->submit(Event{origin, rare(risk::adoption_of(decided_.margin))}));
        PLIMSOLL_TRYV(engine->submit(Event{origin, rare(risk::adoption_of(decided_.clearing))}));
        return engine->close();
    }

    /// The group at hand is the first after the opening.
    [[nodiscard]] result<void> go_on() {
        for (std::uint64_t groups = 0;; ++groups) {
            if (groups % groups_between_progress == 0) progress_(std::min(house_->book().sequence(), options_.events), options_.events);
            PLIMSOLL_TRYV(take());
            PLIMSOLL_TRYV(sweep());
            PLIMSOLL_TRY(more, day_.next(house_->book(), group_));
            if (!more) break;
        }
        progress_(options_.events, options_.events);
        return ask(risk::LiquidateAll{}, house_->book().time());
    }

    [[nodiscard]] result<void> take() {
        if (group_.size() == 1) {
            auto const command = command_of(group_.front());
            if (command) return ask(*command, group_.front().origin.source_time);
        }
        return house_->record(group_);
    }

    /// What a customer asks for; nothing for what the world tells.
    [[nodiscard]] static std::optional<risk::Command> command_of(Event const& event) {
        if (auto const* const trade = std::get_if<Traded>(&event.body)) {
            risk::Trade ask;
            ask.buyer = trade->buyer;
            ask.seller = trade->seller;
            ask.instrument = trade->instrument;
            ask.size = trade->size;
            ask.price = trade->price;
            ask.buyer_fee = trade->buyer_fee;
            ask.seller_fee = trade->seller_fee;
            ask.fee_account = trade->fee_account;
            ask.taker = trade->taker;
            return ask;
        }
        auto const* const paid = std::get_if<Transferred>(&event.body);
        if (paid == nullptr || !paid->amount.units()) return std::nullopt;
        switch (paid->type) {
        case TransferType::deposit: return risk::Deposit{paid->account, paid->counter, paid->asset, paid->amount};
        case TransferType::withdrawal: return risk::Withdraw{paid->account, paid->counter, paid->asset, -paid->amount};
        case TransferType::transfer: return risk::Transfer{paid->counter, paid->account, paid->asset, paid->amount};
        default: return std::nullopt;
        }
    }

    [[nodiscard]] result<void> ask(risk::Command const& command, TimeNs time) {
        ++out_.commands;
        PLIMSOLL_TRYV(house_->submit(command, {out_.commands, out_.commands, time, "generator-commands"}, answer_));
        if (!answer_.accepted()) {
            ++out_.refused;
            ++out_.refused_by_rule[std::string(answer_.refusal->rule().name)];
        }
        if (out_.commands % commands_of_one_commit != 0) return outcome::success();
        return house_->commit();
    }

    [[nodiscard]] result<void> sweep() {
        TimeNs const now = house_->book().time();
        if (now < next_sweep_) return outcome::success();
        next_sweep_ = now + decided_.sweep_every_ns;
        ++out_.sweeps;
        return ask(risk::LiquidateAll{}, now);
    }

    DayOptions const& options_;
    DecidedDay const& decided_;
    GenerateProgress const& progress_;
    Day day_;
    std::vector<Event> group_;
    std::unique_ptr<replay::ClearingHouse> house_;
    replay::Answer answer_;
    TimeNs next_sweep_ = 0;
    DecidedSummary out_;
};

} // namespace

result<DecidedSummary> generate_decided(std::filesystem::path const& directory, DayOptions const& options, DecidedDay const& decided,
                                        GenerateProgress const& progress) {
    DayOptions asked = options;
    asked.is_decided_elsewhere = true;
    return Decided(asked, decided, progress).run(directory);
}

} // namespace plimsoll::tools
