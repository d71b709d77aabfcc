//! What the fake's book holds, and what its facts add up to.

use crate::book::Replay;
use crate::error::Result;
use crate::payment::{Dispute, DisputeState, Outcome, Payment, PaymentEvent, Reference, Refund, SavedMethod, Take};
use comptoir_domain::{Currency, Instant, Money};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A decision that falls later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Instant,
    /// What it will be.
    pub outcome: Outcome,
    /// How often the callback is sent.
    pub copies: u8,
}

/// One fact of the book.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The first attempt got lost before it was acted upon.
    Lost {
        /// Its reference.
        reference: Reference,
    },
    /// A payment was accepted.
    Started {
        /// As it was answered.
        payment: Payment,
        /// Whether to take or to reserve, once it is agreed.
        take: Take,
        /// What becomes of it on its own.
        decision: Option<Decision>,
        /// Where the fake's page sends the client afterwards.
        #[serde(default)]
        return_to: String,
    },
    /// A payment changed because of a call from the shop.
    Changed {
        /// As it stands now.
        payment: Payment,
    },
    /// A payment was decided on the gateway's side, which the shop is told by callback.
    Settled {
        /// Which.
        reference: Reference,
        /// When and how.
        decision: Decision,
    },
    /// Money was given back.
    Refunded {
        /// As it was answered.
        refund: Refund,
        /// The payment as it stands now.
        payment: Payment,
    },
    /// A payer disputes a payment, or that is decided.
    Disputed {
        /// Which payment.
        reference: Reference,
        /// When.
        at: Instant,
        /// As it stands now.
        dispute: Dispute,
    },
    /// A card is to be kept, if its client confirms it.
    KeepAsked {
        /// The fake's own id.
        id: String,
        /// The shop's key.
        reference: Reference,
        /// What is kept then.
        saved: SavedMethod,
        /// Where the fake's page sends the client afterwards.
        return_to: String,
    },
    /// The client has confirmed that a card is kept, or refused it.
    KeepDecided {
        /// The fake's own id.
        id: String,
        /// Whether he has confirmed it.
        agreed: bool,
    },
    /// The shop has taken a callback.
    Delivered {
        /// The event's id.
        event: String,
    },
}

/// A payment in the book.
#[derive(Clone, Debug)]
pub struct Held {
    /// What was asked, even if a part was captured.
    pub asked: Money,
    /// As it stands now.
    pub payment: Payment,
    /// Whether to take or to reserve, once it is agreed.
    pub take: Take,
    /// What becomes of it on its own.
    pub decision: Option<Decision>,
    /// Where the fake's page sends the client afterwards.
    pub return_to: String,
}

/// A card whose client has to confirm that it is kept.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// The shop's key.
    pub reference: Reference,
    /// What is kept then.
    pub saved: SavedMethod,
    /// Where the fake's page sends the client afterwards.
    pub return_to: String,
    /// What he has done.
    pub agreed: Option<bool>,
}

/// A callback that has not been taken yet.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What it says.
    pub event: PaymentEvent,
    /// How often it is sent.
    pub copies: u8,
}

/// What the fake took and gave back in one currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Payments taken.
    pub payments: u64,
    /// Their sum.
    pub taken: Money,
    /// The sum given back.
    pub refunded: Money,
}

/// The present state of the book.
#[derive(Default, Debug)]
pub struct Ledger {
    payments: BTreeMap<Reference, Held>,
    refunds: BTreeMap<Reference, Refund>,
    keepings: BTreeMap<String, Keeping>,
    lost: BTreeSet<Reference>,
    waiting: BTreeMap<String, Waiting>,
}

impl Replay for Ledger {
    type Fact = Fact;

    fn replay(&mut self, fact: Fact) {
        match fact {
            Fact::Lost { reference } => drop(self.lost.insert(reference)),
            Fact::Started { payment, take, decision, return_to } => {
                let held = Held { asked: payment.amount, payment, take, decision, return_to };
                self.payments.insert(held.payment.reference.clone(), held);
            }
            Fact::Changed { payment } => self.put(payment),
            Fact::Settled { reference, decision } => self.settle(&reference, decision),
            Fact::Refunded { refund, payment } => {
                self.put(payment);
                self.refunds.insert(refund.reference.clone(), refund);
            }
            Fact::Disputed { reference, at, dispute } => self.dispute(&reference, at, dispute),
            Fact::KeepAsked { id, reference, saved, return_to } => {
                self.keepings.insert(id, Keeping { reference, saved, return_to, agreed: None });
            }
            Fact::KeepDecided { id, agreed } => {
                self.keepings.entry(id).and_modify(|keeping| keeping.agreed = Some(agreed));
            }
            Fact::Delivered { event } => drop(self.waiting.remove(&event)),
        }
    }
}

