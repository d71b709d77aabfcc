#!/usr/bin/env python3
"""Works out random carts and histories a second time, from the guide and the design alone, and writes them with what they
come to: one JSON object a line. `compare.rs` holds our own rules against it.

    oracle.py COUNT [SEED]      without a seed it takes one and says which
"""

import json
import random
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from amounts import DIGITS, discount, price
from cases import a_cart, a_sale
from dates import begin, item_lines, next_look


def lines_of(sale):
    """Every contract's dates and waived time, and all lines by the day of their invoice; none is the order's."""
    contracts, by_day = [], defaultdict(list)
    until = sale["runs"][-1]
    for number, contract in enumerate(sale["contracts"]):
        anchor, first = begin(sale["rule"], sale["ordered_on"], contract["cycle"], contract["prorates"])
        told = {"anchor": anchor, "first": first, "waived": []}
        for at, item in enumerate(contract["items"]):
            for line in item_lines(contract, item, anchor, first, until):
                line |= {"contract": number, "item": at}
                if line["kind"] == "waived":
                    told["waived"].append([at, line["from"], line["to"], line["reason"]])
                else:
                    by_day[line["invoice_on"]].append(line)
        if not contract["holds"] and not contract["trial_days"] and all(item["from"] is None for item in contract["items"]):
            told["next_invoice_on"] = next_look(contract, anchor, first, until)
        told["waived"].sort()
        contracts.append(told)
    order = lambda line: (line["contract"], line["cycle"], line["item"], line["kind"] != "setup", line["from"])
    return contracts, {day: sorted(lines, key=order) for day, lines in by_day.items()}


def covered_cycles(sale, by_day):
    """Which cycles of each contract a coupon is on, after the order: the first so many that are invoiced; the order is one
    of them where it charges anything."""
    cycles = defaultdict(set)
    for day, lines in by_day.items():
        if day is not None:
            for line in lines:
                cycles[line["contract"]].add(line["cycle"])
    limit = sale["coupon"] and sale["coupon"]["cycles"]
    ordered = {line["contract"] for line in by_day.get(None, [])}
    left = lambda contract: None if limit is None else limit - (contract in ordered)
    return {contract: set(sorted(all_)[: left(contract)]) for contract, all_ in cycles.items()}


def had_before(longest, had):
    """What earlier lines of the contract had of a fixed coupon for the days of one."""
    def common(other):
        return max(0, (min(longest["to"], other["to"]) - max(longest["from"], other["from"])).days)

    mine = [other for other in had if other["contract"] == longest["contract"]]
    return sum((other["taken"] * Fraction(common(other), (other["to"] - other["from"]).days) for other in mine), Fraction(0))


def applications(sale, day, lines, covered, had):
    """The coupon on the order as a whole; afterwards once for each cycle of each contract: of a fixed amount the part that
    the longest charged part of the cycle is of it, less what earlier lines had of it for these days."""
    if not sale["coupon"]:
        return []
    coupon = {key: sale["coupon"][key] for key in ("percent", "fixed", "free_setup")}
    if day is None:
        return [{**coupon, "lines": list(range(len(lines)))}]
    groups = defaultdict(list)
    for at, line in enumerate(lines):
        if line["cycle"] in covered[line["contract"]]:
            groups[line["contract"], line["cycle"]].append(at)

    def for_part(group):
        parts = [lines[at] for at in group if lines[at]["kind"] != "setup"]
        if coupon["fixed"] is None or not parts:
            return {**coupon, "lines": group}
        longest = max(parts, key=lambda line: line["days"])
        part = coupon["fixed"] * Fraction(longest["days"], longest["of"]) - had_before(longest, had)
        return {**coupon, "lines": group, "fixed": max(part, Fraction(0))}

    return [for_part(group) for _, group in sorted(groups.items())]


def invoice(sale, day, lines, covered, had):
    """One invoice with what it comes to."""
    def cart_line(line):
        item = sale["contracts"][line["contract"]]["items"][line["item"]]
        price = item["setup_fee"] if line["kind"] == "setup" else item["unit_price"]
        return {
            "kind": line["kind"], "quantity": item["quantity"], "unit_price": price, "days": line["days"],
            "of": line["of"], "policy": item["policy"], "discountable": True, "offered": Fraction(0),
        }

    cart = {**sale, "lines": [cart_line(line) for line in lines], "coupons": applications(sale, day, lines, covered, had)}
    if sale["coupon"] and sale["coupon"]["fixed"] is not None:
        scale = 10 ** DIGITS[sale["currency"]]
        for line, left in zip(lines, discount(cart, scale)):
            if line["kind"] != "setup":
                had.append({**line, "taken": Fraction(left["uncouponed"] - left["rest"], scale)})
    names = ("contract", "item", "kind", "from", "to", "days", "of")
    return {"invoice_on": day, "lines": [[line[name] for name in names] for line in lines], "priced": price(cart)}


