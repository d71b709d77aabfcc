//! Groups of balanced entries that a plan brings along whenever it is invoiced (CAT-11): what a domain costs at the registrar,
//! a share that is put by. An entry is a percentage of the net of the line or a fixed amount; debits and credits agree, of
//! the percentages and of the amounts in each currency, so what comes of them does, too.

use super::AccountCode::{self, *};
use super::Posting;
use crate::check::Check;
use crate::money::MoneyError;
use crate::{Currency, Money, Percent, Quantity};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// On which side of an account an entry stands.
    pub enum EntrySide {
        /// Left.
        Debit = "debit",
        /// Right.
        Credit = "credit",
    }
}

/// An entry of a template.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateEntry {
    /// An account of the chart, but none that follows from documents, payments and credits alone.
    pub account: AccountCode,
    /// On which side of it.
    pub side: EntrySide,
    /// So much of the net of the line, in the currency of the invoice.
    pub percent: Option<Percent>,
    /// In place of a percentage: so much for each unit of the line, in this currency.
    pub amount: Option<Money>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub description: String,
}

/// What clients owe, have paid and are owed, what is earned later and what the state gets: documents and payments alone move
/// these accounts.
const KEPT: [AccountCode; 4] = [Receivable, ClientCredit, DeferredRevenue, TaxPayable];

/// Notes what is wrong with the entries of a template.
pub fn check_entries(check: &mut Check, at: &str, entries: &[TemplateEntry]) {
    check.ensure((2..=20).contains(&entries.len()), at, "out_of_range", "from 2 to 20 entries");
    for (index, entry) in entries.iter().enumerate() {
        let at = |field: &str| format!("{at}/{index}/{field}");
        check.ensure(!KEPT.contains(&entry.account), &at("account"), "kept", "documents and payments alone move it");
        check.text(&at("description"), &entry.description, 0..=200);
        let one = entry.percent.is_some() != entry.amount.is_some();
        check.ensure(one, &at("percent"), "unfit", "either a percentage or an amount");
        let share = entry.percent.is_none_or(|percent| percent.is_share() && percent != Percent::default());
        check.ensure(share, &at("percent"), "out_of_range", "above 0 and at most 100");
        let some = entry.amount.is_none_or(|amount| amount.minor() > 0);
        check.ensure(some, &at("amount/amount"), "too_small", "more than nothing");
    }
    let even = sums(entries, EntrySide::Debit) == sums(entries, EntrySide::Credit);
    check.ensure(
        even,
        at,
        "unbalanced",
        "debits and credits agree: of the percentages, and of the amounts in each currency",
    );
}

/// What stands on one side: percentages, and amounts by currency.
fn sums(entries: &[TemplateEntry], side: EntrySide) -> (Decimal, BTreeMap<Currency, Decimal>) {
    let mut sums = (Decimal::ZERO, BTreeMap::new());
    for entry in entries.iter().filter(|entry| entry.side == side) {
        sums.0 += entry.percent.map_or(Decimal::ZERO, Percent::get);
        if let Some(amount) = entry.amount {
            *sums.1.entry(amount.currency()).or_insert(Decimal::ZERO) += amount.decimal();
        }
    }
    sums
}

/// What a template books for a line. Each side is rounded once and divided by the largest remainder, so that both agree.
pub fn template_postings(
    entries: &[TemplateEntry],
    net: Money,
    quantity: Quantity,
) -> Result<Vec<Posting>, MoneyError> {
    let weighed = |weight: &dyn Fn(&TemplateEntry) -> Option<Decimal>| {
        entries.iter().filter_map(|entry| Some((entry.account, entry.side, weight(entry)?))).collect::<Vec<_>>()
    };
    let debited = |weights: &[Weight]| {
        let of = weights.iter().filter(|(_, side, _)| *side == EntrySide::Debit);
        of.map(|(.., weight)| *weight).sum::<Decimal>()
    };
    let percents = weighed(&|entry| entry.percent.map(Percent::fraction));
    let share = debited(&percents).checked_mul(net.decimal()).ok_or(MoneyError::Overflow)?;
    let mut postings = book(Money::round(share, net.currency())?, &percents)?;
    let currencies: BTreeSet<Currency> = entries.iter().filter_map(|entry| Some(entry.amount?.currency())).collect();
    for currency in currencies {
        let amounts = weighed(&|entry| entry.amount.filter(|amount| amount.currency() == currency).map(Money::decimal));
        let whole = debited(&amounts).checked_mul(quantity.get()).ok_or(MoneyError::Overflow)?;
        postings.extend(book(Money::round(whole, currency)?, &amounts)?);
    }
    Ok(postings)
}

