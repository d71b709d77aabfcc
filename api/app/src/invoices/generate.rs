//! Invoicing by hand (INV-06): past and future cycles of chosen clients, or of one subscription whatever its status, as
//! drafts or issued at once. It is the billing run's own way, only further; afterwards the run finds nothing to do for
//! these cycles. The preview is the same without the last step.

use crate::events::foresee::{ForeseenInvoiceView, apart};
use crate::invoices::draft::write_drafts;
use crate::invoices::issue::write_issued;
use crate::invoices::reach::Reach;
use crate::invoices::read::views_of;
use crate::invoices::renew::{Decided, is_run, move_on, work_out};
use crate::invoices::views::InvoiceView;
use crate::kernel::call::Ctx;
use crate::kernel::problem::ProblemView;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::webhooks;
use actix_web::post;
use chrono::{Months, NaiveDate};
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::{Db, Failure, Outcome, settings, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Problem, SubscriptionId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How far ahead one can look or invoice.
pub const AHEAD: Months = Months::new(36);

/// What to invoice by hand.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_ids": ["cli_000g40o40k30e209185go38e1s"], "cycles": 4, "issue": false}))]
pub struct InvoiceGeneration {
    /// Of these clients what runs invoice: active subscriptions, and suspended ones if the settings say so. Up to 100.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub client_ids: Vec<ClientId>,
    /// Instead of clients: this subscription, whatever its status; days on which it was suspended are charged too.
    pub subscription_id: Option<SubscriptionId>,
    /// So many cycles of each subscription that nothing was invoiced for yet, past ones first.
    #[schema(minimum = 1, maximum = 36)]
    pub cycles: Option<u16>,
    /// Instead of a number: every cycle that begins on this day or earlier, at most 36 months from today.
    pub through: Option<NaiveDate>,
    /// Whether to issue the invoices at once; they stay drafts otherwise.
    #[serde(default)]
    pub issue: bool,
}

/// What came of one client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GeneratedView {
    /// The client.
    pub client_id: ClientId,
    /// One for each currency, if nothing limits the lines of an invoice; none if nothing was missing.
    pub invoices: Vec<InvoiceView>,
    /// Why the client could not be invoiced, if so.
    pub problem: Option<ProblemView>,
}

/// What came of each client, in the order asked for.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct InvoiceGenerationView {
    /// One for each client.
    pub results: Vec<GeneratedView>,
}

/// What would come of one client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GenerationPreviewView {
    /// The client.
    pub client_id: ClientId,
    /// The invoices; their numbers are not known before.
    pub invoices: Vec<ForeseenInvoiceView>,
    /// Why the client could not be invoiced, if so.
    pub problem: Option<ProblemView>,
}

/// What would come of each client, in the order asked for.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct InvoiceGenerationPreviewView {
    /// One for each client.
    pub results: Vec<GenerationPreviewView>,
}

/// Invoice cycles by hand
///
/// All cycles of a client in one currency are one invoice. A client that cannot be invoiced keeps nobody else from it.
#[utoipa::path(tag = "invoices", request_body = InvoiceGeneration, responses((status = 200, body = InvoiceGenerationView, description = "What came of each client")))]
#[post("/v1/invoices/generate")]
pub async fn generate_invoices(call: Call<may::WriteInvoices>, body: Body<InvoiceGeneration>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let reach = check(&wanted, ctx)?;
        let ids = payers(tx, ctx, &wanted)?;
        // all of them first: everyone locks clients before series
        let clients = all_of(&ids, clients::lock_many(tx, ctx.scope, &ids)?)?;
        let (made, sick) = apart(tx, &ids, &|tx: &mut Db, part: &[ClientId]| {
            let decided = decide(tx, ctx, &wanted, &reach, those(&clients, part))?;
            write(tx, ctx, decided, wanted.issue)
        })?;
        let mut problems = problems(ctx, sick);
        let mut of_client: HashMap<ClientId, Vec<InvoiceView>> = HashMap::new();
        for view in views_of(tx, ctx, made)? {
            of_client.entry(view.client_id).or_default().push(view);
        }
        let result = |client_id: &ClientId| GeneratedView {
            client_id: *client_id,
            invoices: of_client.remove(client_id).unwrap_or_default(),
            problem: problems.remove(client_id),
        };
        Ok(Reply::ok(&InvoiceGenerationView { results: ids.iter().map(result).collect() }))
    })
    .await
}

