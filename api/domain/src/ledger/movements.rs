//! Which postings each movement of money makes.

use super::AccountCode::{self, *};
use super::posting::{Posting, Sheet};
use crate::Money;
use crate::money::MoneyError;

type Postings = Result<Vec<Posting>, MoneyError>;

/// What an invoice charges, summed by kind of revenue. On a credit note every amount is below nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charge {
    /// An income account.
    pub revenue: AccountCode,
    /// What is charged, without tax, after discounts.
    pub net: Money,
    /// The part of `net` that is earned later, over the period it pays for. On a credit note: the part not yet earned.
    pub deferred: Money,
    /// How much a percentage discount took off the list price.
    pub discount: Money,
    /// How much a coupon took off the list price (PRO-04).
    pub coupon: Money,
}

text_enum! {
    /// Where a payment arrives and a refund leaves.
    pub enum Method {
        /// Coins and notes.
        Cash = "cash",
        /// A bank account: transfer, direct debit, cheque.
        Bank = "bank",
        /// A gateway: card, wallet.
        Gateway = "gateway",
    }
}

impl Method {
    const fn account(self) -> AccountCode {
        match self {
            Self::Cash => Cash,
            Self::Bank => Bank,
            Self::Gateway => Gateway,
        }
    }
}

/// How a payment was used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// On invoices.
    pub allocated: Money,
    /// More than the invoices needed: the client's credit.
    pub over: Money,
    /// What the gateway kept of it.
    pub fee: Money,
}

/// An invoice: the client owes net and tax; the net is revenue now or later, the tax is the state's. What discounts and
/// coupons took off is shown as revenue at list price and a cost, so the cost of a campaign can be read in the books.
pub fn invoice_issued(charges: &[Charge], tax: Money) -> Postings {
    let mut sheet = Sheet::default();
    for charge in charges {
        sheet = sheet
            .book(Receivable, DeferredRevenue, charge.deferred)?
            .book(Receivable, charge.revenue, charge.net.minus(charge.deferred)?)?
            .book(Discounts, charge.revenue, charge.discount)?
            .book(CouponCost, charge.revenue, charge.coupon)?;
    }
    Ok(sheet.book(Receivable, TaxPayable, tax)?.done())
}

/// A credit note is the invoice the other way round. The amounts are those of the credit note: below nothing.
pub fn credit_note(charges: &[Charge], tax: Money) -> Postings {
    invoice_issued(charges, tax)
}

/// A payment: the invoices it settles, what was too much, and what the gateway kept.
pub fn payment_received(method: Method, settlement: Settlement) -> Postings {
    let Settlement { allocated, over, fee } = settlement;
    let account = method.account();
    let sheet = Sheet::default().book(account, Receivable, allocated)?.book(account, ClientCredit, over)?;
    Ok(sheet.book(PaymentFees, account, fee)?.done())
}

/// Money for no invoice, of someone whose credit it does not become: income at once (PAY-03). Below nothing if it goes back.
pub fn income(method: Method, amount: Money) -> Postings {
    Ok(Sheet::default().book(method.account(), RevenueOther, amount)?.done())
}

/// What another house has booked as income is given back here.
pub fn refund_of_elsewhere(method: Method, amount: Money) -> Postings {
    Ok(Sheet::default().book(Refunds, method.account(), amount)?.done())
}

/// A credit note on an invoice that was paid leaves the client with more paid than owed: that becomes credit.
pub fn over_credited(amount: Money) -> Postings {
    Ok(Sheet::default().book(Receivable, ClientCredit, amount)?.done())
}

/// Credit given as goodwill (CLI-09).
pub fn credit_granted(amount: Money) -> Postings {
    Ok(Sheet::default().book(Refunds, ClientCredit, amount)?.done())
}

/// Credit used to pay an invoice.
pub fn credit_applied(amount: Money) -> Postings {
    Ok(Sheet::default().book(ClientCredit, Receivable, amount)?.done())
}

/// Credit paid out. A refund of an invoice is a credit note, its over-credit, and this.
pub fn refund(method: Method, amount: Money) -> Postings {
    Ok(Sheet::default().book(ClientCredit, method.account(), amount)?.done())
}

/// The seller gives up on what is open.
pub fn write_off(open: Money) -> Postings {
    Ok(Sheet::default().book(BadDebt, Receivable, open)?.done())
}

/// What becomes of a payment that has come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Returned {
    /// What it had paid of invoices.
    pub allocated: Money,
    /// Credit that credit notes had made of it, as far as it is still there.
    pub withdrawn: Money,
    /// Credit that it had made itself, being too much, as far as it is still there.
    pub over: Money,
    /// The same as far as it was spent: nobody owes it by an invoice.
    pub lost: Money,
    /// What the bank charges.
    pub fee: Money,
}

/// A payment has come back: its invoices are open again, the credit that it made is gone.
pub fn payment_returned(method: Method, returned: Returned) -> Postings {
    let account = method.account();
    let sheet = Sheet::default().book(Receivable, account, returned.allocated)?;
    let sheet = sheet.book(ClientCredit, Receivable, returned.withdrawn)?.book(ClientCredit, account, returned.over)?;
    Ok(sheet.book(BadDebt, account, returned.lost)?.book(PaymentFees, account, returned.fee)?.done())
}

/// A part of deferred revenue has been earned.
pub fn revenue_recognised(revenue: AccountCode, amount: Money) -> Postings {
    Ok(Sheet::default().book(DeferredRevenue, revenue, amount)?.done())
}

/// A client's credit changes its currency: out of one, into the other, each balanced in itself.
pub fn exchange(from: Money, into: Money) -> Postings {
    Ok(Sheet::default().book(ClientCredit, Conversion, from)?.book(Conversion, ClientCredit, into)?.done())
}

#[cfg(test)]
mod tests;
