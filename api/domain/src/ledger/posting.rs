//! A posting and the sheet on which the postings of one movement are gathered.

use super::AccountCode;
use crate::Money;
use crate::money::MoneyError;

/// An amount above nothing that leaves one account and reaches another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Posting {
    debit: AccountCode,
    credit: AccountCode,
    amount: Money,
}

impl Posting {
    /// Books an amount. One below nothing is booked the other way round; nothing, or an account to itself, is no posting.
    pub fn new(debit: AccountCode, credit: AccountCode, amount: Money) -> Result<Option<Self>, MoneyError> {
        if amount.is_zero() || debit == credit {
            return Ok(None);
        }
        if amount.is_negative() {
            return Ok(Some(Self { debit: credit, credit: debit, amount: amount.negated()? }));
        }
        Ok(Some(Self { debit, credit, amount }))
    }

    /// The account that is debited.
    pub const fn debit(self) -> AccountCode {
        self.debit
    }

    /// The account that is credited.
    pub const fn credit(self) -> AccountCode {
        self.credit
    }

    /// Above nothing.
    pub const fn amount(self) -> Money {
        self.amount
    }
}

/// The postings of one movement.
#[derive(Default)]
pub(super) struct Sheet(Vec<Posting>);

impl Sheet {
    pub(super) fn book(mut self, debit: AccountCode, credit: AccountCode, amount: Money) -> Result<Self, MoneyError> {
        self.0.extend(Posting::new(debit, credit, amount)?);
        Ok(self)
    }

    pub(super) fn done(self) -> Vec<Posting> {
        self.0
    }
}
