#include "replay/background.hpp"

namespace plimsoll::replay {

Background::Background(store::Store& store, store::Manifest manifest)
    : store_(store), manifest_(std::move(manifest)), thread_([this] { run(); }) {}

Background::~Background() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void Background::push(std::variant<CheckpointJob, EpochJob> job) {
    std::lock_guard lock(mutex_);
    if (std::holds_alternative<CheckpointJob>(job)) ++checkpoints_;
    queue_.push_back(std::move(job));
    changed_.notify_all();
}

result<void> Background::drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return queue_.empty() && !busy_; });
    if (failed_) return outcome::failure(*failed_);
    return outcome::success();
}

bool Background::has_checkpoint() const {
    std::lock_guard lock(mutex_);
    return checkpoints_ != 0;
}

void Background::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return !queue_.empty() || ending_; });
        if (queue_.empty()) return;
        auto job = std::move(queue_.front());
        queue_.pop_front();
        // A checkpoint that failed has taken its dirty marks along: later ones would lack its pages.
        if (failed_) {
            if (std::holds_alternative<CheckpointJob>(job)) --checkpoints_;
            changed_.notify_all();
            continue;
        }
        busy_ = true;
        lock.unlock();
        auto const verdict = std::visit([&](auto& task) { return work(task); }, job);
        lock.lock();
        busy_ = false;
        if (std::holds_alternative<CheckpointJob>(job)) --checkpoints_;
        if (!verdict) failed_ = verdict.error();
        changed_.notify_all();
    }
}

result<void> Background::work(CheckpointJob& job) {
    store::Manifest next = manifest_;
    next.sequence = job.sequence;
    next.time = job.time;
    for (std::size_t id = 1; id <= book::table_count; ++id) next.tables[id].rows = job.rows[id];
    for (store::PageBytes const& page : job.pages) {
        auto& pages = next.tables[page.table].pages;
        if (pages.size() <= page.page) pages.resize(page.page + 1);
        Hash const hash = book::page_hash(bytes_of(std::string_view(page.bytes)), job.row_bytes[page.table]);
        pages[page.page] = {job.sequence, hash};
    }
    next.state_root = next.root_of_pages();
    AlignedBytes batch;
    PLIMSOLL_TRY(found, store_.batch_of(job.sequence, batch));
    if (found) next.log_root = sha256(batch.view());
    PLIMSOLL_TRYV(store::write_checkpoint(store_, next, job.pages));
    manifest_ = std::move(next);
    return outcome::success();
}

result<void> Background::work(EpochJob& job) { return store::write_epoch(store_, job.epoch, job.mentions); }

CheckpointJob take_dirty_pages(book::Book& book) {
    CheckpointJob job;
    job.sequence = book.sequence();
    job.time = book.time();
    book.for_tables([&](book::TableId id, auto& table) {
        using Row = std::decay_t<decltype(table.rows().front())>;
        auto const number = static_cast<std::uint8_t>(id);
        job.rows[number] = table.size();
        job.row_bytes[number] = sizeof(Row);
        for (std::size_t page = 0; page < table.page_count(); ++page) {
            if (!table.is_dirty(page)) continue;
            Bytes const bytes = table.page(page);
            job.pages.push_back({number, static_cast<std::uint32_t>(page),
                                 std::string(reinterpret_cast<char const*>(bytes.data()), bytes.size())});
        }
        table.clean();
    });
    return job;
}

std::size_t dirty_bytes(book::Book const& book) {
    std::size_t bytes = 0;
    book.for_tables([&](book::TableId, auto const& table) {
        using Row = std::decay_t<decltype(table.rows().front())>;
        bytes += table.dirty_pages() * table.rows_per_page * sizeof(Row);
    });
    return bytes;
}

} // namespace plimsoll::replay
