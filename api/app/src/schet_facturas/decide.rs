//! Which documents some clients lack: reads what was invoiced, given back, ended and documented, and asks the rule.

use crate::kernel::call::Ctx;
use crate::schet_facturas::issuer::Issuer;
use crate::subscriptions::revise::is_same_thing;
use chrono::NaiveDate;
use comptoir_db::schet_facturas::{self, CreditedLine, DocumentedLine, OpenLine};
use comptoir_db::subscriptions::{self, SubscriptionItemRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::Period;
use comptoir_domain::schet_facturas::{Charge, Credit, Documented, Missing, missing};
use comptoir_domain::{
    ClientId, Currency, InvoiceLineId, Money, Problem, SchetFacturaId, SubscriptionId, SubscriptionItemId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A document that is to be written.
pub struct Wanted {
    /// To whom.
    pub client: ClientId,
    /// In which currency.
    pub currency: Currency,
    /// What the rule says.
    pub missing: Missing,
    /// The lines of its parts, in their order.
    pub lines: Vec<OpenLine>,
}

/// The last document that says something of a line.
#[derive(Clone)]
pub struct Reported {
    /// Which.
    pub id: SchetFacturaId,
    /// Its number.
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
}

/// What is to be written.
pub struct Decided {
    /// The documents, client by client in the order in which they are to be written.
    pub wanted: Vec<Wanted>,
    /// What has been written about their lines.
    pub reported: HashMap<InvoiceLineId, Reported>,
}

impl Wanted {
    /// Without tax, and the tax.
    pub fn sums(&self) -> Result<(Money, Money), Problem> {
        let net = Money::sum(self.currency, self.missing.parts.iter().map(|part| part.net))?;
        Ok((net, Money::sum(self.currency, self.missing.parts.iter().map(|part| part.tax))?))
    }
}

/// The period that a line pays for: set-up and fees are paid once, whenever they were charged.
pub fn paid_time(line: &OpenLine) -> Option<Period> {
    line.period().filter(|_| !matches!(line.kind, LineKind::Setup | LineKind::Fee))
}

/// The documents that some clients lack; reads only.
pub fn decide(db: &mut Db, ctx: &Ctx, issuer: &Issuer, clients: &[ClientId]) -> Outcome<Decided> {
    let lines = schet_facturas::open_lines(db, ctx.scope, clients, issuer.terms.starts_on)?;
    let ids: Vec<InvoiceLineId> = lines.iter().map(|line| line.id).collect();
    let ended = ended(db, ctx, &lines)?;
    let mut credits: HashMap<InvoiceLineId, Vec<CreditedLine>> = HashMap::new();
    for credit in schet_facturas::taken_back(db, ctx.scope, &ids)? {
        if let Some(line) = credit.line {
            credits.entry(line).or_default().push(credit);
        }
    }
    let mut documented: HashMap<InvoiceLineId, Vec<DocumentedLine>> = HashMap::new();
    for one in schet_facturas::documented(db, ctx.scope, &ids)? {
        documented.entry(one.row.invoice_line_id).or_default().push(one);
    }
    let mut groups: BTreeMap<(ClientId, Currency), Vec<OpenLine>> = BTreeMap::new();
    for line in lines {
        groups.entry((line.client_id, line.currency)).or_default().push(line);
    }
    let mut wanted = Vec::new();
    for ((client, currency), lines) in groups {
        let of = |line: &OpenLine| {
            let item = line.item_id.and_then(|item| ended.get(&item).copied());
            let credits = credits.get(&line.id).map_or(&[][..], Vec::as_slice);
            let documented = documented.get(&line.id).map_or(&[][..], Vec::as_slice);
            charge(line, item, credits, documented)
        };
        let charges = lines.iter().map(of).collect::<Result<Vec<_>, Problem>>()?;
        let by_id: HashMap<InvoiceLineId, &OpenLine> = lines.iter().map(|line| (line.id, line)).collect();
        for missing in missing(&charges, issuer.terms, ctx.today()).map_err(Problem::from)? {
            let own = missing.parts.iter().filter_map(|part| by_id.get(&part.line).map(|line| (*line).clone()));
            wanted.push(Wanted { client, currency, lines: own.collect(), missing });
        }
    }
    Ok(Decided { wanted, reported: documented.into_iter().filter_map(last).collect() })
}

fn last((line, documented): (InvoiceLineId, Vec<DocumentedLine>)) -> Option<(InvoiceLineId, Reported)> {
    let DocumentedLine { row, number, issued_on } = documented.into_iter().last()?;
    Some((line, Reported { id: row.schet_factura_id, number, issued_on }))
}

fn charge(
    line: &OpenLine,
    ended_on: Option<NaiveDate>,
    credits: &[CreditedLine],
    documented: &[DocumentedLine],
) -> Result<Charge, Problem> {
    let money = |minor| Money::from_minor(minor, line.currency);
    let period = paid_time(line);
    let credit = |one: &CreditedLine| {
        let issued_on = one.issued_on?;
        Some(Credit { issued_on, from: one.from, net: money(one.net_minor), tax: money(one.tax_minor) })
    };
    let days: Vec<Period> = documented.iter().filter_map(|one| one.row.period()).collect();
    let (first, last) = (days.iter().map(|days| days.from).min(), days.iter().map(|days| days.to).max());
    let rows = || documented.iter().map(|one| &one.row);
    Ok(Charge {
        line: line.id,
        // numbered lines have a date
        issued_on: line.issued_on.unwrap_or_default(),
        period,
        net: money(line.net_minor),
        tax: money(line.tax_minor),
        ended_on: ended_on.filter(|_| period.is_some()),
        credits: credits.iter().filter_map(credit).collect(),
        documented: Documented {
            net: Money::sum(line.currency, rows().map(|row| money(row.net_minor)))?,
            tax: Money::sum(line.currency, rows().map(|row| money(row.tax_minor)))?,
            days: first.zip(last).map(|(from, to)| Period { from, to }),
            known_on: documented.iter().map(|one| one.issued_on).max(),
        },
    })
}

/// The items that have ended, and when: by a change, or with their subscription. What goes on on the same terms, be it at
/// another price or in another cycle, has not ended.
fn ended(db: &mut Db, ctx: &Ctx, lines: &[OpenLine]) -> Outcome<HashMap<SubscriptionItemId, NaiveDate>> {
    let of: BTreeSet<SubscriptionId> = lines.iter().filter_map(|line| line.subscription_id).collect();
    let of = Vec::from_iter(of);
    let ends: HashMap<SubscriptionId, Option<NaiveDate>> =
        subscriptions::find_many(db, ctx.scope, &of)?.into_iter().map(|row| (row.id, row.ends_on)).collect();
    let items = subscriptions::items_of(db, ctx.scope, &of)?;
    let mut theirs: HashMap<SubscriptionId, Vec<&SubscriptionItemRow>> = HashMap::new();
    for item in &items {
        theirs.entry(item.subscription_id).or_default().push(item);
    }
    let end = |item: &SubscriptionItemRow| {
        let others = theirs.get(&item.subscription_id).map_or(&[][..], Vec::as_slice);
        let changed = item.to_on.filter(|_| !others.iter().any(|other| goes_on(item, other)));
        let with_all = ends.get(&item.subscription_id).copied().flatten();
        let day = changed.into_iter().chain(with_all).min()?;
        (day <= ctx.today()).then_some((item.id, day))
    };
    Ok(items.iter().filter_map(end).collect())
}

fn goes_on(item: &SubscriptionItemRow, other: &SubscriptionItemRow) -> bool {
    let follows = other.id != item.id && item.to_on == Some(other.from_on);
    follows && is_same_thing(item, other) && item.plan_id == other.plan_id && item.quantity == other.quantity
}
