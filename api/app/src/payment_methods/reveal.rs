//! What is stored of a method beyond its label (PAY-07): for people, and only with the PIN or the pass-phrase. Whoever looks is
//! on record.

use crate::bank::account::BankAccount;
use crate::encryption::views::Typed;
use crate::encryption::{Held, Passed, Shown, locked, pass};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use actix_web::post;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::{Db, Outcome, encryption};
use comptoir_domain::encryption::{EncryptionMode, StoredKind};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, PaymentMethodId, Problem};
use secrecy::SecretString;
use serde_json::json;

/// What lets you see it.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"pin": "2603"}))]
pub struct PaymentMethodReveal {
    /// The PIN, where the house keeps the key.
    #[schema(value_type = Option<String>, max_length = 12)]
    pub pin: Option<Typed>,
    /// The pass-phrase, where there is one.
    #[schema(value_type = Option<String>, max_length = 512)]
    pub pass_phrase: Option<Typed>,
}

/// What is stored of a method.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentMethodRevealView {
    /// The method.
    pub id: PaymentMethodId,
    /// At which gateway.
    pub gateway: String,
    /// What everyone sees of it.
    pub label: String,
    /// What is stored besides. Of a token nothing is shown: it is worth something to its gateway only.
    pub kind: StoredKind,
    /// Whose bank account it is.
    pub holder: Option<String>,
    /// The bank account: its IBAN, in groups of four.
    pub account: Option<String>,
}

impl PaymentMethodRevealView {
    fn new(row: PaymentMethodRow, secret: &SecretString) -> Self {
        let account = BankAccount::of_secret(secret);
        let kind = if account.is_some() { StoredKind::Account } else { StoredKind::Token };
        let (holder, account) = account.map(|held| (held.holder, held.iban.grouped())).unzip();
        Self { id: row.id, gateway: row.gateway, label: row.label, kind, holder, account }
    }
}

/// Reveal a stored payment method
///
/// Needs a PIN that was set, or the pass-phrase. Too many wrong ones, and none is taken for a time.
#[utoipa::path(tag = "payments", params(("id" = PaymentMethodId, Path)), request_body = PaymentMethodReveal, responses((status = 200, body = PaymentMethodRevealView, description = "What is stored")))]
#[post("/v1/payment-methods/{id}/reveal")]
pub async fn reveal_payment_method(
    call: Call<may::RevealPaymentMethods>,
    id: Id<PaymentMethodId>,
    body: Body<PaymentMethodReveal>,
) -> Answer {
    // as often as someone may try to sign in
    let a_minute = call.state().settings.sign_ins_per_minute;
    call.state().limits.check(&format!("reveal:{}", call.ctx().actor.words().1), a_minute)?;
    let PaymentMethodReveal { pin, pass_phrase } = body.into_inner();
    let desk = call.desk()?;
    desk.read(move |db, ctx| is_there(db, ctx, id.0)).await?;
    let (row, passed) = pass(&desk, Shown { pin, pass_phrase }).await?;
    let (keyring, key) = (
        call.state().keyring.clone(),
        match passed {
            Passed::Phrase(key) => Some(key),
            Passed::Pin | Passed::Nothing => None,
        },
    );
    let reply = desk.change(move |tx, ctx| {
        let method = payment_methods::find(tx, ctx.scope, id.0)?;
        let keys = keyring.keys(tx, ctx.scope, ctx.machine_now)?.with(row.key_version, key.clone());
        let secret = match keys.look(&method) {
            Held::Open(secret) => secret,
            Held::Locked => return Err(locked(ctx).into()),
            Held::Unreadable => {
                return Err(
                    Problem::new(Code::Conflict, "it does not open any more: restore the key by its shares").into()
                );
            }
        };
        let fact = json!({ "client_id": method.client_id, "gateway": method.gateway, "label": method.label });
        ctx.record(tx, "payment_method.revealed", method.id, fact)?;
        Ok(Reply::ok(&PaymentMethodRevealView::new(method, &secret)))
    });
    reply.await
}

/// Refuses what cannot be revealed whatever is shown.
fn is_there(db: &mut Db, ctx: &Ctx, id: PaymentMethodId) -> Outcome<()> {
    payment_methods::find(db, ctx.scope, id)?;
    let row = encryption::read(db, ctx.scope)?;
    if row.mode == EncryptionMode::House && row.pin_hash.is_none() {
        return Err(Problem::new(Code::WrongState, "set a PIN first: POST /v1/encryption/pin").into());
    }
    Ok(())
}
