//! What is different between the documents of two sandboxes (EVT-06). Whatever both were copied with has the same ids; what
//! they made themselves is matched by what it is about.

use crate::invoices::InvoiceKind;
use crate::quotes::LineKind;
use crate::schedule::Period;
use crate::{ClientId, Currency, InvoiceId, Money, SubscriptionId, SubscriptionItemId};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A line of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What it charges, if it is a subscription.
    pub subscription: Option<SubscriptionId>,
    /// Which item of it.
    pub item: Option<SubscriptionItemId>,
    /// What it is.
    pub kind: LineKind,
    /// The days that it pays for.
    pub period: Option<Period>,
    /// For people.
    pub description: String,
    /// Without tax.
    pub net: Money,
    /// With tax.
    pub gross: Money,
}

impl Line {
    fn amounts(&self) -> (i64, i64) {
        (self.net.minor(), self.gross.minor())
    }

    fn is_about(&self, other: &Self) -> bool {
        (self.subscription, self.kind, self.period) == (other.subscription, other.kind, other.period)
    }
}

/// An issued document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The document.
    pub id: InvoiceId,
    /// Its number there.
    pub number: Option<String>,
    /// Whose.
    pub client: ClientId,
    /// Its currency.
    pub currency: Currency,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Invoice or credit note.
    pub kind: InvoiceKind,
    /// Without tax.
    pub net: Money,
    /// With tax.
    pub gross: Money,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// Something that is not the same in both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference<T> {
    /// In the first sandbox only.
    Here(T),
    /// In the second one only.
    There(T),
    /// In both, as it is here and as it is there.
    Both(T, T),
}

impl<T> Difference<T> {
    /// What it is about, the same on either side.
    pub fn any(&self) -> &T {
        let (Self::Here(one) | Self::There(one) | Self::Both(one, _)) = self;
        one
    }

    /// As it is in the first sandbox and in the second.
    pub fn sides(self) -> (Option<T>, Option<T>) {
        match self {
            Self::Here(one) => (Some(one), None),
            Self::There(other) => (None, Some(other)),
            Self::Both(one, other) => (Some(one), Some(other)),
        }
    }
}

/// A document that differs, and the lines by which it does; none if it is in one of them only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentDifference {
    /// The document.
    pub document: Difference<Document>,
    /// Its lines that differ.
    pub lines: Vec<Difference<Line>>,
}

/// What documents are matched by.
type Key = (ClientId, Currency, NaiveDate, InvoiceKind);

/// The differences between documents of two sandboxes, by client, currency and day.
pub fn differences(here: Vec<Document>, there: Vec<Document>) -> Vec<DocumentDifference> {
    let mut matched: BTreeMap<Key, [Vec<Document>; 2]> = BTreeMap::new();
    for (at, documents) in [here, there].into_iter().enumerate() {
        for document in documents {
            let key = (document.client, document.currency, document.issued_on, document.kind);
            if let Some(side) = matched.entry(key).or_default().get_mut(at) {
                side.push(document);
            }
        }
    }
    matched.into_values().flat_map(|[here, there]| of_one_day(here, there)).collect()
}

fn of_one_day(here: Vec<Document>, mut there: Vec<Document>) -> Vec<DocumentDifference> {
    let mut found = Vec::new();
    let mut single = Vec::new();
    for one in here {
        match take(&mut there, |other| other.id == one.id) {
            Some(other) => found.extend(compare(one, other)),
            None => single.push(one),
        }
    }
    for one in single {
        let fits = |other: &Document| one.lines.iter().any(|line| other.lines.iter().any(|and| line.is_about(and)));
        match take(&mut there, fits) {
            Some(other) => found.extend(compare(one, other)),
            None => found.push(alone(Difference::Here(one))),
        }
    }
    found.extend(there.into_iter().map(|other| alone(Difference::There(other))));
    found
}

fn alone(document: Difference<Document>) -> DocumentDifference {
    DocumentDifference { document, lines: Vec::new() }
}

fn compare(here: Document, there: Document) -> Option<DocumentDifference> {
    let lines = line_differences(here.lines.clone(), there.lines.clone());
    let is_same = lines.is_empty() && (here.net, here.gross) == (there.net, there.gross);
    (!is_same).then_some(DocumentDifference { document: Difference::Both(here, there), lines })
}

