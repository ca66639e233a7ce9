#include "ledger/event/batch.hpp"

#include "ledger/event/errc.hpp"

#include <algorithm>

namespace plimsoll {
namespace {

using event::Errc;

constexpr auto hot_kinds = static_cast<std::size_t>(Kind::position_settled);

template <class Wire, class Fact>
[[nodiscard]] auto column(flatbuffers::FlatBufferBuilder& builder, std::vector<Fact> const& facts) {
    return builder.CreateVectorOfStructs(reinterpret_cast<Wire const*>(facts.data()), facts.size());
}

[[nodiscard]] std::vector<std::uint8_t> encode(wire::RareUnion const& fact) {
    flatbuffers::FlatBufferBuilder builder(256);
    auto const body = fact.Pack(builder);
    builder.Finish(wire::CreateRareEvent(builder, fact.type, body));
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

template <class Vector> [[nodiscard]] std::size_t size_of(Vector const* vector) {
    return vector == nullptr ? 0 : vector->size();
}

template <class Vector> [[nodiscard]] std::uint8_t const* data_of(Vector const* vector) {
    return vector == nullptr ? nullptr : vector->Data();
}

/// Rare buffers sit at 8-byte offsets, so their structs are aligned where they lie.
[[nodiscard]] result<void> verify_rare(wire::Batch const& batch, std::uint8_t const* kinds, std::size_t count) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (kinds[i] <= hot_kinds) continue;
        auto const* bytes = batch.rare()->Get(static_cast<flatbuffers::uoffset_t>(next++))->bytes();
        if (bytes == nullptr) return fail(Errc::bytes_not_a_batch, "a rare event without bytes");
        if (reinterpret_cast<std::uintptr_t>(bytes->data()) % 8 != 0) {
            return fail(Errc::bytes_not_a_batch, "a rare event off its boundary");
        }
        flatbuffers::Verifier verifier(bytes->data(), bytes->size());
        if (!verifier.VerifyBuffer<wire::RareEvent>(nullptr)) {
            return fail(Errc::bytes_not_a_batch, "a rare event's buffer");
        }
        auto const* rare = flatbuffers::GetRoot<wire::RareEvent>(bytes->data());
        if (static_cast<std::uint8_t>(rare->body_type()) + rare_kind_base != kinds[i] || rare->body() == nullptr) {
            return fail(Errc::counts_disagree, "event " + std::to_string(i));
        }
    }
    return outcome::success();
}

} // namespace

void BatchBuilder::add(Origin const& origin, Body const& body) {
    std::visit(
        [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, RareFact>) {
                kinds_.push_back(static_cast<std::uint8_t>(static_cast<std::uint8_t>(fact->type) + rare_kind_base));
                origins_.push_back(origin);
                rare_.push_back(encode(*fact));
            } else {
                add_hot(origin, fact);
            }
        },
        body);
}

std::size_t BatchBuilder::size_bytes() const {
    std::size_t size = 256 + kinds_.size() * (1 + sizeof(Origin)) + transferred_.size() * sizeof(Transferred) +
                       traded_.size() * sizeof(Traded) + observed_.size() * sizeof(Observed) +
                       index_recorded_.size() * sizeof(IndexRecorded) + index_met_.size() * sizeof(IndexMet) +
                       position_settled_.size() * sizeof(PositionSettled);
    for (auto const& bytes : rare_) size += bytes.size() + 32;
    return size;
}

std::string BatchBuilder::finish(BatchHeader const& header) const {
    flatbuffers::FlatBufferBuilder builder(size_bytes() + 1024);
    std::vector<flatbuffers::Offset<wire::RareBytes>> rare;
    rare.reserve(rare_.size());
    for (auto const& bytes : rare_) {
        builder.ForceVectorAlignment(bytes.size(), sizeof(std::uint8_t), 8);
        rare.push_back(wire::CreateRareBytes(builder, builder.CreateVector(bytes)));
    }
    wire::Digest previous;
    static_assert(sizeof(previous) == sizeof(header.previous));
    std::memcpy(static_cast<void*>(&previous), header.previous.data(), sizeof(previous));

    auto const rare_offset = rare.empty() ? 0 : builder.CreateVector(rare);
    auto const settled = column<wire::PositionSettled>(builder, position_settled_);
    auto const met = column<wire::IndexMet>(builder, index_met_);
    auto const indices = column<wire::IndexRecorded>(builder, index_recorded_);
    auto const observed = column<wire::Observed>(builder, observed_);
    auto const traded = column<wire::Traded>(builder, traded_);
    auto const transferred = column<wire::Transferred>(builder, transferred_);
    auto const origins = column<wire::Origin>(builder, origins_);
    auto const kinds = builder.CreateVector(kinds_);
    wire::BatchBuilder batch(builder);
    batch.add_schema(schema_version);
    batch.add_first_sequence(header.first_sequence);
    batch.add_epoch(header.epoch);
    batch.add_time(header.time);
    batch.add_previous(&previous);
    batch.add_kinds(kinds);
    batch.add_origins(origins);
    if (!transferred_.empty()) batch.add_transferred(transferred);
    if (!traded_.empty()) batch.add_traded(traded);
    if (!observed_.empty()) batch.add_observed(observed);
    if (!index_recorded_.empty()) batch.add_index_recorded(indices);
    if (!index_met_.empty()) batch.add_index_met(met);
    if (!position_settled_.empty()) batch.add_position_settled(settled);
    if (!rare_.empty()) batch.add_rare(rare_offset);
    wire::FinishBatchBuffer(builder, batch.Finish());
    return {reinterpret_cast<char const*>(builder.GetBufferPointer()), builder.GetSize()};
}

