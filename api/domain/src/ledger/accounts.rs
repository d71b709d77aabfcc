//! The chart of accounts. An account of the books is a row of this table and a currency.

use crate::quotes::LineKind;

text_enum! {
    /// What an account tells, and on which side it grows.
    pub enum AccountKind {
        /// What the seller has; grows on the debit side.
        Asset = "asset",
        /// What the seller owes; grows on the credit side.
        Liability = "liability",
        /// What the seller earned; grows on the credit side.
        Income = "income",
        /// What it cost; grows on the debit side.
        Expense = "expense",
        /// What balances the rest; grows on the credit side.
        Equity = "equity",
    }
}

impl AccountKind {
    /// Whether a debit makes it more.
    pub const fn grows_by_debit(self) -> bool {
        matches!(self, Self::Asset | Self::Expense)
    }
}

impl AccountCode {
    /// Where what a line charges is earned.
    pub const fn of_line(kind: LineKind) -> Self {
        match kind {
            LineKind::Recurring | LineKind::Proration | LineKind::Domain | LineKind::Certificate => {
                Self::RevenueRecurring
            }
            LineKind::Setup => Self::RevenueSetup,
            LineKind::AddOn => Self::RevenueAddOn,
            LineKind::Overuse => Self::RevenueOveruse,
            LineKind::Fee => Self::RevenueFee,
            LineKind::OneOff => Self::RevenueOther,
        }
    }
}

macro_rules! chart {
    ($($(#[$meta:meta])* $code:ident = $word:literal, $kind:ident, $title:literal;)+) => {
        text_enum! {
            /// An account of the chart.
            pub enum AccountCode { $($(#[$meta])* $code = $word),+ }
        }

        impl AccountCode {
            /// On which side it grows and where it is reported.
            pub const fn kind(self) -> AccountKind { match self { $(Self::$code => AccountKind::$kind),+ } }
            /// For people.
            pub const fn title(self) -> &'static str { match self { $(Self::$code => $title),+ } }
        }
    };
}

chart! {
    /// What clients have to pay.
    Receivable = "receivable", Asset, "Receivable from clients";
    /// Paid by hand in coins and notes.
    Cash = "cash", Asset, "Cash";
    /// Transfers, direct debits and cheques.
    Bank = "bank", Asset, "Bank";
    /// Cards and wallets: the gateway has it.
    Gateway = "gateway", Asset, "Held by payment gateways";
    /// What was bought for clients and is not paid for yet.
    SupplierPayable = "supplier_payable", Liability, "Payable to suppliers";
    /// Clients' money that no invoice has used.
    ClientCredit = "client_credit", Liability, "Credit of clients";
    /// Invoiced, not yet delivered (LED-03).
    DeferredRevenue = "deferred_revenue", Liability, "Deferred revenue";
    /// Taxes owed to the state.
    TaxPayable = "tax_payable", Liability, "Taxes payable";
    /// Plans.
    RevenueRecurring = "revenue_recurring", Income, "Revenue: plans";
    /// Add-ons.
    RevenueAddOn = "revenue_add_on", Income, "Revenue: add-ons";
    /// Set-up fees.
    RevenueSetup = "revenue_setup", Income, "Revenue: set-up fees";
    /// Disk and traffic above the limit.
    RevenueOveruse = "revenue_overuse", Income, "Revenue: overuse";
    /// Fees for changes and late payment.
    RevenueFee = "revenue_fee", Income, "Revenue: fees";
    /// One-off invoices.
    RevenueOther = "revenue_other", Income, "Revenue: other";
    /// What was bought in to be sold: domains, certificates, licences.
    CostOfSales = "cost_of_sales", Expense, "Cost of sales";
    /// Percentage discounts on the list price.
    Discounts = "discounts", Expense, "Discounts given";
    /// What coupons cost (PRO-04).
    CouponCost = "coupon_cost", Expense, "Cost of coupons";
    /// What gateways and banks keep or charge.
    PaymentFees = "payment_fees", Expense, "Payment fees";
    /// Credit given to clients without a credit note.
    Refunds = "refunds", Expense, "Refunds and goodwill";
    /// What clients will never pay.
    BadDebt = "bad_debt", Expense, "Bad debt";
    /// Where two currencies meet; its balances offset each other at the rate of the day.
    Conversion = "conversion", Equity, "Currency conversion";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bookkeeping: assets and expenses grow by debit, the rest by credit.
    #[test]
    fn sides() {
        let debit: Vec<_> = AccountKind::ALL.iter().filter(|kind| kind.grows_by_debit()).collect();
        assert_eq!(debit, [&AccountKind::Asset, &AccountKind::Expense]);
        assert_eq!(AccountCode::DeferredRevenue.kind(), AccountKind::Liability);
        assert_eq!("receivable".parse::<AccountCode>().unwrap().title(), "Receivable from clients");
    }
}