/// See what invoicing by hand would make
///
/// The same as the call itself, to the cent. Nothing is written.
#[utoipa::path(tag = "invoices", request_body = InvoiceGeneration, responses((status = 200, body = InvoiceGenerationPreviewView, description = "What would come of each client")))]
#[post("/v1/invoices/generate/preview")]
pub async fn preview_invoices(call: Call<may::WriteInvoices>, body: Body<InvoiceGeneration>) -> Answer {
    let wanted = body.into_inner();
    call.read(move |db, ctx| {
        let reach = check(&wanted, ctx)?;
        let ids = payers(db, ctx, &wanted)?;
        let clients = all_of(&ids, clients::some(db, ctx.scope, &ids)?)?;
        let (seen, sick) = apart(db, &ids, &|db: &mut Db, part: &[ClientId]| {
            Ok(decide(db, ctx, &wanted, &reach, those(&clients, part))?.views())
        })?;
        let mut problems = problems(ctx, sick);
        let mut of_client: HashMap<ClientId, Vec<ForeseenInvoiceView>> = HashMap::new();
        for view in seen {
            of_client.entry(view.client_id).or_default().push(view);
        }
        let result = |client_id: &ClientId| GenerationPreviewView {
            client_id: *client_id,
            invoices: of_client.remove(client_id).unwrap_or_default(),
            problem: problems.remove(client_id),
        };
        Ok(Reply::ok(&InvoiceGenerationPreviewView { results: ids.iter().map(result).collect() }))
    })
    .await
}

fn check(wanted: &InvoiceGeneration, ctx: &Ctx) -> Result<Reach, Problem> {
    let mut check = Check::new();
    match wanted.subscription_id {
        Some(_) => {
            let alone = wanted.client_ids.is_empty();
            check.ensure(alone, "/client_ids", "not_wanted", "clients or one subscription, not both");
        }
        None => {
            let count = (1..=100).contains(&wanted.client_ids.len());
            check.ensure(count, "/client_ids", "out_of_range", "from 1 to 100 clients, or a subscription_id");
        }
    }
    let last = ctx.today().checked_add_months(AHEAD).unwrap_or(ctx.today());
    let near = wanted.through.is_none_or(|day| day <= last);
    check.ensure(near, "/through", "out_of_range", "at most 36 months from today");
    let few = wanted.cycles.is_none_or(|cycles| (1..=36).contains(&cycles));
    check.ensure(few, "/cycles", "out_of_range", "1 to 36 cycles");
    let reach = match (wanted.cycles, wanted.through) {
        (Some(cycles), None) => Some(Reach::Cycles(cycles)),
        (None, Some(day)) => Some(Reach::Through(day)),
        (Some(_), Some(_)) => {
            check.refuse("/through", "not_wanted", "a number of cycles or a day, not both");
            None
        }
        (None, None) => {
            check.refuse("/cycles", "required", "say how many cycles, or through which day");
            None
        }
    };
    check.done()?;
    reach.ok_or_else(|| Problem::field("/cycles", "required", "say how far"))
}

/// Whom it is about, each once, in the order asked for.
fn payers(db: &mut Db, ctx: &Ctx, wanted: &InvoiceGeneration) -> Outcome<Vec<ClientId>> {
    if let Some(id) = wanted.subscription_id {
        return Ok(vec![subscriptions::find(db, ctx.scope, id)?.client_id]);
    }
    let mut seen = BTreeSet::new();
    Ok(wanted.client_ids.iter().copied().filter(|id| seen.insert(*id)).collect())
}

fn all_of(ids: &[ClientId], rows: Vec<ClientRow>) -> Result<BTreeMap<ClientId, ClientRow>, Problem> {
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    if ids.iter().all(|id| rows.contains_key(id)) { Ok(rows) } else { Err(Problem::not_found()) }
}

fn those(clients: &BTreeMap<ClientId, ClientRow>, part: &[ClientId]) -> Vec<ClientRow> {
    part.iter().filter_map(|id| clients.get(id).cloned()).collect()
}

fn decide(
    db: &mut Db,
    ctx: &Ctx,
    wanted: &InvoiceGeneration,
    reach: &Reach,
    clients: Vec<ClientRow>,
) -> Outcome<Decided> {
    let rows = match wanted.subscription_id {
        Some(id) => subscriptions::find_many(db, ctx.scope, &[id])?,
        None => {
            let billing = settings::read(db, ctx.scope)?.value.0.billing;
            let ids: Vec<_> = clients.iter().map(|client| client.id).collect();
            let live = subscriptions::live_of_clients(db, ctx.scope, &ids)?;
            live.into_iter().filter(|row| is_run(row, &billing)).collect()
        }
    };
    work_out(db, ctx, clients, rows, reach)
}

fn write(tx: &mut Db, ctx: &Ctx, decided: Decided, issue: bool) -> Outcome<Vec<InvoiceRow>> {
    let invoices = move_on(tx, ctx, decided)?;
    if issue {
        return write_issued(tx, ctx, &invoices);
    }
    let drafts = write_drafts(tx, ctx, &invoices)?;
    let fact = |draft: &InvoiceRow| ctx.fact("invoice.drafted", draft.id, json!({ "client_id": draft.client_id }));
    webhooks::append(tx, &drafts.iter().map(fact).collect::<Vec<_>>())?;
    Ok(drafts)
}

/// What each sick client is told; what nobody must see is in the log.
fn problems(ctx: &Ctx, sick: Vec<(ClientId, Failure)>) -> HashMap<ClientId, ProblemView> {
    let told = sick.into_iter().map(|(client, failure)| {
        tracing::warn!(%client, %failure, "a client could not be invoiced by hand");
        (client, ProblemView::new(&failure.problem(), "/v1/invoices/generate", &ctx.request_id))
    });
    told.collect()
}