type Weight = (AccountCode, EntrySide, Decimal);

/// Divides a total over either side.
fn book(total: Money, weights: &[Weight]) -> Result<Vec<Posting>, MoneyError> {
    if total.is_zero() {
        return Ok(Vec::new());
    }
    let side = |wanted| {
        let (accounts, weights): (Vec<_>, Vec<_>) = weights
            .iter()
            .filter(|(_, side, _)| *side == wanted)
            .map(|(account, _, weight)| (*account, *weight))
            .unzip();
        Ok(accounts.into_iter().zip(total.split(&weights)?).collect::<Vec<_>>())
    };
    pair(side(EntrySide::Debit)?, side(EntrySide::Credit)?)
}

/// Two sides of one sum as postings, each from an account to another.
fn pair(debits: Vec<(AccountCode, Money)>, credits: Vec<(AccountCode, Money)>) -> Result<Vec<Posting>, MoneyError> {
    let (mut postings, mut credits) = (Vec::new(), credits.into_iter());
    let mut begun: Option<(AccountCode, Money)> = None;
    for (debit, mut amount) in debits {
        while !amount.is_zero() {
            let Some((credit, there)) = begun.take().or_else(|| credits.next()) else { break };
            let taken = if there.minor() < amount.minor() { there } else { amount };
            postings.extend(Posting::new(debit, credit, taken)?);
            amount = amount.minus(taken)?;
            begun = Some((credit, there.minus(taken)?)).filter(|(_, rest)| !rest.is_zero());
        }
    }
    Ok(postings)
}

/// How much of what was booked for a line goes back, when so much of its net is credited all together and so much of what was
/// booked has gone back `already`.
pub fn taken_back(booked: Money, already: Money, credited: Money, net: Money) -> Result<Money, MoneyError> {
    if net.is_zero() {
        return booked.minus(already);
    }
    let share = booked.decimal().checked_mul(credited.decimal()).ok_or(MoneyError::Overflow)?;
    Money::round(share / net.decimal(), booked.currency())?.minus(already)
}

#[cfg(test)]
mod tests {
    use super::super::balances;
    use super::*;
    use proptest::prelude::*;

    fn money(minor: i64, currency: &str) -> Money {
        Money::from_minor(minor, currency.parse().unwrap())
    }

    fn percent(account: AccountCode, side: EntrySide, percent: &str) -> TemplateEntry {
        let percent = Some(percent.parse().unwrap());
        TemplateEntry { account, side, percent, amount: None, description: String::new() }
    }

    fn fixed(account: AccountCode, side: EntrySide, minor: i64, currency: &str) -> TemplateEntry {
        let amount = Some(money(minor, currency));
        TemplateEntry { account, side, percent: None, amount, description: String::new() }
    }

    fn places(entries: &[TemplateEntry]) -> Vec<String> {
        let mut check = Check::new();
        check_entries(&mut check, "/entries", entries);
        check
            .done()
            .map_or_else(|problem| problem.fields.into_iter().map(|field| field.pointer).collect(), |()| Vec::new())
    }

