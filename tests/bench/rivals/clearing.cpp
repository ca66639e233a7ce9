/// Trades decided, checked against margin and durably stored, beside the same run without margin checks.
#include "tests/bench/rivals/ledgers.hpp"

#include "replay/clearing_house.hpp"
#include "risk/adoption.hpp"
#include "risk/margin/shipped_presets.hpp"

#include <fmt/core.h>

namespace plimsoll::bench {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr TimeNs start_time = 1'768'435'200 * second_ns; // 2026-01-15
constexpr TimeNs day_ns = 86'400 * second_ns;
constexpr AccountId world{1};
constexpr AccountId market{2};
constexpr std::uint32_t first_customer = 3;
constexpr AssetId usd{1};
constexpr AssetId btc{2};

enum class Pace { steady, ticking };

/// What a run trades: accounts over instruments, and which preset checks them.
struct Scene {
    char const* name;
    char const* preset;
    std::uint32_t accounts;
    std::uint32_t instruments;
    bool are_options;
};

class Stage {
public:
    explicit Stage(Scene const& scene) : scene_(scene) {}

    /// A ledger whose accounts have cash and, of options, eight each. Without a preset where `is_checked`
    /// is false.
    void make(std::filesystem::path const& directory, bool is_checked) {
        std::filesystem::remove_all(directory);
        need(replay::Engine::create(directory));
        auto engine = std::move(need(replay::Engine::open(directory)).value());
        engine_ = engine.get();
        define();
        for (std::uint32_t i = 0; i < scene_.accounts; ++i) {
            Transferred paid;
            paid.account = AccountId{first_customer + i};
            paid.counter = world;
            paid.asset = usd;
            paid.type = TransferType::deposit;
            paid.amount = Amount::whole(50'000'000);
            add(paid);
        }
        if (scene_.are_options) {
            for (std::uint32_t i = 0; i < scene_.accounts; ++i) {
                for (std::uint32_t k = 0; k < 8; ++k) add(trade_between(i, (i + 1) % scene_.accounts, (i * 5 + k * 11) % scene_.instruments));
            }
        }
        if (is_checked) {
            add(rare(risk::adoption_of(*risk::shipped_preset(scene_.preset))));
        }
        need(engine->checkpoint());
        need(engine->close());
    }
    [[nodiscard]] risk::Trade next_trade() {
        std::uint32_t const a = random(scene_.accounts);
        std::uint32_t const b = (a + 1 + random(scene_.accounts - 1)) % scene_.accounts;
        risk::Trade trade;
        trade.buyer = AccountId{first_customer + a};
        trade.seller = AccountId{first_customer + b};
        // Of options: one that the buyer holds, so that accounts stay near eight.
        std::uint32_t const held = scene_.are_options ? (a * 5 + random(8) * 11) % scene_.instruments : random(scene_.instruments);
        trade.instrument = InstrumentId{1 + held};
        trade.size = Quantity{one_units / 100};
        trade.price = Price::whole(scene_.are_options ? 2'000 : 50'000);
        return trade;
    }
    [[nodiscard]] risk::Observe next_tick() {
        Observed seen;
        seen.kind = scene_.are_options ? Observation::asset_price : Observation::mark_price;
        seen.subject = scene_.are_options ? btc.number() : 1 + random(scene_.instruments);
        seen.value = Price{Int128{50'000'000 + random(1000)} * (one_units / 1000)};
        return {seen};
    }

private:
    std::uint32_t random(std::uint32_t limit) {
        state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
        return static_cast<std::uint32_t>((state_ >> 33) % limit);
    }
    void add(Body const& body) {
        Origin origin;
        origin.source_time = start_time;
        need(engine_->submit(Event{origin, body}));
    }
    void observe(Observation kind, std::uint32_t subject, Price value) {
        Observed seen;
        seen.kind = kind;
        seen.subject = subject;
        seen.value = value;
        add(seen);
    }
    [[nodiscard]] Traded trade_between(std::uint32_t a, std::uint32_t b, std::uint32_t instrument) const {
        Traded trade;
        trade.buyer = AccountId{first_customer + a};
        trade.seller = AccountId{first_customer + b};
        trade.instrument = InstrumentId{1 + instrument};
        trade.asset = usd;
        trade.booking = Booking::premium;
        trade.size = Quantity::whole(1);
        trade.price = Price::whole(2'000);
        trade.quote = Amount::whole(2'000);
        return trade;
    }
    void open_account(std::string const& name, wire::AccountKind kind) {
        AccountOpened fact;
        fact.name = name;
        fact.kind = kind;
        add(rare(std::move(fact)));
    }
    void define() {
        for (auto const* name : {"USD", "BTC"}) {
            AssetDefined fact;
            fact.name = name;
            fact.decimals = 6;
            add(rare(std::move(fact)));
        }
        open_account("world", wire::AccountKind::outside);
        open_account("market", wire::AccountKind::market);
        for (std::uint32_t i = 0; i < scene_.accounts; ++i) open_account(fmt::format("a{}", i), wire::AccountKind::customer);
        observe(Observation::asset_price, btc.number(), Price::whole(50'000));
        for (std::uint32_t i = 0; i < scene_.instruments; ++i) define_instrument(i);
    }
    void define_instrument(std::uint32_t i) {
        InstrumentDefined fact;
        fact.name = fmt::format("I{}", i);
        fact.kind = scene_.are_options ? wire::InstrumentKind::option : wire::InstrumentKind::perpetual;
        fact.base = btc.number();
        fact.quote = fact.settle = usd.number();
        fact.market_account = market.number();
        fact.multiplier_numerator = fact.multiplier_denominator = to_wire(Int128{1});
        if (scene_.are_options) {
            fact.side = i % 2 == 0 ? wire::OptionSide::call : wire::OptionSide::put;
            fact.exercise = wire::Exercise::european;
            fact.strike = to_wire(Price::whole(40'000 + 1'000 * (i / 4)));
            fact.expiry = start_time + (i % 4 < 2 ? 14 : 42) * day_ns;
        }
        add(rare(std::move(fact)));
        std::uint32_t const id = i + 1;
        if (!scene_.are_options) return observe(Observation::mark_price, id, Price::whole(50'000));
        observe(Observation::forward, id, Price::whole(50'100));
        observe(Observation::volatility, id, Price{one_units / 10 * 6});
        observe(Observation::rate, id, Price{one_units / 100 * 5});
    }

    Scene scene_;
    replay::Engine* engine_ = nullptr;
    std::uint64_t state_ = 7;
};

struct Ran {
    double rate = 0;   ///< trades a second
    double models = 0; ///< made
    double refused = 0;
};

/// Batches of 1,000 events are handed to the disk as they fill; no trade counts before its fsync.
[[nodiscard]] Ran run(std::filesystem::path const& directory, Scene const& scene, bool is_checked, Pace pace, std::size_t trades) {
    Stage setting(scene);
    setting.make(directory, is_checked);
    auto house = std::move(need(replay::ClearingHouse::open(directory)).value());
    std::vector<risk::Command> commands;
    for (std::size_t i = 0; i < trades; ++i) {
        if (pace == Pace::ticking) commands.emplace_back(setting.next_tick());
        commands.emplace_back(setting.next_trade());
    }
    replay::Answer answer;
    replay::CommandStamp stamp;
    Ran ran;
    auto submit = [&](std::span<risk::Command const> part) {
        for (risk::Command const& command : part) {
            ++stamp.id;
            stamp.record = stamp.id;
            need(house->submit(command, stamp, answer));
            ran.refused += answer.accepted() ? 0 : 1;
        }
        need(house->commit());
    };
    std::size_t const warm = commands.size() / 20;
    submit(std::span(commands).first(warm));
    double const time = seconds([&] { submit(std::span(commands).subspan(warm)); });
    ran.rate = static_cast<double>(trades) * 0.95 / time;
    ran.models = house->desk() == nullptr ? 0 : static_cast<double>(house->desk()->models_made());
    need(house->close());
    house.reset();
    std::filesystem::remove_all(directory);
    return ran;
}

void measure(Setting const& setting, Scene const& scene, Pace pace, std::size_t trades) {
    std::vector<double> ours;
    std::vector<double> rival;
    Ran last;
    for (int round = 0; round < setting.rounds; ++round) {
        last = run(setting.directory / "clearing", scene, true, pace, trades);
        ours.push_back(last.rate);
        rival.push_back(run(setting.directory / "clearing", scene, false, pace, trades).rate);
    }
    std::string const name = fmt::format("clearing_{}{}", scene.name, pace == Pace::ticking ? "_tick_before_each" : "");
    print({name, "trades/s", median(ours), "the same commands without a margin preset", median(rival), median(ours) / median(rival)},
          {{"trades", static_cast<double>(trades)}, {"refused", last.refused}, {"models_made", last.models}});
}

} // namespace

void bench_clearing(Setting const& setting) {
    bool const is_full = setting.events >= 1'000'000;
    std::size_t const trades = is_full ? 300'000 : 2'000;
    std::uint32_t const accounts = std::min<std::uint32_t>(setting.accounts, 20'000);
    Scene const perpetuals{"perpetuals", "dydx-v4-perp", accounts, 8, false};
    Scene const options{"8_options", "derive-pmrm2", std::min<std::uint32_t>(accounts, 5'000), 80, true};
    measure(setting, perpetuals, Pace::steady, trades);
    measure(setting, perpetuals, Pace::ticking, trades / 2);
    measure(setting, options, Pace::steady, is_full ? 60'000 : 400);
    measure(setting, options, Pace::ticking, is_full ? 3'000 : 100);
}

} // namespace plimsoll::bench
