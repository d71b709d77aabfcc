//! Credit notes: negative lines that take back an issued invoice, as a whole, line by line or by an amount.
//!
//! Each line of the invoice carries its share of every tax, spread so that the shares add up to what was printed.
//! A credit note takes from what is left of them, so several can never take back more than was charged, and the one
//! that takes the last of a line takes its rounding as well.

use crate::money::MoneyError;
use crate::problem::{Code, Problem, Result};
use crate::quotes::{TraceRule, TraceStep};
use crate::{Currency, InvoiceLineId, Money, TaxRuleId};
use rust_decimal::Decimal;

/// What is left of a line after the credit notes made so far. Discount lines are negative.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineLeft {
    /// The line.
    pub line: InvoiceLineId,
    /// Without tax.
    pub net: Money,
    /// By rule.
    pub taxes: Vec<(TaxRuleId, Money)>,
    /// It cost nothing and stands all the same: whoever takes it back gives no money, but what it brought along goes, too.
    pub is_free: bool,
}

text_enum! {
    /// How much a credit note takes back.
    pub enum ExtentKind {
        /// All that is left.
        Whole = "whole",
        /// These lines, each whole or in part.
        Lines = "lines",
        /// So much of all, with tax.
        Amount = "amount",
    }
}

/// What to take back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Extent {
    /// All that is left.
    Whole,
    /// All that is left of these lines.
    Lines(Vec<InvoiceLineId>),
    /// So much, without tax, of a line.
    PartOfLine(InvoiceLineId, Money),
    /// So much of all, with tax.
    Amount(Money),
}

/// What a credit note takes: the amounts have the sign opposite to the invoice's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreditNote {
    /// Only lines of which something is taken.
    pub lines: Vec<LineLeft>,
    /// Sum of the nets.
    pub net: Money,
    /// Sum of the taxes.
    pub tax: Money,
}

impl LineLeft {
    fn parts(&self) -> impl Iterator<Item = Money> + '_ {
        std::iter::once(self.net).chain(self.taxes.iter().map(|(_, tax)| *tax))
    }

    /// The same line with other amounts, net first.
    fn with(&self, mut parts: impl Iterator<Item = Money>) -> Self {
        let net = parts.next().unwrap_or(self.net);
        let taxes = self.taxes.iter().zip(parts).map(|((rule, _), tax)| (*rule, tax)).collect();
        Self { line: self.line, net, taxes, is_free: false }
    }

    fn is_empty(&self) -> bool {
        !self.is_free && self.parts().all(Money::is_zero)
    }
}

/// Makes a credit note from what is left of an invoice.
///
/// # Errors
/// Nothing left; an unknown line; an amount that is nothing, has the wrong sign or is more than what is left.
pub fn credit_note(currency: Currency, left: &[LineLeft], extent: &Extent) -> Result<CreditNote> {
    let taken = match extent {
        Extent::Whole => left.to_vec(),
        Extent::Amount(all) if !all.is_zero() && *all == gross(currency, left)? => left.to_vec(),
        Extent::Lines(lines) => chosen(left, lines)?,
        Extent::PartOfLine(line, net) => vec![part_of_line(&find(left, *line, 0)?, *net)?],
        Extent::Amount(gross) => part_of_all(currency, left, *gross)?,
    };
    let negated = |line: &LineLeft| -> Result<LineLeft, MoneyError> {
        let parts: Vec<_> = line.parts().map(Money::negated).collect::<Result<_, _>>()?;
        Ok(line.with(parts.into_iter()))
    };
    let lines: Vec<_> = taken.iter().filter(|line| !line.is_empty()).map(negated).collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Err(Problem::new(Code::Conflict, "nothing is left to credit"));
    }
    let whole = gross(currency, left)?.minor();
    let taken = gross(currency, &taken)?.minor();
    // a line without the discount on it may be more than the invoice asks for
    if !(whole.min(0)..=whole.max(0)).contains(&taken) {
        return Err(Problem::field("/lines", "out_of_range", "this is more than what is left of the invoice"));
    }
    let net = Money::sum(currency, lines.iter().map(|line| line.net))?;
    let tax = Money::sum(currency, lines.iter().flat_map(|line| line.taxes.iter().map(|(_, tax)| *tax)))?;
    Ok(CreditNote { lines, net, tax })
}

