//! `comptoir events run --dry-run`: says what a run would do for each seller. Reads only.

use crate::config::Failed;
use comptoir_app::AppState;
use comptoir_app::events::foresee::{Foreseen, ForeseenInvoiceView, can_be_foreseen, foresee};
use comptoir_app::kernel::Ctx;
use comptoir_db::sellers::{self, SellerRow};
use comptoir_domain::Money;
use comptoir_domain::events::EventKind;
use comptoir_domain::people::{SellerKind, SellerStatus};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// Prints what a kind of work would do, seller by seller, and what it comes to.
pub async fn print(state: Arc<AppState>, kind: EventKind) -> Result<(), Failed> {
    if !can_be_foreseen(kind) {
        return Err(format!("{kind} cannot be run dry: nothing was done").into());
    }
    let (mut count, mut amounts) = (0, BTreeMap::new());
    for seller in state.store.read(sellers::all).await? {
        let wanted = kind.is_for_sellers() || seller.kind == SellerKind::Provider;
        if !wanted || seller.status != SellerStatus::Active {
            continue;
        }
        let (house, ctx) = (Arc::clone(&state), Ctx::system(&state, &seller, "dry run"));
        let seen = state.store.read(move |db| foresee(db, &house, &ctx, kind, usize::MAX)).await?;
        count += seen.count;
        for (currency, amount) in &seen.amounts {
            let sum: &mut Money = amounts.entry(*currency).or_insert(Money::zero(*currency));
            *sum = sum.plus(*amount)?;
        }
        print_one(&seller, &seen)?;
    }
    let sums: String = amounts.values().map(|sum| format!(", {sum}")).collect();
    Ok(writeln!(std::io::stdout(), "{kind} would do {count} things{sums}; nothing was done")?)
}

fn print_one(seller: &SellerRow, seen: &Foreseen) -> std::io::Result<()> {
    if seen.items.is_empty() {
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} ({})", seller.company, seller.code)?;
    for piece in &seen.items {
        let (action, amount) = (piece.action.as_str(), piece.amount.map(|sum| sum.to_string()).unwrap_or_default());
        writeln!(out, "  {action:<16} {:<30} {amount:>14}  {}", piece.subject_id, piece.summary)?;
        if let Some(invoice) = &piece.invoice {
            print_invoice(&mut out, invoice)?;
        }
    }
    Ok(())
}

fn print_invoice(out: &mut impl Write, invoice: &ForeseenInvoiceView) -> std::io::Result<()> {
    for line in &invoice.lines {
        let days = line.period.map(|period| format!("{} to {}", period.from, period.to)).unwrap_or_default();
        let net = line.net.to_string();
        writeln!(out, "  {:<16} {days:<30} {net:>14}  {} × {}", "", line.quantity, line.description)?;
    }
    for tax in &invoice.taxes {
        writeln!(out, "  {:<16} {:<30} {:>14}", "", tax.name, tax.amount.to_string())?;
    }
    Ok(())
}
