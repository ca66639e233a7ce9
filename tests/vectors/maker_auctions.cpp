/// Rows of Maker's collateral auctions and price curves.
#include "risk/clearing/collateral_auction.hpp"
#include "tests/vectors/kinds.hpp"

namespace plimsoll::vectors {

using namespace risk::vault;

namespace {

std::uint64_t seconds(Fields const& in, std::string_view name) {
    return static_cast<std::uint64_t>(in.small(name));
}

Curve curve(Fields const& in) {
    if (in.has("tau_seconds")) return {CurveShape::linear, seconds(in, "tau_seconds"), 0, 1};
    return {CurveShape::stairs, 0, in.integer("cut_ray"),
            in.has("step_seconds") ? seconds(in, "step_seconds") : 1};
}

Wide price(Fields const& in) {
    return price_after(curve(in), in.integer("top_ray"), seconds(in, "elapsed_seconds"));
}

Said exact_price(Fields const& in, Fields const&) {
    return Said::with({{"price_ray", price(in)}});
}

/// The row's own figure is approximate: it is ours too where we are within its tolerance.
Said about_price(Fields const& in, Fields const& expected) {
    Wide const ours = price(in);
    Wide const theirs = expected.integer("price_ray_about");
    bool const within = abs(ours - theirs) <= in.integer("tolerance_ray");
    return Said::with({{"price_ray_about", within ? theirs : ours}, {"within_tolerance", within}});
}

/// Each second the price is that of the second before, or a step below it.
Said recurrence(Fields const& in, Fields const&) {
    Curve const falls = curve(in);
    Wide const top = in.integer("top_ray");
    bool within = true;
    Wide last = price_after(falls, top, seconds(in, "elapsed_from_seconds"));
    for (auto t = seconds(in, "elapsed_from_seconds") + 1; t <= seconds(in, "elapsed_to_seconds");
         ++t) {
        Wide const now = price_after(falls, top, t);
        bool const steps = t % falls.step_seconds == 0;
        Wide const due = steps ? risk::scale(last, falls.factor_ray, ray(), Rounding::floor) : last;
        within = within && abs(now - due) <= in.integer("tolerance_ray");
        last = now;
    }
    return Said::with({{"price_at_zero_ray", price_after(falls, top, 0)},
                       {"each_step_within_tolerance", within}});
}

Said bark(Fields const& in, Fields const&) {
    Terms terms;
    terms.rate_ray = in.integer("rate_ray");
    terms.safe_price_ray = in.integer("spot_ray");
    terms.dust_rad = in.integer("dust_rad");
    auto const got =
        seize({in.integer("ink_wad"), in.integer("art_wad")}, terms, in.integer("chop_wad"),
              {in.integer("Hole_rad"), in.integer("Dirt_rad"), in.integer("hole_rad"),
               in.integer("dirt_rad")});
    if (!got) return Said::no(word(got.error()));
    Seized const& seized = got.value();
    return Said::with({{"accepted", true},
                       {"ink_after_wad", seized.left.collateral_wad},
                       {"art_after_wad", seized.left.debt_share_wad},
                       {"lot_wad", seized.lot_wad},
                       {"tab_rad", seized.tab_rad},
                       {"Dirt_after_rad", seized.room.system_used_rad},
                       {"dirt_after_rad", seized.room.type_used_rad}});
}

Reward reward(Fields const& in) { return {in.integer("tip_rad"), in.integer("chip_wad")}; }

Said kick(Fields const& in, Fields const&) {
    Wide const feed =
        feed_price_ray(in.integer("feed_price_wad"),
                       in.has("reference_price_ray") ? in.integer("reference_price_ray") : ray());
    auto const got = start(in.integer("tab_rad"), in.integer("lot_wad"), feed,
                           in.integer("buf_ray"), reward(in));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"accepted", true},
                       {"top_ray", got.value().top_ray},
                       {"incentive_rad", got.value().reward_rad}});
}

Said redo(Fields const& in, Fields const&) {
    Wide const feed =
        feed_price_ray(in.integer("feed_price_wad"),
                       in.has("reference_price_ray") ? in.integer("reference_price_ray") : ray());
    return Said::with(
        {{"incentive_rad", restart_reward(in.integer("tab_rad"), in.integer("lot_wad"), feed,
                                          in.integer("min_leftover_tab_rad"), reward(in))}});
}

Said take_at(Fields const& in, Fields const& expected, Wide const& price_ray) {
    auto const got = take({in.integer("tab_rad"), in.integer("lot_wad")}, price_ray,
                          in.integer("max_price_ray"), in.integer("take_up_to_wad"),
                          in.integer("min_leftover_tab_rad"));
    if (!got) return Said::no(word(got.error()));
    Taken const& taken = got.value();
    Answer::Record record{{"accepted", true},
                          {"paid_rad", taken.paid_rad},
                          {"bought_wad", taken.bought_wad},
                          {"tab_after_rad", taken.left.tab_rad},
                          {"lot_after_wad", taken.left.lot_wad},
                          {"returned_to_owner_wad", taken.returned_wad},
                          {"ended", taken.ended}};
    // Bounds on the payment are met, or our payment is shown in their place.
    if (expected.has("paid_above_rad")) {
        Wide const least = expected.integer("paid_above_rad");
        record["paid_above_rad"] = taken.paid_rad > least ? least : taken.paid_rad;
    }
    if (expected.has("paid_at_most_rad")) {
        Wide const most = expected.integer("paid_at_most_rad");
        record["paid_at_most_rad"] = taken.paid_rad <= most ? most : taken.paid_rad;
    }
    return Said::with(std::move(record));
}

Said take_row(Fields const& in, Fields const& expected) {
    return take_at(in, expected, in.integer("price_ray"));
}

Said take_on_curve(Fields const& in, Fields const& expected) {
    return take_at(in, expected, price(in));
}

Said reset_status(Fields const& in, Fields const&) {
    return Said::with({{"needs_reset", needs_restart(price(in), in.integer("top_ray"),
                                                     seconds(in, "elapsed_seconds"),
                                                     seconds(in, "tail_seconds"),
                                                     in.integer("cusp_ray"))}});
}

Said leftover(Fields const& in, Fields const&) {
    return Said::with({{"min_leftover_tab_rad",
                        min_leftover(in.integer("dust_rad"), in.integer("chop_wad"))}});
}

Said stop_level(Fields const& in, Fields const&) {
    auto const text = in.text("action");
    AuctionAction action = AuctionAction::take;
    if (text == "kick") {
        action = AuctionAction::start;
    } else if (text == "redo") {
        action = AuctionAction::restart;
    } else if (text != "take") {
        throw BadRow{"unknown action"};
    }
    return Said::with({{"allowed", allowed(action, in.integer("level"))}});
}

} // namespace

void add_maker_auctions(Rules& rules) {
    rules["maker.price_linear"] = exact_price;
    rules["maker.price_stairstep"] = exact_price;
    rules["maker.price_exponential"] = about_price;
    rules["maker.price_stairstep_recurrence"] = recurrence;
    rules["maker.bark"] = bark;
    rules["maker.kick"] = kick;
    rules["maker.redo_incentive"] = redo;
    rules["maker.take"] = take_row;
    rules["maker.take_with_curve"] = take_on_curve;
    rules["maker.reset_status"] = reset_status;
    rules["maker.min_leftover"] = leftover;
    rules["maker.stop_level"] = stop_level;
}

} // namespace plimsoll::vectors