/// How the amounts of a line of a credit note came about: what was left of the line, and what is taken of it.
pub fn trace(left: &LineLeft, taken: &LineLeft) -> Result<Vec<TraceStep>, MoneyError> {
    let tax = |of: &LineLeft| Money::sum(of.net.currency(), of.taxes.iter().map(|(_, tax)| *tax));
    let (tax_left, tax) = (tax(left)?, tax(taken)?);
    let taken_back = [
        ("left", left.net.decimal()),
        ("taken", taken.net.negated()?.decimal()),
        ("tax_left", tax_left.decimal()),
        ("tax", tax.negated()?.decimal()),
    ];
    let gross = [("net", taken.net.decimal()), ("tax", tax.decimal())];
    Ok(vec![
        TraceStep::new(TraceRule::TakenBack, &taken_back, taken.net).with("line_id", taken.line),
        TraceStep::new(TraceRule::Gross, &gross, taken.net.plus(tax)?),
    ])
}

/// What is left after a credit note.
pub fn left_after(left: &[LineLeft], note: &CreditNote) -> Result<Vec<LineLeft>> {
    let minus = |line: &LineLeft| -> Result<LineLeft> {
        let Some(taken) = note.lines.iter().find(|taken| taken.line == line.line) else { return Ok(line.clone()) };
        let parts: Vec<_> =
            line.parts().zip(taken.parts()).map(|(have, take)| have.plus(take)).collect::<Result<_, _>>()?;
        Ok(line.with(parts.into_iter()))
    };
    left.iter().map(minus).collect()
}

fn gross(currency: Currency, lines: &[LineLeft]) -> Result<Money, MoneyError> {
    Money::sum(currency, lines.iter().flat_map(LineLeft::parts))
}

fn chosen(left: &[LineLeft], lines: &[InvoiceLineId]) -> Result<Vec<LineLeft>> {
    let one = |(at, line): (usize, &InvoiceLineId)| {
        if lines.iter().take(at).any(|before| before == line) {
            return Err(Problem::field(format!("/lines/{at}"), "repeated", "this line is named twice"));
        }
        find(left, *line, at)
    };
    lines.iter().enumerate().map(one).collect()
}

fn find(left: &[LineLeft], line: InvoiceLineId, at: usize) -> Result<LineLeft> {
    let found = left.iter().find(|one| one.line == line).cloned();
    found.ok_or_else(|| Problem::field(format!("/lines/{at}"), "unknown", "no such line on this invoice"))
}

/// A part between nothing (not included) and all that is left.
fn check(part: Money, whole: Money) -> Result<()> {
    let same_sign = part.is_negative() == whole.is_negative() && !part.is_zero();
    if part.currency() == whole.currency() && same_sign && part.minor().unsigned_abs() <= whole.minor().unsigned_abs() {
        return Ok(());
    }
    Err(Problem::field("/amount", "out_of_range", format!("at most {whole} is left to credit")))
}

fn part_of_line(line: &LineLeft, net: Money) -> Result<LineLeft> {
    check(net, line.net)?;
    let share = |tax: Money| -> Result<Money, MoneyError> {
        let exact = tax.decimal().checked_mul(net.decimal()).ok_or(MoneyError::Overflow)? / line.net.decimal();
        Money::round(exact, tax.currency())
    };
    let taxes: Vec<_> = line.taxes.iter().map(|(_, tax)| share(*tax)).collect::<Result<_, _>>()?;
    Ok(line.with(std::iter::once(net).chain(taxes)))
}

