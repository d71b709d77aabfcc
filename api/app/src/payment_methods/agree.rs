//! Methods that their clients have to agree to, at a page of the bank or of the gateway, before they are stored. The gateway knows
//! them by a handle, which is sealed under the house's own key: it charges nothing, lasts for days, and whoever comes back is asked
//! about also while a pass-phrase is not at hand. What the gateway then gives is stored like any other method, once.

use crate::gateways::ready::{Ready, ready};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, AppState, Call, Id, Reply};
use crate::payment_methods::keep::{Keepers, method_row, write};
use crate::payment_methods::views::PaymentMethodSetupView;
use actix_web::{get, post};
use comptoir_connectors::payment::{ClientAction, Kept, SavedMethod};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::payment_method_setups::{self as setups, PaymentMethodSetupRow as Row};
use comptoir_db::{Db, Json, Outcome, clients};
use comptoir_domain::payment_methods::SetupState;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Code, PaymentMethodSetupId, Problem};
use secrecy::SecretString;
use serde_json::json;

/// A method whose client is to go to a page.
#[derive(Clone)]
pub struct Waiting {
    /// Our reference at the gateway.
    pub id: PaymentMethodSetupId,
    /// At which gateway.
    pub gateway: String,
    /// By what it is asked.
    pub handle: String,
    /// Where the client goes.
    pub action: ClientAction,
}

/// Get a payment method that waits for its client
#[utoipa::path(tag = "payments", params(("id" = PaymentMethodSetupId, Path)), responses((status = 200, body = PaymentMethodSetupView, description = "As it stands")))]
#[get("/v1/payment-method-setups/{id}")]
pub async fn get_payment_method_setup(call: Call<may::ReadPayments>, id: Id<PaymentMethodSetupId>) -> Answer {
    let row = call.read(move |db, ctx| setups::find(db, ctx.scope, id.0)).await?;
    Ok(Reply::ok(&PaymentMethodSetupView::from(row)))
}

/// Ask what became of a payment method that waits for its client
///
/// Asks the gateway, and stores the method if the client has agreed. What is decided stays as it is.
#[utoipa::path(tag = "payments", params(("id" = PaymentMethodSetupId, Path)), responses((status = 200, body = PaymentMethodSetupView, description = "As it stands now")))]
#[post("/v1/payment-method-setups/{id}/confirm")]
pub async fn confirm_payment_method_setup(call: Call<may::WritePayments>, id: Id<PaymentMethodSetupId>) -> Answer {
    let row = confirm(call.state(), call.ctx(), id.0, None).await?;
    Ok(Reply::ok(&PaymentMethodSetupView::from(row)))
}

/// Get a payment method that waits for you
#[utoipa::path(tag = "me", params(("id" = PaymentMethodSetupId, Path)), responses((status = 200, body = PaymentMethodSetupView, description = "As it stands")))]
#[get("/v1/me/payment-method-setups/{id}")]
pub async fn get_my_payment_method_setup(call: Call<may::Own>, id: Id<PaymentMethodSetupId>) -> Answer {
    let (_, client) = call.ctx().client()?;
    let row = call.read(move |db, ctx| find(db, ctx, id.0, Some(client))).await?;
    Ok(Reply::ok(&PaymentMethodSetupView::from(row)))
}

/// Ask what became of a payment method that waits for you
///
/// Call it when you come back from the page. It asks the gateway, and stores the method if you have agreed there. What is decided
/// stays as it is.
#[utoipa::path(tag = "me", params(("id" = PaymentMethodSetupId, Path)), responses((status = 200, body = PaymentMethodSetupView, description = "As it stands now")))]
#[post("/v1/me/payment-method-setups/{id}/confirm")]
pub async fn confirm_my_payment_method_setup(call: Call<may::Own>, id: Id<PaymentMethodSetupId>) -> Answer {
    let (_, client) = call.ctx().client()?;
    let row = confirm(call.state(), call.ctx(), id.0, Some(client)).await?;
    Ok(Reply::ok(&PaymentMethodSetupView::from(row)))
}

/// Any of the seller's, or only one of a client's own.
fn find(db: &mut Db, ctx: &Ctx, id: PaymentMethodSetupId, own: Option<ClientId>) -> Outcome<Row> {
    let row = setups::find(db, ctx.scope, id)?;
    if own.is_some_and(|own| own != row.client_id) {
        return Err(Problem::not_found().into());
    }
    Ok(row)
}

/// What is sealed belongs to its row: in another one it does not open.
fn owner(id: PaymentMethodSetupId, gateway: &str) -> String {
    format!("{id}:{gateway}")
}

