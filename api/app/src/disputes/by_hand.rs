//! Disputes of which a person tells: where no gateway does, and how they end.

use crate::disputes::course::{Claim, decide, open};
use crate::disputes::views::{DisputeCreate, DisputeDecide, DisputeView};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::payments::settle::lock;
use actix_web::post;
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Outcome, disputes};
use comptoir_domain::disputes::DisputeState;
use comptoir_domain::payments::TransactionKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, DisputeId, Money, Problem, TransactionId};

/// Record a dispute
///
/// Of a payment whose gateway does not tell of disputes, or of a cheque that bounced. Until it is decided nothing is charged to
/// the method.
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), request_body = DisputeCreate, responses((status = 201, body = DisputeView, description = "Recorded")))]
#[post("/v1/transactions/{id}/disputes")]
pub async fn create_dispute(
    call: Call<may::WritePayments>,
    id: Id<TransactionId>,
    body: Body<DisputeCreate>,
) -> Answer {
    call.write(move |tx, ctx| record(tx, ctx, id.0, &body.0)).await
}

fn record(tx: &mut Db, ctx: &Ctx, id: TransactionId, wanted: &DisputeCreate) -> Outcome<Reply> {
    let payment = lock(tx, ctx, id)?;
    check(&payment, wanted)?;
    if payment.kind != TransactionKind::Payment || !payment.state.is_taken() {
        let detail = format!("a {} that is {} is not disputed", payment.kind, payment.state);
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    let all = disputes::of_payment(tx, ctx.scope, id)?;
    if let Some(other) = all.iter().find(|row| row.state == DisputeState::Opened) {
        return Err(Problem::new(Code::Conflict, format!("{} is not decided yet", other.id)).into());
    }
    let claim = Claim {
        reference: None,
        amount: wanted.amount.unwrap_or(payment.amount()),
        reason: wanted.reason.clone(),
        status: String::new(),
        answer_by: wanted.answer_by,
    };
    let row = open(tx, ctx, &payment, claim)?;
    let (path, version) = (format!("/v1/disputes/{}", row.id), row.version);
    Ok(Reply::created(&DisputeView::from(row), path).version(version))
}

fn check(payment: &TransactionRow, wanted: &DisputeCreate) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/reason", &wanted.reason, 1..=500);
    if let Some(amount) = wanted.amount {
        own_currency(&mut check, "/amount/currency", amount, payment);
        let fits = amount.currency() != payment.currency || (1..=payment.amount_minor).contains(&amount.minor());
        check.ensure(
            fits,
            "/amount/amount",
            "out_of_range",
            &format!("more than nothing, at most {}", payment.amount()),
        );
    }
    check.done()
}

fn own_currency(check: &mut Check, place: &str, amount: Money, payment: &TransactionRow) {
    let same = amount.currency() == payment.currency;
    check.ensure(same, place, "mixed_currency", "expected the currency of the payment");
}

/// Decide a dispute
///
/// How it has ended, where no gateway tells. If it is lost, what was disputed is charged back and the invoice is open again; one
/// that is won after all brings the money back.
#[utoipa::path(tag = "payments", params(("id" = DisputeId, Path)), request_body = DisputeDecide, responses((status = 200, body = DisputeView, description = "The dispute as it stands now")))]
#[post("/v1/disputes/{id}/decide")]
pub async fn decide_dispute(call: Call<may::WritePayments>, id: Id<DisputeId>, body: Body<DisputeDecide>) -> Answer {
    call.write(move |tx, ctx| {
        let wanted = &body.0;
        let payment = disputes::find(tx, ctx.scope, id.0)?.transaction_id;
        let mut payment = lock(tx, ctx, payment)?;
        let mut check = Check::new();
        let is_end = wanted.state != DisputeState::Opened;
        check.ensure(is_end, "/state", "not_an_end", "expected won or lost");
        if let Some(fee) = wanted.fee {
            own_currency(&mut check, "/fee/currency", fee, &payment);
            check.ensure(fee.minor() >= 0, "/fee/amount", "too_small", "not less than nothing");
            check.ensure(
                wanted.state == DisputeState::Lost,
                "/fee",
                "not_wanted",
                "only one that is lost costs something",
            );
        }
        check.done()?;
        let mut row = disputes::lock(tx, ctx.scope, id.0)?;
        decide(tx, ctx, &mut payment, &mut row, wanted.state, wanted.fee)?;
        let version = row.version;
        Ok(Reply::ok(&DisputeView::from(row)).version(version))
    })
    .await
}
