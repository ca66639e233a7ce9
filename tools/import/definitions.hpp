/// Names on their first mention: what the book has, or else defined now.
#pragma once

#include "replay/engine.hpp"

#include <string>
#include <string_view>

namespace plimsoll::tools {

/// First 8 bytes of SHA-256 of a source record's canonical text: equal content, equal number.
[[nodiscard]] std::uint64_t record_fingerprint(std::string_view canonical);

/// Gives the id of a name, defining it where the book has none. A definition has no cursor, so it
/// belongs to no record and importing again finds it there. The engine must outlive this.
class Definitions {
public:
    explicit Definitions(replay::Engine& engine) : engine_(&engine) {}

    /// Later definitions come from this source, at the time of the record that mentions the name.
    void mentioned(std::uint16_t source, TimeNs time) {
        source_ = source;
        time_ = time;
    }

    // Errors: event::Errc of names; book::Errc.
    [[nodiscard]] result<std::uint16_t> source(std::string_view name, wire::SourceKind kind);
    [[nodiscard]] result<std::uint16_t> feed(std::string_view name);
    [[nodiscard]] result<AccountId> account(std::string_view name, wire::AccountKind kind,
                                            std::string_view owner = {});
    [[nodiscard]] result<AssetId> asset(std::string_view name, int decimals, wire::AssetKind kind);
    [[nodiscard]] result<InstrumentId> instrument(InstrumentDefined const& definition);

    /// How many events this took so far.
    [[nodiscard]] std::uint64_t events() const { return events_; }

private:
    template <class Fact> [[nodiscard]] result<void> define(Fact const& fact);

    replay::Engine* engine_;
    std::uint16_t source_ = 0;
    TimeNs time_ = 0;
    std::uint64_t events_ = 0;
};

} // namespace plimsoll::tools
