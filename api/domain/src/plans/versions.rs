//! Price versions: a price is never overwritten, it ends on the day from which the next one is valid.

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

    proptest! {
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
