//! Which templates there are, and what they look like.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::mails::bodies::{LANGUAGES, missing};
use crate::mails::compose::{Sender, common};
use crate::mails::render::render;
use crate::mails::views::{MailPreview, MailPreviewView, MailTemplateView, MailTemplatesView, MissingBodiesView};
use actix_web::{get, post};
use comptoir_db::mails::MailRow;
use comptoir_db::{Json, sellers};
use comptoir_domain::Problem;
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::MailState;
use comptoir_domain::permissions::may;
use serde_json::Value;

/// Show which mail templates there are
///
/// Every kind in our languages and the seller's, and which bodies are missing or empty.
#[utoipa::path(tag = "mails", responses((status = 200, body = MailTemplatesView, description = "Kinds by languages")))]
#[get("/v1/mail-templates")]
pub async fn list_mail_templates(call: Call<may::ReadMails>) -> Answer {
    let seller = call.read(|db, ctx| sellers::own(db, ctx.scope)).await?;
    let mut locales: Vec<String> = LANGUAGES.iter().map(|language| (*language).into()).collect();
    if !locales.iter().any(|known| known == seller.locale.language()) {
        locales.push(seller.locale.language().into());
    }
    let lacks = |kind: MailKind| {
        let bodies = locales.iter().map(|locale| MissingBodiesView {
            locale: locale.clone(),
            forms: missing(kind, locale).map(str::to_string).collect(),
        });
        bodies.filter(|body| !body.forms.is_empty()).collect()
    };
    let kinds = MailKind::ALL.iter().map(|kind| MailTemplateView {
        kind: *kind,
        variables: kind.variables().map(str::to_string).collect(),
        missing: lacks(*kind),
    });
    Ok(Reply::ok(&MailTemplatesView { kinds: kinds.collect(), locales: locales.clone() }))
}

/// Preview a mail
///
/// Puts a kind into words as it would be sent to someone unknown.
#[utoipa::path(tag = "mails", request_body = MailPreview, responses((status = 200, body = MailPreviewView, description = "The words")))]
#[post("/v1/mail-templates/preview")]
pub async fn preview_mail_template(call: Call<may::ReadMails>, body: Body<MailPreview>) -> Answer {
    let wanted = body.into_inner();
    let sender = call.read(|db, ctx| Sender::load(db, ctx.scope)).await?;
    let seller = &sender.seller;
    let mail = MailRow {
        seller_id: seller.id,
        id: fresh(),
        unique_key: String::new(),
        kind: wanted.kind,
        locale: wanted.locale,
        format: wanted.format,
        recipient: String::new(),
        variables: Json(Value::Null),
        state: MailState::Queued,
        attempts: 0,
        run_at: call.ctx().now,
        last_error: String::new(),
        created_at: call.ctx().now,
        sent_at: None,
        client_id: None,
        invoice_id: None,
    };
    let mut values = common(&mail, seller, None);
    let account = sender.account_page(&call.state().settings.public_url, mail.locale);
    values.insert("companyClientURL".into(), account.into());
    values.extend(wanted.variables);
    let words = render(mail.kind, mail.locale, mail.format, &values, seller.locale).map_err(Problem::from)?;
    Ok(Reply::ok(&MailPreviewView {
        subject: words.subject,
        text: words.text,
        html: words.html,
        undefined: words.undefined,
    }))
}
