#include "replay/log_side.hpp"

#include "ledger/event/entry.hpp"
#include "replay/catch_up.hpp"

namespace plimsoll::replay {

LogSide::LogSide(store::Store const& store, std::span<std::uint64_t const> stops, std::uint32_t epochs)
    : store_(store), stops_(stops), tree_(store.directory() / "tiles"), has_leaves_(tree_.has_tiles() || !stops.empty()),
      facts_(store, epochs) {
    if (!stops_.empty() && stops_.front() == 0) tree_roots_[0] = tree_.root();
}

LogSide::~LogSide() {
    if (!thread_.joinable()) return;
    stop();
    thread_.join();
}

void LogSide::start() {
    thread_ = std::thread([this] { run(); });
}

void LogSide::join() {
    if (thread_.joinable()) thread_.join();
}

void LogSide::run() {
    Hash previous{};
    std::uint64_t sequence = 0;
    auto scan = store_.scan(1);
    for (; !scan->done(); scan->next()) {
        Batch* const batch = pipe_.to_fill();
        if (batch == nullptr) break;
        std::string const place = "the batch at #" + std::to_string(scan->first_sequence());
        batch->bytes.assign(scan->bytes());
        auto view = BatchView::open(batch->bytes.view());
        result<void> const verdict = view ? check_chain(view.value(), &previous, sequence + 1) : outcome::failure(view.error());
        if (!verdict) {
            failure_ = finding_of(verdict.error(), place);
            break;
        }
        batch->view = view.value();
        batch->hash = sha256(batch->bytes.view());
        previous = batch->hash;
        sequence = batch->view->last_sequence();
        check_facts(*batch);
        if (has_leaves_) hash_leaves(*batch);
        pipe_.filled();
    }
    if (auto const verdict = scan->verdict(); scan->done() && !verdict) failure_ = finding_of(verdict.error());
    is_whole_ = scan->done() && !failure_;
    if (is_whole_ && has_leaves_) tree_.log_ended();
    pipe_.end();
}

void LogSide::hash_leaves(Batch const& batch) {
    for (EntryWalk walk(batch.bytes.view()); !walk.done();) {
        tree_.append(walk.next().leaf_hash());
        std::size_t const next = tree_roots_.size();
        if (next < stops_.size() && stops_[next] == tree_.size()) tree_roots_[tree_.size()] = tree_.root();
    }
    tree_.batch_ended(batch.hash);
}

void LogSide::check_facts(Batch& batch) {
    batch.findings.clear();
    batch.events = batch.view->events();
    std::uint64_t sequence = batch.view->header().first_sequence;
    for (Event const& event : batch.events) facts_.check(sequence++, event, batch.findings);
}

std::vector<Finding> LogSide::tile_findings() const {
    std::vector<Finding> findings;
    for (auto const& difference : tree_.differences()) findings.push_back({difference.what, difference.where});
    return findings;
}

Hash LogSide::tree_root_at(std::uint64_t stop) const {
    auto const root = tree_roots_.find(stop);
    return root == tree_roots_.end() ? Hash{} : root->second;
}

} // namespace plimsoll::replay
