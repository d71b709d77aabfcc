//! Keeping a way to pay without a payment (CLI-01), so that it is there when the first invoice comes due. Of a card the gateway
//! gives a token, which alone is stored; a bank account is stored itself, with the mandate under which it is debited.

use crate::bank::account::BankAccount;
use crate::bank::mandates::{check_sign, sign};
use crate::bank::views::MandateSign;
use crate::encryption::may_store;
use crate::gateways::ready::{Ready, ready};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, ApiError, AppState, Body, Call, Desk, Reply};
use crate::payment_methods::agree::{Waiting, begin};
use crate::payment_methods::keep::{Keepers, expires_on, method_row, write};
use crate::payment_methods::views::{MethodCreate, PaymentMethodCreate, PaymentMethodSetupView, PaymentMethodView};
use crate::payments::payer::payer;
use crate::payments::send::{Entered, source};
use crate::stores::check_offered;
use actix_web::post;
use comptoir_connectors::payment::{KeepRequest, Kept, Payer, PaymentSource, Reference, SavedMethod};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Outcome, clients};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Code, Currency, PaymentMethodSetupId, Problem};

/// Store a card or a bank account of a client
///
/// The gateway keeps the card; the account is kept here, sealed, with its mandate. What comes due is charged to it. 202: the client
/// has to agree first; send him where `redirect_to` says. Needs an `Idempotency-Key`.
#[utoipa::path(tag = "payments", request_body = PaymentMethodCreate, responses((status = 201, body = PaymentMethodView, description = "Stored"),
    (status = 202, body = PaymentMethodSetupView, description = "Waits for the client")))]
#[post("/v1/payment-methods")]
pub async fn create_payment_method(call: Call<may::WritePayments>, body: Body<PaymentMethodCreate>) -> Answer {
    call.require_key()?;
    let PaymentMethodCreate { client_id, method } = body.into_inner();
    call.read(move |db, ctx| clients::find(db, ctx.scope, client_id)).await?;
    let stored = store(&call.desk()?, client_id, method).await;
    stored.map_err(|error| ApiError { problem: error.problem.under("/method"), ..error })
}

/// Store a card or a bank account of yours
///
/// The gateway keeps the card; the account is kept here, sealed, with the mandate that you sign by this. What comes due is charged
/// to it. 202: you have to agree first; follow `redirect_to`. Needs an `Idempotency-Key`.
#[utoipa::path(tag = "me", request_body = MethodCreate, responses((status = 201, body = PaymentMethodView, description = "Stored"),
    (status = 202, body = PaymentMethodSetupView, description = "Waits for you")))]
#[post("/v1/me/payment-methods")]
pub async fn create_my_payment_method(call: Call<may::Own>, body: Body<MethodCreate>) -> Answer {
    call.require_key()?;
    let (_, client) = call.ctx().client()?;
    let (method, desk) = (body.into_inner(), call.desk()?);
    let code = method.gateway.clone();
    desk.read(move |db, ctx| check_offered(db, ctx, None, &code)).await?;
    store(&desk, client, method).await
}

/// Keeps a method of a client, or writes down that he has to agree first, once for each key of the desk.
pub async fn store(desk: &Desk, client: ClientId, method: MethodCreate) -> Answer {
    let payer = desk.read(move |db, ctx| payer(db, ctx, client)).await?;
    let handed_over = hand_over(&desk.state, &desk.ctx, payer, method).await?;
    let keepers = Keepers::of(&desk.state);
    let work = move |tx: &mut Db, ctx: &Ctx| match &handed_over {
        HandedOver::Stored(stored) => {
            let row = keep_stored(tx, ctx, &keepers, client, stored)?;
            let location = format!("/v1/payment-methods/{}", row.id);
            Ok(Reply::created(&PaymentMethodView::from(row), location))
        }
        HandedOver::Waits(waiting) => {
            let row = begin(tx, ctx, &keepers, client, waiting)?;
            let mut reply = Reply::ok(&PaymentMethodSetupView::from(row));
            reply.status = 202;
            Ok(reply)
        }
    };
    desk.write(work).await
}

/// What came of handing a method over.
pub enum HandedOver {
    /// It is to be written.
    Stored(Box<Stored>),
    /// Its client has to agree first.
    Waits(Waiting),
}

/// What is to be written of a method.
#[derive(Clone)]
pub struct Stored {
    gateway: String,
    saved: SavedMethod,
    /// Of a bank account: what else is known of it.
    account: Option<Account>,
}

/// Who debits a bank account, and how that is signed for.
#[derive(Clone)]
struct Account {
    ready: Ready,
    mandate: Option<MandateSign>,
}

