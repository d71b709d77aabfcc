"""The second calculation against the numbers that the guide and the notes on money print."""

import unittest
from datetime import date, timedelta
from fractions import Fraction

from amounts import effective, price, spread
from dates import begin, item_lines, next_look, shift

MONTHLY = {"mode": "monthly", "threshold_day": 15, "first_month": "prorated"}
ANNIVERSARY = {**MONTHLY, "mode": "anniversary"}


def rule(percent, stage="on_price"):
    everywhere = {"area": "*", "state": None, "city": None, "valid_from": None, "valid_to": None, "fixed": None}
    return {**everywhere, "percent": Fraction(percent), "stage": stage}


def cart(prices, rules, *unit_prices, currency="EUR"):
    line = {
        "kind": "recurring", "quantity": Fraction(1), "days": 1, "of": 1, "policy": 0, "discountable": True,
        "offered": Fraction(0),
    }
    return price({
        "currency": currency, "prices": prices, "policies": [rules], "place": {"country": "FR", "state": None, "city": None},
        "date": date(2026, 1, 1), "note": None, "group": {"maximum": None, "guaranteed": Fraction(0)}, "coupons": [],
        "lines": [{**line, "unit_price": Fraction(text)} for text in unit_prices],
    })


def contract(cycle, lead_days, prorates=True):
    item = {"kind": "plan", "setup_fee": Fraction(0), "from": None, "to": None, "known_on": date(2008, 6, 15)}
    return {
        "cycle": cycle, "lead_days": lead_days, "prorates": prorates, "cycle_limit": None, "trial_days": 0, "ends_on": None,
        "holds": [], "items": [item],
    }


class Guide(unittest.TestCase):
    def test_alice_and_bob(self):
        hosting, domain = contract("1-month", 10), contract("1-year", 30, prorates=False)
        ordered = date(2008, 6, 15)
        anchor, first = begin(ANNIVERSARY, ordered, "1-month", True)
        self.assertEqual(next_look(hosting, anchor, first, ordered), date(2008, 7, 5))
        anchor, first = begin(MONTHLY, ordered, "1-year", False)
        self.assertEqual(next_look(domain, anchor, first, ordered), date(2009, 5, 16))
        # Bob pays the rest of June and July at once, and in August the rest of the month only
        anchor, first = begin(MONTHLY, ordered, "1-month", True)
        self.assertEqual((anchor, first), (date(2008, 7, 1), (ordered, date(2008, 8, 1))))
        lines = item_lines(hosting, hosting["items"][0], anchor, first, ordered + timedelta(days=20))
        self.assertEqual([(line["days"], line["of"]) for line in lines], [(16, 30), (31, 31)])
        _, first = begin(MONTHLY, date(2008, 8, 5), "1-month", True)
        self.assertEqual(first, (date(2008, 8, 5), date(2008, 9, 1)))

    def test_month_ends(self):
        starts = [shift(date(2027, 1, 31), "1-month", n) for n in (0, 1, 2, 3)]
        self.assertEqual([(day.month, day.day) for day in starts], [(1, 31), (2, 28), (3, 31), (4, 30)])

    def test_taxes(self):
        stages = [rule(10), rule(20), rule(5, "on_taxed_price"), rule(10, "on_taxed_price")]
        self.assertEqual(cart("net", stages, "100")["tax"], 4950)
        self.assertEqual(cart("net", [rule("8.5"), rule(5, "on_taxed_price")], "100")["tax"], 1393)
        self.assertEqual(cart("net", [rule(5), rule("9.975")], "100")["tax"], 1498)

    def test_groups(self):
        group = lambda maximum, guaranteed: {"maximum": maximum, "guaranteed": guaranteed}
        self.assertEqual(effective(20, group(10, 0)), 10)
        self.assertEqual(effective(5, group(None, 10)), 15)
        self.assertEqual(effective(0, group(None, 10)), 10)

    def test_money(self):
        vat = [rule(19)]
        self.assertEqual(cart("net", vat, "26.09")["tax"], 496)
        self.assertEqual(cart("net", vat, "0.08", "0.08", "0.08")["tax"], 5)
        self.assertEqual(cart("gross", [rule(21)], "10")["net"], 826)
        self.assertEqual(cart("net", [rule(10)], "1000", currency="JPY")["tax"], 100)
        self.assertEqual(cart("net", [], "1.2345", currency="KWD")["net"], 1235)
        self.assertEqual(spread(10000, [Fraction(1)] * 3), [3334, 3333, 3333])


if __name__ == "__main__":
    unittest.main()
