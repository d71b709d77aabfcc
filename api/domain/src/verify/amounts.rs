//! The same numbers everywhere: on lines, documents, in the books, on credits and coupons (design, 1.3 to 1.5, 1.8).

use super::Finding;
use crate::invoices::numbering::gaps;
use crate::{CouponId, CreditId, InvoiceId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Amounts in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    /// Without tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// Both.
    pub gross: i64,
}

/// An invoice or a credit note.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document.
    pub id: InvoiceId,
    /// As printed.
    pub sums: Sums,
    /// What still waits for money.
    pub open: i64,
    /// What credit notes took back that was paid already.
    pub refunded: i64,
    /// Whether it was issued.
    pub is_issued: bool,
    /// The invoice that it corrects, if it is a credit note.
    pub credits: Option<InvoiceId>,
}

/// Net and tax are the gross, and the lines sum to the document.
pub fn sums_agree(documents: &[Document], lines: &HashMap<InvoiceId, Sums>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in documents {
        let sums = document.sums;
        if sums.net + sums.tax != sums.gross {
            let detail = format!("net {} and tax {} are not gross {}", sums.net, sums.tax, sums.gross);
            findings.push(Finding::new(document.id, detail));
        }
        let of_lines = lines.get(&document.id).copied().unwrap_or_default();
        if of_lines != sums {
            findings.push(Finding::new(document.id, format!("its lines sum to {of_lines:?}, it says {sums:?}")));
        }
    }
    findings
}

/// What is open of an invoice is its gross without what was paid and without what was credited and not given back.
pub fn open_amounts(documents: &[Document], allocated: &HashMap<InvoiceId, i64>) -> Vec<Finding> {
    let mut credited: HashMap<InvoiceId, i64> = HashMap::new();
    for note in documents.iter().filter(|note| note.is_issued) {
        if let Some(invoice) = note.credits {
            *credited.entry(invoice).or_default() -= note.sums.gross;
        }
    }
    let invoices = documents.iter().filter(|document| document.is_issued && document.credits.is_none());
    let wrong = invoices.filter_map(|invoice| {
        let paid = allocated.get(&invoice.id).copied().unwrap_or_default();
        let credited = credited.get(&invoice.id).copied().unwrap_or_default();
        let open = invoice.sums.gross - paid - (credited - invoice.refunded);
        let detail = format!(
            "gross {} − paid {paid} − credited {credited} + given back {} is {open}, it says {} is open",
            invoice.sums.gross, invoice.refunded, invoice.open
        );
        (open != invoice.open).then(|| Finding::new(invoice.id, detail))
    });
    wrong.collect()
}

/// What a document says its client owes is what the books say; `booked` is what its entry moved on the account
/// receivable.
pub fn booked_as_documents(documents: &[Document], booked: &HashMap<String, i64>) -> Vec<Finding> {
    let issued = documents.iter().filter(|document| document.is_issued);
    let wrong = issued.filter_map(|document| {
        let in_books = booked.get(&document.id.to_string()).copied().unwrap_or_default();
        let gross = document.sums.gross;
        let detail = format!("its gross is {gross}, the books say {in_books}");
        (in_books != gross).then(|| Finding::new(document.id, detail))
    });
    wrong.collect()
}

/// A document of a series.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// The series.
    pub series: String,
    /// Its count there.
    pub count: u64,
    /// Its printed number.
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
}

/// The counts of each series have no gap, and its dates never go back.
pub fn numbers_follow(documents: &[Numbered]) -> Vec<Finding> {
    let mut by_series: BTreeMap<&str, BTreeMap<u64, &Numbered>> = BTreeMap::new();
    for document in documents {
        by_series.entry(&document.series).or_default().insert(document.count, document);
    }
    let mut findings = Vec::new();
    for (series, documents) in by_series {
        let used: BTreeSet<u64> = documents.keys().copied().collect();
        for gap in gaps(&used) {
            findings.push(Finding::new(series, format!("the counts {} to {} are missing", gap.start(), gap.end())));
        }
        let later = documents.values().skip(1);
        for (before, after) in
            documents.values().zip(later).filter(|(before, after)| after.issued_on < before.issued_on)
        {
            let detail = format!("dated {}, after {} of {}", after.issued_on, before.number, before.issued_on);
            findings.push(Finding::new(&after.number, detail));
        }
    }
    findings
}

/// A coupon, what its counter says, and what its uses say.
#[derive(Clone, Debug)]
pub struct CouponCount {
    /// The coupon.
    pub id: CouponId,
    /// What its counter says.
    pub counter: i64,
    /// Uses that stand, by client.
    pub uses: Vec<i64>,
    /// At most so many by all.
    pub most: Option<i32>,
    /// At most so many by one client.
    pub most_per_client: Option<i32>,
}

