//! Price versions: a price is never overwritten, it ends on the day from which the next one is valid, or from which it is
//! off sale. What is only announced can be withdrawn.

use crate::problem::{Code, Problem, Result};
use chrono::NaiveDate;

/// The days on which a price is valid, half-open; without end while nothing follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Span {
    fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// Where a new price goes among those of the same cycle and currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Succession {
    /// The place of the price that ends on the day the new one begins.
    pub ends: Option<usize>,
    /// The end of the new price, if another one is announced for later.
    pub to: Option<NaiveDate>,
}

/// Makes room for a price from a day on, or refuses at `/valid_from`: in the past, where it has been charged already,
/// or on the first day of another price.
pub fn succession(present: &[Span], from: NaiveDate, today: NaiveDate) -> Result<Succession> {
    if from < today {
        return Err(Problem::field("/valid_from", "in_past", "what was charged stays: choose today or a later day"));
    }
    if present.iter().any(|span| span.from == from) {
        let detail = format!("there is a price from {from} on: choose a later day");
        return Err(Problem::new(Code::AlreadyExists, "see errors").at("/valid_from", "taken", detail));
    }
    let ends = present.iter().position(|span| span.holds(from));
    let announced = present.iter().map(|span| span.from).filter(|day| *day > from).min();
    let ended = ends.and_then(|at| present.get(at)).and_then(|span| span.to);
    Ok(Succession { ends, to: ended.or(announced) })
}

/// Where a version goes on that ended where a withdrawn one was to begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Continuation {
    /// The place of the version before.
    pub of: usize,
    /// Its end from now on.
    pub to: Option<NaiveDate>,
}

/// What becomes of the others when the version at a place is withdrawn: as if it had never been announced. Refused once
/// it is in effect, since it may have been charged.
pub fn withdrawal(present: &[Span], at: usize, today: NaiveDate) -> Result<Option<Continuation>> {
    let Some(gone) = present.get(at) else { return Err(Problem::not_found()) };
    if gone.from <= today {
        let detail = format!("it is in effect since {}: announce another version instead", gone.from);
        return Err(Problem::new(Code::WrongState, detail));
    }
    let before = present.iter().position(|span| span.to == Some(gone.from));
    Ok(before.map(|of| Continuation { of, to: gone.to }))
}

/// Whether the version at a place can end on a day without another one after it.
pub fn off_sale(present: &[Span], at: usize, from: NaiveDate, today: NaiveDate) -> Result<()> {
    let Some(ending) = present.get(at) else { return Err(Problem::not_found()) };
    still_open(present, *ending, today)?;
    if from < today {
        return Err(Problem::field("/from", "in_past", "what was sold stays: choose today or a later day"));
    }
    if from <= ending.from {
        let detail = format!("later than its first day, {}", ending.from);
        return Err(Problem::field("/from", "out_of_range", detail));
    }
    Ok(())
}

/// Whether the version at a place, which is to go off sale, can go on instead.
pub fn on_sale_again(present: &[Span], at: usize, today: NaiveDate) -> Result<()> {
    let Some(ending) = present.get(at) else { return Err(Problem::not_found()) };
    still_open(present, *ending, today)?;
    match ending.to {
        Some(_) => Ok(()),
        None => Err(Problem::new(Code::WrongState, "it is on sale without an end")),
    }
}

