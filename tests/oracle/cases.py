"""Random carts and histories. The hard ones come up often: month ends, 29 February, nothing to pay, everything off."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

from amounts import DIGITS
from dates import begin, shift

CYCLES = ["1-month"] * 6 + ["3-month", "6-month", "1-year", "1-year", "2-year", "7-month", "1-week", "2-week", "10-day", "30-day"]
PERCENTS = ["0", "5", "5.5", "7.7", "8.1", "9.975", "19", "20", "21", "25.5", "27", "100"]
PLACES = [
    {"country": "FR", "state": None, "city": None},
    {"country": "DE", "state": None, "city": None},
    {"country": "CA", "state": "QC", "city": "Laval"},
    {"country": "US", "state": "NY", "city": "Albany"},
]
AREAS = [("*", None, None)] * 4 + [("EU", None, None), ("FR", None, None), ("CA", "QC", None), ("CA", "QC", "Laval"), ("US", "NY", None)]


def a_day(random, first_year=2024, last_year=2036):
    """Any day; month ends and leap days as often as all others together."""
    year, month = random.randint(first_year, last_year), random.randint(1, 12)
    last = monthrange(year, month)[1]
    chance = random.random()
    if chance < 0.12:
        return date(year - year % 4, 2, 29)
    return date(year, month, random.randint(29, last) if chance < 0.4 and last > 28 else random.randint(1, last))


def a_price(random, currency):
    """Mostly in whole units of the currency; sometimes finer, sometimes nothing."""
    if random.random() < 0.06:
        return Fraction(0)
    finer = random.choice([0, 0, 0, 0, 1, 3])
    return Fraction(random.choice([random.randint(1, 999), random.randint(1000, 500_000)]), 10 ** (DIGITS[currency] + finer))


def a_share(random):
    """In per cent, with up to four digits."""
    return Fraction(random.choice(["0", "100", "50", "33.3333", str(random.randint(1, 99))]))


def a_rule(random, currency, fixed):
    area, state, city = random.choice(AREAS)
    rule = {"area": area, "state": state, "city": city, "percent": None, "fixed": None, "valid_from": None, "valid_to": None}
    rule["stage"] = random.choice(["on_price", "on_price", "on_taxed_price"])
    if fixed and random.random() < 0.2:
        rule["fixed"] = Fraction(random.randint(0, 300), 10 ** DIGITS[currency])
    else:
        rule["percent"] = Fraction(random.choice(PERCENTS))
    if random.random() < 0.2:
        rule[random.choice(["valid_from", "valid_to"])] = a_day(random)
    return rule


def a_group(random):
    return {
        "maximum": a_share(random) if random.random() < 0.3 else None,
        "guaranteed": a_share(random) if random.random() < 0.3 else Fraction(0),
    }


def a_frame(random):
    """What carts and histories have in common: money and taxes."""
    currency, prices = random.choice(list(DIGITS)), random.choice(["net", "net", "gross"])
    policies = [
        # a gross price may be lower than the fixed taxes inside, which is refused: no fixed ones there
        [a_rule(random, currency, prices == "net") for _ in range(random.choice([0, 1, 1, 1, 2, 3, 4]))]
        for _ in range(random.randint(1, 3))
    ]
    return {
        "currency": currency, "prices": prices, "group": a_group(random), "policies": policies,
        "place": random.choice(PLACES), "date": a_day(random),
        "note": random.choice([None] * 8 + ["reverse_charge", "exempt"]),
    }


def a_policy_number(random, frame):
    return random.choice([None, *range(len(frame["policies"]))])


def a_quantity(random):
    return Fraction(random.choice(["1", "1", "1", "2", "3", "0", "2.5", "0.333333"]))


def a_value(random, currency):
    """The value of a coupon: a percentage or an amount."""
    if random.random() < 0.6:
        return {"percent": a_share(random), "fixed": None}
    return {"percent": None, "fixed": Fraction(random.randint(0, 50_000), 10 ** DIGITS[currency])}


def a_cart(random):
    frame, lines = a_frame(random), []
    for _ in range(random.randint(1, 7)):
        of = random.choice([1, 1, 28, 29, 30, 31, 365, 366])
        lines.append({
            "kind": random.choice(["setup", "recurring", "add_on", "domain", "overuse"]),
            "quantity": a_quantity(random), "unit_price": a_price(random, frame["currency"]),
            "days": random.randint(0, of) if of > 1 else 1, "of": of, "policy": a_policy_number(random, frame),
            "discountable": random.random() < 0.8, "offered": random.choice([Fraction(0), a_share(random)]),
        })
    free = list(range(len(lines)))
    random.shuffle(free)
    coupons = []
    for _ in range(random.randint(0, 2)):
        mine = [free.pop() for _ in range(random.randint(0, len(free)))]
        coupon = {**a_value(random, frame["currency"]), "free_setup": random.random() < 0.3, "lines": sorted(mine)}
        coupons.append(coupon)
    return {"kind": "cart", **frame, "lines": lines, "coupons": coupons}


def an_item(random, frame, kind, known_on):
    return {
        "kind": kind, "quantity": a_quantity(random), "unit_price": a_price(random, frame["currency"]),
        "setup_fee": random.choice([Fraction(0), a_price(random, frame["currency"])]),
        "policy": a_policy_number(random, frame), "from": None, "to": None, "known_on": known_on,
    }


def some_holds(random, ordered_on, until):
    """Up to two, one after the other, the last perhaps without an end."""
    days = sorted(random.sample(range(1, (until - ordered_on).days + 60), 4))
    from_, to, again, to_again = (ordered_on + timedelta(days=day) for day in days)
    return random.choice([[(from_, to)], [(from_, to), (again, to_again)], [(from_, to), (again, None)], [(from_, None)]])


def a_contract(random, frame, rule, ordered_on):
    cycle, prorates = random.choice(CYCLES), random.random() < 0.75
    anchor, (begins_on, first_to) = begin(rule, ordered_on, cycle, prorates)
    until = shift(first_to, cycle, random.randint(0, 4))
    items = [an_item(random, frame, kind, ordered_on) for kind in ["plan"] + ["add_on"] * random.randint(0, 2)]
    span = max((until - begins_on).days, 2)
    if random.random() < 0.15:
        items[-1]["to"] = begins_on + timedelta(days=random.randint(1, span))
    late = random.random() < 0.2
    if late:
        added = an_item(random, frame, "add_on", None)
        added["from"] = begins_on + timedelta(days=random.randint(1, span))
        added["known_on"] = max(ordered_on, added["from"] + timedelta(days=random.choice([0, 0, 0, -20, 3])))
        items.append(added)
    contract = {
        "cycle": cycle, "prorates": prorates, "lead_days": random.choice([0, 1, 10, 10, 10, 30]), "items": items,
        "cycle_limit": random.randint(1, 4) if random.random() < 0.15 else None,
        "trial_days": random.choice([7, 14, 30, 45]) if random.random() < 0.15 else 0,
        "ends_on": begins_on + timedelta(days=random.randint(1, span)) if random.random() < 0.15 else None,
        "holds": some_holds(random, ordered_on, until) if random.random() < 0.25 else [],
    }
    return contract, until, late


def a_sale(random):
    frame, ordered_on = a_frame(random), a_day(random)
    rule = {
        "mode": random.choice(["anniversary", "monthly"]), "threshold_day": random.choice([1, 10, 15, 15, 15, 31]),
        "first_month": random.choice(["prorated", "prorated", "next_month"]),
    }
    made = [a_contract(random, frame, rule, ordered_on) for _ in range(random.choice([1, 1, 2, 3]))]
    until = max(until for _, until, _ in made)
    coupon = None
    if random.random() < 0.5:
        coupon = {**a_value(random, frame["currency"]), "free_setup": random.random() < 0.3}
        coupon["cycles"] = random.choice([None, random.randint(1, 4)])
        # what an item that comes late gets of a limited coupon depends on the day of the run: see ARCHITECTURE
        if any(late for _, _, late in made):
            coupon["cycles"] = None
    days = (until - ordered_on).days
    runs = sorted({ordered_on + timedelta(days=random.randint(1, days)) for _ in range(random.randint(0, 4))} | {until})
    return {
        "kind": "sale", **frame, "rule": rule, "ordered_on": ordered_on, "runs": runs, "coupon": coupon,
        "contracts": [contract for contract, _, _ in made],
    }
