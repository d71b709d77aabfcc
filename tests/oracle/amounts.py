"""What a cart costs, in exact fractions, each step rounded half up where the rules say so and nowhere else.

From the notes on money and the design's pipeline: quantity × price × days / days, less min(offers, group maximum) plus
guarantee, less fixed coupons by the largest remainder; then the taxes of each policy on the sum of its lines, and each
line's part of them by the largest remainder. A fixed tax is owed once per line that costs anything.
"""

from fractions import Fraction

DIGITS = {"JPY": 0, "EUR": 2, "USD": 2, "KWD": 3}
UNION = set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


def half_up(exact):
    """To a whole number of the smallest units; nothing here is negative."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def spread(total, weights):
    """Whole units in proportion: floors first, then one each to the largest remainders, the earliest first in a tie."""
    whole = sum(weights)
    if total == 0 or whole == 0:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def effective(offers, group):
    """In per cent: what is offered up to the maximum, and the guarantee, the sum up to the maximum again."""
    most = min(group["maximum"], 100) if group["maximum"] is not None else Fraction(100)
    return min(min(offers, most) + group["guaranteed"], most)


def rank(line):
    """Whose the odd cent is in a tie must not depend on the order of the cart: the first policy's, the smaller line's."""
    policy = -1 if line["policy"] is None else line["policy"]
    return policy, line["rest"], line["listed"], line["uncouponed"]


def discount(cart, scale):
    """What is listed and what is left of each line, in smallest units."""
    lines = [dict(line) for line in cart["lines"]]
    for at, line in enumerate(lines):
        exact = line["quantity"] * line["unit_price"] * Fraction(line["days"], line["of"]) * scale
        coupon = next((one for one in cart["coupons"] if at in one["lines"]), None)
        percent = Fraction(0)
        if coupon and coupon["free_setup"] and line["kind"] == "setup":
            percent = Fraction(100)
        elif coupon and coupon["percent"] is not None:
            percent = coupon["percent"]
        line["listed"] = half_up(exact)
        line["rest"] = line["uncouponed"] = line["listed"]
        if line["discountable"]:
            left = lambda offers: half_up(exact * (100 - effective(min(offers, 100), cart["group"])) / 100)
            line["rest"], line["uncouponed"] = left(line["offered"] + percent), left(line["offered"])
    for coupon in cart["coupons"]:
        if coupon["fixed"] is not None:
            touched = [lines[at] for at in coupon["lines"] if lines[at]["discountable"] and lines[at]["rest"] > 0]
            touched.sort(key=rank)
            taken = min(half_up(coupon["fixed"] * scale), sum(line["rest"] for line in touched))
            for line, share in zip(touched, spread(taken, [Fraction(line["rest"]) for line in touched])):
                line["rest"] -= share
    return lines


def owed(rule, place, on):
    """Whether a rule holds for a place on a day."""
    area = rule["area"]
    there = area == "*" or area == place["country"] or (area == "EU" and place["country"] in UNION)
    parts = all(rule[part] in (None, place[part]) for part in ("state", "city"))
    begun = rule["valid_from"] is None or rule["valid_from"] <= on
    return there and parts and begun and (rule["valid_to"] is None or on <= rule["valid_to"])


def rules_of(policy, place, on):
    """Those that are owed, the first stage first."""
    return sorted((rule for rule in policy if owed(rule, place, on)), key=lambda rule: rule["stage"] != "on_price")


def sums(rules, stage, charged, scale):
    """Percentages of a stage as one factor, and its fixed taxes in smallest units."""
    mine = [rule for rule in rules if rule["stage"] == stage]
    factor = sum((rule["percent"] / 100 for rule in mine if rule["percent"] is not None), Fraction(0))
    fixed = sum((rule["fixed"] * scale * charged for rule in mine if rule["fixed"] is not None), Fraction(0))
    return factor, fixed


def exact_taxes(rules, net, charged, scale):
    """The unrounded tax of each rule on a net."""
    factor, fixed = sums(rules, "on_price", charged, scale)
    taxed = net * (1 + factor) + fixed
    base = {"on_price": net, "on_taxed_price": taxed}
    amount = lambda rule: (
        rule["fixed"] * scale * charged if rule["percent"] is None else base[rule["stage"]] * rule["percent"] / 100
    )
    return [amount(rule) for rule in rules]


def exact_net(rules, gross, charged, scale):
    """gross = (net × (1 + p) + f) × (1 + q) + g, solved for net."""
    (p, f), (q, g) = (sums(rules, stage, charged, scale) for stage in ("on_price", "on_taxed_price"))
    return ((gross - g) / (1 + q) - f) / (1 + p)


def taxes_on_net(rules, net, charged, scale):
    """Each percentage rounded once, on the sum of the document."""
    taxed, rows = net, []
    for rule in rules:
        base = net if rule["stage"] == "on_price" else taxed
        exact = rule["fixed"] * scale * charged if rule["percent"] is None else base * rule["percent"] / 100
        rows.append(half_up(Fraction(exact)))
        if rule["stage"] == "on_price":
            taxed += rows[-1]
    return rows


def taxes_in_gross(rules, gross, charged, scale):
    """The gross stays; the percentages in it are rounded together and shared by the largest remainder."""
    exact = exact_taxes(rules, exact_net(rules, Fraction(gross), charged, scale), charged, scale)
    percentages = [Fraction(0) if rule["percent"] is None else part for rule, part in zip(rules, exact)]
    shared = spread(half_up(sum(percentages, Fraction(0))), percentages)
    return [int(part) if rule["percent"] is None else share for rule, part, share in zip(rules, exact, shared)]


def tax(cart, lines, scale):
    """The tax rows of all policies, in order; the lines learn their net, tax and gross."""
    for line in lines:
        line["net"], line["tax"] = line["rest"], 0
    rows = []
    for number, policy in enumerate(cart["policies"]):
        own = sorted((line for line in lines if line["policy"] == number), key=rank)
        if not own:
            continue
        rules = rules_of(policy, cart["place"], cart["date"])
        total, charged = sum(line["rest"] for line in own), sum(line["rest"] > 0 for line in own)
        of_document = taxes_on_net if cart["prices"] == "net" else taxes_in_gross
        amounts = of_document(rules, total, charged, scale)
        weight = lambda rest: (
            sum(exact_taxes(rules, Fraction(rest), 1, scale), Fraction(0))
            if cart["prices"] == "net"
            else rest - exact_net(rules, Fraction(rest), 1, scale)
        )
        weights = [weight(line["rest"]) if line["rest"] else Fraction(0) for line in own]
        relieved = cart["note"] is not None
        inside = 0 if relieved and cart["prices"] == "net" else sum(amounts)
        for line, share in zip(own, spread(inside, weights)):
            line["tax"] = 0 if relieved else share
            line["net"] = line["rest"] - (share if cart["prices"] == "gross" else 0)
        rows += [0] if relieved else amounts
    return rows


def price(cart):
    """Nets, taxes and sums of a cart, in smallest units."""
    scale = 10 ** DIGITS[cart["currency"]]
    lines = discount(cart, scale)
    rows = tax(cart, lines, scale)
    priced = [
        {"net": line["net"], "tax": line["tax"], "gross": line["net"] + line["tax"], "listed": line["listed"],
         "coupon": line["uncouponed"] - line["rest"] if cart["prices"] == "net" else None}
        for line in lines
    ]
    return {"lines": priced, "taxes": rows, "net": sum(line["net"] for line in lines), "tax": sum(rows)}
