//! Which documents are missing. The time of a line is earned by the day; each document takes what its days are worth of what
//! is not documented yet, so whatever the cuts and the credit notes, the documents of a line add up to what stays charged.
//!
//! Cuts are gone through in the order in which they come, each with what was known on its day. So months that were missed
//! give the same documents as months that were not.

use super::SchetFacturaKind;
use crate::ledger::recognised_until;
use crate::money::MoneyError;
use crate::schedule::Period;
use crate::{InvoiceLineId, Money};
use chrono::{Datelike, Days, Months, NaiveDate};
use std::collections::BTreeSet;

/// A line of an issued invoice, of one client and one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    /// The line.
    pub line: InvoiceLineId,
    /// The day on which it was invoiced.
    pub issued_on: NaiveDate,
    /// The time it pays for, if it pays for time.
    pub period: Option<Period>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// The first day on which what it charges was not delivered any more: not of what another item goes on with.
    pub ended_on: Option<NaiveDate>,
    /// What credit notes take back of it.
    pub credits: Vec<Credit>,
    /// What of it is documented.
    pub documented: Documented,
}

/// What a credit note takes back of a line; amounts are below nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credit {
    /// The day of the credit note.
    pub issued_on: NaiveDate,
    /// From which day on it takes the time back; from the beginning of the line, it lowers the price.
    pub from: Option<NaiveDate>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
}

/// What earlier documents say of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Documented {
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// The first and the last of the days, half-open; of a line without a period only that there is a document.
    pub days: Option<Period>,
    /// The date of the last document: what was issued by then is known to it.
    pub known_on: Option<NaiveDate>,
}

impl Documented {
    /// Nothing yet.
    pub const fn nothing(zero: Money) -> Self {
        Self { net: zero, tax: zero, days: None, known_on: None }
    }
}

/// When documents are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// What was delivered before this day is documented elsewhere.
    pub starts_on: NaiveDate,
    /// The day of the month on which the one before it is documented.
    pub day_of_month: u8,
}

/// A document that is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// Why.
    pub kind: SchetFacturaKind,
    /// The days that it is about.
    pub period: Period,
    /// Its rows, at least one, in the order of the lines.
    pub parts: Vec<Part>,
}

/// What a document says of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The line.
    pub line: InvoiceLineId,
    /// The days on which it was delivered.
    pub period: Option<Period>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// Whether nothing of the line is left to be documented.
    pub completes: bool,
}

/// A day on which something has to be documented: first what was known on it sorts, then why.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Cut {
    known_on: NaiveDate,
    kind: SchetFacturaKind,
    until: NaiveDate,
}

/// The documents that are missing on a day, in the order in which they are numbered. The charges are those of one client in
/// one currency.
pub fn missing(charges: &[Charge], terms: Terms, today: NaiveDate) -> Result<Vec<Missing>, MoneyError> {
    let mut charges = charges.to_vec();
    let mut found = Vec::new();
    for cut in cuts(&charges, terms, today) {
        let mut parts = Vec::new();
        for charge in &mut charges {
            if let Some(part) = charge.part(cut, terms)? {
                charge.take(&part, cut)?;
                parts.push(part);
            }
        }
        if !parts.is_empty() {
            found.push(Missing { kind: cut.kind, period: cut.period(&parts), parts });
        }
    }
    Ok(found)
}

fn cuts(charges: &[Charge], terms: Terms, today: NaiveDate) -> BTreeSet<Cut> {
    let mut cuts = BTreeSet::new();
    let begins = |charge: &Charge| charge.open_from().max(terms.starts_on);
    let mut until = charges.iter().map(begins).min().and_then(next_month);
    while let Some(end) = until {
        let known_on = end + Days::new(u64::from(terms.day_of_month.saturating_sub(1)));
        if known_on > today {
            break;
        }
        cuts.insert(Cut { known_on, kind: SchetFacturaKind::Month, until: end });
        until = next_month(end);
    }
    let ended = charges.iter().filter_map(|charge| charge.ended_on);
    cuts.extend(ended.map(|end| Cut { known_on: end, kind: SchetFacturaKind::Ended, until: end }));
    let credited = charges.iter().flat_map(|charge| charge.credits.iter().map(|credit| credit.issued_on));
    cuts.extend(credited.map(|day| Cut { known_on: day, kind: SchetFacturaKind::Correction, until: day }));
    cuts.retain(|cut| cut.known_on <= today);
    cuts
}

fn next_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(1))
}

impl Cut {
    fn period(self, parts: &[Part]) -> Period {
        let days = |end: fn(&Period) -> NaiveDate| parts.iter().filter_map(move |part| part.period.as_ref().map(end));
        let (first, last) = (days(|period| period.from).min(), days(|period| period.to).max());
        match self.kind {
            SchetFacturaKind::Month => {
                Period { from: self.until.checked_sub_months(Months::new(1)).unwrap_or(self.until), to: self.until }
            }
            SchetFacturaKind::Ended => {
                Period { from: first.unwrap_or(self.until), to: last.map_or(self.until, |last| last.max(self.until)) }
            }
            SchetFacturaKind::Correction => {
                Period { from: first.unwrap_or(self.until), to: last.unwrap_or(self.until) }
            }
        }
    }
}

