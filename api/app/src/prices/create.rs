//! New prices: a whole book for what is new itself, or one more version for what has prices already.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::prices::PriceCreate;
use chrono::NaiveDate;
use comptoir_db::prices::{self, PriceRow, Priced};
use comptoir_db::{Db, Outcome};
use comptoir_domain::Check;
use comptoir_domain::plans::{Price, Span, check_price, check_prices, succession};
use comptoir_domain::schedule::Cycle;
use serde_json::json;

/// Notes what is wrong with the first prices of something, at `/prices/{index}/…`; answers the book, for other rules.
pub fn check_book(ctx: &Ctx, findings: &mut Check, wanted: &[PriceCreate]) -> Vec<Price<Cycle>> {
    let book: Vec<_> = wanted.iter().map(PriceCreate::price).collect();
    check_prices(findings, "/prices", &book);
    for (index, one) in wanted.iter().enumerate() {
        if let Err(problem) = succession(&[], first_day(ctx, one), ctx.today()) {
            let fields = problem.under(&format!("/prices/{index}")).fields;
            fields.into_iter().for_each(|field| findings.refuse(&field.pointer, field.code, field.detail));
        }
    }
    book
}

/// The rows of a book that was checked.
pub fn rows(ctx: &Ctx, priced: Priced, wanted: &[PriceCreate]) -> Vec<PriceRow> {
    wanted.iter().map(|one| row(ctx, priced, one, None)).collect()
}

/// Writes a price of something that the caller has locked, and ends the one before.
pub fn add(tx: &mut Db, ctx: &Ctx, priced: Priced, wanted: &PriceCreate) -> Outcome<PriceRow> {
    let mut findings = Check::new();
    check_price(&mut findings, "", &wanted.price());
    findings.done()?;
    let present = prices::versions(tx, ctx.scope, priced, wanted.cycle, wanted.currency)?;
    let spans: Vec<_> = present.iter().map(|row| Span { from: row.valid_from, to: row.valid_to }).collect();
    let from = first_day(ctx, wanted);
    let place = succession(&spans, from, ctx.today())?;
    if let Some(ended) = place.ends.and_then(|at| present.get(at)) {
        prices::end(tx, ctx.scope, ended.id, Some(from))?;
    }
    let row = row(ctx, priced, wanted, place.to);
    prices::insert(tx, std::slice::from_ref(&row))?;
    let recurring = row.price().recurring;
    let fact = json!({ "plan_id": row.plan_id, "add_on_id": row.add_on_id, "cycle": row.cycle, "recurring": recurring, "valid_from": from });
    ctx.record(tx, "price.created", row.id, fact)?;
    Ok(row)
}

fn first_day(ctx: &Ctx, wanted: &PriceCreate) -> NaiveDate {
    wanted.valid_from.unwrap_or_else(|| ctx.today())
}

fn row(ctx: &Ctx, priced: Priced, wanted: &PriceCreate, valid_to: Option<NaiveDate>) -> PriceRow {
    let price = wanted.price();
    let (plan_id, add_on_id) = match priced {
        Priced::Plan(id) => (Some(id), None),
        Priced::AddOn(id) => (None, Some(id)),
    };
    PriceRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        plan_id,
        add_on_id,
        cycle: price.cycle,
        currency: price.currency,
        recurring_minor: price.recurring.minor(),
        setup_minor: price.setup.minor(),
        upgrade_minor: price.upgrade.minor(),
        downgrade_minor: price.downgrade.minor(),
        valid_from: first_day(ctx, wanted),
        valid_to,
        created_at: ctx.now,
    }
}
