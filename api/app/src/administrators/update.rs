//! Changing an administrator, and one's own password.

use crate::administrators::create::may_hand_out;
use crate::administrators::status::keep_an_owner;
use crate::administrators::views::{AdministratorPatch, AdministratorView, check};
use crate::kernel::call::Actor;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply, passwords};
use crate::sessions::end::end_own_others;
use actix_web::{patch, post};
use comptoir_db::administrators;
use comptoir_domain::people::normal_email;
use comptoir_domain::permissions::may;
use comptoir_domain::{AdministratorId, Check, Code, Problem};
use serde_json::json;

/// Change an administrator
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), request_body = AdministratorPatch,
    responses((status = 200, body = AdministratorView, description = "The administrator as he is now")))]
#[patch("/v1/administrators/{id}")]
pub async fn update_administrator(
    call: Call<may::WriteAdministrators>,
    id: Id<AdministratorId>,
    seen: IfMatch,
    body: Body<AdministratorPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = administrators::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        may_hand_out(tx, ctx, row.role_id)?;
        let patch = body.0.clone();
        if let Some(email) = patch.email.value() {
            row.email = normal_email(email);
        }
        patch.name.apply(&mut row.name);
        patch.locale.apply(&mut row.locale);
        patch.country.apply(&mut row.country);
        patch.refuse_parallel_sessions.apply(&mut row.refuse_parallel_sessions);
        if patch.role_id.apply(&mut row.role_id) {
            may_hand_out(tx, ctx, row.role_id)?;
            keep_an_owner(tx, ctx, &row)?;
        }
        check(&row)?;
        administrators::save(tx, &mut row).map_err(|failure| failure.or_taken("/email"))?;
        ctx.record(tx, "administrator.updated", row.id, json!({ "email": row.email, "role_id": row.role_id }))?;
        let version = row.version;
        Ok(Reply::ok(&AdministratorView::from(row)).version(version))
    })
    .await
}

/// The old and the new password.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery", "new_password": "staple battery horse"}))]
pub struct PasswordChange {
    /// The one that is in force.
    pub current_password: String,
    /// The one to be.
    #[schema(min_length = 10)]
    pub new_password: String,
}

impl PasswordChange {
    /// The text to store for the new password, if the old one is right.
    pub async fn hash(self, stored: Option<String>) -> Result<String, crate::kernel::ApiError> {
        let mut check = Check::new();
        check.password("/new_password", &self.new_password);
        check.done()?;
        if !passwords::matches(stored, self.current_password).await {
            return Err(Problem::field("/current_password", "wrong", "this is not your password").into());
        }
        passwords::hash(self.new_password).await
    }
}

/// Change your own password
///
/// Your other sessions end.
#[utoipa::path(tag = "administrators", request_body = PasswordChange, responses((status = 204, description = "Changed")))]
#[post("/v1/administrator/change-password")]
pub async fn change_own_password(call: Call<may::Work>, body: Body<PasswordChange>) -> Answer {
    let Actor::Administrator(id) = call.ctx().actor else {
        return Err(Problem::new(Code::Forbidden, "keys have no password").into());
    };
    let known = call.read(move |db, ctx| administrators::find(db, ctx.scope, id)).await?;
    let hash = body.into_inner().hash(known.password_hash).await?;
    call.write(move |tx, ctx| {
        let mut row = administrators::lock(tx, ctx.scope, id)?;
        row.password_hash = Some(hash.clone());
        row.password_changed_at = Some(ctx.now);
        administrators::save(tx, &mut row)?;
        end_own_others(tx, ctx)?;
        ctx.record(tx, "administrator.password_changed", row.id, json!({}))?;
        Ok(Reply::no_content())
    })
    .await
}