impl Charge {
    /// The first day that is not documented yet.
    fn open_from(&self) -> NaiveDate {
        let open = self.documented.days.map(|days| days.to).or(self.period.map(|period| period.from));
        open.unwrap_or(self.issued_on)
    }

    /// The first day that is documented here.
    fn since(&self, period: Period, terms: Terms) -> NaiveDate {
        self.documented.days.map_or(period.from.max(terms.starts_on), |days| days.from)
    }

    /// The first day after what is delivered, as far as that is known on a day.
    fn end(&self, period: Period, known_on: NaiveDate) -> NaiveDate {
        let known = self.credits.iter().filter(|credit| credit.issued_on <= known_on);
        let given_back = known.filter_map(|credit| credit.from.filter(|from| *from > period.from));
        let ended = self.ended_on.filter(|end| *end <= known_on);
        given_back.chain(ended).fold(period.to, NaiveDate::min)
    }

    /// What of an amount was delivered before anything was documented here.
    fn elsewhere(&self, amount: Money, terms: Terms) -> Result<Money, MoneyError> {
        match self.period {
            Some(period) => match self.since(period, terms) {
                since if since > period.from => recognised_until(amount, period, since),
                _ => Ok(Money::zero(amount.currency())),
            },
            None if self.documented.known_on.is_none() && self.issued_on < terms.starts_on => Ok(amount),
            None => Ok(Money::zero(amount.currency())),
        }
    }

    /// What is not documented yet, net and tax, by what is known on a day; below nothing if too much was.
    fn left(&self, terms: Terms, known_on: NaiveDate) -> Result<(Money, Money), MoneyError> {
        let mut net = self.net.minus(self.elsewhere(self.net, terms)?)?.minus(self.documented.net)?;
        let mut tax = self.tax.minus(self.elsewhere(self.tax, terms)?)?.minus(self.documented.tax)?;
        for credit in self.credits.iter().filter(|credit| credit.issued_on <= known_on) {
            (net, tax) = (net.plus(credit.net)?, tax.plus(credit.tax)?);
        }
        Ok((net, tax))
    }

    fn part(&self, cut: Cut, terms: Terms) -> Result<Option<Part>, MoneyError> {
        let known_on = self.documented.known_on.map_or(cut.known_on, |day| day.max(cut.known_on));
        if self.issued_on > cut.known_on || self.has_seen(cut) {
            return Ok(None);
        }
        let left = self.left(terms, known_on)?;
        match (cut.kind, self.period) {
            (SchetFacturaKind::Correction, _) => self.taken_back(left),
            (SchetFacturaKind::Ended, _) if self.ended_on != Some(cut.until) => Ok(None),
            (SchetFacturaKind::Month, None) if self.issued_on < cut.until => Ok(self.earned(left, left, None)),
            (_, None) => Ok(None),
            (_, Some(period)) => {
                let (since, end) = (self.since(period, terms), self.end(period, known_on));
                let begins = self.documented.days.map_or(since, |days| days.to);
                let open = Period { from: begins, to: end };
                let earned = (recognised_until(left.0, open, cut.until)?, recognised_until(left.1, open, cut.until)?);
                Ok(self.earned(left, earned, Some(days(since, open, cut.until))))
            }
        }
    }

    fn earned(&self, left: (Money, Money), (net, tax): (Money, Money), period: Option<Period>) -> Option<Part> {
        let is_more = net.minor() >= 0 && tax.minor() >= 0 && !(net.is_zero() && tax.is_zero());
        is_more.then_some(Part { line: self.line, period, net, tax, completes: left == (net, tax) })
    }

    /// Whether a later document of the line went past a month's cut. Judged once more, by what only became known after the
    /// cut, the month would take what the next one is to say.
    fn has_seen(&self, cut: Cut) -> bool {
        cut.kind == SchetFacturaKind::Month && self.documented.known_on.is_some_and(|day| day > cut.known_on)
    }

    /// What has to be taken back of what was documented.
    fn taken_back(&self, (net, tax): (Money, Money)) -> Result<Option<Part>, MoneyError> {
        let most = |left: Money, documented: Money| {
            Money::from_minor(left.minor().min(0).max(-documented.minor().max(0)), left.currency())
        };
        let (back, tax_back) = (most(net, self.documented.net), most(tax, self.documented.tax));
        if back.is_zero() && tax_back.is_zero() {
            return Ok(None);
        }
        let period = self.documented.days.filter(|_| self.period.is_some());
        Ok(Some(Part { line: self.line, period, net: back, tax: tax_back, completes: true }))
    }

    fn take(&mut self, part: &Part, cut: Cut) -> Result<(), MoneyError> {
        let documented = &mut self.documented;
        documented.net = documented.net.plus(part.net)?;
        documented.tax = documented.tax.plus(part.tax)?;
        documented.known_on = Some(documented.known_on.map_or(cut.known_on, |day| day.max(cut.known_on)));
        if let Some(days) = part.period {
            let known = documented.days.unwrap_or(days);
            documented.days = Some(Period { from: known.from.min(days.from), to: known.to.max(days.to) });
        }
        Ok(())
    }
}

/// The days that a row is for: those that are open; if none is, all of the line that are documented here, at least its first.
fn days(since: NaiveDate, open: Period, until: NaiveDate) -> Period {
    let row = Period { from: open.from, to: open.to.min(until) };
    if !row.is_empty() {
        return row;
    }
    Period { from: since, to: open.from.max(since + Days::new(1)) }
}
