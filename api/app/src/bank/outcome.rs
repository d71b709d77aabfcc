//! What a bank's word does to one debit: it is paid, refused, or comes back, and account and mandate are treated as the reason
//! demands (`domain/src/bank/reasons.rs`).

use crate::bank::amendments;
use crate::bank::mandates::{end, suspend};
use crate::kernel::call::Ctx;
use crate::payments::reverse::{Back, reverse};
use crate::payments::settle::{enter, tell};
use crate::todos::{Todo, raise};
use comptoir_db::bank::{debits, mandates};
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Outcome, payment_methods};
use comptoir_domain::bank::{Remedy, ReplyEntry, reason};
use comptoir_domain::mails::MailKind;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Problem, TransactionId};

/// Notes the bank's words with a debit.
pub fn bank_said(tx: &mut Db, ctx: &Ctx, id: TransactionId, entry: &ReplyEntry) -> Outcome<()> {
    let mut row = debits::of_transaction(tx, ctx.scope, id)?.ok_or_else(Problem::not_found)?;
    row.bank_status = Some(entry.status.clone()).filter(|status| !status.is_empty()).or(row.bank_status);
    if let Some(given) = &entry.reason {
        row.reason_code = Some(given.code.clone()).filter(|code| !code.is_empty());
        row.reason_text = Some(given.text.clone()).filter(|text| !text.is_empty());
    }
    debits::save(tx, &row)
}

/// The money is there.
pub fn approve(tx: &mut Db, ctx: &Ctx, payment: &mut TransactionRow) -> Outcome<()> {
    enter(tx, ctx, payment, TransactionState::Approved)
}

/// It will not come.
pub fn decline(tx: &mut Db, ctx: &Ctx, payment: &mut TransactionRow, entry: &ReplyEntry) -> Outcome<()> {
    say_why(payment, entry);
    let debit = debits::of_transaction(tx, ctx.scope, payment.id)?;
    amendments::take_back(tx, ctx, &debit)?;
    enter(tx, ctx, payment, TransactionState::Declined)
}

/// It was there, and is gone again; the client hears of it.
pub fn give_back(tx: &mut Db, ctx: &Ctx, payment: &mut TransactionRow, entry: &ReplyEntry) -> Outcome<()> {
    say_why(payment, entry);
    let why = payment.detail.0.message.clone();
    reverse(tx, ctx, payment, Back { amount: None, fee: entry.fee, why: &why })?;
    tell(tx, ctx, payment, MailKind::PaymentDeclined)
}

fn say_why(payment: &mut TransactionRow, entry: &ReplyEntry) {
    let Some(given) = &entry.reason else { return };
    let meaning = reason(&given.code).map(|known| known.meaning.to_string());
    payment.detail.0.code = Some(given.code.clone()).filter(|code| !code.is_empty());
    payment.detail.0.message = Some(given.text.clone()).filter(|text| !text.is_empty()).or(meaning).unwrap_or_default();
}

/// Treats account and mandate as the reason demands.
pub fn remedy(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, entry: &ReplyEntry) -> Outcome<()> {
    let known = entry.reason.as_ref().and_then(|given| reason(&given.code));
    let Some(known) = known.filter(|known| known.remedy != Remedy::Keep) else { return Ok(()) };
    let why = format!("{}: {}", known.code, known.meaning);
    let debit = debits::of_transaction(tx, ctx.scope, payment.id)?.ok_or_else(Problem::not_found)?;
    let mandate = debit.mandate_id.map(|id| mandates::lock(tx, ctx.scope, id)).transpose()?;
    match (known.remedy, mandate) {
        (Remedy::DisableAccount | Remedy::CloseClient, mandate) => {
            if let Some(mut mandate) = mandate {
                end(tx, ctx, &mut mandate, &why)?;
            }
            for mut method in payment_methods::some(tx, ctx.scope, &[debit.payment_method_id])? {
                method.expires_on = Some(ctx.today());
                payment_methods::save(tx, &mut method)?;
            }
        }
        (Remedy::CancelMandate, Some(mut mandate)) => end(tx, ctx, &mut mandate, &why)?,
        (Remedy::SuspendMandate | Remedy::ChangeToCore, Some(mut mandate)) => suspend(tx, ctx, &mut mandate, &why)?,
        (_, _) => {}
    }
    let todo = Todo {
        unique_key: format!("debit-remedy:{}", payment.id),
        kind: TodoKind::PaymentUnknown,
        title: format!("A bank account cannot be debited as before: {}", known.meaning),
        detail: format!("The bank says {why}. What was done: {}. Ask the client how to go on.", done(known.remedy)),
        subject_id: payment.client()?.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

const fn done(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Keep => "nothing",
        Remedy::DisableAccount | Remedy::CloseClient => "the account is not used any more, and its mandate has ended",
        Remedy::CancelMandate => "the mandate has ended; a new one is needed",
        Remedy::SuspendMandate => "the mandate rests; activate it when the client agrees",
        Remedy::ChangeToCore => "the mandate rests; a consumer needs one of the scheme CORE",
        Remedy::OpenDispute => "nothing; the client disagrees with what is charged",
    }
}