def work_out(case):
    if case["kind"] == "cart":
        return price(case)
    contracts, by_day = lines_of(case)
    covered = covered_cycles(case, by_day)
    days = sorted(by_day, key=lambda day: day or date.min)
    had = []
    return {"contracts": contracts, "invoices": [invoice(case, day, by_day[day], covered, had) for day in days]}


def classes(case, told):
    """Which kinds of case this is: each has to occur."""
    yield case["kind"]
    yield case["prices"]
    yield f"{DIGITS[case['currency']]} digits"
    yield from (name for name, is_so in {
        "group maximum": case["group"]["maximum"] is not None, "guaranteed": case["group"]["guaranteed"] != 0,
        "relieved": case["note"], "several policies": len(case["policies"]) > 1,
        "several rules": any(len(policy) > 1 for policy in case["policies"]),
    }.items() if is_so)
    for rule in (rule for policy in case["policies"] for rule in policy):
        yield rule["stage"]
        yield "percent tax" if rule["fixed"] is None else "fixed tax"
        yield "tax of an area" if rule["area"] != "*" else "tax of everywhere"
        if rule["valid_from"] or rule["valid_to"]:
            yield "dated tax"
    coupons = case["coupons"] if case["kind"] == "cart" else [case["coupon"]] if case["coupon"] else []
    for coupon in coupons:
        yield "fixed coupon" if coupon["percent"] is None else "percent coupon"
        if coupon["free_setup"]:
            yield "free set-up"
        if coupon.get("cycles"):
            yield "coupon for some cycles"
    yield from sale_classes(case, told) if case["kind"] == "sale" else cart_classes(case)


def cart_classes(cart):
    for line in cart["lines"]:
        yield "offered" if line["offered"] else "not offered"
        yield "discountable" if line["discountable"] else "not discountable"
        if line["days"] < line["of"]:
            yield "part of a period"


def sale_classes(sale, told):
    yield sale["rule"]["mode"]
    yield "several runs" if len(sale["runs"]) > 1 else "one late run"
    if sale["ordered_on"].month == 2 and sale["ordered_on"].day == 29:
        yield "29 February"
    if sale["ordered_on"].day > 28:
        yield "month end"
    for contract, dates in zip(sale["contracts"], told["contracts"]):
        yield contract["cycle"].split("-")[1] + " cycle"
        aligned = sale["rule"]["mode"] == "monthly" and dates["anchor"] != sale["ordered_on"]
        if aligned and sale["rule"]["first_month"] == "next_month":
            yield "next month"
        elif aligned:
            yield "before the threshold" if dates["first"][1] == dates["anchor"] else "from the threshold"
        yield from (name for name, is_so in {
            "not prorated": not contract["prorates"], "cycle limit": contract["cycle_limit"], "ends": contract["ends_on"],
            "trial": any(row[3] == "trial" for row in dates["waived"]), "hold": any(row[3] == "hold" for row in dates["waived"]),
            "item that ends": any(item["to"] for item in contract["items"]),
            "item that comes late": any(item["from"] for item in contract["items"]),
        }.items() if is_so)
    for one in told["invoices"]:
        yield from ("prorated" for line in one["lines"] if line[5] < line[6])
        yield from ("set-up" for line in one["lines"] if line[2] == "setup")
        if len({line[0] for line in one["lines"]}) > 1:
            yield "several contracts on one invoice"


ALL = """cart sale net gross|0 digits|2 digits|3 digits|group maximum|guaranteed|relieved|several policies|several rules|on_price
on_taxed_price|percent tax|fixed tax|tax of an area|tax of everywhere|dated tax|fixed coupon|percent coupon|free set-up
coupon for some cycles|offered|not offered|discountable|not discountable|part of a period|anniversary|monthly|several runs
one late run|29 February|month end|day cycle|week cycle|month cycle|year cycle|next month|before the threshold
from the threshold|not prorated|cycle limit|ends|trial|hold|item that ends|item that comes late|prorated|set-up
several contracts on one invoice""".replace("cart sale net gross", "cart|sale|net|gross").replace("\n", "|").split("|")


def plain(value):
    """Dates as days, fractions as the decimals they were made of."""
    if isinstance(value, date):
        return value.isoformat()
    return str(Decimal(value.numerator) / Decimal(value.denominator))


def main():
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    dice, counted = random.Random(seed), Counter()
    for number in range(count):
        case = a_cart(dice) if number % 5 < 2 else a_sale(dice)
        told = work_out(case)
        counted.update(set(classes(case, told)))
        print(json.dumps({"number": number, **case, "expected": told}, default=plain))
    print(f"seed {seed}, {count} cases: " + ", ".join(f"{name} {counted[name]}" for name in ALL), file=sys.stderr)
    missing = [name for name in ALL if counted[name] == 0]
    if missing:
        sys.exit(f"no case was: {', '.join(missing)}")


if __name__ == "__main__":
    main()