/// The counter of a coupon is the number of its uses, and no limit is exceeded.
pub fn coupons_keep_their_limits(coupons: &[CouponCount]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for coupon in coupons {
        let uses: i64 = coupon.uses.iter().sum();
        let by_one = coupon.uses.iter().copied().max().unwrap_or_default();
        let faults = [
            (uses != coupon.counter, format!("its counter says {}, but there are {uses} uses", coupon.counter)),
            (coupon.most.is_some_and(|most| uses > most.into()), format!("{uses} uses, at most {:?}", coupon.most)),
            (
                coupon.most_per_client.is_some_and(|most| by_one > most.into()),
                format!("{by_one} uses by one client, at most {:?}", coupon.most_per_client),
            ),
        ];
        let wrong = faults.into_iter().filter(|(is_wrong, _)| *is_wrong);
        findings.extend(wrong.map(|(_, detail)| Finding::new(coupon.id, detail)));
    }
    findings
}

/// A movement of a client's credit, with the balance written beside it.
#[derive(Clone, Debug)]
pub struct CreditStep {
    /// The movement.
    pub id: CreditId,
    /// Client and currency.
    pub account: String,
    /// By how much.
    pub amount: i64,
    /// The balance after it.
    pub balance: i64,
}

/// Each balance is the one before and the movement. The steps come in the order in which they were made.
pub fn balances_follow(steps: &[CreditStep]) -> Vec<Finding> {
    let mut before: HashMap<&str, i64> = HashMap::new();
    let mut findings = Vec::new();
    for step in steps {
        let balance = before.entry(&step.account).or_default();
        let expected = *balance + step.amount;
        if expected != step.balance {
            let detail = format!("{balance} and {} are {expected}, it says {}", step.amount, step.balance);
            findings.push(Finding::new(step.id, detail));
        }
        *balance = step.balance;
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;
    use std::slice::from_ref;

    fn document(number: u128, gross: i64, open: i64, refunded: i64, credits: Option<u128>) -> Document {
        let id = |number| InvoiceId::from_uuid(uuid::Uuid::from_u128(number));
        let sums = Sums { net: gross, tax: 0, gross };
        Document { id: id(number), sums, open, refunded, is_issued: true, credits: credits.map(id) }
    }

    /// 100 with 70 paid; a credit note over 50: 30 were open, 20 were paid already and are given back.
    #[test]
    fn what_is_open() {
        let note = document(2, -50, 0, 0, Some(1));
        let right = document(1, 100, 0, 20, None);
        let paid = HashMap::from([(right.id, 70)]);
        assert!(open_amounts(&[right.clone(), note.clone()], &paid).is_empty());
        let wrong = Document { open: 30, ..right };
        assert_eq!(open_amounts(&[wrong, note], &paid).len(), 1);
    }

    #[test]
    fn sums_and_books() {
        let invoice = document(1, 100, 100, 0, None);
        let lines = HashMap::from([(invoice.id, invoice.sums)]);
        assert!(sums_agree(from_ref(&invoice), &lines).is_empty());
        assert_eq!(sums_agree(from_ref(&invoice), &HashMap::new()).len(), 1);
        let booked = HashMap::from([(invoice.id.to_string(), 100)]);
        assert!(booked_as_documents(from_ref(&invoice), &booked).is_empty());
        assert_eq!(booked_as_documents(from_ref(&invoice), &HashMap::new()).len(), 1);
    }

    #[test]
    fn counts_and_dates() {
        let one = |count: u64, on: &str| Numbered {
            series: "invoice:2026".into(),
            count,
            number: format!("2026-{count}"),
            issued_on: day(on),
        };
        assert!(numbers_follow(&[one(1, "2026-01-05"), one(2, "2026-01-05"), one(3, "2026-01-06")]).is_empty());
        let faults = numbers_follow(&[one(1, "2026-01-05"), one(4, "2026-01-04")]);
        let subjects: Vec<_> = faults.iter().map(|finding| finding.subject.as_str()).collect();
        assert_eq!(subjects, ["invoice:2026", "2026-4"]);
    }

    #[test]
    fn coupons_and_credits() {
        let coupon = |counter, uses: &[i64]| CouponCount {
            id: CouponId::from_uuid(uuid::Uuid::from_u128(1)),
            counter,
            uses: uses.to_vec(),
            most: Some(3),
            most_per_client: Some(2),
        };
        let faults = |counter, uses: &[i64]| coupons_keep_their_limits(&[coupon(counter, uses)]).len();
        assert_eq!([faults(3, &[2, 1]), faults(2, &[2, 1]), faults(4, &[2, 2]), faults(3, &[3])], [0, 1, 1, 1]);
        let step = |account: &str, amount, balance| CreditStep {
            id: CreditId::from_uuid(uuid::Uuid::from_u128(1)),
            account: account.into(),
            amount,
            balance,
        };
        assert!(balances_follow(&[step("a", 5, 5), step("b", 7, 7), step("a", -2, 3)]).is_empty());
        assert_eq!(balances_follow(&[step("a", 5, 5), step("a", -2, 2), step("a", 1, 3)]).len(), 1);
    }
}
