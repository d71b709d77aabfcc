//! Writing: numbers, the frozen form, the rows, the mails and the record, in one transaction. Many documents take one range of
//! numbers.

use crate::invoices::parties::{BuyerView, Parties};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::schet_facturas::announce::announce;
use crate::schet_facturas::decide::{Decided, Reported, Wanted, decide};
use crate::schet_facturas::form::{Form, Title, buyer, corrected};
use crate::schet_facturas::issuer::Issuer;
use crate::schet_facturas::prepayments::Prepayments;
use crate::webhooks;
use comptoir_db::activities::ActivityRow;
use comptoir_db::schet_facturas::{self, OpenLine, SchetFacturaLineRow, SchetFacturaRow};
use comptoir_db::{Db, Outcome, client_properties, clients, counters};
use comptoir_domain::schet_facturas::Part;
use comptoir_domain::{ClientId, InvoiceLineId, Problem};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// The name of the counter: it stands in the transaction that writes, so its numbers have no gap.
const SERIES: &str = "schet_factura";

/// The properties of clients that hold their numbers.
const INN: [&str; 3] = ["inn", "INN", "ИНН"];
const KPP: [&str; 3] = ["kpp", "KPP", "КПП"];

/// A document with its lines, ready to be stored.
pub struct Written {
    /// The document.
    pub row: SchetFacturaRow,
    /// What stands on it.
    pub form: Form,
    lines: Vec<SchetFacturaLineRow>,
}

/// Writes the documents that some clients lack; says how many.
pub fn write(tx: &mut Db, ctx: &Ctx, ids: &[ClientId]) -> Outcome<usize> {
    clients::lock_many(tx, ctx.scope, ids)?;
    let Some(issuer) = Issuer::read(tx, ctx)? else { return Ok(0) };
    let Decided { wanted, reported } = decide(tx, ctx, &issuer, ids)?;
    if wanted.is_empty() {
        return Ok(0);
    }
    let of: BTreeSet<ClientId> = wanted.iter().map(|one| one.client).collect();
    let parties = Parties::load(tx, ctx, &Vec::from_iter(of))?;
    let written = compose(tx, ctx, &issuer, &parties, &wanted, reported)?;
    let rows: Vec<_> = written.iter().map(|one| one.row.clone()).collect();
    let lines: Vec<_> = written.iter().flat_map(|one| one.lines.clone()).collect();
    schet_facturas::insert_many(tx, &rows)?;
    schet_facturas::insert_lines(tx, &lines)?;
    let facts: Vec<_> = written.iter().map(|one| fact(ctx, one)).collect();
    webhooks::append(tx, &facts)?;
    if issuer.settings.send_to_clients {
        announce(tx, ctx, &issuer, &parties, &written)?;
    }
    Ok(written.len())
}

fn compose(
    tx: &mut Db,
    ctx: &Ctx,
    issuer: &Issuer,
    parties: &Parties,
    wanted: &[Wanted],
    mut reported: HashMap<InvoiceLineId, Reported>,
) -> Outcome<Vec<Written>> {
    let numbers = Numbers::load(tx, ctx, parties, wanted)?;
    let payments = Prepayments::load(tx, ctx, wanted)?;
    let count = i64::try_from(wanted.len()).unwrap_or(i64::MAX);
    let last = counters::take(tx, ctx.scope, SERIES, 1, count)?;
    let before = schet_facturas::last_issued_on(tx, ctx.scope)?;
    let issued_on = before.map_or(ctx.today(), |day| day.max(ctx.today()));
    let mut written = Vec::with_capacity(wanted.len());
    for (sequence, one) in (last - count + 1..).zip(wanted) {
        let title = Title { id: fresh(), number: sequence.to_string(), issued_on };
        let (client, contact) = parties.buyer(one.client)?;
        let party = buyer(BuyerView::new(client, contact), numbers.of(one.client, &INN), numbers.of(one.client, &KPP));
        let form = Form::new(issuer, party, one, payments.of(one), title, &reported)?;
        let stored = stored(ctx, sequence, one, form, &reported)?;
        let this = Reported { id: stored.row.id, number: stored.row.number.clone(), issued_on };
        reported.extend(one.missing.parts.iter().map(|part| (part.line, this.clone())));
        written.push(stored);
    }
    Ok(written)
}

fn stored(
    ctx: &Ctx,
    sequence: i64,
    wanted: &Wanted,
    form: Form,
    reported: &HashMap<InvoiceLineId, Reported>,
) -> Outcome<Written> {
    let frozen = form.freeze()?;
    let row = SchetFacturaRow {
        seller_id: ctx.scope.seller(),
        id: form.id,
        kind: form.kind,
        sequence,
        number: form.number.clone(),
        client_id: wanted.client,
        currency: wanted.currency,
        issued_on: form.issued_on,
        period_from: form.period.from,
        period_to: form.period.to,
        net_minor: form.net.minor(),
        tax_minor: form.tax.minor(),
        gross_minor: form.gross.minor(),
        frozen: frozen.json,
        frozen_hash: frozen.sha256,
        created_at: ctx.now,
    };
    let pairs = (1..).zip(wanted.missing.parts.iter().zip(&wanted.lines));
    let line = |(position, (part, line)): (i32, (&Part, &OpenLine))| {
        Ok(SchetFacturaLineRow {
            seller_id: ctx.scope.seller(),
            schet_factura_id: form.id,
            position,
            invoice_id: line.invoice_id,
            invoice_line_id: line.id,
            subscription_id: line.subscription_id,
            corrects_id: corrected(wanted, part, reported).map(|one| one.id),
            period_from: part.period.map(|period| period.from),
            period_to: part.period.map(|period| period.to),
            net_minor: part.net.minor(),
            tax_minor: part.tax.minor(),
            gross_minor: part.net.plus(part.tax)?.minor(),
            is_last: part.completes,
        })
    };
    let lines = pairs.map(line).collect::<Result<Vec<_>, Problem>>()?;
    Ok(Written { row, form, lines })
}

fn fact(ctx: &Ctx, written: &Written) -> ActivityRow {
    let (row, form) = (&written.row, &written.form);
    let payload = json!({ "number": row.number, "kind": row.kind, "client_id": row.client_id, "period": form.period,
        "gross": form.gross });
    ctx.fact("schet_factura.issued", row.id, payload)
}

/// The numbers by which taxes know some clients.
struct Numbers(HashMap<(ClientId, String), String>);

impl Numbers {
    fn load(db: &mut Db, ctx: &Ctx, parties: &Parties, wanted: &[Wanted]) -> Outcome<Self> {
        let of: BTreeSet<ClientId> = wanted.iter().map(|one| one.client).collect();
        let of: Vec<_> = of.into_iter().filter(|client| parties.buyer(*client).is_ok()).collect();
        let names: Vec<&str> = INN.into_iter().chain(KPP).collect();
        let found = client_properties::named(db, ctx.scope, &of, &names)?;
        Ok(Self(found.into_iter().map(|(client, name, value)| ((client, name), value)).collect()))
    }

    fn of(&self, client: ClientId, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.0.get(&(client, (*name).to_string()))).map(String::as_str)
    }
}