/// Writes down that a client is to go to a page.
pub fn begin(tx: &mut Db, ctx: &Ctx, keepers: &Keepers, client: ClientId, waiting: &Waiting) -> Outcome<Row> {
    let owner = owner(waiting.id, &waiting.gateway);
    let row = Row {
        seller_id: ctx.scope.seller(),
        id: waiting.id,
        client_id: client,
        gateway: waiting.gateway.clone(),
        handle_sealed: Some(keepers.keyring.house().seal(&owner, waiting.handle.as_bytes())?),
        redirect_to: waiting.action.redirect_to.clone(),
        redirect_fields: Json(waiting.action.fields.clone()),
        state: SetupState::Open,
        message: String::new(),
        payment_method_id: None,
        created_at: ctx.now,
        version: 1,
    };
    setups::insert(tx, &row)?;
    record(tx, ctx, &row, "begun")?;
    Ok(row)
}

fn record(tx: &mut Db, ctx: &Ctx, row: &Row, what: &str) -> Outcome<()> {
    let fact = json!({ "client_id": row.client_id, "gateway": row.gateway });
    ctx.record(tx, &format!("payment_method_setup.{what}"), row.id, fact)
}

/// Asks the gateway, and writes what it says. What is decided is not asked about again.
pub async fn confirm(
    state: &AppState,
    ctx: &Ctx,
    id: PaymentMethodSetupId,
    own: Option<ClientId>,
) -> Result<Row, ApiError> {
    let asking = ctx.clone();
    let row = state.store.read(move |db| find(db, &asking, id, own)).await?;
    if row.state != SetupState::Open {
        return Ok(row);
    }
    let found = ready(state, ctx.scope, &row.gateway).await?;
    let told = ask(state, ctx, &row, found).await?;
    let (ctx, keepers) = (Ctx { machine_now: state.machine.now(), ..ctx.clone() }, Keepers::of(state));
    let decided = match told {
        Ok(Kept::ActionNeeded { .. }) => return Ok(row),
        Ok(Kept::Saved(saved)) => Decided::Agreed(saved),
        Err(error) if error.kind == Kind::Declined => Decided::Ended(SetupState::Declined, error.message),
        Err(error) => return Err(Problem::new(Code::Busy, format!("the gateway cannot be reached: {error}")).into()),
    };
    Ok(state.store.write(move |tx| decide(tx, &ctx, &keepers, id, &decided)).await?)
}

async fn ask(
    state: &AppState,
    ctx: &Ctx,
    row: &Row,
    found: Option<Ready>,
) -> Result<Result<Kept, ConnectorError>, Problem> {
    let gone = || Problem::new(Code::Conflict, "its gateway is not there any more: begin anew at another one");
    let found = found.ok_or_else(gone)?;
    let vault = found.gateway.vault().ok_or_else(gone)?;
    let sealed = row.handle_sealed.as_deref().unwrap_or_default();
    let opened = state.keyring.house().open(&owner(row.id, &row.gateway), sealed);
    let handle = opened.and_then(|bytes| String::from_utf8(bytes).ok()).map(SecretString::from);
    let handle = handle.ok_or_else(|| Problem::new(Code::Conflict, "it does not open any more: begin anew"))?;
    Ok(vault.finish(&handle, ctx.now).await)
}

/// How it has ended.
#[derive(Clone)]
pub enum Decided {
    /// There is a method.
    Agreed(SavedMethod),
    /// There is none, and why.
    Ended(SetupState, String),
}

/// Writes how it has ended, once. Whoever comes later sees what was written first.
pub fn decide(tx: &mut Db, ctx: &Ctx, keepers: &Keepers, id: PaymentMethodSetupId, decided: &Decided) -> Outcome<Row> {
    let client = setups::find(tx, ctx.scope, id)?.client_id;
    clients::lock(tx, ctx.scope, client)?;
    let mut row = setups::lock(tx, ctx.scope, id)?;
    if row.state != SetupState::Open {
        return Ok(row);
    }
    row.handle_sealed = None;
    match decided {
        Decided::Agreed(saved) => {
            let method = (row.gateway.as_str(), saved, ctx.now);
            let method = method_row(tx, ctx, &keepers.keyring, (row.seller_id, client), method)?;
            row.payment_method_id = Some(write(tx, ctx, keepers, method)?.id);
            row.state = SetupState::Done;
        }
        Decided::Ended(state, why) => {
            (row.state, row.message) = (*state, why.clone());
            record(tx, ctx, &row, state.as_str())?;
        }
    }
    setups::save(tx, &mut row)?;
    Ok(row)
}
