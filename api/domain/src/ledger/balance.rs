//! Balances of accounts, and books that are closed.

use super::{AccountCode, Posting};
use crate::money::MoneyError;
use crate::problem::{Code, Problem, Result};
use crate::{Currency, Money};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What stands on each account and currency: debits minus credits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Balances(BTreeMap<(AccountCode, Currency), Money>);

impl Balances {
    /// Debits minus credits.
    pub fn debit(&self, account: AccountCode, currency: Currency) -> Money {
        self.0.get(&(account, currency)).copied().unwrap_or(Money::zero(currency))
    }

    /// The balance on the side where the account grows: what people expect to read.
    pub fn natural(&self, account: AccountCode, currency: Currency) -> Result<Money, MoneyError> {
        let debit = self.debit(account, currency);
        if account.kind().grows_by_debit() { Ok(debit) } else { debit.negated() }
    }

    /// Accounts that are not at zero.
    pub fn open(&self) -> impl Iterator<Item = (AccountCode, Money)> + '_ {
        self.0.iter().filter(|(_, money)| !money.is_zero()).map(|((account, _), money)| (*account, *money))
    }

    /// The sum over all accounts of a currency. Zero, or the books are wrong.
    pub fn trial(&self, currency: Currency) -> Result<Money, MoneyError> {
        Money::sum(currency, self.0.iter().filter(|((_, of), _)| *of == currency).map(|(_, money)| *money))
    }

    fn add(&mut self, account: AccountCode, amount: Money) -> Result<(), MoneyError> {
        let balance = self.0.entry((account, amount.currency())).or_insert(Money::zero(amount.currency()));
        *balance = balance.plus(amount)?;
        Ok(())
    }
}

/// Adds postings up.
pub fn balances<'a>(postings: impl IntoIterator<Item = &'a Posting>) -> Result<Balances, MoneyError> {
    let mut balances = Balances::default();
    for posting in postings {
        balances.add(posting.debit(), posting.amount())?;
        balances.add(posting.credit(), posting.amount().negated()?)?;
    }
    Ok(balances)
}

/// Refuses an entry in a closed period (LED-04): books are closed up to and including `closed_through`.
pub fn ensure_open(on: NaiveDate, closed_through: Option<NaiveDate>) -> Result<()> {
    match closed_through {
        Some(closed) if on <= closed => {
            Err(Problem::new(Code::Conflict, format!("the books are closed up to {closed}: choose a later date")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::day;

    #[test]
    fn closed_books_stay_closed() {
        let closed = Some(day("2027-03-31"));
        assert_eq!(ensure_open(day("2027-03-31"), closed).unwrap_err().code, Code::Conflict);
        assert_eq!(ensure_open(day("2027-04-01"), closed), Ok(()));
        assert_eq!(ensure_open(day("1999-01-01"), None), Ok(()));
    }
}
