//! The hash chain: every document points at the one before, so that none can be changed, dropped or slipped in later
//! (GoBD; French tax code, art. 286-I-3° bis).

use super::frozen::sha256;
use crate::{Instant, Money};
use chrono::SecondsFormat;

text_enum! {
    /// The chains of a seller.
    pub enum Chain {
        /// Invoices and credit notes.
        Invoices = "INV",
        /// Payments and refunds.
        Payments = "PAY",
        /// Reprints, closings, exports, changes of settings.
        Events = "EVT",
    }
}

/// What happened, before it is chained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// The seller's legal entity.
    pub entity: String,
    /// Which chain.
    pub chain: Chain,
    /// The document type: 380 invoice, 381 credit note (UNTDID 1001), or the word of an event.
    pub kind: String,
    /// The printed number.
    pub number: String,
    /// When; whole seconds count.
    pub at: Instant,
    /// Net, tax and gross of one currency; none for an event.
    pub amounts: Option<[Money; 3]>,
    /// Of the frozen JSON.
    pub sha256: String,
}

/// A link of the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// From 1, without gap.
    pub seq: u64,
    /// What it holds.
    pub fact: Fact,
    /// The hash of the link before; 64 zeros for the first.
    pub previous: String,
    /// Of all the above.
    pub hash: String,
}

text_enum! {
    /// What is wrong with a link.
    pub enum Fault {
        /// The link before it is not there.
        MissingSeq = "missing_seq",
        /// It does not point at the link before it.
        WrongPrevious = "wrong_previous",
        /// Its content is not what was hashed.
        WrongHash = "wrong_hash",
        /// It is older than the link before it.
        TimeBackwards = "time_backwards",
    }
}

/// The first place where a chain is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Break {
    /// The link that does not fit; for a missing one, its number.
    pub seq: u64,
    /// What is wrong.
    pub fault: Fault,
}

impl Fact {
    /// Makes the next link after `last`.
    pub fn link(self, last: Option<&Link>) -> Link {
        let (seq, previous) = expected(last);
        let hash = sha256(&canonical(seq, &self, previous));
        Link { seq, previous: previous.into(), hash, fact: self }
    }
}

impl Link {
    /// The text whose hash it is.
    pub fn text(&self) -> String {
        canonical(self.seq, &self.fact, &self.previous)
    }
}

/// Checks links in order, beginning after `last` (none: from the first). The error is the first break.
pub fn verify_chain<'a>(mut last: Option<&'a Link>, links: impl IntoIterator<Item = &'a Link>) -> Result<(), Break> {
    for link in links {
        let (seq, previous) = expected(last);
        if link.seq != seq {
            return Err(Break { seq, fault: Fault::MissingSeq });
        }
        let earlier = last.is_some_and(|last| link.fact.at < last.fact.at);
        let faults = [
            (link.previous != previous, Fault::WrongPrevious),
            (link.hash != sha256(&canonical(seq, &link.fact, previous)), Fault::WrongHash),
            (earlier, Fault::TimeBackwards),
        ];
        if let Some((_, fault)) = faults.into_iter().find(|(wrong, _)| *wrong) {
            return Err(Break { seq, fault });
        }
        last = Some(link);
    }
    Ok(())
}

/// Number and back pointer of the link after `last`.
fn expected(last: Option<&Link>) -> (u64, &str) {
    const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    last.map_or((1, FIRST), |last| (last.seq.saturating_add(1), last.hash.as_str()))
}

/// The hashed text. Fields are parted by bars, which may not stand in them.
fn canonical(seq: u64, fact: &Fact, previous: &str) -> String {
    let safe = |text: &str| text.replace('%', "%25").replace('|', "%7C");
    let at = fact.at.utc().to_rfc3339_opts(SecondsFormat::Secs, true);
    let money = match fact.amounts {
        Some([net, tax, gross]) => {
            format!("{}|{}|{}|{}", net.currency(), net.minor(), tax.minor(), gross.minor())
        }
        None => "|0|0|0".into(),
    };
    let (entity, kind, number) = (safe(&fact.entity), safe(&fact.kind), safe(&fact.number));
    format!("v1|{entity}|{}|{seq}|{kind}|{number}|{at}|{money}|{}|{previous}", fact.chain, fact.sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(kind: &str, number: &str, at: &str, minors: [i64; 3], sha256: &str) -> Fact {
        Fact {
            entity: "1".into(),
            chain: Chain::Invoices,
            kind: kind.into(),
            number: number.into(),
            at: at.parse().unwrap(),
            amounts: Some(minors.map(|minor| Money::from_minor(minor, "EUR".parse().unwrap()))),
            sha256: sha256.into(),
        }
    }

    /// The two rows of the invoice-law notes, hashed with another implementation.
    fn rows() -> [Link; 2] {
        let one = fact(
            "380",
            "2026-000001",
            "2026-11-23T10:00:00Z",
            [1800, 378, 2178],
            "632f7b8bd501da1a317d26334fe988ccc36c635be2778cb395dd5444c5ceab88",
        );
        let two = fact(
            "381",
            "2026-000002",
            "2026-11-23T10:00:01Z",
            [-1800, -378, -2178],
            "99b9b3cf361cf8700c9abad57a1dc8e82889fb30165897c833386b6d1fc94ddd",
        );
        let one = one.link(None);
        let two = two.link(Some(&one));
        [one, two]
    }

    #[test]
    fn known_hashes() {
        let [one, two] = rows();
        assert_eq!(one.hash, "c1ff83007b0754881e388c1eb7656f89919baf41579058a7c436d832c2ef45f3");
        assert_eq!((two.seq, &two.previous), (2, &one.hash));
        assert_eq!(two.hash, "d368fead3c7e42a453d292586ad5e80a0ca805e0e85e8e9a93a0bbea9571a2d9");
        assert_eq!(verify_chain(None, [&one, &two]), Ok(()));
        assert_eq!(verify_chain(Some(&one), [&two]), Ok(()));
    }

    #[test]
    fn bars_and_percent_signs_cannot_forge_fields() {
        let plain = |number: &str| fact("380", number, "2026-11-23T10:00:00Z", [1, 0, 1], "x");
        assert!(
            canonical(1, &plain("a|b%"), "p").starts_with("v1|1|INV|1|380|a%7Cb%25|2026-11-23T10:00:00Z|EUR|1|0|1|x|")
        );
        let event = Fact { amounts: None, ..plain("n") };
        assert!(canonical(1, &event, "p").ends_with("|n|2026-11-23T10:00:00Z||0|0|0|x|p"));
    }

    #[test]
    fn the_first_break_is_reported() {
        let [one, two] = rows();
        let three = fact("380", "2026-000003", "2026-11-23T09:59:59Z", [1, 0, 1], "y").link(Some(&two));
        let broken = |links: &[&Link]| verify_chain(None, links.iter().copied()).unwrap_err();
        assert_eq!(broken(&[&two]), Break { seq: 1, fault: Fault::MissingSeq });
        assert_eq!(broken(&[&one, &three]), Break { seq: 2, fault: Fault::MissingSeq });
        assert_eq!(broken(&[&one, &two, &three]), Break { seq: 3, fault: Fault::TimeBackwards });
        let mut changed = one.clone();
        changed.fact.number = "2026-000009".into();
        assert_eq!(broken(&[&changed, &two]), Break { seq: 1, fault: Fault::WrongHash });
        // changed and hashed again, but the next link remembers
        let rehashed = changed.fact.link(None);
        assert_eq!(broken(&[&rehashed, &two]), Break { seq: 2, fault: Fault::WrongPrevious });
    }
}
