//! Paying an invoice from a bank account: a stored one, or one that is typed and signed for now. All of it is one transaction: there
//! is nobody outside to ask.

use crate::bank::join::join;
use crate::credits::left_after_credit;
use crate::encryption::may_store;
use crate::gateways::ready::Ready;
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::{ApiError, Desk, Reply};
use crate::payment_methods::Keepers;
use crate::payment_methods::create::{Stored, keep_stored, to_be_debited};
use crate::payment_methods::stored;
use crate::payment_methods::views::MethodCreate;
use crate::payments::pay::{answer, is_payable};
use crate::payments::views::PayCreate;
use crate::stores::check_offered;
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::{ClientId, InvoiceId, PaymentMethodId, Problem};

/// From which account.
#[derive(Clone)]
enum Source {
    Stored(PaymentMethodId),
    New(Box<Stored>),
}

/// Debits an invoice at a gateway that debits accounts: any of the seller's, or only one that is `own`'s to pay.
pub async fn debit(
    desk: &Desk,
    id: InvoiceId,
    wanted: PayCreate,
    own: Option<ClientId>,
    ready: Ready,
) -> Result<Reply, ApiError> {
    let gateway = wanted.gateway.clone();
    let source = source(wanted, &ready)?;
    let keepers = Keepers::of(&desk.state);
    let work = move |tx: &mut Db, ctx: &Ctx| {
        let invoice = lock_with_client(tx, ctx, id)?;
        if !own.is_none_or(|own| invoice.client_id == own && is_payable(&invoice)) {
            return Err(Problem::not_found().into());
        }
        ready.check("/gateway", invoice.currency)?;
        if own.is_some() && matches!(source, Source::New(_)) {
            check_offered(tx, ctx, invoice.order_id, &gateway)?;
        }
        begin(tx, ctx, &ready, &keepers, &invoice, &source)
    };
    desk.write(work).await
}

fn source(wanted: PayCreate, ready: &Ready) -> Result<Source, Problem> {
    if wanted.authorise_only {
        return Err(Problem::field("/authorise_only", "not_available", "accounts are debited, never reserved"));
    }
    if wanted.token.is_some() {
        return Err(Problem::field("/token", "not_taken_here", "this gateway wants a bank account"));
    }
    if let Some(method) = wanted.payment_method_id {
        let alone = wanted.account.is_none() && wanted.mandate.is_none();
        let refusal = || Problem::field("/account", "not_wanted", "a stored account or a new one, not both");
        return if alone { Ok(Source::Stored(method)) } else { Err(refusal()) };
    }
    let PayCreate { gateway, card, token, account, mandate, .. } = wanted;
    let method = MethodCreate { gateway, card, token, account, mandate, return_to: None };
    Ok(Source::New(Box::new(to_be_debited(ready.clone(), method)?)))
}

fn begin(
    tx: &mut Db,
    ctx: &Ctx,
    ready: &Ready,
    keepers: &Keepers,
    invoice: &InvoiceRow,
    source: &Source,
) -> Outcome<Reply> {
    let Some(debits) = ready.gateway.debits() else { return Err(Problem::not_found().into()) };
    let method = match source {
        Source::Stored(id) => stored(tx, ctx, *id, invoice.client_id)?,
        Source::New(new) => {
            may_store(tx, ctx, "/account")?;
            keep_stored(tx, ctx, keepers, invoice.client_id, new)?
        }
    };
    let open = left_after_credit(tx, ctx, invoice)?;
    let row = join(tx, ctx, debits, invoice, (&method, open))?;
    Ok(answer(row)?)
}
