//! Sending a mail again: a new mail with the same contents, since receivers drop a second one with the same Message-ID.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::mails::views::MailView;
use actix_web::post;
use comptoir_db::mails::{self, MailRow};
use comptoir_domain::people::MailState;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, MailId, Problem};
use serde_json::json;

/// Send a mail again
///
/// As a new mail with the same contents. Links that work once are not sent twice: ask for a new one.
#[utoipa::path(tag = "mails", params(("id" = MailId, Path)), responses((status = 201, body = MailView, description = "The new mail, waiting to be sent")))]
#[post("/v1/mails/{id}/resend")]
pub async fn resend_mail(call: Call<may::WriteMails>, id: Id<MailId>) -> Answer {
    call.write(move |tx, ctx| {
        let old = mails::find(tx, ctx.scope, id.0)?;
        resendable(&old)?;
        let id: MailId = fresh();
        let row = MailRow {
            id,
            unique_key: format!("resend:{}:{id}", old.id),
            state: MailState::Queued,
            attempts: 0,
            run_at: ctx.now,
            last_error: String::new(),
            created_at: ctx.now,
            sent_at: None,
            ..old.clone()
        };
        mails::enqueue(tx, std::slice::from_ref(&row))?;
        ctx.record(tx, "mail.resent", old.id, json!({ "kind": old.kind, "as": row.id }))?;
        Ok(Reply::created(&MailView::from(row), format!("/v1/mails/{id}")))
    })
    .await
}

fn resendable(mail: &MailRow) -> Result<(), Problem> {
    let refuse = |detail: &'static str| Err(Problem::new(Code::WrongState, detail));
    match mail.state {
        MailState::Queued => refuse("it is still waiting to be sent"),
        MailState::Sent if mail.kind.is_single_use() => refuse("its link works once: ask for a new one"),
        MailState::Sent | MailState::Failed => Ok(()),
    }
}
