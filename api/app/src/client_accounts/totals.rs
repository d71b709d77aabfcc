//! The totals of a client's account, one set per currency.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::get;
use comptoir_db::{Db, Failure, Outcome, clients, ledger, payments};
use comptoir_domain::client_accounts::{AccountTotals, Flow, totals};
use comptoir_domain::ledger::{EntryKind, Posting};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Currency, Money, Problem};
use std::collections::BTreeMap;

/// What stands between the seller and a client in one currency.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AccountTotalsView {
    /// The currency of all of them.
    pub currency: Currency,
    /// What the client owes.
    pub receivable: Money,
    /// What it has to its credit.
    pub credit: Money,
    /// What it is to be given back and has not got yet.
    pub payable: Money,
    /// What it has been given back, all together.
    pub refunds: Money,
    /// What it has cost, all together: discounts, coupons, goodwill, fees, bad debt. Null where the client looks itself.
    pub expenses: Option<Money>,
}

/// What stands between the seller and a client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClientAccountView {
    /// One set for each currency in which something was ever booked.
    pub totals: Vec<AccountTotalsView>,
}

impl ClientAccountView {
    fn new(found: BTreeMap<Currency, AccountTotals>, with_expenses: bool) -> Self {
        let one = |(currency, totals): (Currency, AccountTotals)| AccountTotalsView {
            currency,
            receivable: totals.receivable,
            credit: totals.credit,
            payable: totals.payable,
            refunds: totals.refunds,
            expenses: with_expenses.then_some(totals.expenses),
        };
        Self { totals: found.into_iter().map(one).collect() }
    }
}

/// Get the totals of a client's account
///
/// Receivable, credit, payable, refunds and expenses for each currency. Their history: `/v1/clients/{id}/account/movements`.
#[utoipa::path(tag = "client_accounts", params(("id" = ClientId, Path)), responses((status = 200, body = ClientAccountView, description = "The totals")))]
#[get("/v1/clients/{id}/account")]
pub async fn get_client_account(call: Call<may::ReadLedger>, id: Id<ClientId>) -> Answer {
    call.read(move |db, ctx| {
        let client = clients::find(db, ctx.scope, id.0)?.id;
        Ok(Reply::ok(&ClientAccountView::new(add_up(db, ctx, client)?, true)))
    })
    .await
}

/// Get the totals of your account
#[utoipa::path(tag = "client_accounts", responses((status = 200, body = ClientAccountView, description = "The totals")))]
#[get("/v1/me/account")]
pub async fn get_my_account(call: Call<may::Own>) -> Answer {
    call.read(|db, ctx| {
        let client = ctx.client()?.1;
        Ok(Reply::ok(&ClientAccountView::new(add_up(db, ctx, client)?, false)))
    })
    .await
}

fn add_up(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<BTreeMap<Currency, AccountTotals>> {
    let flow = |(kind, (debit, credit, currency, minor)): (EntryKind, ledger::Flow)| -> Outcome<Option<Flow>> {
        let posting = Posting::new(debit, credit, Money::from_minor(minor, currency)).map_err(Problem::from)?;
        Ok(posting.map(|posting| Flow { kind, posting }))
    };
    let flows = ledger::flows_of_client(db, ctx.scope, client)?.into_iter().map(flow);
    let flows: Vec<Flow> = flows.filter_map(Outcome::transpose).collect::<Result<_, Failure>>()?;
    let under_way = payments::refunds_under_way(db, ctx.scope, client)?;
    Ok(totals(&flows, &under_way)?)
}