/// Gives a card to its gateway, outside any transaction; a bank account is only understood. Places in refusals are those of
/// the method.
pub async fn hand_over(
    state: &AppState,
    ctx: &Ctx,
    payer: Payer,
    wanted: MethodCreate,
) -> Result<HandedOver, ApiError> {
    let asking = ctx.clone();
    let place = if wanted.account.is_some() { "/account" } else { "/card" };
    state.store.read(move |db| may_store(db, &asking, place)).await?;
    let found = ready(state, ctx.scope, &wanted.gateway).await?;
    let found = found.ok_or_else(|| Problem::field("/gateway", "unknown", "no such gateway"))?;
    found.check_alive("/gateway")?;
    if found.gateway.debits().is_some() {
        return Ok(HandedOver::Stored(Box::new(to_be_debited(found, wanted)?)));
    }
    let entered = Entered { card: &wanted.card, token: &wanted.token, return_to: &wanted.return_to };
    let elsewhere = wanted.account.is_some() || wanted.mandate.is_some();
    let nothing = wanted.card.is_none() && wanted.token.is_none() && wanted.return_to.is_none();
    if elsewhere || nothing {
        return Err(Problem::field("/card", "required", "this gateway keeps no bank accounts").into());
    }
    let end = wanted.card.as_ref().and_then(|card| expires_on(card.expiry_month, card.expiry_year));
    if end.is_some_and(|end| end <= ctx.today()) {
        return Err(Problem::field("/card/expiry_year", "expired", "the card has expired").into());
    }
    let vault = found.gateway.vault().filter(|vault| !vault.keeps().is_empty());
    let vault =
        vault.ok_or_else(|| Problem::field("/gateway", "not_available", "it keeps no methods by themselves"))?;
    let source = source(&entered, None, vault.keeps())?;
    let place = match source {
        PaymentSource::Token(_) => "/token",
        PaymentSource::HostedPage => "/return_to",
        _ => "/card",
    };
    let id: PaymentMethodSetupId = fresh();
    let reference = Reference::new(id.to_string());
    let reference = reference.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let return_to = wanted.return_to.unwrap_or_default();
    let kept = vault.keep(&KeepRequest { reference, source, payer, return_to, at: ctx.now }).await;
    let gateway = wanted.gateway;
    Ok(match kept.map_err(|error| refusal(error, place))? {
        Kept::Saved(saved) => HandedOver::Stored(Box::new(Stored { gateway, saved, account: None })),
        Kept::ActionNeeded { handle, action } => HandedOver::Waits(Waiting { id, gateway, handle, action }),
    })
}

/// A bank account as it is to be written.
pub fn to_be_debited(ready: Ready, wanted: MethodCreate) -> Result<Stored, Problem> {
    ready.check("/gateway", Currency::EUR)?;
    let others = [("/card", wanted.card.is_some()), ("/token", wanted.token.is_some())];
    if let Some((place, _)) = others.into_iter().find(|(_, given)| *given) {
        return Err(Problem::field(place, "not_wanted", "this gateway debits bank accounts"));
    }
    let missing = || Problem::field("/account", "required", "this gateway debits bank accounts");
    let told = wanted.account.ok_or_else(missing)?;
    let account = told.understand().and_then(|account| {
        can_be_debited(&ready, &account, told.place())?;
        Ok(account)
    });
    let account = account.map_err(|problem| problem.under("/account"))?;
    let saved = SavedMethod::account(account.secret(), account.label(), account.last_four());
    let kept = Account { ready, mandate: wanted.mandate };
    Ok(Stored { gateway: wanted.gateway, saved, account: Some(kept) })
}

/// Whether the plug-in's format can hold an account: one of another country than its own would never be collected from.
fn can_be_debited(ready: &Ready, account: &BankAccount, place: &str) -> Result<(), Problem> {
    let Some(debits) = ready.gateway.debits() else { return Ok(()) };
    let mut check = Check::new();
    debits.file().check_name(&mut check, "/holder", &account.holder);
    debits.file().check_account(&mut check, (place, "/bic"), &account.iban, account.bic.as_ref());
    check.done()
}

fn refusal(error: ConnectorError, place: &str) -> Problem {
    match error.kind {
        Kind::Declined => {
            Problem::new(Code::PaymentDeclined, error.message).at(place, "declined", "another card, please")
        }
        Kind::InvalidRequest => Problem::field(place, "invalid_card", error.message),
        _ => Problem::new(Code::Busy, format!("the gateway cannot be reached: {error}")),
    }
}

/// Writes what was handed over into the client's methods, as its default; an account with the mandate that is signed for it.
pub fn keep_stored(
    tx: &mut Db,
    ctx: &Ctx,
    keepers: &Keepers,
    client: ClientId,
    stored: &Stored,
) -> Outcome<PaymentMethodRow> {
    let whose = (ctx.scope.seller(), client);
    let row = method_row(tx, ctx, &keepers.keyring, whose, (&stored.gateway, &stored.saved, ctx.now))?;
    let Some(kept) = &stored.account else { return write(tx, ctx, keepers, row) };
    let client = clients::lock(tx, ctx.scope, client)?;
    let debits = kept.ready.gateway.debits();
    let scheme = debits.and_then(|debits| Some((debits, debits.scheme()?)));
    match (scheme, &kept.mandate) {
        (Some(under), wanted) => {
            check_sign(ctx, under.1, wanted.as_ref(), client.kind)?;
            let row = write(tx, ctx, keepers, row)?;
            if let Some(wanted) = wanted {
                sign(tx, ctx, under, &client, &row, wanted)?;
            }
            Ok(row)
        }
        (None, Some(_)) => {
            Err(Problem::field("/mandate", "not_wanted", "this gateway debits without a mandate").into())
        }
        (None, None) => write(tx, ctx, keepers, row),
    }
}
