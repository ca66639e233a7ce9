#include "tests/faults/simulation.hpp"

#include "ledger/book/apply.hpp"
#include "replay/moment.hpp"
#include "replay/verify.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <cstdio>
#include <stdexcept>

namespace plimsoll::faults {
namespace {

using namespace testing_aid;
namespace fs = std::filesystem;

/// A ledger with a margin preset and money in it, made once.
[[nodiscard]] fs::path const& template_ledger() {
    static ClearingLedger ledger("dydx-v4-perp");
    static bool const made = [] {
        for (AccountId const who : {ClearingLedger::alice, ClearingLedger::bob, ClearingLedger::carol}) {
            ledger.must_take(ClearingLedger::deposit(who, "10000"));
        }
        ledger.must_take(ClearingLedger::mark("100"));
        must(ledger.house().close());
        return true;
    }();
    static_cast<void>(made);
    static fs::path const path = ledger.path();
    return path;
}

struct Sent {
    Command command;
    replay::CommandStamp stamp;
    bool is_answered = false;
    Answer answer;
};

/// What the client will ask, in order. Its clock jumps: an hour back, ten years on, or stands still.
[[nodiscard]] std::vector<Sent> commands_of(Random& random) {
    std::vector<Sent> all;
    TimeNs now = ClearingLedger::start;
    std::uint64_t const count = 10 + random.below(40);
    for (std::uint64_t id = 10; id < 10 + count; ++id) {
        switch (random.below(60)) {
        case 0: now -= 3'600 * ClearingLedger::second; break;
        case 1: now += 315'360'000 * ClearingLedger::second; break;
        case 2: break;
        default: now += random.between(-1'000, 1'000'000'000); break;
        }
        AccountId const one{6 + static_cast<std::uint32_t>(random.below(3))};
        AccountId const other{6 + static_cast<std::uint32_t>(random.below(3))};
        std::string const much = std::to_string(1 + random.below(3'000));
        Sent sent;
        switch (random.below(8)) {
        case 0: sent.command = ClearingLedger::withdraw(one, much); break;
        case 1:
        case 2: sent.command = ClearingLedger::trade(one, other, std::to_string(1 + random.below(40)), std::to_string(80 + random.below(40))); break;
        case 3: sent.command = ClearingLedger::mark(std::to_string(80 + random.below(40))); break;
        case 4: sent.command = risk::Transfer{one, other, ClearingLedger::usd, amount(much)}; break;
        case 5: sent.command = ClearingLedger::observe(Observation::index_price, 1, std::to_string(90 + random.below(20))); break;
        default: sent.command = ClearingLedger::deposit(one, much); break;
        }
        sent.stamp = {id, id * 7 + 1, now, "commands"};
        all.push_back(std::move(sent));
    }
    return all;
}

class Simulation {
public:
    Simulation(std::uint64_t seed, fs::path const& folder, bool is_loud)
        : seed_(seed), random_(seed), is_loud_(is_loud), path_(folder / "node"), twin_path_(folder / "twin") {
        copy_ledger(template_ledger(), path_);
        copy_ledger(template_ledger(), twin_path_);
        constexpr std::array<std::uint64_t, 5> rates{40, 150, 500, 2'000, 1'000'000};
        one_in_ = random_.any_of(rates);
        batch_events_ = 1 + random_.below(30);
        commands_ = commands_of(random_);
        report_.commands = commands_.size();
    }

    SimulationReport run() {
        try {
            live();
            compare();
        } catch (std::exception const& problem) {
            report_.failure = problem.what();
        }
        return report_;
    }

private:
    void require(bool holds, std::string const& what) const {
        if (!holds) throw std::logic_error(what + " (life " + std::to_string(report_.lives) + ")");
    }
    void note(std::string const& line) {
        for (char const c : line) report_.trace = (report_.trace ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3ULL;
        if (is_loud_) std::printf("  life %llu: %s\n", static_cast<unsigned long long>(report_.lives), line.c_str());
    }
    [[nodiscard]] replay::EngineOptions options() const {
        replay::EngineOptions options;
        options.batch_events = batch_events_;
        options.group_batches = 1; // one write a batch, so that what is written does not hang on how threads meet
        options.checkpoint_log_bytes = 0;
        return options;
    }

    /// The fate of an operation follows from the seed, the life, the file and its turn there: threads cannot change it.
    [[nodiscard]] Plan plan() const {
        return [this, life = report_.lives, off_at = last_operation_](Step const& step) {
            std::uint64_t word = seed_ * 1'000'003 + life;
            for (char const c : fs::path(step.path).filename().string()) word = (word ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3ULL;
            Random dice(word + step.number_in_file * 31 + static_cast<std::uint64_t>(step.operation));
            bool const is_log = step.path.ends_with(".log");
            if (is_log && step.number_in_file == off_at) return Fault::power_off;
            if (!dice.chance(one_in_)) return Fault::none;
            switch (dice.below(4)) {
            case 0: return Fault::power_off;
            case 1: return step.operation == Operation::write ? Fault::torn : Fault::io_error;
            case 2: return step.operation == Operation::write ? Fault::no_space : Fault::io_error;
            default: return Fault::io_error;
            }
        };
    }

    void live() {
        Faulty faulty(path_);
        // An end of zeros may be refused as damaged (power_cut_test.cpp): that is no life to go on with.
        constexpr std::array losses{Loss::everything, Loss::some};
        while (next_ < commands_.size()) {
            ++report_.lives;
            require(report_.lives < 500, "the node does not come up");
            last_operation_ = 1 + random_.below(30);
            faulty->follow(report_.lives % 4 == 0 ? Plan{} : plan()); // now and then the disk is kind
            {
                auto house = replay::ClearingHouse::open(path_, options());
                if (house) {
                    serve(*house.value());
                } else {
                    note("not opened: " + std::string(house.error().rule().name));
                    if (is_loud_ && report_.lives < 12) std::printf("    %s\n", house.error().message().c_str());
                    require(house.error().rule().name != "damaged" || faulty->faults() != 0,
                            "refused without a fault: " + house.error().message());
                }
                report_.faults += faulty->faults();
                faulty->power_off();
            }
            if (random_.chance(3)) faulty->restart_after_kill();
            else faulty->restart_after_cut(random_.any_of(losses), random_);
        }
    }

    /// Until the client is through, or the node fails.
    void serve(replay::ClearingHouse& house) {
        require(house.engine().durable_sequence() >= acknowledged_sequence_, "lost what was acknowledged");
        Answer answer;
        if (next_ != 0 && random_.chance(2)) {
            if (!ask_again(house)) return;
        }
        while (next_ < commands_.size()) {
            house.engine().hold(1'000); // nothing is written before commit()
            std::size_t const end = std::min(commands_.size(), next_ + 1 + random_.below(8));
            std::vector<Answer> answers;
            for (std::size_t i = next_; i < end; ++i) {
                if (!house.submit(commands_[i].command, commands_[i].stamp, answer)) return note("stopped");
                answers.push_back(answer);
            }
            bool const is_kept = random_.chance(5) ? static_cast<bool>(house.engine().checkpoint()) : static_cast<bool>(house.commit());
            if (!is_kept) {
                require(!house.commit() || house.engine().durable_sequence() == house.book().sequence(),
                        "acknowledged after a failure");
                return note("stopped at " + std::to_string(next_));
            }
            for (std::size_t i = next_; i < end; ++i) acknowledge(commands_[i], answers[i - next_]);
            next_ = end;
            acknowledged_sequence_ = house.engine().durable_sequence();
        }
    }
    void acknowledge(Sent& sent, Answer const& answer) {
        sent.is_answered = true;
        sent.answer = answer;
        ++report_.acknowledged;
        report_.refused += answer.accepted() ? 0U : 1U;
        report_.duplicates += answer.is_duplicate ? 1U : 0U;
        note("#" + std::to_string(sent.stamp.id) + (answer.accepted() ? " at " : " refused ") +
             std::to_string(answer.first_sequence) + "-" + std::to_string(answer.last_sequence) +
             (answer.is_duplicate ? " again" : ""));
    }

    /// Commands that were answered long ago, in any order; and one with other words.
    bool ask_again(replay::ClearingHouse& house) {
        Answer answer;
        for (int left = 3; left != 0; --left) {
            Sent const& old = commands_[random_.below(next_)];
            if (!old.answer.accepted() || old.answer.first_sequence == 0) continue;
            if (!house.submit(old.command, old.stamp, answer)) {
                note("stopped while asked again");
                return false;
            }
            ++report_.duplicates;
            require(answer.accepted() && answer.is_duplicate, "taken twice: command " + std::to_string(old.stamp.id));
            require(answer.first_sequence == old.answer.first_sequence && answer.last_sequence == old.answer.last_sequence,
                    "another answer for command " + std::to_string(old.stamp.id));
            replay::CommandStamp other = old.stamp;
            other.record += 1'000'000;
            if (!house.submit(old.command, other, answer)) {
                note("stopped while asked again");
                return false;
            }
            require(!answer.accepted() && answer.refusal->rule().name == "record_conflicts",
                    "other words under the id of command " + std::to_string(old.stamp.id) + " were not a conflict");
        }
        return true;
    }

    /// The node that had no faults, and the log by itself.
    void compare() {
        Faulty const kind(path_); // without faults, but as fast
        auto const node = must(replay::ClearingHouse::open(path_, options()));
        auto const twin = must(replay::ClearingHouse::open(twin_path_, options()));
        Answer answer;
        for (Sent const& sent : commands_) {
            must(twin->submit(sent.command, sent.stamp, answer));
            std::string const which = "command " + std::to_string(sent.stamp.id);
            require(answer.accepted() == sent.answer.accepted(), which + " was decided otherwise");
            require(answer.first_sequence == sent.answer.first_sequence && answer.last_sequence == sent.answer.last_sequence,
                    which + " is elsewhere");
        }
        must(twin->commit());
        require(node->book().sequence() == twin->book().sequence(), "more or fewer events than without faults");
        Hash const root = node->engine().state_root();
        require(root == twin->engine().state_root(), "another state than without faults");

        book::Book again;
        TimeNs time = 0;
        auto const reader = must(replay::Reader::open(path_));
        must(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
            must(book::apply(again, event));
            require(again.time() >= time, "the ledger's time goes back");
            time = again.time();
            return true;
        }));
        require(again.sequence() == node->book().sequence(), "the log is shorter than the book");
        require(book::state_root(again) == root, "a replay gives another state");
        must(book::check_balance(again));
        if (seed_ % 20 == 0) {
            auto const verdict = must(replay::verify(path_, [](std::uint64_t, std::uint64_t) {}));
            require(verdict.findings.empty(), verdict.findings.empty() ? "" : verdict.findings.front().what);
        }
        note(to_hex(root));
    }

    std::uint64_t seed_;
    Random random_;
    bool is_loud_;
    fs::path path_;
    fs::path twin_path_;
    std::uint64_t one_in_ = 0;
    std::size_t batch_events_ = 0;
    std::vector<Sent> commands_;
    std::size_t next_ = 0; ///< the first command without an answer
    std::uint64_t acknowledged_sequence_ = 0;
    std::uint64_t last_operation_ = 0; ///< on the write-ahead log in this life
    SimulationReport report_;
};

} // namespace

SimulationReport simulate(std::uint64_t seed, fs::path const& folder, bool is_loud) {
    return Simulation(seed, folder, is_loud).run();
}

} // namespace plimsoll::faults
