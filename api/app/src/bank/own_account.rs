//! Where the money of debits goes: to the account that the plug-in was told, or to that of the responsible administrator's
//! profile (PAY-08). The account is a part of the administrator, whose version is its own.

use crate::bank::account::{BankAccount, BankAccountCreate};
use crate::bank::write::Recipient;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply, seal};
use actix_web::{delete, get, put};
use comptoir_connectors::payment::Debits;
use comptoir_db::bank::accounts::{self, AdministratorAccountRow};
use comptoir_db::{Db, Failure, Outcome, administrators, settings};
use comptoir_domain::permissions::may;
use comptoir_domain::{AdministratorId, Code, Problem};
use serde_json::json;

/// The bank account of an administrator.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AdministratorAccountView {
    /// Whose profile it is in.
    pub administrator_id: AdministratorId,
    /// Whose account it is.
    pub holder: String,
    /// What may be shown of it.
    pub label: String,
}

impl From<AdministratorAccountRow> for AdministratorAccountView {
    fn from(row: AdministratorAccountRow) -> Self {
        Self { administrator_id: row.administrator_id, holder: row.holder, label: row.label }
    }
}

/// Get the bank account of an administrator
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), responses((status = 200, body = AdministratorAccountView, description = "The account")))]
#[get("/v1/administrators/{id}/bank-account")]
pub async fn get_administrator_account(call: Call<may::ReadAdministrators>, id: Id<AdministratorId>) -> Answer {
    call.read(move |db, ctx| {
        let owner = administrators::find(db, ctx.scope, id.0)?;
        let row = accounts::of(db, ctx.scope, id.0)?.ok_or_else(Problem::not_found)?;
        Ok(Reply::ok(&AdministratorAccountView::from(row)).version(owner.version))
    })
    .await
}

/// Replace the bank account of an administrator
///
/// Direct debits are collected for it where their plug-in names no account and this administrator is responsible for them.
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), request_body = BankAccountCreate, responses((status = 200, body = AdministratorAccountView, description = "The account as it is now")))]
#[put("/v1/administrators/{id}/bank-account")]
pub async fn replace_administrator_account(
    call: Call<may::WriteAdministrators>,
    id: Id<AdministratorId>,
    seen: IfMatch,
    body: Body<BankAccountCreate>,
) -> Answer {
    let account = body.0.understand()?;
    let key = *call.state().file_key();
    call.write(move |tx, ctx| {
        let mut owner = administrators::lock(tx, ctx.scope, id.0)?;
        seen.check(owner.version)?;
        let sealed = seal::seal(&key, &id.0.to_string(), account.secret().as_bytes());
        let row = AdministratorAccountRow {
            seller_id: ctx.scope.seller(),
            administrator_id: id.0,
            holder: account.holder.clone(),
            label: account.label(),
            account_sealed: sealed.ok_or_else(|| Failure::Corrupt("an account could not be sealed".into()))?,
        };
        accounts::put(tx, &row)?;
        administrators::save(tx, &mut owner)?;
        ctx.record(tx, "administrator.bank_account_replaced", id.0, json!({ "label": row.label }))?;
        Ok(Reply::ok(&AdministratorAccountView::from(row)).version(owner.version))
    })
    .await
}

/// Forget the bank account of an administrator
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), responses((status = 204, description = "Forgotten")))]
#[delete("/v1/administrators/{id}/bank-account")]
pub async fn delete_administrator_account(
    call: Call<may::WriteAdministrators>,
    id: Id<AdministratorId>,
    seen: IfMatch,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut owner = administrators::lock(tx, ctx.scope, id.0)?;
        seen.check(owner.version)?;
        if !accounts::delete(tx, ctx.scope, id.0)? {
            return Err(Problem::not_found().into());
        }
        administrators::save(tx, &mut owner)?;
        ctx.record(tx, "administrator.bank_account_forgotten", id.0, json!({}))?;
        Ok(Reply::no_content())
    })
    .await
}

/// The account that a plug-in's debits are for.
pub fn recipient(db: &mut Db, ctx: &Ctx, key: &[u8; 32], plugin: &dyn Debits) -> Outcome<Recipient> {
    if let Some((account, bic)) = plugin.account() {
        return Ok(Recipient { account, bic });
    }
    let responsible = settings::read(db, ctx.scope)?.value.0.bank_files.responsible_administrator;
    let row = match responsible {
        Some(id) => accounts::of(db, ctx.scope, id)?,
        None => None,
    };
    let missing = || {
        let detail = "nobody knows where the money is to go: tell the gateway its `account`, or name a responsible \
                      administrator (settings, `bank_files`) whose bank account is known (PUT \
                      /v1/administrators/{id}/bank-account)";
        Problem::new(Code::Conflict, detail)
    };
    let row = row.ok_or_else(missing)?;
    let opened = seal::open(key, &row.administrator_id.to_string(), &row.account_sealed);
    let secret = opened.and_then(|bytes| String::from_utf8(bytes).ok()).map(secrecy::SecretString::from);
    let account = secret.as_ref().and_then(BankAccount::of_secret);
    let shut = || Problem::new(Code::Conflict, "the administrator's account does not open: enter it again");
    let account = account.ok_or_else(shut)?;
    Ok(Recipient { account: account.iban, bic: account.bic })
}
