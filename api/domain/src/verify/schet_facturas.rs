//! Schet-facturas certify what was charged, and no more.

use super::{Finding, Sums};
use crate::InvoiceLineId;

/// A line of an invoice that is documented.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentedSums {
    /// The line.
    pub line: InvoiceLineId,
    /// What it charges.
    pub charged: Sums,
    /// What credit notes have taken back of it before the last document of its client; below nothing.
    pub credited: Sums,
    /// What documents say.
    pub documented: Sums,
}

/// A schet-factura.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// Its number.
    pub number: String,
    /// Its count, from one.
    pub sequence: i64,
    /// Its totals.
    pub sums: Sums,
    /// What its rows sum to.
    pub of_rows: Sums,
}

/// Nothing is documented beyond what was charged and not taken back.
pub fn documented_as_charged(lines: &[DocumentedSums]) -> Vec<Finding> {
    let beyond = |line: &&DocumentedSums| {
        let over = |part: fn(&Sums) -> i64| {
            let (said, most) = (part(&line.documented), part(&line.charged) + part(&line.credited));
            said < 0 || said > most
        };
        over(|sums| sums.net) || over(|sums| sums.tax)
    };
    let detail = |line: &DocumentedSums| {
        format!(
            "{} and tax {} are documented of {} and {}, of which {} and {} were taken back",
            line.documented.net,
            line.documented.tax,
            line.charged.net,
            line.charged.tax,
            -line.credited.net,
            -line.credited.tax
        )
    };
    lines.iter().filter(beyond).map(|line| Finding::new(line.line, detail(line))).collect()
}

/// The rows of each sum to it, and the numbers of all, in order, have no gap.
pub fn certificates_hold(certificates: &[Certificate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (expected, one) in (1..).zip(certificates) {
        if one.sums != one.of_rows {
            let detail = format!("its rows sum to {:?}, it says {:?}", one.of_rows, one.sums);
            findings.push(Finding::new(&one.number, detail));
        }
        if one.sequence != expected {
            findings.push(Finding::new(&one.number, format!("is the {expected}. and called the {}.", one.sequence)));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;

    fn sums(net: i64, tax: i64) -> Sums {
        Sums { net, tax, gross: net + tax }
    }

    #[test]
    fn no_more_than_was_charged() {
        let line = |documented, credited| DocumentedSums {
            line: InvoiceLineId::from_uuid(uuid::Uuid::nil()),
            charged: sums(100, 22),
            credited,
            documented,
        };
        let fits =
            [line(sums(100, 22), sums(0, 0)), line(sums(0, 0), sums(-100, -22)), line(sums(60, 13), sums(-40, -9))];
        assert_eq!(documented_as_charged(&fits), []);
        let not = [line(sums(101, 22), sums(0, 0)), line(sums(-1, 0), sums(0, 0)), line(sums(60, 14), sums(-40, -9))];
        assert_eq!(documented_as_charged(&not).len(), 3);
    }

    #[test]
    fn no_gap_and_no_other_sum() {
        let one =
            |sequence: i64, of_rows| Certificate { number: sequence.to_string(), sequence, sums: sums(1, 0), of_rows };
        assert_eq!(certificates_hold(&[one(1, sums(1, 0)), one(2, sums(1, 0))]), []);
        assert_eq!(certificates_hold(&[one(1, sums(1, 0)), one(3, sums(1, 0))]).len(), 1);
        assert_eq!(certificates_hold(&[one(1, sums(2, 0))]).len(), 1);
    }
}
