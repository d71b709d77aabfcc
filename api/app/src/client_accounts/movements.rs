//! What has changed a client's account, entry by entry of the books.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::ledger::{self, EntryFilter, EntryRow, PostingRow};
use comptoir_db::{Db, Outcome, Page, Slice, clients};
use comptoir_domain::client_accounts::changes;
use comptoir_domain::ledger::{AccountCode, EntryKind, Posting};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, EntryId, Instant, Money, Problem};
use std::collections::HashMap;

/// How a movement changes what the client owes or has to its credit.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AccountChangeView {
    /// What changes: `receivable` or `client_credit`.
    pub account: AccountCode,
    /// Above nothing if it grows.
    pub change: Money,
}

/// Something that was booked about a client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AccountMovementView {
    /// The entry of the books.
    pub id: EntryId,
    /// The day of the books.
    pub booked_on: NaiveDate,
    /// What happened.
    pub kind: EntryKind,
    /// To which invoice, transaction or credit.
    pub subject_id: String,
    /// What it changed; nothing if it is between accounts that a client does not see.
    pub changes: Vec<AccountChangeView>,
    /// When it was written.
    pub created_at: Instant,
}

list_of!(AccountMovementList, AccountMovementView);

/// All of them.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllMovements {}

impl Filters for AllMovements {}

/// List the movements of a client's account
#[utoipa::path(tag = "client_accounts", params(ListParameters, ("id" = ClientId, Path)), responses((status = 200, body = AccountMovementList, description = "A page")))]
#[get("/v1/clients/{id}/account/movements")]
pub async fn list_account_movements(call: Call<may::ReadLedger>, id: Id<ClientId>, list: List<AllMovements>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let client = clients::find(db, ctx.scope, id.0)?.id;
        movements(db, ctx, client, &page)
    };
    answer(&list, call.read(work).await?)
}

/// List the movements of your account
#[utoipa::path(tag = "client_accounts", params(ListParameters), responses((status = 200, body = AccountMovementList, description = "A page")))]
#[get("/v1/me/account/movements")]
pub async fn list_my_account_movements(call: Call<may::Own>, list: List<AllMovements>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let client = ctx.client()?.1;
        movements(db, ctx, client, &page)
    };
    answer(&list, call.read(work).await?)
}

fn answer(list: &List<AllMovements>, slice: Slice<AccountMovementView>) -> Answer {
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&AccountMovementList { data: slice.rows, next_cursor }))
}

/// A page of entries, with what their postings change.
fn movements(db: &mut Db, ctx: &Ctx, client: ClientId, page: &Page) -> Outcome<Slice<AccountMovementView>> {
    let filter = EntryFilter { client_id: Some(client), ..EntryFilter::default() };
    let slice = ledger::list(db, ctx.scope, &filter, page)?;
    let ids: Vec<EntryId> = slice.rows.iter().map(|row| row.id).collect();
    let mut postings: HashMap<EntryId, Vec<PostingRow>> = HashMap::new();
    for posting in ledger::postings(db, ctx.scope, &ids)? {
        postings.entry(posting.entry_id).or_default().push(posting);
    }
    let view = |row: EntryRow| {
        let postings = postings.remove(&row.id).unwrap_or_default();
        view(row, &postings)
    };
    let rows = slice.rows.into_iter().map(view).collect::<Result<_, Problem>>()?;
    Ok(Slice { rows, next: slice.next })
}

fn view(row: EntryRow, postings: &[PostingRow]) -> Result<AccountMovementView, Problem> {
    let posting =
        |row: &PostingRow| Posting::new(row.debit, row.credit, Money::from_minor(row.amount_minor, row.currency));
    let postings = postings.iter().map(posting).collect::<Result<Vec<_>, _>>()?;
    let postings: Vec<Posting> = postings.into_iter().flatten().collect();
    let change = |(account, change)| AccountChangeView { account, change };
    Ok(AccountMovementView {
        changes: changes(&postings)?.into_iter().map(change).collect(),
        id: row.id,
        booked_on: row.booked_on,
        kind: row.kind,
        subject_id: row.subject_id,
        created_at: row.created_at,
    })
}
