//! Answers of banks (PAY-09): a file comes in whole, each of its entries is tied to what it is about, and what follows is done at
//! once: approvals, refusals, returns. The rest waits for a person.

use crate::bank::apply::apply;
use crate::bank::close::Means;
use crate::bank::reply_views::{BankReplyList, BankReplyView};
use crate::encryption::may_return;
use crate::kernel::body::FileBody;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Query, Reply, seal};
use actix_web::{get, post};
use comptoir_connectors::bank::read_reply;
use comptoir_db::bank::replies::{self, BankReplyRow, Statement};
use comptoir_db::{Db, Failure, Json, Outcome};
use comptoir_domain::bank::BankReply;
use comptoir_domain::permissions::may;
use comptoir_domain::{BankReplyId, Check, Problem};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};

/// How a file is called.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReplyName {
    /// Its name, for people.
    #[param(max_length = 120, example = "camt.053.xml")]
    name: Option<String>,
}

/// Read what a bank has answered
///
/// The file as it is: pain.002, camt.053, camt.054, MT940, or returns of Norma 19. What it says of our debits is done at once;
/// contradictions, money that seems to be for an invoice and what belongs to nothing wait in `GET /v1/bank-entries`. The same file
/// again, or the same entry in another file, changes nothing.
#[utoipa::path(tag = "bank", params(ReplyName), request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bank's file"),
    responses((status = 201, body = BankReplyView, description = "Read"), (status = 200, body = BankReplyView, description = "It was read before")))]
#[post("/v1/bank-replies")]
pub async fn read_bank_reply(call: Call<may::WritePayments>, query: Query<ReplyName>, body: FileBody) -> Answer {
    let name = query.0.name.unwrap_or_default();
    let mut check = Check::new();
    check.text("/name", &name, 0..=120);
    check.done()?;
    let found = read_reply(&body.0)?;
    let means = Means::of(call.state());
    let bytes = body.0;
    call.write(move |tx, ctx| {
        let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
        if let Some(before) = replies::by_hash(tx, ctx.scope, &sha256)? {
            let view = view(tx, ctx, before)?;
            return Ok(Reply::ok(&view));
        }
        let row = row(ctx, &means.file_key, name.clone(), sha256, &bytes, &found)?;
        replies::insert_reply(tx, &row)?;
        for reply in &found {
            apply(tx, ctx, &means, row.id, reply)?;
        }
        ctx.record(tx, "bank_reply.read", row.id, json!({ "name": row.name, "statements": row.statements.0 }))?;
        let location = format!("/v1/bank-replies/{}", row.id);
        let view = view(tx, ctx, row)?;
        Ok(Reply::created(&view, location))
    })
    .await
}

fn row(
    ctx: &Ctx,
    key: &[u8; 32],
    name: String,
    sha256: String,
    bytes: &[u8],
    found: &[BankReply],
) -> Outcome<BankReplyRow> {
    let id: BankReplyId = fresh();
    let statement = |reply: &BankReply| Statement {
        format: reply.format,
        number: reply.id.clone(),
        account: reply.account.as_ref().map(|account| account.masked()),
        batch: reply.message_id.clone(),
    };
    let sealed = seal::seal(key, &id.to_string(), bytes);
    Ok(BankReplyRow {
        seller_id: ctx.scope.seller(),
        id,
        name,
        statements: Json(found.iter().map(statement).collect()),
        sha256,
        file_sealed: sealed.ok_or_else(|| Failure::Corrupt("a file could not be sealed".into()))?,
        received_at: ctx.now,
    })
}

fn view(db: &mut Db, ctx: &Ctx, row: BankReplyRow) -> Outcome<BankReplyView> {
    let outcomes = replies::outcomes(db, ctx.scope, &[row.id])?.remove(&row.id);
    Ok(BankReplyView::new(row, outcomes.unwrap_or_default()))
}

/// No restriction.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllReplies {}

impl Filters for AllReplies {}

/// List the answers of banks
#[utoipa::path(tag = "bank", params(ListParameters), responses((status = 200, body = BankReplyList, description = "A page")))]
#[get("/v1/bank-replies")]
pub async fn list_bank_replies(call: Call<may::ReadPayments>, list: List<AllReplies>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let slice = replies::list_replies(db, ctx.scope, &page)?;
        let next = slice.next.clone();
        let ids: Vec<BankReplyId> = slice.rows.iter().map(|row| row.id).collect();
        let mut outcomes = replies::outcomes(db, ctx.scope, &ids)?;
        let view = |row: BankReplyRow| {
            let theirs = outcomes.remove(&row.id).unwrap_or_default();
            BankReplyView::new(row, theirs)
        };
        Ok((slice.rows.into_iter().map(view).collect(), next))
    };
    let (data, next) = call.read(work).await?;
    let next_cursor = list.cursor_text(next.as_ref());
    Ok(Reply::ok(&BankReplyList { data, next_cursor }))
}

/// Get an answer of a bank
#[utoipa::path(tag = "bank", params(("id" = BankReplyId, Path)), responses((status = 200, body = BankReplyView, description = "What it was, and what followed")))]
#[get("/v1/bank-replies/{id}")]
pub async fn get_bank_reply(call: Call<may::ReadPayments>, id: Id<BankReplyId>) -> Answer {
    call.read(move |db, ctx| {
        let row = replies::find_reply(db, ctx.scope, id.0)?;
        view(db, ctx, row).map(|view| Reply::ok(&view))
    })
    .await
}

/// Download an answer of a bank
///
/// As it came in, byte for byte. It has account numbers in full, so the PIN or the pass-phrase is wanted where there is one.
#[utoipa::path(tag = "bank", params(("id" = BankReplyId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The file")))]
#[get("/v1/bank-replies/{id}/file")]
pub async fn get_bank_reply_file(call: Call<may::ReadPayments>, id: Id<BankReplyId>) -> Answer {
    let (key, shared) = (*call.state().file_key(), call.shared_state());
    let find = move |db: &mut Db, ctx: &Ctx| {
        let row = replies::find_reply(db, ctx.scope, id.0)?;
        may_return(db, &shared, ctx).map(|()| row)
    };
    let row = call.read(find).await?;
    let shut = || Problem::new(comptoir_domain::Code::Conflict, "the file was sealed with another master key");
    let bytes = seal::open(&key, &row.id.to_string(), &row.file_sealed).ok_or_else(shut)?;
    let name = if row.name.is_empty() { "bank-reply" } else { &row.name };
    Ok(Reply::file(bytes, name))
}
