#include "replay/event_tree.hpp"

#include "ledger/store/store.hpp"
#include "ledger/store/tiles.hpp"
#include "replay/catch_up.hpp"

namespace plimsoll::replay {
namespace {

/// Rare enough that syncing costs nothing, often enough that little is done twice.
constexpr std::uint64_t events_between_publications = 1'000'000;

[[nodiscard]] std::string number(std::uint64_t sequence) { return "#" + std::to_string(sequence); }

/// The tiles' last batch must be the log's at that place: it chains all before it.
[[nodiscard]] result<void> check_same_log(store::Store const& store, store::TreeHead const& head, std::uint64_t log_size) {
    if (head.size > log_size) {
        return fail(Errc::tree_disagrees, "the tree reaches event " + number(head.size) + ", the log ends at " + number(log_size));
    }
    if (head.size == 0) return outcome::success();
    AlignedBytes bytes;
    PLIMSOLL_TRY(found, store.batch_of(head.size, bytes));
    if (!found || sha256(bytes.view()) != head.batch) {
        return fail(Errc::tree_disagrees, "the batch that ends at event " + number(head.size) + " has another hash");
    }
    return outcome::success();
}

} // namespace

struct EventTree::Impl {
    std::unique_ptr<store::Store> store;
    std::filesystem::path folder;
    std::uint64_t log_size = 0;
    store::TreeHead head;
};

EventTree::EventTree(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventTree::~EventTree() = default;
EventTree::EventTree(EventTree&&) noexcept = default;
EventTree& EventTree::operator=(EventTree&&) noexcept = default;

result<EventTree> EventTree::open(std::filesystem::path const& directory) {
    auto impl = std::make_unique<Impl>();
    PLIMSOLL_TRY(store, store::Store::open_reader(directory));
    impl->store = std::move(store);
    impl->folder = directory / "tiles";
    PLIMSOLL_TRY(log, impl->store->head());
    impl->log_size = log.sequence;
    PLIMSOLL_TRY(head, store::read_tree_head(impl->folder));
    impl->head = head.value_or(store::TreeHead{0, merkle::empty_root(), Hash{}});
    PLIMSOLL_TRYV(check_same_log(*impl->store, impl->head, impl->log_size));
    return EventTree(std::move(impl));
}

result<void> EventTree::grow(std::function<void(std::uint64_t, std::uint64_t)> const& progress) {
    if (size() == log_size()) return outcome::success();
    PLIMSOLL_TRY(writer, store::TileWriter::open(impl_->folder));
    Hash previous = writer.head().batch;
    AlignedBytes bytes;
    auto scan = impl_->store->scan(writer.size() + 1);
    for (; !scan->done() && writer.size() < log_size(); scan->next()) {
        bytes.assign(scan->bytes());
        auto const place = [&] { return "the batch at " + number(scan->first_sequence()); };
        auto const batch = BatchView::open(bytes.view());
        if (!batch) return outcome::failure(batch.error().at(place()));
        auto const chained = check_chain(batch.value(), &previous, writer.size() + 1);
        if (!chained) return outcome::failure(chained.error().at(place()));
        for (EntryWalk walk(bytes.view()); !walk.done();) {
            PLIMSOLL_TRYV(writer.append(walk.next().leaf_hash()));
        }
        previous = sha256(bytes.view());
        if (writer.size() - writer.head().size >= events_between_publications) {
            PLIMSOLL_TRYV(writer.publish(previous));
        }
        if (progress) progress(writer.size(), log_size());
    }
    PLIMSOLL_TRYV(scan->verdict());
    if (writer.size() != writer.head().size) {
        PLIMSOLL_TRYV(writer.publish(previous));
    }
    impl_->head = writer.head();
    return outcome::success();
}

std::uint64_t EventTree::log_size() const { return impl_->log_size; }
std::uint64_t EventTree::size() const { return impl_->head.size; }
Hash EventTree::root() const { return impl_->head.root; }
std::filesystem::path const& EventTree::folder() const { return impl_->folder; }

namespace {

[[nodiscard]] result<void> reaches(EventTree const& tree, std::uint64_t size) {
    if (size <= tree.size()) return outcome::success();
    return fail(Errc::tree_missing, "it has " + std::to_string(tree.size()) + " events of " + std::to_string(size));
}

} // namespace

result<Hash> EventTree::root_at(std::uint64_t size) const {
    PLIMSOLL_TRYV(reaches(*this, size));
    store::TileReader tiles(impl_->folder, impl_->head.size);
    return merkle::root_of(size, tiles.source());
}

result<merkle::Path> EventTree::inclusion_path(std::uint64_t sequence, std::uint64_t size) const {
    PLIMSOLL_TRYV(reaches(*this, size));
    if (sequence == 0) return fail(Errc::moment_in_the_future, "events are numbered from #1");
    store::TileReader tiles(impl_->folder, impl_->head.size);
    return merkle::inclusion_path(sequence - 1, size, tiles.source());
}

result<merkle::Path> EventTree::consistency_path(std::uint64_t old_size, std::uint64_t size) const {
    PLIMSOLL_TRYV(reaches(*this, size));
    store::TileReader tiles(impl_->folder, impl_->head.size);
    return merkle::consistency_path(old_size, size, tiles.source());
}

result<std::string> EventTree::entry(std::uint64_t sequence) const {
    AlignedBytes bytes;
    if (sequence == 0 || sequence > log_size()) {
        return fail(Errc::moment_in_the_future, number(sequence) + ", the last event is " + number(log_size()));
    }
    PLIMSOLL_TRY(found, impl_->store->batch_of(sequence, bytes));
    if (!found) return fail(Errc::sequence_gap, number(sequence) + " is missing");
    PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
    if (sequence < batch.header().first_sequence || sequence > batch.last_sequence()) {
        return fail(Errc::sequence_gap, number(sequence) + " is missing");
    }
    EntryWalk walk(bytes.view());
    for (std::uint64_t at = batch.header().first_sequence; at != sequence; ++at) static_cast<void>(walk.next());
    return walk.next().bytes();
}

} // namespace plimsoll::replay
