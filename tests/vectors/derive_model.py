"""Derive's margin rules once more: slow, obvious, in Python's unbounded integers, written from the rule's text.

Numbers count 10^-18. `Refused` is what the protocol's contracts answer with a revert.
"""
import math

ONE = 10**18
YEAR_SECONDS = 31_536_000


class Refused(Exception):
    pass


def signed(value):
    if not -(2**255) <= value < 2**255:
        raise Refused("past 256 bits")
    return value


def toward_zero(a, b):
    if b == 0:
        raise Refused("division by zero")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def times(a, b):
    return toward_zero(signed(a * b), ONE)


def over(a, b):
    return toward_zero(signed(a * ONE), b)


def root(x):
    if x < 0:
        raise Refused("root of a negative number")
    return math.isqrt(x * ONE)


def horner(x, start, constants):
    value = start
    for constant in constants:
        value = ((value * x) >> 96) + constant
    return value


def exponential(x):
    if x <= -42139678854452767551:
        return 0
    if x >= 135305999368893231589:
        raise Refused("exponent too large")
    x = toward_zero(x << 78, 5**18)
    ln_two = 54916777467707473351141471128
    k = (toward_zero(x << 96, ln_two) + 2**95) >> 96
    x -= k * ln_two
    p = horner(x, x + 2772001395605857295435445496992,
               (44335888930127919016834873520032, 398888492587501845352592340339721, 1993839819670624470859228494792842))
    p = p * x + (4385272521454847904632057985693276 << 96)
    z = (((x + 750530180792738023273180420736) * x) >> 96) + 32788456221302202726307501949080
    w = (((x - 2218138959503481824038194425854) * z) >> 96) + 892943633302991980437332862907700
    q = (((z + w - 78174809823045304726920794422040) * w) >> 96) + 4203224763890128580604056984195872
    return (toward_zero(p, q) * 3822833074963236453042738258902158003155416615667) >> (195 - k)


def logarithm(x):
    if x <= 0:
        raise Refused("logarithm of nothing")
    k = x.bit_length() - 1 - 96
    x = x >> k if k >= 0 else x << -k
    p = horner(x, x + 3273285459638523848632254066296,
               (24828157081833163892658089445524, 43456485725739037958740375743393, -11111509109440967052023855526967,
                -45023709667254063763336534515857, -14706773417378608786704636184526))
    p = p * x - (795164235651350426258249787498 << 96)
    q = horner(x, x + 5573035233440673466300451813936,
               (71694874799317883764090561454958, 283447036172924575727196451306956, 401686690394027663651624208769553,
                204048457590392012362485061816622, 31853899698501571402653359427138, 909429971244387300277376558375))
    r = toward_zero(p, q) * 1677202110996718588342820967067443963516166
    r += 16597577552685614221487285958193947469193820559219878177908093499208371 * k
    return (r + 600920179829731861736702779321621459595472258049074101567377883020018308) >> 174


def power(base, exponent):
    return exponential(toward_zero(signed(logarithm(base) * exponent), ONE))


