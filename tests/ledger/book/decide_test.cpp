#include "ledger/book/decide.hpp"

#include "ledger/book/invariants.hpp"
#include "ledger/book/root.hpp"
#include "tests/ledger/book/market.hpp"
#include "tests/ledger/event/fields.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

/// What decide must say: a rule of any folder, or that it is fine.
struct Want {
    std::string room;
    std::string name;
    Want() : name("fine") {}
    template <class E> Want(E code) : room(describe(code).room), name(describe(code).name) {}
};
Want const fine;

/// A fact that market() accepts, with one thing changed.
struct Row {
    std::string name;
    std::function<Event(Sample&)> ask;
    Want want;
    friend void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }
};

template <class Fact> using Change = std::function<void(Fact&, Sample&)>;

template <class Fact> [[nodiscard]] Row row(std::string const& name, Change<Fact> change, Want want) {
    auto ask = [change = std::move(change)](Sample& sample) {
        Fact fact = a<Fact>();
        change(fact, sample);
        return Event{{}, body_of(fact)};
    };
    return {std::string(kind_name<Fact>) + name, std::move(ask), std::move(want)};
}

/// WHERE(fact.amount = ...): the one thing.
/// What no layer has paid yet of market()'s loss.
[[nodiscard]] Int128 still_open(Sample const& sample) {
    LossRow const& loss = *sample.book().find_loss(known_loss);
    Int128 left = loss.recognised.units();
    for (Amount const& paid : loss.paid) left -= paid.units();
    return left;
}

#define WHERE(...) []([[maybe_unused]] auto& fact, [[maybe_unused]] Sample& sample) { __VA_ARGS__; }

class Decide : public testing::TestWithParam<Row> {};

TEST_P(Decide, AnswersAndChangesNothing) {
    Sample sample = market();
    Event const ask = GetParam().ask(sample);
    Hash const before = state_root(sample.book());
    std::vector<Event> decided(1); // somebody else's
    auto const verdict = decide(sample.book(), ask, decided);
    EXPECT_EQ(to_hex(state_root(sample.book())), to_hex(before)) << "decide changes nothing";
    if (!verdict) {
        EXPECT_EQ(verdict.error().rule().room, GetParam().want.room) << verdict.error().message();
        EXPECT_EQ(verdict.error().rule().name, GetParam().want.name) << verdict.error().message();
        EXPECT_EQ(decided.size(), 1U) << "a refusal decides nothing";
        return;
    }
    ASSERT_EQ(GetParam().want.name, "fine");
    ASSERT_GE(decided.size(), 2U);
    for (std::size_t i = 1; i < decided.size(); ++i) need(apply(sample.raw(), decided[i]));
}

[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Row> const& row) { return row.param.name; }

TEST(Decide, MarketIsWhatItsIdsSay) {
    Sample const sample = market();
    EXPECT_EQ(sample.asset_of("SHARE"), share);
    EXPECT_EQ(sample.account_of("world"), world);
    EXPECT_EQ(sample.account_of("pool"), pool);
    EXPECT_EQ(sample.instrument_of("BARE-PERP"), bare);
    EXPECT_FALSE(sample.book().has(nobody));
    EXPECT_FALSE(sample.book().has(no_asset));
    EXPECT_FALSE(sample.book().has(no_instrument));
    need(check_balance(sample.book()));
}

TEST(Decide, AcceptsOneFactOfEachKindAsItIs) {
    int kinds = 0;
    for_kinds([&](auto fact) {
        ++kinds;
        make(fact);
        Sample sample = market();
        std::uint64_t const before = sample.book().sequence();
        ASSERT_NO_THROW(sample.happens(fact)) << show(fact);
        EXPECT_EQ(sample.book().sequence(), before + 1) << show(fact);
        EXPECT_EQ(show(sample.events().back()), show(Event{{}, body_of(fact)}));
        need(check_balance(sample.book()));
    });
    EXPECT_EQ(kinds, 32);
}

// ---- a row a reason, in the order of Errc ----