/// Spreads an amount over all nets and taxes in proportion. The rounded running sum, not the single part, follows the
/// proportion, so the parts add up exactly whatever their signs, and none passes what is left of it.
fn part_of_all(currency: Currency, left: &[LineLeft], gross: Money) -> Result<Vec<LineLeft>> {
    let whole = self::gross(currency, left)?;
    check(gross, whole)?;
    let (mut seen, mut given) = (Decimal::ZERO, Money::zero(currency));
    let mut next = |part: Money| -> Result<Money, MoneyError> {
        seen += part.decimal();
        let due = seen.checked_mul(gross.decimal()).ok_or(MoneyError::Overflow)? / whole.decimal();
        let due = Money::round(due, currency)?;
        let taken = due.minus(given)?;
        given = due;
        Ok(taken)
    };
    let mut lines = Vec::with_capacity(left.len());
    for line in left {
        let parts: Vec<_> = line.parts().map(&mut next).collect::<Result<_, _>>()?;
        lines.push(line.with(parts.into_iter()));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use proptest::prelude::*;

    fn id<T: Id>(n: u8) -> T {
        T::from_uuid(uuid::Uuid::from_bytes([n; 16]))
    }

    fn eur() -> Currency {
        "EUR".parse().unwrap()
    }

    fn line(n: u8, net: i64, taxes: &[i64]) -> LineLeft {
        let money = |minor| Money::from_minor(minor, eur());
        LineLeft {
            line: id(n),
            net: money(net),
            taxes: (1..).zip(taxes).map(|(rule, tax)| (id(rule), money(*tax))).collect(),
            is_free: false,
        }
    }

    fn minors(note: &CreditNote) -> Vec<Vec<i64>> {
        note.lines.iter().map(|line| line.parts().map(Money::minor).collect()).collect()
    }

    /// 10.00 and a discount of 1.00 at 19 % (1.90, -0.19).
    fn invoice() -> Vec<LineLeft> {
        vec![line(1, 1000, &[190]), line(2, -100, &[-19])]
    }

    #[test]
    fn the_whole_is_the_mirror() {
        let note = credit_note(eur(), &invoice(), &Extent::Whole).unwrap();
        assert_eq!(minors(&note), [[-1000, -190], [100, 19]]);
        assert_eq!((note.net.minor(), note.tax.minor()), (-900, -171));
        let after = left_after(&invoice(), &note).unwrap();
        assert_eq!(credit_note(eur(), &after, &Extent::Whole).unwrap_err().code, Code::Conflict);
    }

    /// Beside 11.90 stands a line that was given away. It goes when it is named, with the rest of the invoice, whichever way
    /// that is said, and once; a part of the amount leaves it.
    #[test]
    fn what_was_free_goes_once() {
        let invoice = [line(1, 1000, &[190]), LineLeft { is_free: true, ..line(2, 0, &[0]) }];
        let taken = |left: &[LineLeft], extent| credit_note(eur(), left, &extent).map(|note| minors(&note));
        let amount = |minor| Extent::Amount(Money::from_minor(minor, eur()));
        for all in [Extent::Whole, amount(1190), Extent::Lines(vec![id(1), id(2)])] {
            assert_eq!(taken(&invoice, all).unwrap(), [[-1000, -190], [0, 0]]);
        }
        assert_eq!(taken(&invoice, Extent::Lines(vec![id(2)])).unwrap(), [[0, 0]]);
        assert_eq!(taken(&invoice, amount(119)).unwrap(), [[-100, -19]]);
        let note = credit_note(eur(), &invoice, &Extent::Lines(vec![id(1)])).unwrap();
        let left = left_after(&invoice, &note).unwrap();
        assert_eq!(taken(&left, Extent::Whole).unwrap(), [[0, 0]]);
        let left = left_after(&left, &credit_note(eur(), &left, &Extent::Whole).unwrap()).unwrap();
        assert_eq!(taken(&left, Extent::Whole).unwrap_err().code, Code::Conflict);
    }

    /// 3.33 of 10.00 takes 0.63 tax (1.90 × 0.333 = 0.6327) twice; the last 3.34 takes what is left, 0.64.
    #[test]
    fn the_last_part_of_a_line_absorbs_the_rounding() {
        let mut left = vec![line(1, 1000, &[190])];
        for (net, tax) in [(333, 63), (333, 63), (334, 64)] {
            let extent = Extent::PartOfLine(id(1), Money::from_minor(net, eur()));
            let note = credit_note(eur(), &left, &extent).unwrap();
            assert_eq!(minors(&note), [[-net, -tax]]);
            left = left_after(&left, &note).unwrap();
        }
        assert!(left[0].is_empty());
    }

    /// 3.00 of 10.00 and 0.57 of 1.90 tax are taken back.
    #[test]
    fn what_is_taken_says_so() {
        let (left, taken) = (line(1, 1000, &[190]), line(1, -300, &[-57]));
        let steps = trace(&left, &taken).unwrap();
        let sentences: Vec<_> = steps.iter().map(TraceStep::sentence).collect();
        let want =
            ["3.00 of the net of 10.00 and 0.57 of the tax of 1.90 are taken back: -3.00", "-3.00 + -0.57 = -3.57"];
        assert_eq!(sentences, want);
        let found = crate::verify::retrace(eur(), &steps).unwrap();
        assert_eq!([found.net, found.tax, found.gross].map(|amount| amount.to_string()), ["-3.00", "-0.57", "-3.57"]);
        // more than there was
        let too_much = trace(&line(1, 200, &[190]), &taken).unwrap();
        assert!(crate::verify::retrace(eur(), &too_much).is_err());
    }

    /// Half of 10.71 (9.00 + 1.71): 5.36. In order: 10.00 × 0.50046… = 5.00; 11.90 → 5.96; 10.90 → 5.46; 10.71 → 5.36.
    #[test]
    fn an_amount_is_spread_over_everything() {
        let note = credit_note(eur(), &invoice(), &Extent::Amount(Money::from_minor(536, eur()))).unwrap();
        assert_eq!(minors(&note), [[-500, -96], [50, 10]]);
        assert_eq!(note.net.minor() + note.tax.minor(), -536);
    }

    #[test]
    fn never_more_than_what_is_left() {
        let refused = |extent| credit_note(eur(), &invoice(), &extent).unwrap_err().fields[0].clone();
        let money = |minor| Money::from_minor(minor, eur());
        for extent in [
            Extent::Amount(money(1072)),
            Extent::Amount(money(0)),
            Extent::Amount(money(-1)),
            Extent::PartOfLine(id(1), money(1001)),
            Extent::PartOfLine(id(2), money(1)),
            Extent::Amount(Money::from_minor(1, "USD".parse().unwrap())),
        ] {
            assert_eq!(refused(extent.clone()).pointer, "/amount", "{extent:?}");
        }
        assert_eq!(refused(Extent::Lines(vec![id(1), id(9)])).pointer, "/lines/1");
        assert_eq!(refused(Extent::Lines(vec![id(2), id(2)])).pointer, "/lines/1");
        // 11.90 of line 1, but the invoice asks for 10.71
        assert_eq!(refused(Extent::Lines(vec![id(1)])).pointer, "/lines");
        assert_eq!(refused(Extent::Lines(vec![id(2)])).pointer, "/lines");
    }

    proptest! {
        /// Never more than the invoice. Whatever was taken before in parts, the last credit note brings every line and every tax to nothing, and no
        /// part ever changed its sign on the way.
        #[test]
        fn several_add_up_to_the_whole(
            lines in prop::collection::vec((0_i64..5000, 0_i64..1000, 0_i64..500), 1..6),
            discount in 0_i64..500, steps in prop::collection::vec((1_i64..100, 0_usize..12), 0..6),
        ) {
            let mut invoice: Vec<_> = (1..).zip(&lines).map(|(n, (net, one, two))| line(n, *net, &[*one, *two])).collect();
            invoice.push(line(99, -discount, &[]));
            let whole: i64 = gross(eur(), &invoice).unwrap().minor();
            prop_assume!(whole > 0);
            let (mut left, mut taken) = (invoice.clone(), 0);
            for (percent, at) in steps {
                let rest: i64 = gross(eur(), &left).unwrap().minor();
                let extent = match left.get(at) {
                    Some(line) if line.net.minor() > 0 => Extent::PartOfLine(line.line, Money::from_minor((line.net.minor() * percent / 100).max(1), eur())),
                    _ => Extent::Amount(Money::from_minor((rest * percent / 100).max(1), eur())),
                };
                let Ok(note) = credit_note(eur(), &left, &extent) else { continue };
                taken -= note.net.minor() + note.tax.minor();
                prop_assert!(taken <= whole);
                left = left_after(&left, &note).unwrap();
                for (now, first) in left.iter().zip(&invoice) {
                    for (now, first) in now.parts().zip(first.parts()) {
                        prop_assert!(now.minor() * first.minor() >= 0 && now.minor().abs() <= first.minor().abs());
                    }
                }
            }
            if let Ok(last) = credit_note(eur(), &left, &Extent::Whole) {
                taken -= last.net.minor() + last.tax.minor();
                left = left_after(&left, &last).unwrap();
            }
            prop_assert_eq!(taken, whole);
            prop_assert!(left.iter().all(LineLeft::is_empty));
        }
    }
}
