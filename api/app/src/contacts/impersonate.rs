//! Seeing the client's side as the client sees it. The session names the administrator and lasts an hour at most; what is
//! done in it is recorded like everything else (CLI-04).

use crate::kernel::call::{Actor, user_agent};
use crate::kernel::{Answer, Call, Id, Reply};
use crate::sessions::sign_in::Opening;
use crate::sessions::views::TokensView;
use actix_web::{HttpRequest, post};
use comptoir_db::sessions::Holder;
use comptoir_db::{clients, contacts, sessions};
use comptoir_domain::clients::may_sign_in;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, ContactId, Problem};
use serde_json::json;

/// Sign in as a contact
#[utoipa::path(tag = "contacts", params(("id" = ContactId, Path)), responses((status = 201, body = TokensView, description = "Tokens of the contact, for an hour")))]
#[post("/v1/contacts/{id}/impersonate")]
pub async fn impersonate_contact(
    call: Call<may::ImpersonateClients>,
    id: Id<ContactId>,
    request: HttpRequest,
) -> Answer {
    let Actor::Administrator(administrator) = call.ctx().actor else {
        return Err(Problem::new(Code::Forbidden, "only people can sign in as someone").into());
    };
    let ctx = call.ctx();
    let opening = Opening::of(
        ctx.scope.seller(),
        Holder::Contact(id.0),
        Some(administrator),
        ctx.ip.clone(),
        user_agent(&request),
        ctx.machine_now,
    );
    let tokens = opening.tokens(call.state().token_key())?;
    let location = format!("/v1/sessions/{}", tokens.session_id);
    call.write(move |tx, ctx| {
        let contact = contacts::find(tx, ctx.scope, id.0)?;
        let client = clients::find(tx, ctx.scope, contact.client_id)?;
        if !may_sign_in(client.status) || client.archived_at.is_some() {
            return Err(Problem::new(
                Code::WrongState,
                format!("the client is {} and cannot be signed in", client.status),
            )
            .into());
        }
        sessions::insert(tx, &opening.row)?;
        ctx.record(
            tx,
            "contact.impersonated",
            contact.id,
            json!({ "session_id": opening.row.id, "client_id": client.id }),
        )?;
        // a repeated request gets no second pair of tokens
        let memory = json!({ "session_id": opening.row.id, "access_token": "", "expires_in": 0, "refresh_token": "" });
        Ok(Reply::created(&tokens, location.clone()).remember(&memory))
    })
    .await
}
