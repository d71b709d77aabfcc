"""Periods, shares and invoice days, counted anew for each item and each cycle, with python-dateutil for the calendar.

From the guide's chapters on anniversary and monthly billing and the design: period n runs from the anchor plus n cycles, a
month's end keeps its anchor, time is either charged or waived, and what begins while a subscription is held is asked for
when the hold ends.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta


def shift(anchor, cycle, n):
    """The anchor plus n cycles."""
    count, unit = cycle.split("-")
    return anchor + relativedelta(**{unit + "s": int(count) * n})


def whole_months(cycle):
    return cycle.endswith(("-month", "-year"))


def begin(rule, ordered_on, cycle, prorates):
    """Where periods are counted from, and what the first invoice pays for: from a day up to another."""
    if rule["mode"] == "anniversary" or not prorates or not whole_months(cycle) or ordered_on.day == 1:
        return ordered_on, (ordered_on, shift(ordered_on, cycle, 1))
    first_of_next = ordered_on.replace(day=1) + relativedelta(months=1)
    after_that = shift(first_of_next, cycle, 1)
    if rule["first_month"] == "next_month":
        return first_of_next, (first_of_next, after_that)
    if ordered_on.day >= rule["threshold_day"]:
        return first_of_next, (ordered_on, after_that)
    return first_of_next, (ordered_on, first_of_next)


def end_of(contract, anchor):
    """The first day that is not charged any more; none for ever."""
    ends = [contract["ends_on"]] if contract["ends_on"] else []
    if contract["cycle_limit"]:
        ends.append(shift(anchor, contract["cycle"], contract["cycle_limit"]))
    return min(ends, default=None)


def put_off(day, begins, holds):
    """The invoice day and the first day asked for, after holds; none while a hold lasts."""
    for held_from, held_to in holds:
        if held_from <= day and (held_to is None or day < held_to):
            if held_to is None:
                return None
            # what had begun before is owed in full
            day, begins = held_to, begins if begins < held_from else max(begins, held_to)
    return day, begins


def periods(contract, anchor, until):
    """The cycle before the anchor (the rest of a month) and those from it, each with its number."""
    n = -1
    while (begins := shift(anchor, contract["cycle"], n)) < until:
        yield n, begins, shift(anchor, contract["cycle"], n + 1)
        n += 1


def item_lines(contract, item, anchor, first, until):
    """What one item is charged and what is waived, cycle by cycle: rows with the day on which each is invoiced; none for
    what the order pays for."""
    end, (begins_on, first_to) = end_of(contract, anchor), first
    trial_end = begins_on + timedelta(days=contract["trial_days"])
    starts, stops = item["from"] or begins_on, item["to"]
    for n, whole_from, whole_to in periods(contract, anchor, until + timedelta(days=800)):
        from_, to = max(starts, whole_from), min(day for day in (stops, end, whole_to) if day)
        if from_ >= to:
            continue
        paid_from = min(max(from_, trial_end), to)
        asked_from = paid_from
        # an order pays for what begins before the first renewal; what is free to try waits for a run, unless it ends before
        in_trial = contract["trial_days"] and paid_from >= trial_end
        by_order = item["from"] is None and not in_trial and paid_from < first_to
        planned = max(paid_from - timedelta(days=contract["lead_days"]), item["known_on"])
        invoice_on = None
        if not by_order:
            put = put_off(planned, paid_from, contract["holds"])
            if put is None or put[0] > until:
                continue
            invoice_on, asked_from = put[0], min(put[1], to)
        row = {"invoice_on": invoice_on, "cycle": n}
        if from_ < paid_from:
            yield {**row, "kind": "waived", "from": from_, "to": paid_from, "reason": "trial"}
        if paid_from < asked_from:
            yield {**row, "kind": "waived", "from": paid_from, "to": asked_from, "reason": "hold"}
        if paid_from == max(starts, trial_end) and paid_from < to and item["setup_fee"] != 0:
            yield {**row, "kind": "setup", "from": paid_from, "to": to, "days": 1, "of": 1}
        if asked_from < to:
            kind = {"plan": "recurring", "add_on": "add_on"}[item["kind"]]
            share = {"days": (to - asked_from).days, "of": (whole_to - whole_from).days}
            yield {**row, "kind": kind, "from": asked_from, "to": to, **share}


def next_look(contract, anchor, first, until):
    """The day of the next renewal invoice after `until`, where neither holds nor a trial nor late items disturb it."""
    end = end_of(contract, anchor)
    for _, begins, _ in periods(contract, anchor, date(2200, 1, 1)):
        if end and begins >= end:
            return None
        invoice_on = begins - timedelta(days=contract["lead_days"])
        if begins >= first[1] and invoice_on > until:
            return invoice_on
    return None
