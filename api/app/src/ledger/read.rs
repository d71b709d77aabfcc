//! Reading the books.

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, List, Query, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::ledger::{self, EntryFilter, EntryRow, Flow, PostingRow};
use comptoir_db::{Db, clients};
use comptoir_domain::ledger::{AccountCode, AccountKind, EntryKind, Posting, balances};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Currency, EntryId, Instant, Money, Problem};
use std::collections::{BTreeSet, HashMap};

/// A posting: an amount from one account to another.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PostingView {
    /// The account that is debited.
    pub debit: AccountCode,
    /// The account that is credited.
    pub credit: AccountCode,
    /// Above nothing.
    pub amount: Money,
}

/// An entry of the books.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LedgerEntryView {
    /// The entry.
    pub id: EntryId,
    /// The day of the books.
    pub booked_on: NaiveDate,
    /// What happened.
    pub kind: EntryKind,
    /// To which invoice, transaction or credit.
    pub subject_id: String,
    /// To whom.
    pub client_id: Option<ClientId>,
    /// What went where.
    pub postings: Vec<PostingView>,
    /// When it was written.
    pub created_at: Instant,
}

list_of!(LedgerEntryList, LedgerEntryView);

/// Which entries.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerEntryQuery {
    /// Of one of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<EntryKind>>, style = Form, explode = false)]
    kind: AnyOf<EntryKind>,
    /// About this.
    subject_id: Option<String>,
    /// Of this client.
    client_id: Option<ClientId>,
    /// Booked on or after this day.
    booked_on_gte: Option<NaiveDate>,
    /// Booked before this day.
    booked_on_lt: Option<NaiveDate>,
}

impl Filters for LedgerEntryQuery {}

/// List the entries of the books
#[utoipa::path(tag = "ledger", params(ListParameters, LedgerEntryQuery), responses((status = 200, body = LedgerEntryList, description = "A page")))]
#[get("/v1/ledger/entries")]
pub async fn list_entries(call: Call<may::ReadLedger>, list: List<LedgerEntryQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = EntryFilter {
        kind: query.kind.0.clone(),
        subject_id: query.subject_id.clone(),
        client_id: query.client_id,
        booked_on_gte: query.booked_on_gte,
        booked_on_lt: query.booked_on_lt,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        let slice = ledger::list(db, ctx.scope, &filter, &page)?;
        let ids: Vec<_> = slice.rows.iter().map(|row| row.id).collect();
        let postings = ledger::postings(db, ctx.scope, &ids)?;
        Ok((slice, postings))
    };
    let (slice, postings) = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let mut of_entry: HashMap<EntryId, Vec<PostingRow>> = HashMap::new();
    for posting in postings {
        of_entry.entry(posting.entry_id).or_default().push(posting);
    }
    let data = slice.rows.into_iter().map(|row| {
        let postings = of_entry.remove(&row.id).unwrap_or_default();
        entry_view(row, postings)
    });
    Ok(Reply::ok(&LedgerEntryList { data: data.collect(), next_cursor }))
}

fn entry_view(row: EntryRow, postings: Vec<PostingRow>) -> LedgerEntryView {
    let posting = |row: PostingRow| PostingView {
        debit: row.debit,
        credit: row.credit,
        amount: Money::from_minor(row.amount_minor, row.currency),
    };
    LedgerEntryView {
        id: row.id,
        booked_on: row.booked_on,
        kind: row.kind,
        subject_id: row.subject_id,
        client_id: row.client_id,
        postings: postings.into_iter().map(posting).collect(),
        created_at: row.created_at,
    }
}

/// The balance of an account in one currency.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AccountBalanceView {
    /// The account.
    pub account: AccountCode,
    /// Its name.
    pub title: String,
    /// What it tells.
    pub kind: AccountKind,
    /// Debits minus credits.
    pub debit_balance: Money,
    /// The balance on the side where the account grows.
    pub balance: Money,
}

/// The balances of all accounts on a day.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TrialBalanceView {
    /// The day, which counts whole.
    pub on: NaiveDate,
    /// Accounts that are not at zero.
    pub accounts: Vec<AccountBalanceView>,
    /// Debits minus credits over all accounts, for each currency: zero, or the books are wrong.
    pub sums: Vec<Money>,
}

/// Of which day.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrialBalanceQuery {
    /// The day; today if absent.
    on: Option<NaiveDate>,
}

/// Get the trial balance
#[utoipa::path(tag = "ledger", params(TrialBalanceQuery), responses((status = 200, body = TrialBalanceView, description = "The balances")))]
#[get("/v1/ledger/trial-balance")]
pub async fn get_trial_balance(call: Call<may::ReadLedger>, query: Query<TrialBalanceQuery>) -> Answer {
    let on = query.0.on.unwrap_or_else(|| call.ctx().today());
    let flows = call.read(move |db, ctx| ledger::flows(db, ctx.scope, on)).await?;
    Ok(Reply::ok(&trial(on, &flows)?))
}

fn trial(on: NaiveDate, flows: &[Flow]) -> Result<TrialBalanceView, Problem> {
    let posting = |flow: &Flow| Posting::new(flow.0, flow.1, Money::from_minor(flow.3, flow.2));
    let postings: Vec<_> = flows.iter().map(posting).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let balances = balances(&postings)?;
    let currencies: BTreeSet<Currency> = flows.iter().map(|flow| flow.2).collect();
    let account = |(account, debit_balance): (AccountCode, Money)| -> Result<_, Problem> {
        let balance = balances.natural(account, debit_balance.currency())?;
        Ok(AccountBalanceView { account, title: account.title().into(), kind: account.kind(), debit_balance, balance })
    };
    Ok(TrialBalanceView {
        on,
        accounts: balances.open().map(account).collect::<Result<_, _>>()?,
        sums: currencies.into_iter().map(|currency| balances.trial(currency)).collect::<Result<_, _>>()?,
    })
}