[[nodiscard]] Row from(std::string name, std::function<void(Origin&)> change, Want want) {
    auto ask = [change = std::move(change)](Sample& sample) {
        sample.happens(a<Transferred>(), {.source_time = 1'000, .cursor = {10, 5}, .source = 1});
        Event event{{.source_time = 1'000, .cursor = {10, 5}, .source = 1}, a<Transferred>()};
        change(event.origin);
        return event;
    };
    return {std::move(name), std::move(ask), std::move(want)};
}

INSTANTIATE_TEST_SUITE_P(
    Origins, Decide,
    testing::Values(
        from("SameCursorAndTime", [](Origin&) {}, fine),
        from("NoSource", [](Origin& origin) { origin.source = 0; }, fine),
        from("UnknownSource", [](Origin& origin) { origin.source = 2; }, Errc::unknown_source),
        from("MinorGoesBack", [](Origin& origin) { origin.cursor = {10, 4}; }, Errc::cursor_goes_back),
        from("MajorGoesBack", [](Origin& origin) { origin.cursor = {9, 99}; }, Errc::cursor_goes_back),
        from("MajorGoesOn", [](Origin& origin) { origin.cursor = {11, 0}; }, fine),
        from("NoCursorIsADefinition", [](Origin& origin) { origin.cursor = {}; }, fine),
        from("NoCursorHasNoTime", [](Origin& origin) { origin.cursor = {}; origin.source_time = 0; }, fine),
        from("TimeGoesBack", [](Origin& origin) { origin.source_time = 999; }, Errc::time_goes_back),
        from("TimeGoesOn", [](Origin& origin) { origin.source_time = 1'001; }, fine),
        from("CursorBeforeTime",
             [](Origin& origin) { origin = {.source_time = 999, .cursor = {10, 4}, .source = 1}; },
             Errc::cursor_goes_back)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    UnknownAccount, Decide,
    testing::Values(
        row<Transferred>("Account", WHERE(fact.account = nobody), Errc::unknown_account),
        row<Transferred>("AccountNone", WHERE(fact.account = AccountId{}), Errc::unknown_account),
        row<Transferred>("AccountLast", WHERE(fact.account = pool), fine),
        row<Transferred>("Counter", WHERE(fact.counter = nobody), Errc::unknown_account),
        row<Traded>("Buyer", WHERE(fact.buyer = nobody), Errc::unknown_account),
        row<Traded>("Seller", WHERE(fact.seller = nobody), Errc::unknown_account),
        row<IndexMet>("Account", WHERE(fact.account = nobody), Errc::unknown_account),
        row<IndexMet>("Counter", WHERE(fact.counter = nobody), Errc::unknown_account),
        row<PositionSettled>("Account", WHERE(fact.account = nobody), Errc::unknown_account),
        row<PositionSettled>("Counter", WHERE(fact.counter = nobody), Errc::unknown_account),
        row<InstrumentDefined>("Market", WHERE(fact.market_account = nobody.number()), Errc::unknown_account),
        row<InstrumentDefined>("NoMarket", WHERE(fact.market_account = 0), fine),
        row<ChainDefined>("Account", WHERE(fact.account = 0), Errc::unknown_account),
        row<AccountOpened>("Parent", WHERE(fact.parent = nobody.number()), Errc::unknown_account),
        row<AccountOpened>("NoParent", WHERE(fact.parent = 0), fine),
        row<OpeningEntered>("Account", WHERE(fact.account = 0), Errc::unknown_account),
        row<OpeningEntered>("Leg", WHERE(fact.legs[1] = cash_leg(nobody, usdc, amount("-7"))), Errc::unknown_account),
        row<OpeningEntered>("Stand", WHERE(fact.stands = {stand_at(nobody, 1, IndexKind::funding, {})}),
                            Errc::unknown_account),
        row<Corrected>("Leg", WHERE(fact.legs[0] = cash_leg({}, usdc, amount("2"))), Errc::unknown_account),
        row<Reversed>("Leg", WHERE(fact.legs[0] = cash_leg(nobody, usdc, amount("-2"))), Errc::unknown_account),
        row<LiquidationStarted>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<LiquidationBid>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<LiquidationBid>("Bidder", WHERE(fact.bidder = nobody.number()), Errc::unknown_account),
        row<LiquidationEnded>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<BadDebtRecognised>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<WaterfallPaid>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<WaterfallPaid>("Payer", WHERE(fact.payer = nobody.number()), Errc::unknown_account),
        row<AutoDeleveraged>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<AutoDeleveraged>("Counterparty", WHERE(fact.counterparty = nobody.number()), Errc::unknown_account),
        row<PoolMoved>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account),
        row<PoolMoved>("Pool", WHERE(fact.pool = nobody.number()), Errc::unknown_account),
        row<CreditChanged>("Account", WHERE(fact.account = nobody.number()), Errc::unknown_account)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    UnknownAsset, Decide,
    testing::Values(
        row<Transferred>("Asset", WHERE(fact.asset = no_asset), Errc::unknown_asset),
        row<Transferred>("AssetLast", WHERE(fact.asset = share), fine),
        row<Traded>("Asset", WHERE(fact.asset = no_asset), Errc::unknown_asset),
        row<Observed>("Asset", WHERE(fact.kind = Observation::asset_price; fact.subject = 4), Errc::unknown_asset),
        row<Observed>("AssetLast", WHERE(fact.kind = Observation::asset_price; fact.subject = 3), fine),
        row<IndexRecorded>("Asset", WHERE(fact.kind = IndexKind::borrow_interest; fact.subject = 4),
                           Errc::unknown_asset),
        row<IndexRecorded>("AssetLast", WHERE(fact.kind = IndexKind::borrow_interest; fact.subject = 3), fine),
        row<IndexMet>("Asset", WHERE(fact.asset = no_asset), Errc::unknown_asset),
        row<IndexMet>("Subject", WHERE(fact.kind = IndexKind::supply_interest; fact.subject = 4), Errc::unknown_asset),
        row<PositionSettled>("Asset", WHERE(fact.asset = no_asset), Errc::unknown_asset),
        row<InstrumentDefined>("Base", WHERE(fact.base = 4), Errc::unknown_asset),
        row<InstrumentDefined>("Quote", WHERE(fact.quote = 0), Errc::unknown_asset),
        row<InstrumentDefined>("Settle", WHERE(fact.settle = 4), Errc::unknown_asset),
        row<OpeningEntered>("Leg", WHERE(fact.legs[0] = cash_leg(dave, no_asset, amount("7"))), Errc::unknown_asset),
        row<OpeningEntered>("QuoteLeg", WHERE(fact.legs = {quote_leg(dave, perp, no_asset, {})}), Errc::unknown_asset),
        row<OpeningEntered>("Stand", WHERE(fact.stands = {stand_at(dave, 4, IndexKind::supply_interest, {})}),
                            Errc::unknown_asset),
        row<LiquidationStarted>("Asset", WHERE(fact.asset = 4), Errc::unknown_asset),
        row<LiquidationStarted>("FigureOfAnAsset", WHERE(fact.figures = {wire::Figure(4, 0, 0, {})}), Errc::unknown_asset),
        row<LiquidationBid>("FigureOfAnAsset", WHERE(fact.figures = {wire::Figure(4, 0, 0, {})}), Errc::unknown_asset),
        row<LiquidationEnded>("FigureOfAnAsset", WHERE(fact.figures = {wire::Figure(4, 0, 0, {})}), Errc::unknown_asset),
        row<BadDebtRecognised>("Asset", WHERE(fact.asset = 4), Errc::unknown_asset),
        row<WaterfallPaid>("Asset", WHERE(fact.asset = 4), Errc::unknown_asset),
        row<LossSocialised>("Asset", WHERE(fact.asset = 0), Errc::unknown_asset),
        row<PoolMoved>("Asset", WHERE(fact.asset = 4), Errc::unknown_asset),
        row<PoolMoved>("ShareAsset", WHERE(fact.share_asset = 4), Errc::unknown_asset),
        row<CreditChanged>("Asset", WHERE(fact.asset = 4), Errc::unknown_asset)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    UnknownInstrumentOrFeed, Decide,
    testing::Values(
        row<Transferred>("Instrument", WHERE(fact.instrument = no_instrument), Errc::unknown_instrument),
        row<Transferred>("InstrumentLast", WHERE(fact.instrument = bare), fine),
        row<Traded>("Instrument", WHERE(fact.instrument = no_instrument), Errc::unknown_instrument),
        row<Traded>("InstrumentNone", WHERE(fact.instrument = {}), Errc::unknown_instrument),
        row<Observed>("Instrument", WHERE(fact.subject = 5), Errc::unknown_instrument),
        row<Observed>("InstrumentLast", WHERE(fact.subject = 4), fine),
        row<IndexRecorded>("Instrument", WHERE(fact.subject = 5), Errc::unknown_instrument),
        row<IndexMet>("Instrument", WHERE(fact.subject = 5), Errc::unknown_instrument),
        row<PositionSettled>("Instrument", WHERE(fact.instrument = no_instrument), Errc::unknown_instrument),
        row<OpeningEntered>("SizeLeg", WHERE(fact.legs = {size_leg(dave, no_instrument, {})}),
                            Errc::unknown_instrument),
        row<OpeningEntered>("QuoteLeg", WHERE(fact.legs = {quote_leg(dave, no_instrument, usdc, {})}),
                            Errc::unknown_instrument),
        row<OpeningEntered>("Stand", WHERE(fact.stands = {stand_at(dave, 5, IndexKind::funding, {})}),
                            Errc::unknown_instrument),
        row<AutoDeleveraged>("Instrument", WHERE(fact.instrument = 5), Errc::unknown_instrument),
        row<Observed>("Feed", WHERE(fact.feed = 2), Errc::unknown_feed),
        row<Observed>("FeedNone", WHERE(fact.feed = 0), fine)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    AccountsAndSigns, Decide,
    testing::Values(
        row<Transferred>("ToItself", WHERE(fact.counter = alice), Errc::accounts_must_differ),
        row<Traded>("WithItself", WHERE(fact.seller = alice), Errc::accounts_must_differ),
        row<IndexMet>("ItsOwn", WHERE(fact.counter = alice), Errc::accounts_must_differ),
        row<PositionSettled>("WithItself", WHERE(fact.counter = alice), Errc::accounts_must_differ),
        row<WaterfallPaid>("ItsOwn", WHERE(fact.payer = carol.number()), Errc::accounts_must_differ),
        row<PoolMoved>("ItsOwn", WHERE(fact.account = pool.number()), Errc::accounts_must_differ),
        row<Transferred>("DepositFromInside", WHERE(fact.type = TransferType::deposit), Errc::counter_must_be_outside),
        row<Transferred>("WithdrawalToInside", WHERE(fact.type = TransferType::withdrawal),
                         Errc::counter_must_be_outside),
        row<Transferred>("TransferFromOutside", WHERE(fact.counter = world), fine),
        row<Transferred>("DepositOfOneUnit",
                         WHERE(fact.counter = world; fact.type = TransferType::deposit; fact.amount = Amount{1}), fine),
        row<Transferred>("DepositOfNothing",
                         WHERE(fact.counter = world; fact.type = TransferType::deposit; fact.amount = {}),
                         Errc::amount_sign_disagrees),
        row<Transferred>("DepositOfLess",
                         WHERE(fact.counter = world; fact.type = TransferType::deposit; fact.amount = Amount{-1}),
                         Errc::amount_sign_disagrees),
        row<Transferred>("WithdrawalOfOneUnit",
                         WHERE(fact.counter = world; fact.type = TransferType::withdrawal; fact.amount = Amount{-1}),
                         fine),
        row<Transferred>("WithdrawalOfNothing",
                         WHERE(fact.counter = world; fact.type = TransferType::withdrawal; fact.amount = {}),
                         Errc::amount_sign_disagrees),
        row<Transferred>("WithdrawalOfMore",
                         WHERE(fact.counter = world; fact.type = TransferType::withdrawal; fact.amount = Amount{1}),
                         Errc::amount_sign_disagrees),
        row<Transferred>("NegativeTransfer", WHERE(fact.amount = Amount{-1}), fine),
        row<Transferred>("FeeToNobody", WHERE(fact.fee = Amount{1}), Errc::fee_account_missing),
        row<Transferred>("FeeToUnknown", WHERE(fact.fee = Amount{1}; fact.fee_account = nobody),
                         Errc::fee_account_missing),
        row<Transferred>("RebateFromNobody", WHERE(fact.fee = Amount{-1}), Errc::fee_account_missing),
        row<Transferred>("FeeToFees", WHERE(fact.fee = Amount{1}; fact.fee_account = fees), fine),
        row<Traded>("BuyerFeeToNobody", WHERE(fact.buyer_fee = Amount{1}), Errc::fee_account_missing),
        row<Traded>("SellerFeeToNobody", WHERE(fact.seller_fee = Amount{-1}), Errc::fee_account_missing),
        row<Traded>("FeesThatCancelStillNeedAnAccount",
                    WHERE(fact.buyer_fee = Amount{1}; fact.seller_fee = Amount{-1}), Errc::fee_account_missing),
        row<Traded>("SellerRebate", WHERE(fact.seller_fee = Amount{-1}; fact.fee_account = fees), fine)),
    name_of);

/// A trade of that instrument, booked and paid as said.
[[nodiscard]] Change<Traded> booked(InstrumentId instrument, Booking booking, AssetId asset, AssetId base) {
    return [=](Traded& fact, Sample&) {
        fact.instrument = instrument;
        fact.booking = booking;
        fact.asset = asset;
        fact.base = base;
    };
}

INSTANTIATE_TEST_SUITE_P(
    Trades, Decide,
    testing::Values(
        row<Traded>("SizeZero", WHERE(fact.size = {}), Errc::size_must_be_positive),
        row<Traded>("SizeNegative", WHERE(fact.size = Quantity{-1}), Errc::size_must_be_positive),
        row<Traded>("SizeOfOneUnit", WHERE(fact.size = Quantity{1}), fine),
        row<Traded>("PerpInVariation", booked(perp, Booking::variation, usdc, {}), fine),
        row<Traded>("PerpForPremium", booked(perp, Booking::premium, usdc, {}), fine),
        row<Traded>("PerpAsSpot", booked(perp, Booking::spot, usdc, {}), Errc::booking_disagrees),
        row<Traded>("PerpInAnotherAsset", booked(perp, Booking::variation, btc, {}), Errc::booking_disagrees),
        row<Traded>("PerpWithBase", booked(perp, Booking::variation, usdc, btc), Errc::booking_disagrees),
        row<Traded>("OptionForPremium", booked(call, Booking::premium, usdc, {}), fine),
        row<Traded>("SpotAsSpot", booked(spot, Booking::spot, usdc, btc), fine),
        row<Traded>("SpotInVariation", booked(spot, Booking::variation, usdc, btc), Errc::booking_disagrees),
        row<Traded>("SpotForPremium", booked(spot, Booking::premium, usdc, btc), Errc::booking_disagrees),
        row<Traded>("SpotInAnotherQuote", booked(spot, Booking::spot, btc, btc), Errc::booking_disagrees),
        row<Traded>("SpotOfAnotherBase", booked(spot, Booking::spot, usdc, share), Errc::booking_disagrees),
        row<Traded>("SpotWithoutBase", booked(spot, Booking::spot, usdc, {}), Errc::booking_disagrees),
        row<PositionSettled>("InAnotherAsset", WHERE(fact.asset = btc), Errc::booking_disagrees),
        row<OpeningEntered>("QuoteInAnotherAsset", WHERE(fact.legs = {quote_leg(dave, perp, btc, {})}),
                            Errc::booking_disagrees),
        row<Traded>("IndexOfTheBook", WHERE(sample.funding("BTC-PERP", "0.25"); fact.index = index_at("0.25")), fine),
        row<Traded>("IndexUnsaid", WHERE(sample.funding("BTC-PERP", "0.25")), fine),
        row<Traded>("IndexOneUnitOff",
                    WHERE(sample.funding("BTC-PERP", "0.25"); fact.index = index_at("0.250000000000000001")),
                    Errc::funding_index_disagrees),
        row<Traded>("IndexBeforeThereIsOne", WHERE(fact.index = Index{1}), Errc::funding_index_disagrees),
        row<Traded>("PriceZero", WHERE(fact.price = {}), fine),
        row<Traded>("PriceNegative", WHERE(fact.price = Price{-1}), Errc::price_must_be_positive),
        row<Observed>("PriceZero", WHERE(fact.value = {}), fine),
        row<Observed>("PriceNegative", WHERE(fact.value = Price{-1}), Errc::price_must_be_positive),
        row<Observed>("VolatilityNegative", WHERE(fact.kind = Observation::volatility; fact.value = Price{-1}),
                      Errc::price_must_be_positive),
        row<Observed>("ConfidenceZero", WHERE(fact.confidence = Ratio{}), fine),
        row<Observed>("ConfidenceWhole", WHERE(fact.confidence = Ratio::whole(1)), fine),
        row<Observed>("ConfidenceAboveOne", WHERE(fact.confidence = Ratio{one_units + 1}), Errc::confidence_out_of_range),
        row<Observed>("ConfidenceNegative", WHERE(fact.confidence = Ratio{-1}), Errc::confidence_out_of_range),
        row<Observed>("RateNegative", WHERE(fact.kind = Observation::rate; fact.value = Price{-1}), fine)),
    name_of);

/// 2n legs that balance.
[[nodiscard]] std::vector<wire::Leg> many_legs(std::size_t pairs) {
    std::vector<wire::Leg> legs;
    for (std::size_t i = 0; i < pairs; ++i) {
        legs.push_back(cash_leg(dave, usdc, Amount{1}));
        legs.push_back(cash_leg(world, usdc, Amount{-1}));
    }
    return legs;
}

INSTANTIATE_TEST_SUITE_P(
    Legs, Decide,
    testing::Values(
        row<OpeningEntered>("None", WHERE(fact.legs.clear()), fine),
        row<OpeningEntered>("OneUnitOff", WHERE(fact.legs[0] = cash_leg(dave, usdc, amount("7.000000000000000001"))),
                            Errc::legs_do_not_balance),
        row<OpeningEntered>("OneAlone", WHERE(fact.legs.pop_back()), Errc::legs_do_not_balance),
        row<OpeningEntered>("SameSumInTwoAssets", WHERE(fact.legs[0] = cash_leg(dave, btc, amount("7"))),
                            Errc::legs_do_not_balance),
        row<OpeningEntered>("SizeAlone", WHERE(fact.legs.push_back(size_leg(dave, perp, Quantity{1}))),
                            Errc::legs_do_not_balance),
        row<OpeningEntered>("SizesOfTwoInstruments", WHERE(fact.legs.push_back(size_leg(dave, perp, Quantity{1}));
                                                           fact.legs.push_back(size_leg(world, call, Quantity{-1}))),
                            Errc::legs_do_not_balance),
        row<OpeningEntered>("SizesBalance", WHERE(fact.legs.push_back(size_leg(dave, perp, Quantity{1}));
                                                  fact.legs.push_back(size_leg(world, perp, Quantity{-1}))),
                            fine),
        // Quote is money of the settlement asset: cash may be its other side.
        row<OpeningEntered>("QuoteAgainstCash", WHERE(fact.legs[0] = quote_leg(dave, perp, usdc, amount("7"))), fine),
        row<Corrected>("Off", WHERE(fact.legs.pop_back()), Errc::legs_do_not_balance),
        row<Reversed>("Off", WHERE(fact.legs.pop_back()), Errc::legs_do_not_balance),
        row<OpeningEntered>("SixtyFour", WHERE(fact.legs = many_legs(32)), fine),
        row<OpeningEntered>("SixtyFive", WHERE(fact.legs = many_legs(32); fact.legs.push_back(cash_leg(dave, usdc, {}))),
                            Errc::too_many_legs),
        row<Corrected>("SixtyFiveStands",
                       WHERE(fact.stands.assign(65, stand_at(dave, 1, IndexKind::funding, {}))), Errc::too_many_legs),
        row<Corrected>("SixtyFourStands",
                       WHERE(fact.stands.assign(64, stand_at(dave, 1, IndexKind::funding, {}))), fine)),
    name_of);

std::string const longest_name(63, 'n');
std::string const too_long_name(64, 'n');

INSTANTIATE_TEST_SUITE_P(
    Names, Decide,
    testing::Values(
        row<AssetDefined>("Taken", WHERE(fact.name = "USDC"), Errc::name_taken),
        row<AssetDefined>("OtherCase", WHERE(fact.name = "usdc"), fine),
        row<AssetDefined>("OfAnAccount", WHERE(fact.name = "alice"), fine),
        row<InstrumentDefined>("Taken", WHERE(fact.name = "BTC-PERP"), Errc::name_taken),
        row<SourceDefined>("Taken", WHERE(fact.name = "venue"), Errc::name_taken),
        row<FeedDefined>("Taken", WHERE(fact.name = "oracle"), Errc::name_taken),
        row<ChainDefined>("Taken", WHERE(fact.name = "ethereum"), Errc::name_taken),
        row<AccountOpened>("Taken", WHERE(fact.name = "alice"), Errc::name_taken),
        row<BadDebtRecognised>("Taken", WHERE(fact.loss = known_loss), Errc::name_taken),
        row<AssetDefined>("Empty", WHERE(fact.name = ""), event::Errc::name_empty),
        row<AccountOpened>("Empty", WHERE(fact.name = ""), event::Errc::name_empty),
        row<AccountOpened>("Longest", WHERE(fact.name = longest_name), fine),
        row<AccountOpened>("TooLong", WHERE(fact.name = too_long_name), event::Errc::name_too_long),
        row<AccountOpened>("Unprintable", WHERE(fact.name = "a\nb"), event::Errc::name_has_control_character),
        row<InstrumentDefined>("TooLong", WHERE(fact.name = too_long_name), event::Errc::name_too_long),
        row<SourceDefined>("TooLong", WHERE(fact.name = too_long_name), event::Errc::name_too_long),
        row<FeedDefined>("TooLong", WHERE(fact.name = too_long_name), event::Errc::name_too_long),
        row<ChainDefined>("TooLong", WHERE(fact.name = too_long_name), event::Errc::name_too_long),
        row<BreakerTripped>("Empty", WHERE(fact.breaker = ""), event::Errc::name_empty),
        row<BreakerTripped>("NoScope", WHERE(fact.scope = ""), fine),
        row<BreakerTripped>("ScopeTooLong", WHERE(fact.scope = too_long_name), event::Errc::name_too_long),
        row<ParameterSet>("Empty", WHERE(fact.name = ""), event::Errc::name_empty),
        row<ParameterSet>("NoScope", WHERE(fact.scope = ""), fine),
        row<ParameterSet>("ScopeTooLong", WHERE(fact.scope = too_long_name), event::Errc::name_too_long),
        row<PresetAdopted>("Empty", WHERE(fact.name = ""), event::Errc::name_empty),
        row<PresetAdopted>("NoScopeOrVersion", WHERE(fact.scope = fact.version = ""), fine),
        row<PresetAdopted>("ScopeTooLong", WHERE(fact.scope = too_long_name), event::Errc::name_too_long),
        row<PresetAdopted>("VersionTooLong", WHERE(fact.version = too_long_name), event::Errc::name_too_long)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Definitions, Decide,
    testing::Values(
        row<AssetDefined>("NoDecimals", WHERE(fact.decimals = 0), fine),
        row<AssetDefined>("EighteenDecimals", WHERE(fact.decimals = 18), fine),
        row<AssetDefined>("NineteenDecimals", WHERE(fact.decimals = 19), Errc::decimals_out_of_range),
        row<AssetDefined>("AllDecimals", WHERE(fact.decimals = 255), Errc::decimals_out_of_range),
        row<InstrumentDefined>("NumeratorZero", WHERE(fact.multiplier_numerator = {}),
                               Errc::multiplier_must_be_positive),
        row<InstrumentDefined>("NumeratorNegative", WHERE(fact.multiplier_numerator = to_wire(Int128{-1})),
                               Errc::multiplier_must_be_positive),
        row<InstrumentDefined>("DenominatorZero", WHERE(fact.multiplier_denominator = {}),
                               Errc::multiplier_must_be_positive),
        row<InstrumentDefined>("DenominatorNegative", WHERE(fact.multiplier_denominator = to_wire(Int128{-10})),
                               Errc::multiplier_must_be_positive),
        row<BlockRecorded>("OfNoChain", WHERE(fact.chain = "base"), Errc::unknown_chain),
        row<BlockRecorded>("SameNumber", WHERE(fact.number = 100), Errc::block_does_not_follow),
        row<BlockRecorded>("NumberBefore", WHERE(fact.number = 99), Errc::block_does_not_follow),
        row<BlockRecorded>("OtherParent", WHERE(fact.parent = wire::Digest(1, 2, 3, 5)), Errc::block_does_not_follow),
        row<BlockRecorded>("AfterAGapHasAnyParent", WHERE(fact.number = 102; fact.parent = wire::Digest()), fine),
        row<SourceDefined>("LastOne", WHERE(while (sample.raw().sources.size() < 65'534) sample.raw().sources.add({})),
                           fine),
        row<SourceDefined>("OneTooMany",
                           WHERE(while (sample.raw().sources.size() < 65'535) sample.raw().sources.add({})),
                           Errc::table_full),
        row<FeedDefined>("LastOne", WHERE(while (sample.raw().feeds.size() < 65'534) sample.raw().feeds.add({})), fine),
        row<FeedDefined>("OneTooMany", WHERE(while (sample.raw().feeds.size() < 65'535) sample.raw().feeds.add({})),
                         Errc::table_full)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    References, Decide,
    testing::Values(
        row<Corrected>("SequenceZero", WHERE(fact.sequence = 0), Errc::unknown_sequence),
        row<Corrected>("SequenceLast", WHERE(fact.sequence = sample.book().sequence()), fine),
        row<Corrected>("SequenceItsOwn", WHERE(fact.sequence = sample.book().sequence() + 1), Errc::unknown_sequence),
        row<Reversed>("SequenceItsOwn", WHERE(fact.sequence = sample.book().sequence() + 1), Errc::unknown_sequence),
        row<CheckpointTaken>("SequenceLast", WHERE(fact.sequence = sample.book().sequence()), fine),
        row<CheckpointTaken>("SequenceItsOwn", WHERE(fact.sequence = sample.book().sequence() + 1),
                             Errc::unknown_sequence),
        row<WaterfallPaid>("OfNoLoss", WHERE(fact.loss = 4), Errc::unknown_sequence),
        row<LiquidationStarted>("NumberZero", WHERE(fact.liquidation = 0), Errc::unknown_liquidation),
        row<LiquidationBid>("OfNoLiquidation", WHERE(fact.liquidation = 8), Errc::unknown_liquidation),
        row<LiquidationBid>("OfAnotherAccount", WHERE(fact.account = bob.number()), Errc::unknown_liquidation),
        row<LiquidationBid>("AfterTheEnd", WHERE(sample.happens(a<LiquidationEnded>())), Errc::unknown_liquidation),
        row<LiquidationEnded>("OfNoLiquidation", WHERE(fact.liquidation = 8), Errc::unknown_liquidation),
        row<LiquidationEnded>("OfAnotherAccount", WHERE(fact.account = bob.number()), Errc::unknown_liquidation),
        row<LiquidationEnded>("Twice", WHERE(sample.happens(fact)), Errc::unknown_liquidation),
        row<LiquidationStarted>("NumberOpen", WHERE(fact.liquidation = open_liquidation),
                                Errc::liquidation_already_open),
        row<LiquidationStarted>("NumberUsed",
                                WHERE(sample.happens(a<LiquidationEnded>()); fact.liquidation = open_liquidation),
                                Errc::liquidation_already_open),
        row<LiquidationStarted>("AccountOpen", WHERE(fact.account = carol.number()), Errc::liquidation_already_open),
        row<LiquidationStarted>("AccountAgainAfterTheEnd",
                                WHERE(sample.happens(a<LiquidationEnded>()); fact.account = carol.number()), fine),
        row<BadDebtRecognised>("OfNothing", WHERE(fact.amount = {}), Errc::amount_must_be_positive),
        row<BadDebtRecognised>("Negative", WHERE(fact.amount = to_wire(Int128{-1})), Errc::amount_must_be_positive),
        row<BadDebtRecognised>("OfOneUnit", WHERE(fact.amount = to_wire(Int128{1})), fine),
        row<WaterfallPaid>("AllThatIsLeft", WHERE(fact.amount = to_wire(still_open(sample))), fine),
        row<WaterfallPaid>("OneUnitMore", WHERE(fact.amount = to_wire(still_open(sample) + 1)), Errc::loss_overpaid),
        row<WaterfallPaid>("InAnotherAsset", WHERE(fact.asset = btc.number()), Errc::booking_disagrees),
        row<IndexMet>("InAnotherAsset", WHERE(fact.asset = btc), Errc::booking_disagrees),
        row<WaterfallPaid>("OfNothing", WHERE(fact.amount = {}), Errc::amount_must_be_positive),
        row<WaterfallPaid>("Negative", WHERE(fact.amount = to_wire(Int128{-1})), Errc::amount_must_be_positive),
        row<LossSocialised>("OfNothing", WHERE(fact.amount = {}), Errc::amount_must_be_positive),
        row<BreakerReleased>("ThatNeverTripped", WHERE(fact.breaker = "slow"), Errc::unknown_breaker),
        row<BreakerReleased>("OfAnotherScope", WHERE(fact.scope = ""), Errc::unknown_breaker),
        row<BreakerReleased>("Twice", WHERE(sample.happens(fact)), Errc::unknown_breaker)),
    name_of);

/// One past the last value, and the last value of 16 bits: no such choice.
template <class Enum> [[nodiscard]] Enum past(Enum last) { return static_cast<Enum>(static_cast<int>(last) + 1); }

INSTANTIATE_TEST_SUITE_P(
    Choices, Decide,
    testing::Values(
        row<Transferred>("TypeLast", WHERE(fact.type = TransferType::adjustment), fine),
        row<Transferred>("Type", WHERE(fact.type = past(TransferType::adjustment)), Errc::unknown_choice),
        row<Traded>("Booking", WHERE(fact.booking = past(Booking::spot)), Errc::unknown_choice),
        row<Traded>("KindLast", WHERE(fact.kind = wire::TradeKind::settlement), fine),
        row<Traded>("Kind", WHERE(fact.kind = past(wire::TradeKind::settlement)), Errc::unknown_choice),
        row<Traded>("Taker", WHERE(fact.taker = past(Taker::seller)), Errc::unknown_choice),
        row<Observed>("KindLast", WHERE(fact.kind = Observation::open_interest), fine),
        row<Observed>("Kind", WHERE(fact.kind = past(Observation::forward_settled)), Errc::unknown_choice),
        row<IndexRecorded>("KindLast", WHERE(fact.kind = IndexKind::socialised_loss), fine),
        row<IndexRecorded>("Kind", WHERE(fact.kind = past(IndexKind::socialised_loss)), Errc::unknown_choice),
        row<IndexMet>("Kind", WHERE(fact.kind = past(IndexKind::socialised_loss)), Errc::unknown_choice),
        row<PositionSettled>("TypeLast", WHERE(fact.type = wire::SettlementType::transfer), fine),
        row<PositionSettled>("Type", WHERE(fact.type = past(wire::SettlementType::transfer)), Errc::unknown_choice),
        row<OpeningEntered>("Leg", WHERE(fact.legs[0] = wire::Leg(dave.number(), 1, 0, 3, 0, 0, {})),
                            Errc::unknown_choice),
        row<OpeningEntered>("Stand", WHERE(fact.stands = {wire::Stand(dave.number(), 1, 4, 0, 0, {})}),
                            Errc::unknown_choice),
        row<WaterfallPaid>("LayerLast", WHERE(fact.layer = wire::Layer::residual), fine),
        row<WaterfallPaid>("Layer", WHERE(fact.layer = past(wire::Layer::residual)), Errc::unknown_choice),
        row<AssetDefined>("Kind", WHERE(fact.kind = past(wire::AssetKind::MAX)), Errc::unknown_choice),
        row<InstrumentDefined>("Kind", WHERE(fact.kind = past(wire::InstrumentKind::MAX)), Errc::unknown_choice),
        row<InstrumentDefined>("Payoff", WHERE(fact.payoff = past(wire::Payoff::MAX)), Errc::unknown_choice),
        row<InstrumentDefined>("Side", WHERE(fact.side = past(wire::OptionSide::MAX)), Errc::unknown_choice),
        row<InstrumentDefined>("Exercise", WHERE(fact.exercise = past(wire::Exercise::MAX)), Errc::unknown_choice),
        row<SourceDefined>("Kind", WHERE(fact.kind = past(wire::SourceKind::MAX)), Errc::unknown_choice),
        row<AccountOpened>("Kind", WHERE(fact.kind = past(wire::AccountKind::MAX)), Errc::unknown_choice),
        row<LiquidationStarted>("FigureLast", WHERE(fact.figures = {wire::Figure(0, static_cast<std::uint16_t>(wire::FigureKind::MAX), 0, {})}), fine),
        row<LiquidationStarted>("Figure", WHERE(fact.figures = {wire::Figure(0, static_cast<std::uint16_t>(wire::FigureKind::MAX) + 1, 0, {})}),
                                Errc::unknown_choice),
        row<LiquidationEnded>("Outcome", WHERE(fact.outcome = past(wire::LiquidationOutcome::MAX)),
                              Errc::unknown_choice)),
    name_of);

constexpr Amount most{event_limit_units};
constexpr Amount too_much{event_limit_units + 1};
constexpr auto int128_max = static_cast<Int128>((Uint128{1} << 127) - 1);
constexpr Amount lowest{-int128_max - 1};

/// Brings alice's cash so near the limit of a row that only `room` is left.
void leave_room(Sample& sample, Int128 room) { sample.raw().balances.write(1).amount = Amount{row_limit_units - room}; }

INSTANTIATE_TEST_SUITE_P(
    Limits, Decide,
    testing::Values(
        row<Transferred>("Most", WHERE(fact.amount = most), fine),
        row<Transferred>("MostNegative", WHERE(fact.amount = -most), fine),
        row<Transferred>("TooMuch", WHERE(fact.amount = too_much), Errc::amount_overflow),
        row<Transferred>("TooMuchNegative", WHERE(fact.amount = -too_much), Errc::amount_overflow),
        row<Transferred>("Lowest", WHERE(fact.amount = lowest), Errc::amount_overflow),
        row<Transferred>("FeeTooMuch", WHERE(fact.fee = too_much; fact.fee_account = fees), Errc::amount_overflow),
        row<Transferred>("RowFull", WHERE(leave_room(sample, fact.amount.units())), fine),
        row<Transferred>("RowOverfull", WHERE(leave_room(sample, fact.amount.units() - 1)), Errc::amount_overflow),
        row<Traded>("SizeMost", WHERE(fact.size = Quantity{event_limit_units}), fine),
        row<Traded>("SizeTooMuch", WHERE(fact.size = Quantity{event_limit_units + 1}), Errc::amount_overflow),
        row<Traded>("QuoteTooMuch", WHERE(fact.quote = too_much), Errc::amount_overflow),
        row<Traded>("RefusedAfterItsPendingFunding", WHERE(sample.funding("BTC-PERP", "1"); fact.quote = too_much),
                    Errc::amount_overflow),
        row<Traded>("QuoteLowest", WHERE(fact.quote = lowest), Errc::amount_overflow),
        row<Traded>("FeeTooMuch", WHERE(fact.buyer_fee = too_much; fact.fee_account = fees), Errc::amount_overflow),
        row<Traded>("PositionFull",
                    WHERE(sample.raw().positions.write(1).size = Quantity{row_limit_units} ; fact.size = Quantity{1}),
                    Errc::amount_overflow),
        row<Traded>("OpenInterestFull",
                    WHERE(sample.raw().instruments.write(1).open_interest = Quantity{row_limit_units};
                          fact.size = Quantity{1}),
                    Errc::amount_overflow),
        row<Observed>("Most", WHERE(fact.value = Price{event_limit_units}), fine),
        row<Observed>("TooMuch", WHERE(fact.value = Price{event_limit_units + 1}), Errc::amount_overflow),
        row<IndexRecorded>("Most", WHERE(fact.value = Index{-event_limit_units}), fine),
        row<IndexRecorded>("TooMuch", WHERE(fact.value = Index{-event_limit_units - 1}), Errc::amount_overflow),
        row<IndexMet>("TooMuch", WHERE(fact.amount = too_much), Errc::amount_overflow),
        row<IndexMet>("IndexTooMuch", WHERE(fact.index = Index{event_limit_units + 1}), Errc::amount_overflow),
        row<PositionSettled>("TooMuch", WHERE(fact.quote = too_much), Errc::amount_overflow),
        row<PositionSettled>("SizeLowest", WHERE(fact.size = Quantity{lowest.units()}), Errc::amount_overflow),
        row<OpeningEntered>("Leg", WHERE(fact.legs = {cash_leg(dave, usdc, too_much), cash_leg(world, usdc, -too_much)}),
                            Errc::amount_overflow),
        row<OpeningEntered>("StandMost",
                            WHERE(fact.stands = {stand_at(dave, 1, IndexKind::funding, Index{event_limit_units})}), fine),
        row<OpeningEntered>("StandTooMuch",
                            WHERE(fact.stands = {stand_at(dave, 1, IndexKind::funding, Index{event_limit_units + 1})}),
                            Errc::amount_overflow),
        row<BadDebtRecognised>("Most", WHERE(fact.amount = to_wire(most)), fine),
        row<BadDebtRecognised>("TooMuch", WHERE(fact.amount = to_wire(too_much)), Errc::amount_overflow),
        row<BadDebtRecognised>("AssetFull", WHERE(sample.raw().assets.write(1).bad_debt = Amount{row_limit_units}),
                               Errc::amount_overflow),
        row<WaterfallPaid>("TooMuch", WHERE(fact.amount = to_wire(too_much)), Errc::loss_overpaid),
        row<PoolMoved>("TooMuch", WHERE(fact.amount = to_wire(too_much)), Errc::amount_overflow),
        row<PoolMoved>("SharesLowest", WHERE(fact.shares = to_wire(lowest)), Errc::amount_overflow)),
    name_of);

} // namespace
} // namespace plimsoll::book