void BatchBuilder::clear() {
    kinds_.clear();
    origins_.clear();
    transferred_.clear();
    traded_.clear();
    observed_.clear();
    index_recorded_.clear();
    index_met_.clear();
    position_settled_.clear();
    rare_.clear();
}

result<BatchView> BatchView::open(Bytes bytes) {
    auto const* data = reinterpret_cast<std::uint8_t const*>(bytes.data());
    flatbuffers::Verifier verifier(data, bytes.size(), 64, 100'000'000);
    if (bytes.size() < 16 || !wire::VerifyBatchBuffer(verifier)) return fail(Errc::bytes_not_a_batch);
    wire::Batch const* batch = wire::GetBatch(data);
    if (batch->schema() > schema_version) {
        return fail(Errc::schema_newer, "schema " + std::to_string(batch->schema()) + ", this program reads up to " +
                                            std::to_string(schema_version));
    }
    if (batch->kinds() == nullptr || batch->origins() == nullptr || batch->previous() == nullptr) {
        return fail(Errc::bytes_not_a_batch, "a required field is missing");
    }

    BatchView view;
    view.wire_ = batch;
    view.count_ = batch->kinds()->size();
    view.kinds_ = batch->kinds()->data();
    view.origins_ = batch->origins()->Data();
    view.header_.first_sequence = batch->first_sequence();
    view.header_.epoch = batch->epoch();
    view.header_.time = batch->time();
    std::memcpy(view.header_.previous.data(), batch->previous(), sizeof(Hash));
    view.columns_ = {nullptr,
                     data_of(batch->transferred()),
                     data_of(batch->traded()),
                     data_of(batch->observed()),
                     data_of(batch->index_recorded()),
                     data_of(batch->index_met()),
                     data_of(batch->position_settled()),
                     nullptr};

    std::array<std::size_t, 256> counts{};
    for (std::size_t i = 0; i < view.count_; ++i) ++counts[view.kinds_[i]];
    std::size_t rare = 0;
    for (std::size_t kind = 0; kind < counts.size(); ++kind) {
        bool const is_rare = kind > rare_kind_base && kind <= rare_kind_base + static_cast<std::size_t>(wire::Rare::MAX);
        bool const is_hot = kind >= 1 && kind <= hot_kinds;
        if (counts[kind] != 0 && !is_rare && !is_hot) return fail(Errc::unknown_kind, std::to_string(kind));
        if (is_rare) rare += counts[kind];
    }
    bool const agree = view.count_ != 0 && size_of(batch->origins()) == view.count_ &&
                       size_of(batch->transferred()) == counts[1] && size_of(batch->traded()) == counts[2] &&
                       size_of(batch->observed()) == counts[3] && size_of(batch->index_recorded()) == counts[4] &&
                       size_of(batch->index_met()) == counts[5] && size_of(batch->position_settled()) == counts[6] &&
                       size_of(batch->rare()) == rare;
    if (!agree) return fail(Errc::counts_disagree);
    if (rare != 0) {
        PLIMSOLL_TRYV(verify_rare(*batch, view.kinds_, view.count_));
    }
    return view;
}

RareFact BatchView::rare(std::size_t i) const {
    auto const* bytes = wire_->rare()->Get(static_cast<flatbuffers::uoffset_t>(i))->bytes();
    auto const* event = flatbuffers::GetRoot<wire::RareEvent>(bytes->data());
    auto fact = std::make_shared<wire::RareUnion>();
    fact->type = event->body_type();
    fact->value = wire::RareUnion::UnPack(event->body(), event->body_type(), nullptr);
    return fact;
}

std::vector<Event> BatchView::events() const {
    std::vector<Event> events;
    events.reserve(count_);
    for_each([&](std::uint64_t, Origin const& origin, auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_constructible_v<Body, Fact> && std::is_trivially_copyable_v<Fact>) {
            events.push_back({origin, fact});
        } else {
            events.push_back({origin, plimsoll::rare(fact)});
        }
    });
    return events;
}

} // namespace plimsoll