def normal_cdf(x):
    z = abs(x)
    tail = 0
    if z <= 37 * ONE:
        e = exponential(-(((z >> 1) * z) // ONE))
        z = (z << 46) // 5**18
        e = (e << 46) // 5**18
        if z < 130438178253327725388:
            n, d = 650478250178244362, 1630477228166597028
            for c in (12919787143353136591, 117578849504046139487, 625581961353917287603, 2067498006223917203771,
                      4080670594171652639712, 4062099735652764000328):
                n = ((n * z) >> 64) + c
            for c in (32386342837845824709, 296331772558254578451, 1600821957476871612085, 5470644798650576484341,
                      11756730424506726822413, 14643514515380871948050, 8124199471305528000657):
                d = ((d * z) >> 64) + c
            tail = n * e // d
        else:
            f = 11990383647911208550
            for j in (4, 3, 2, 1):
                f = (j << 128) // (z + f)
            tail = (e << 64) // (((f + z) * 46239130270042206915) >> 64)
        tail = (tail * 5**18) >> 46
    return tail if x <= 0 else ONE - tail


def years(seconds):
    return seconds * ONE // YEAR_SECONDS


def black76(seconds, volatility, forward, strike, discount):
    """Call and put."""
    v = volatility * root(years(seconds)) // ONE
    discounted_forward = forward * discount // ONE
    if strike == 0:
        return discounted_forward, 0
    discounted_strike = strike * discount // ONE
    if forward == 0:
        return 0, discounted_strike
    moneyness = strike * ONE // forward
    if v >= 24 * ONE:
        call = ONE
    else:
        v, m = max(v, 1), max(moneyness, 1)
        d1 = toward_zero((((v >> 1) * v) // ONE - logarithm(m)) * ONE, v)
        call = max(0, normal_cdf(d1) - m * normal_cdf(d1 - v) // ONE)
    put = max(0, call + moneyness - ONE)
    return min(call * discounted_forward // ONE, discounted_forward), min(put * discounted_forward // ONE, discounted_strike)


def svi_volatility(strike, fit):
    a, b, rho, m, sigma, forward, tau = (int(fit[key]) for key in ("a", "b", "rho", "m", "sigma", "forward", "tau"))
    if strike == 0:
        return 0
    bound = times(4 * ONE, root(a + times(b, sigma)))
    ratio = strike * ONE // forward
    k = -bound if ratio == 0 else max(-bound, min(bound, logarithm(ratio)))
    u = k - m
    w = a + times(b, root(times(u, u) + times(sigma, sigma)) + times(rho, u))
    if w < 0 or w > 144 * ONE:
        raise Refused("variance")
    return root(w * ONE // tau)


def numbers(section):
    """Quoted numbers as integers."""
    return {key: int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value for key, value in section.items()}


class Expiry:
    def __init__(self, feed, options, now, confidence, parameters):
        self.feed, self.options = numbers(feed), [numbers(option) for option in options]
        vol, margin = numbers(parameters["vol_shock"]), numbers(parameters["margin"])
        self.seconds = max(self.feed["expiry"] - now, 0)
        self.rate = max(self.feed["rate"], 0)
        self.discount = exponential(-toward_zero(self.rate * self.seconds, YEAR_SECONDS))
        self.years = years(self.seconds)
        self.confidence = min(confidence, *(self.feed[f"{name}_confidence"] for name in ("forward", "rate", "vol")))
        self.net_options = sum(abs(option["amount"]) for option in self.options)
        month = 30 * 86_400
        span = max(self.seconds, vol["dte_floor_seconds"])
        if span == 0:
            raise Refused("division by zero")
        size = power(month * ONE // span, vol["short_term_power" if self.seconds <= month else "long_term_power"])
        self.up = ONE + times(vol["vol_range_up"], size)
        self.down = max(0, ONE - times(vol["vol_range_down"], size))
        decay = {side: exponential(-times(self.years, times(self.rate, margin[f"{side}_rate_mult_scale"]) + margin[f"{side}_rate_add_scale"]))
                 for side in ("long", "short")}
        self.positive = times(margin["long_base_static_discount"], decay["long"])
        self.negative = min(toward_zero(ONE * ONE, self.discount), over(margin["short_base_static_discount"], decay["short"]))
        by_strike = {}
        for option in self.options:
            by_strike[option["strike"]] = by_strike.get(option["strike"], 0) + option["amount"]
        self.naked = sum(max(0, -amount) for amount in by_strike.values())

    def value(self, spot_shock, rule, parameters):
        forward = self.feed["forward_variable"] * spot_shock // ONE + self.feed["forward_fixed"]
        total = 0
        for option in self.options:
            volatility = option["vol"]
            if rule == "up":
                volatility = max(int(parameters["vol_shock"]["min_vol_up_shock"]), times(volatility, self.up))
            elif rule == "down":
                volatility = times(volatility, self.down)
            elif rule in ("linear", "abs"):
                volatility = times(volatility, self.tilt(option["strike"], forward, rule, numbers(parameters["skew_shock"])))
            call, put = black76(self.seconds, volatility, forward, option["strike"], self.discount)
            total += times(call if option["is_call"] else put, option["amount"])
        return total

    def tilt(self, strike, forward, rule, skew):
        st = root(self.years)
        cap = times(skew[f"{rule}_c_base"], st) + skew[f"{rule}_base_cap"]
        width = times(times(st, skew["width_scale"]), skew["vol_param_static"] + times(st, skew["vol_param_scale"]))
        k = logarithm(strike * ONE // forward)
        k = abs(k) if rule == "abs" else k
        change = toward_zero(k * cap, max(skew["min_k_star"], width))
        return max(ONE + (min(cap, change) if k >= 0 else max(-cap, change)), 0)


def portfolio_margin(case):
    """`expected` of a pm2 case."""
    parameters, market, account = case["parameters"], numbers(case["market"]), numbers(case["account"])
    margin, basis_set = numbers(parameters["margin"]), numbers(parameters["basis_contingency"])
    other = numbers(parameters["other_contingency"])
    perp, spot = account["perp_position"], market["spot_price"]
    confidence = min(market["spot_confidence"], market["perp_confidence"]) if perp else market["spot_confidence"]
    perp_value = account["perp_unsettled_cash"] if perp else 0

    def doubt(how_sure, notional):
        if how_sure >= other["confidence_threshold"]:
            return 0
        return times(times(ONE - how_sure, other["confidence_margin"]), notional)

    expiries = []
    for feed in market["expiries"]:
        held = [option for option in account["options"] if option["expiry"] == feed["expiry"]]
        if held:
            expiries.append(Expiry(feed, held, case["now"], confidence, parameters))
    basis = maintenance = initial = 0
    total = perp_value
    if perp:
        notional = times(abs(perp), spot)
        maintenance += times(notional, other["mm_perp_fraction"])
        initial += times(notional, other["im_perp_fraction"]) + doubt(confidence, notional)
    for expiry in expiries:
        expiry.mtm = expiry.value(ONE, "none", parameters)
        expiry.mtm_up = expiry.value(basis_set["spot_up"], "none", parameters)
        expiry.mtm_down = expiry.value(basis_set["spot_down"], "none", parameters)
        loss = min(expiry.mtm_up - expiry.mtm, expiry.mtm_down - expiry.mtm, 0)
        basis += times(loss, basis_set["add_factor"] + times(basis_set["mult_factor"], expiry.years))
        naked = times(expiry.naked, spot)
        maintenance += times(naked, other["mm_option_fraction"])
        initial += times(naked, other["im_option_fraction"]) + doubt(expiry.confidence, times(expiry.net_options, spot))
        total += expiry.mtm
    collaterals = []
    for told in map(numbers, account["collaterals"]):
        value = told["balance"] * told["price"] // market["stable_price"]
        sure = min(told["confidence"], market["spot_confidence"])
        maintenance += times(value, told["mm_haircut"])
        initial += times(value, told["im_haircut"]) + doubt(sure, value)
        total += value
        collaterals.append((told, value, sure))

    def scenario(spot_shock, rule, dampening):
        result = times(times(perp, times(spot_shock - ONE, market["perp_price"])), dampening) if perp else 0
        for expiry in expiries:
            value = expiry.value(spot_shock, rule, parameters)
            value = times(value, expiry.positive if value >= 0 else expiry.negative)
            gain = times(value - expiry.mtm, dampening)
            result += -abs(gain) if rule in ("linear", "abs") else gain
        for told, value, _ in collaterals:
            if told["is_risk_cancelling"]:
                result += times(times(value, spot_shock - ONE), dampening)
        return result

    def worst(results):
        least, at = basis, len(results)
        for i, result in enumerate(results):
            if result < least:
                least, at = result, i
        return least, at

    results = [scenario(int(s["spot_shock"]), s["vol_shock"], int(s["dampening_factor"])) for s in parameters["scenarios"]]
    least, at = worst(results)
    trusted, trusted_at = worst([scenario(shock, "none", ONE) for shock in (basis_set["spot_up"], basis_set["spot_down"], ONE)])
    factor = margin["im_factor"]
    if market["stable_price"] < other["peg_loss_threshold"]:
        factor += times(other["peg_loss_threshold"] - market["stable_price"], other["peg_loss_factor"])
    marked = total + account["cash"]
    return {
        "min_confidence": str(confidence), "perp_value": str(perp_value),
        "expiries": [{
            "expiry": e.feed["expiry"], "seconds_to_expiry": e.seconds, "rate_used": str(e.rate), "discount": str(e.discount),
            "min_confidence": str(e.confidence), "net_options": str(e.net_options), "mtm": str(e.mtm), "mtm_spot_up": str(e.mtm_up),
            "mtm_spot_down": str(e.mtm_down), "vol_shock_up": str(e.up), "vol_shock_down": str(e.down),
            "static_discount_positive": str(e.positive), "static_discount_negative": str(e.negative)} for e in expiries],
        "collaterals": [{"name": told["name"], "value": str(value), "min_confidence": str(sure)} for told, value, sure in collaterals],
        "total_mtm": str(total), "basis_contingency": str(basis), "mm_contingency": str(maintenance), "im_contingency": str(initial),
        "scenario_pnl": [str(result) for result in results],
        "maintenance_margin": str(times(least, margin["mm_factor"]) - maintenance + marked),
        "initial_margin": str(times(least, factor) - initial - maintenance + marked), "mark_to_market": str(marked),
        "worst_scenario_mm": at, "worst_scenario_im": at,
        "trusted_maintenance_margin": str(times(trusted, margin["mm_factor"]) - maintenance + marked), "worst_scenario_trusted": trusted_at,
    }


def standard_margin(case):
    """`expected` of an srm case."""
    parameters, account = case["parameters"], numbers(case["account"])
    perp_set, option_set, base_set = (numbers(parameters[name]) for name in ("perp", "option", "base"))
    oracle, depeg = numbers(parameters["oracle_contingency"]), numbers(parameters["depeg"])
    stable = int(case["market"]["stable_price"])
    sums = {"initial": account["cash"], "maintenance": account["cash"], "mark": account["cash"]}
    holdings = {told["market"]: numbers(told) for told in account["holdings"]}

    def doubt(how_sure, threshold, notional):
        return times(times(ONE - how_sure, oracle["factor"]), notional) if threshold and how_sure < threshold else 0

    for told in case["market"]["markets"]:
        market = numbers(told)
        spot, sure = market["spot_price"], market["spot_confidence"]
        held = holdings[market["market"]]
        perp, base = held["perp_position"], held["base_balance"]
        if perp:
            notional = times(abs(perp), market["perp_price"])
            sums["initial"] -= times(notional, perp_set["im_fraction"])
            sums["maintenance"] -= times(notional, perp_set["mm_fraction"])
            confidence = min(market["perp_confidence"], sure)
            if oracle["perp_threshold"] and confidence < oracle["perp_threshold"]:
                sums["initial"] -= times(times(times(ONE - confidence, oracle["factor"]), spot), abs(perp))
            for name in sums:
                sums[name] += held["perp_unsettled_cash"]
        shorts = 0
        for feed in map(numbers, market["expiries"]):
            options = [numbers(o) for o in account["options"] if o["market"] == market["market"] and o["expiry"] == feed["expiry"]]
            if not options:
                continue
            if feed["forward"] == 0:
                raise Refused("no forward")
            seconds = max(feed["expiry"] - case["now"], 0)
            isolated = {"initial": 0, "maintenance": 0}
            marks, short_size, net_calls = 0, 0, 0
            for option in options:
                call, put = black76(seconds, option["vol"], feed["forward"], option["strike"], ONE)
                amount, strike, is_call = option["amount"], option["strike"], option["is_call"]
                x = times(call if is_call else put, amount)
                marks += x
                net_calls += amount if is_call else 0
                if amount >= 0:
                    continue
                short_size -= amount
                away = strike - spot if is_call else spot - strike
                otm = over(away, spot) if away > 0 else 0
                most = option_set["max_spot_req"]
                share = option_set["min_spot_req"] if most <= otm else max(option_set["min_spot_req"], most - otm)
                start = times(times(share, spot), amount) + x
                if is_call:
                    isolated["maintenance"] += x + times(times(option_set["mm_call_spot_req"], spot), amount)
                    isolated["initial"] += start
                else:
                    keep = min(times(times(option_set["mm_put_spot_req"], spot), amount), times(option_set["mm_put_mtm_req"], x)) + x
                    isolated["maintenance"] += keep
                    isolated["initial"] += min(start, times(keep, option_set["mm_offset_scale"]))
            sums["mark"] += marks

            def payoff(price):
                return sum(times(max(price - o["strike"], 0) if o["is_call"] else max(o["strike"] - price, 0), o["amount"]) for o in options)

            loss = min(0, *(payoff(price) for price in [0] + [o["strike"] for o in options]))
            for name, scale in (("initial", "unpaired_im_scale"), ("maintenance", "unpaired_mm_scale")):
                unpaired = times(times(option_set[scale], feed["forward"]), net_calls) if net_calls < 0 else 0
                sums[name] += max(isolated[name], loss + unpaired)
            confidence = min(sure, feed["forward_confidence"], feed["vol_confidence"])
            if oracle["option_threshold"] and confidence < oracle["option_threshold"]:
                sums["initial"] -= times(times(times(ONE - confidence, oracle["factor"]), spot), short_size)
            shorts += short_size
        if stable < depeg["threshold"]:
            sums["initial"] -= times(times(abs(perp) + shorts, times(depeg["threshold"] - stable, depeg["factor"])), spot)
        if base:
            notional = times(base, spot)
            counted = times(notional, base_set["margin_factor"])
            sums["maintenance"] += counted
            scaled = times(counted, base_set["im_scale"])
            sums["initial"] += scaled
            if scaled and sure < oracle["base_threshold"]:
                sums["initial"] -= doubt(sure, oracle["base_threshold"], notional)
            sums["mark"] += over(notional, stable)
    return {"initial_margin": str(sums["initial"]), "maintenance_margin": str(sums["maintenance"]), "mark_to_market": str(sums["mark"])}