    /// The guide's example: what a domain costs, from cash to the cost of what was sold. 10 % and 20 % of 9.99 are 2.997, so
    /// 3.00, of which a third is 1.00; two domains at 7.50 dollars are 15.00.
    #[test]
    fn percentages_and_amounts() {
        use EntrySide::{Credit, Debit};
        let entries = [
            percent(PaymentFees, Debit, "10"),
            percent(CostOfSales, Debit, "20"),
            percent(SupplierPayable, Credit, "30"),
            fixed(CostOfSales, Debit, 750, "USD"),
            fixed(Cash, Credit, 750, "USD"),
        ];
        assert_eq!(places(&entries), Vec::<String>::new());
        let postings = template_postings(&entries, money(999, "EUR"), Quantity::from(2)).unwrap();
        let want = [
            Posting::new(PaymentFees, SupplierPayable, money(100, "EUR")),
            Posting::new(CostOfSales, SupplierPayable, money(200, "EUR")),
            Posting::new(CostOfSales, Cash, money(1_500, "USD")),
        ];
        assert_eq!(postings, want.map(|posting| posting.unwrap().unwrap()));
        // what is given away has no share to book, but its costs
        let free = template_postings(&entries, money(0, "EUR"), Quantity::from(1)).unwrap();
        assert_eq!(free, [Posting::new(CostOfSales, Cash, money(750, "USD")).unwrap().unwrap()]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        use EntrySide::{Credit, Debit};
        let even = |account| vec![percent(account, Debit, "10"), percent(Bank, Credit, "10")];
        assert_eq!(places(&even(Receivable)), ["/entries/0/account"]);
        assert_eq!(places(&even(CostOfSales)[..1]), ["/entries", "/entries"]);
        assert_eq!(places(&[fixed(Cash, Debit, 100, "EUR"), fixed(Bank, Credit, 100, "USD")]), ["/entries"]);
        assert_eq!(places(&[percent(Cash, Debit, "10"), fixed(Bank, Credit, 10, "USD")]), ["/entries"]);
        assert_eq!(places(&[fixed(Cash, Debit, 0, "EUR"), fixed(Bank, Credit, 0, "EUR")]).len(), 2);
        let mut both = even(CostOfSales);
        both[0].amount = Some(money(1, "EUR"));
        assert_eq!(places(&both), ["/entries/0/percent", "/entries"]);
        assert_eq!(places(&[percent(Cash, Debit, "101"), percent(Bank, Credit, "101")]).len(), 2);
    }

    /// 3.00 of 10.00: a third of the net brings 1.00 back, then two thirds 1.00 more, and all of it the rest.
    #[test]
    fn by_share_and_in_the_end_all() {
        let back = |already, credited| {
            taken_back(money(300, "EUR"), money(already, "EUR"), money(credited, "USD"), money(1_000, "USD"))
                .unwrap()
                .minor()
        };
        assert_eq!([back(0, 333), back(100, 667), back(200, 1_000)], [100, 100, 100]);
        assert_eq!(taken_back(money(5, "EUR"), money(0, "EUR"), money(0, "EUR"), money(0, "EUR")), Ok(money(5, "EUR")));
    }

    proptest! {
        /// Whatever the parts, the books balance and each side has all of its share.
        #[test]
        fn both_sides_agree(
            debits in prop::collection::vec(1_i64..60, 1..6), cut in 1_i64..60, net in 0_i64..1_000_000,
        ) {
            let whole: i64 = debits.iter().sum();
            let cut = cut.min(whole);
            let mut entries: Vec<_> = debits.iter().map(|part| percent(CostOfSales, EntrySide::Debit, &part.to_string())).collect();
            entries.push(percent(Bank, EntrySide::Credit, &cut.to_string()));
            if whole > cut {
                entries.push(percent(SupplierPayable, EntrySide::Credit, &(whole - cut).to_string()));
            }
            let postings = template_postings(&entries, money(net, "EUR"), Quantity::from(1)).unwrap();
            let sums = balances(&postings).unwrap();
            let euro: Currency = "EUR".parse().unwrap();
            prop_assert_eq!(sums.trial(euro).unwrap().minor(), 0);
            // half up, in whole numbers
            prop_assert_eq!(sums.debit(CostOfSales, euro).minor(), (net * whole * 2 + 100) / 200);
        }
    }
}