impl Ledger {
    fn put(&mut self, payment: Payment) {
        if let Some(held) = self.payments.get_mut(&payment.reference) {
            held.payment = payment;
        }
    }

    fn settle(&mut self, reference: &Reference, decision: Decision) {
        if let Some(held) = self.payments.get_mut(reference) {
            held.payment.outcome = decision.outcome;
            held.decision = None;
            let id = format!("evt_{}", held.payment.gateway_id.as_deref().unwrap_or_default());
            let event = PaymentEvent { id: id.clone(), at: decision.at, payment: held.payment.clone(), dispute: None };
            self.waiting.insert(id, Waiting { event, copies: decision.copies });
        }
    }

    /// What is lost is given back, what is won is not, as the bank sees it.
    fn dispute(&mut self, reference: &Reference, at: Instant, dispute: Dispute) {
        if let Some(held) = self.payments.get_mut(reference) {
            let zero = Money::zero(held.payment.amount.currency());
            held.payment.refunded = if dispute.state == DisputeState::Lost { dispute.amount } else { zero };
            let id = format!("evt_{}_{}", dispute.id, dispute.status);
            let event = PaymentEvent { id: id.clone(), at, payment: held.payment.clone(), dispute: Some(dispute) };
            self.waiting.insert(id, Waiting { event, copies: 1 });
        }
    }

    /// A payment by our reference.
    pub fn payment(&self, reference: &Reference) -> Option<&Held> {
        self.payments.get(reference)
    }

    /// A payment by the fake's own id.
    pub fn by_id(&self, id: &str) -> Option<&Held> {
        self.payments.values().find(|held| held.payment.gateway_id.as_deref() == Some(id))
    }

    /// A card that is to be kept, by the fake's own id.
    pub fn keeping(&self, id: &str) -> Option<&Keeping> {
        self.keepings.get(id)
    }

    /// The fake's own id of a card that is to be kept, by the shop's key.
    pub fn keeping_of(&self, reference: &Reference) -> Option<&str> {
        self.keepings.iter().find(|(_, keeping)| keeping.reference == *reference).map(|(id, _)| id.as_str())
    }

    /// A refund by our reference.
    pub fn refund(&self, reference: &Reference) -> Option<&Refund> {
        self.refunds.get(reference)
    }

    /// Whether an earlier attempt of this reference got lost.
    pub fn was_lost(&self, reference: &Reference) -> bool {
        self.lost.contains(reference)
    }

    /// The next free id: the book's own counter.
    pub fn next_id(&self) -> String {
        format!("fake_{}", self.payments.len() + self.refunds.len() + self.keepings.len() + 1)
    }

    /// The decisions that fall until `now`.
    pub fn due(&self, now: Instant) -> Vec<Fact> {
        let due = |held: &Held| held.decision.clone().filter(|decision| decision.at <= now);
        self.payments
            .iter()
            .filter_map(|(reference, held)| Some(Fact::Settled { reference: reference.clone(), decision: due(held)? }))
            .collect()
    }

    /// The callbacks nobody has taken yet.
    pub fn waiting(&self) -> Vec<Waiting> {
        self.waiting.values().cloned().collect()
    }

    /// What was taken and given back, per currency.
    pub fn totals(&self) -> Result<BTreeMap<Currency, Totals>> {
        let mut all = BTreeMap::new();
        for payment in self.payments.values().map(|held| &held.payment).filter(|payment| payment.is_taken()) {
            let zero = Money::zero(payment.amount.currency());
            let sum = all.entry(zero.currency()).or_insert(Totals { payments: 0, taken: zero, refunded: zero });
            sum.payments += 1;
            sum.taken = sum.taken.plus(payment.amount)?;
            sum.refunded = sum.refunded.plus(payment.refunded)?;
        }
        Ok(all)
    }
}
