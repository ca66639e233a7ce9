/// Ledgers for tests in a directory of their own, which is removed at the end.
#pragma once

#include "replay/engine.hpp"
#include "replay/moment.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace plimsoll::testing_aid {

/// The value, or an exception with the failure's words. Also for what cannot be copied.
template <class T> [[nodiscard]] T must(result<T> value) {
    if (!value) throw std::logic_error(value.error().message());
    return std::move(value.value());
}
inline void must(result<void> const& value) {
    if (!value) throw std::logic_error(value.error().message());
}

/// Small batches, so that little is many; `checkpoint_log_bytes` 0: none but those asked for.
[[nodiscard]] inline replay::EngineOptions in_batches_of(std::size_t events, std::size_t checkpoint_log_bytes = 0,
                                                         bool history = true) {
    replay::EngineOptions options;
    options.batch_events = events;
    options.checkpoint_log_bytes = checkpoint_log_bytes;
    options.history = history;
    return options;
}

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "plimsoll-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(TemporaryDirectory const&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A ledger's directory and its witness, in the place of whatever was there.
inline void copy_ledger(std::filesystem::path const& from, std::filesystem::path const& to) {
    namespace fs = std::filesystem;
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
    fs::path const witness = from.string() + ".witness";
    if (fs::exists(witness)) fs::copy_file(witness, to.string() + ".witness", fs::copy_options::overwrite_existing);
}

/// The ledger goes on without a witness: for tests of what the log itself still tells.
inline void forget_witness(std::filesystem::path const& ledger) { must(store::write_marker(ledger, store::Marker{})); }

/// An empty ledger to begin with; opened and closed as often as a test likes.
class TemporaryLedger {
public:
    TemporaryLedger() { must(replay::Engine::create(path())); }

    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "ledger"; }
    [[nodiscard]] std::filesystem::path elsewhere(std::string const& name) const { return directory_.path() / name; }
    [[nodiscard]] std::unique_ptr<replay::Engine> open(replay::EngineOptions const& options = {}) const {
        return must(replay::Engine::open(path(), options));
    }
    [[nodiscard]] std::unique_ptr<replay::Reader> read() const { return must(replay::Reader::open(path())); }

private:
    TemporaryDirectory directory_;
};

[[nodiscard]] inline std::string file_bytes(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(std::filesystem::path const& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

} // namespace plimsoll::testing_aid