fn still_open(present: &[Span], ending: Span, today: NaiveDate) -> Result<()> {
    if ending.to.is_some_and(|to| to <= today) {
        return Err(Problem::new(Code::WrongState, "it is over: a new version puts it on sale again"));
    }
    let next = present.iter().map(|span| span.from).filter(|from| *from > ending.from).min();
    match next {
        Some(next) => {
            Err(Problem::new(Code::WrongState, format!("another version follows on {next}: withdraw it first")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: u16) -> NaiveDate {
        // 2027-12-01 and on: the days 29 to 31 and 29 February 2028 are among them
        NaiveDate::from_ymd_opt(2027, 12, 1).unwrap() + chrono::Days::new(u64::from(number))
    }

    #[test]
    fn the_past_and_a_taken_day_are_refused() {
        let present = [Span { from: day(0), to: None }];
        let yesterday = succession(&present, day(9), day(10)).unwrap_err();
        assert_eq!((yesterday.code, yesterday.fields[0].code), (Code::ValidationFailed, "in_past"));
        assert_eq!(succession(&present, day(0), day(0)).unwrap_err().code, Code::AlreadyExists);
        assert_eq!(succession(&present, day(10), day(10)), Ok(Succession { ends: Some(0), to: None }));
        assert_eq!(succession(&[], day(10), day(10)), Ok(Succession { ends: None, to: None }));
    }

    fn span(from: u16, to: Option<u16>) -> Span {
        Span { from: day(from), to: to.map(day) }
    }

    #[test]
    fn what_is_announced_can_be_withdrawn() {
        let present = [span(0, Some(20)), span(20, Some(30)), span(30, None)];
        assert_eq!(withdrawal(&present, 1, day(19)), Ok(Some(Continuation { of: 0, to: Some(day(30)) })));
        assert_eq!(withdrawal(&present, 2, day(19)), Ok(Some(Continuation { of: 1, to: None })));
        assert_eq!(withdrawal(&present, 1, day(20)).unwrap_err().code, Code::WrongState, "in effect");
        assert_eq!(withdrawal(&present, 0, day(19)).unwrap_err().code, Code::WrongState);
        // off sale from 10 to 20: it stays so
        assert_eq!(withdrawal(&[span(0, Some(10)), span(20, None)], 1, day(5)), Ok(None));
        assert_eq!(withdrawal(&present, 3, day(0)).unwrap_err().code, Code::NotFound);
    }

    #[test]
    fn the_last_version_goes_off_sale() {
        let open = [span(0, Some(20)), span(20, None)];
        let field = |result: Result<()>| result.unwrap_err().fields.first().map(|field| field.code);
        assert_eq!(off_sale(&open, 1, day(30), day(21)), Ok(()));
        assert_eq!(field(off_sale(&open, 1, day(29), day(30))), Some("in_past"));
        assert_eq!(field(off_sale(&open, 1, day(20), day(10))), Some("out_of_range"));
        assert_eq!(off_sale(&open, 0, day(10), day(5)).unwrap_err().code, Code::WrongState, "another one follows");
        assert_eq!(on_sale_again(&open, 1, day(21)).unwrap_err().code, Code::WrongState);
        let ending = [span(0, Some(20))];
        assert_eq!(off_sale(&ending, 0, day(15), day(10)), Ok(()), "another day");
        assert_eq!(on_sale_again(&ending, 0, day(19)), Ok(()));
        assert_eq!(on_sale_again(&ending, 0, day(20)).unwrap_err().code, Code::WrongState, "over");
        // back by a new version, on the very day or later
        assert_eq!(succession(&ending, day(20), day(10)), Ok(Succession { ends: None, to: None }));
        assert_eq!(succession(&ending, day(25), day(10)), Ok(Succession { ends: None, to: None }));
        assert_eq!(succession(&ending, day(15), day(10)), Ok(Succession { ends: Some(0), to: Some(day(20)) }));
    }

    proptest! {
        /// Announcing and withdrawing again leaves what was there.
        #[test]
        fn a_withdrawn_version_leaves_nothing(days in prop::collection::btree_set(0_u16..120, 1..8), new in 1_u16..130) {
            prop_assume!(!days.contains(&new));
            let starts: Vec<_> = days.into_iter().collect();
            let next = |at: usize| starts.get(at + 1).copied();
            let before: Vec<Span> = starts.iter().enumerate().map(|(at, from)| span(*from, next(at))).collect();
            let mut spans = before.clone();
            let Succession { ends, to } = succession(&spans, day(new), day(0)).unwrap();
            if let Some(at) = ends {
                spans[at].to = Some(day(new));
            }
            spans.push(Span { from: day(new), to });
            if let Some(Continuation { of, to }) = withdrawal(&spans, spans.len() - 1, day(0)).unwrap() {
                spans[of].to = to;
            }
            spans.pop();
            prop_assert_eq!(spans, before);
        }

        /// In whatever order prices are announced, each ends where the next begins and the last has no end.
        #[test]
        fn versions_tile_time(days in prop::collection::btree_set(0_u16..120, 1..12), order in any::<prop::sample::Index>()) {
            let mut announced: Vec<_> = days.iter().copied().collect();
            let turn = order.index(announced.len());
            announced.rotate_left(turn);
            let mut spans: Vec<Span> = Vec::new();
            for number in announced {
                let Succession { ends, to } = succession(&spans, day(number), day(0)).unwrap();
                if let Some(at) = ends {
                    spans[at].to = Some(day(number));
                }
                spans.push(Span { from: day(number), to });
            }
            spans.sort_by_key(|span| span.from);
            prop_assert!(spans.windows(2).all(|pair| pair[0].to == Some(pair[1].from)));
            prop_assert_eq!(spans.last().unwrap().to, None);
        }
    }
}
