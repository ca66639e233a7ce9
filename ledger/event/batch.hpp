/// A batch of events as bytes: built once, verified on every read from outside, walked in place.
#pragma once

#include "ledger/event/event.hpp"
#include "ledger/event/hash.hpp"

#include <array>
#include <cstring>
#include <vector>

namespace plimsoll {

inline constexpr std::uint16_t schema_version = 1;

/// What a batch says of itself.
struct BatchHeader {
    std::uint64_t first_sequence = 0;
    std::uint64_t epoch = 0; ///< term of the writer
    TimeNs time = 0;         ///< ledger time before its first event
    Hash previous{};         ///< SHA-256 of the bytes of the batch before
};

/// Bytes at an 8-byte boundary, as FlatBuffers reads them.
class AlignedBytes {
public:
    AlignedBytes() = default;
    explicit AlignedBytes(Bytes source) { assign(source); }
    /// Keeps its memory for the next batch.
    void assign(Bytes source) {
        if (words_.size() * 8 < source.size()) words_.resize((source.size() + 7) / 8 + 1024);
        size_ = source.size();
        if (size_ != 0) std::memcpy(words_.data(), source.data(), size_);
    }
    [[nodiscard]] Bytes view() const { return {reinterpret_cast<std::byte const*>(words_.data()), size_}; }

private:
    std::vector<std::uint64_t> words_;
    std::size_t size_ = 0;
};

/// Collects events and makes the bytes of one batch.
class BatchBuilder {
public:
    void add(Origin const& origin, Body const& body);

    template <class Fact> void add_hot(Origin const& origin, Fact const& fact) {
        kinds_.push_back(static_cast<std::uint8_t>(kind_of(fact)));
        origins_.push_back(origin);
        vector_of(fact).push_back(fact);
    }

    [[nodiscard]] std::size_t size() const { return kinds_.size(); }
    [[nodiscard]] bool empty() const { return kinds_.empty(); }
    /// A close guess of the finished size.
    [[nodiscard]] std::size_t size_bytes() const;

    /// Deterministic: equal events and header, equal bytes.
    [[nodiscard]] std::string finish(BatchHeader const& header) const;
    void clear();

private:
    static Kind kind_of(Transferred const&) { return Kind::transferred; }
    static Kind kind_of(Traded const&) { return Kind::traded; }
    static Kind kind_of(Observed const&) { return Kind::observed; }
    static Kind kind_of(IndexRecorded const&) { return Kind::index_recorded; }
    static Kind kind_of(IndexMet const&) { return Kind::index_met; }
    static Kind kind_of(PositionSettled const&) { return Kind::position_settled; }
    auto& vector_of(Transferred const&) { return transferred_; }
    auto& vector_of(Traded const&) { return traded_; }
    auto& vector_of(Observed const&) { return observed_; }
    auto& vector_of(IndexRecorded const&) { return index_recorded_; }
    auto& vector_of(IndexMet const&) { return index_met_; }
    auto& vector_of(PositionSettled const&) { return position_settled_; }

    std::vector<std::uint8_t> kinds_;
    std::vector<Origin> origins_;
    std::vector<Transferred> transferred_;
    std::vector<Traded> traded_;
    std::vector<Observed> observed_;
    std::vector<IndexRecorded> index_recorded_;
    std::vector<IndexMet> index_met_;
    std::vector<PositionSettled> position_settled_;
    std::vector<std::vector<std::uint8_t>> rare_;
};

/// A verified batch, read where it lies. The bytes must outlive it.
class BatchView {
public:
    /// Verifies every offset, the counts and the nested buffers.
    /// Errors: event::Errc::bytes_not_a_batch, schema_newer, unknown_kind, counts_disagree.
    [[nodiscard]] static result<BatchView> open(Bytes bytes);

    [[nodiscard]] BatchHeader const& header() const { return header_; }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::uint64_t last_sequence() const { return header_.first_sequence + count_ - 1; }
    [[nodiscard]] Origin origin(std::size_t i) const {
        Origin origin;
        std::memcpy(static_cast<void*>(&origin), origins_ + i * sizeof(Origin), sizeof(Origin));
        return origin;
    }

    /// Walks the events in order. A second, earlier-started walk may run ahead to prefetch.
    class Walk {
    public:
        explicit Walk(BatchView const& batch) : batch_(&batch), next_(batch.columns_) {}
        [[nodiscard]] bool done() const { return index_ == batch_->count_; }
        [[nodiscard]] std::size_t index() const { return index_; }

        /// Calls f(origin, fact) for the next event.
        template <class F> void next(F&& f) {
            step([&](auto const& fact) { f(batch_->origin(index_), fact); }, true);
            ++index_;
        }
        /// Calls f(fact) for the next event where it is hot; passes over it where it is rare.
        template <class F> void next_hot(F&& f) {
            step(f, false);
            ++index_;
        }

    private:
        template <class Fact, class F> void hot(Kind kind, F&& f) {
            auto& column = next_[static_cast<std::size_t>(kind)];
            Fact fact;
            std::memcpy(static_cast<void*>(&fact), column, sizeof(Fact));
            column += sizeof(Fact);
            f(fact);
        }
        template <class F> void step(F&& f, bool with_rare) {
            switch (static_cast<Kind>(batch_->kinds_[index_])) {
            case Kind::transferred: hot<Transferred>(Kind::transferred, f); return;
            case Kind::traded: hot<Traded>(Kind::traded, f); return;
            case Kind::observed: hot<Observed>(Kind::observed, f); return;
            case Kind::index_recorded: hot<IndexRecorded>(Kind::index_recorded, f); return;
            case Kind::index_met: hot<IndexMet>(Kind::index_met, f); return;
            case Kind::position_settled: hot<PositionSettled>(Kind::position_settled, f); return;
            }
            if constexpr (std::is_invocable_v<F, AssetDefined const&>) {
                if (with_rare) visit_rare(*batch_->rare(rare_index_), f);
            }
            ++rare_index_;
        }

        BatchView const* batch_;
        std::array<std::uint8_t const*, 8> next_;
        std::size_t index_ = 0;
        std::size_t rare_index_ = 0;
    };

    /// Calls f(sequence, origin, fact) for each event in order.
    template <class F> void for_each(F&& f) const {
        Walk walk(*this);
        while (!walk.done()) {
            std::uint64_t const sequence = header_.first_sequence + walk.index();
            walk.next([&](Origin const& origin, auto const& fact) { f(sequence, origin, fact); });
        }
    }

    /// Every event as a value of its own.
    [[nodiscard]] std::vector<Event> events() const;

private:
    [[nodiscard]] RareFact rare(std::size_t i) const;

    BatchHeader header_;
    std::size_t count_ = 0;
    std::uint8_t const* kinds_ = nullptr;
    std::uint8_t const* origins_ = nullptr;
    std::array<std::uint8_t const*, 8> columns_{};
    wire::Batch const* wire_ = nullptr;
};

} // namespace plimsoll