/// First what charges the same item is matched, then what charges the same days of the same subscription: what was moved to
/// another price is another item.
fn line_differences(here: Vec<Line>, mut there: Vec<Line>) -> Vec<Difference<Line>> {
    let mut pairs = Vec::new();
    let mut single = Vec::new();
    for one in here {
        match take(&mut there, |other| one.item == other.item && one.is_about(other)) {
            Some(other) => pairs.push((one, other)),
            None => single.push(one),
        }
    }
    let mut found = Vec::new();
    for one in single {
        match take(&mut there, |other| one.is_about(other)) {
            Some(other) => pairs.push((one, other)),
            None => found.push(Difference::Here(one)),
        }
    }
    let differ = pairs.into_iter().filter(|(one, other)| one.amounts() != other.amounts());
    found.extend(differ.map(|(one, other)| Difference::Both(one, other)));
    found.extend(there.into_iter().map(Difference::There));
    found
}

fn take<T>(from: &mut Vec<T>, fits: impl Fn(&T) -> bool) -> Option<T> {
    from.iter().position(fits).map(|at| from.remove(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;
    use proptest::prelude::*;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn line(subscription: u128, item: u128, net: i64) -> Line {
        let period = Some(Period { from: day("2027-02-05"), to: day("2027-03-05") });
        let (subscription, item) = (Some(id(subscription)), Some(id(item)));
        Line {
            subscription,
            item,
            kind: LineKind::Recurring,
            period,
            description: String::new(),
            net: eur(net),
            gross: eur(net),
        }
    }

    fn document(number: u128, client: u128, issued_on: &str, lines: Vec<Line>) -> Document {
        let net = lines.iter().map(|line| line.net.minor()).sum();
        let (kind, currency) = (InvoiceKind::Invoice, "EUR".parse().unwrap());
        let (client, issued_on) = (id(client), day(issued_on));
        Document {
            id: id(number),
            number: None,
            client,
            currency,
            issued_on,
            kind,
            net: eur(net),
            gross: eur(net),
            lines,
        }
    }

    /// The same renewal at 10.00 and, as another item, at 12.00; another client's is in one of them only.
    #[test]
    fn what_is_different_is_named_line_by_line() {
        let here = vec![
            document(1, 1, "2027-01-26", vec![line(1, 1, 1000), line(2, 2, 500)]),
            document(2, 2, "2027-01-26", vec![line(3, 3, 700)]),
        ];
        let there = vec![document(3, 1, "2027-01-26", vec![line(1, 9, 1200), line(2, 2, 500)])];
        let found = differences(here.clone(), there.clone());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].lines, [Difference::Both(line(1, 1, 1000), line(1, 9, 1200))]);
        assert_eq!(found[0].document, Difference::Both(here[0].clone(), there[0].clone()));
        assert_eq!(found[1], alone(Difference::Here(here[1].clone())));
    }

    /// Another day is another document, and what is in both with the same amounts is no difference.
    #[test]
    fn days_tell_documents_apart() {
        let on = |day| vec![document(1, 1, day, vec![line(1, 1, 1000)])];
        assert_eq!(differences(on("2027-01-26"), on("2027-01-26")), []);
        assert_eq!(differences(on("2027-01-26"), on("2027-01-27")).len(), 2);
    }

    proptest! {
        /// Nothing differs from itself; the other way round the same differs; and the differences add up to that of the sums.
        #[test]
        fn differences_add_up(
            here in prop::collection::vec((1_u128..4, 0_usize..3, 1_u128..5, 1_u128..5, 0_i64..2_000), 0..12),
            there in prop::collection::vec((1_u128..4, 0_usize..3, 1_u128..5, 1_u128..5, 0_i64..2_000), 0..12),
        ) {
            let days = ["2027-01-26", "2027-01-27", "2027-02-23"];
            let made = |rows: &[(u128, usize, u128, u128, i64)], first: u128| -> Vec<Document> {
                let one = |(at, (client, on, subscription, item, net)): (u128, &(u128, usize, u128, u128, i64))|
                    document(first + at, *client, days[*on], vec![line(*subscription, *item, *net)]);
                (0..).zip(rows).map(one).collect()
            };
            let (here, there) = (made(&here, 100), made(&there, 200));
            prop_assert_eq!(differences(here.clone(), here.clone()), []);
            let sum = |all: &[Document]| all.iter().map(|one| one.net.minor()).sum::<i64>();
            let found = differences(here.clone(), there.clone());
            let net = |one: Option<Document>| one.map_or(0, |one| one.net.minor());
            let apart = |found: Vec<DocumentDifference>| -> i64 {
                found.into_iter().map(|one| one.document.sides()).map(|(here, there)| net(there) - net(here)).sum()
            };
            prop_assert_eq!(apart(found), sum(&there) - sum(&here));
            let turned = differences(there.clone(), here.clone());
            prop_assert_eq!(apart(turned), sum(&here) - sum(&there));
        }
    }
}
