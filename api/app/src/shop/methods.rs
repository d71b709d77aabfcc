//! Payment methods in the account area: what is kept, under which mandate it is debited and when next; adding and removing.

use super::Shown;
use super::account::newest;
use super::gateways::{label, offered};
use super::leave::leave;
use super::pay::{account, as_typed, card, mandate, signature};
use super::visit::Visit;
use crate::bank::views::MandateView;
use crate::encryption::stores;
use crate::gateways::ready::Ready;
use crate::kernel::call::Ctx;
use crate::kernel::{ApiError, IfMatch};
use crate::payment_methods::agree::confirm;
use crate::payment_methods::create::store;
use crate::payment_methods::views::MethodCreate;
use crate::payment_methods::{Keepers, forget, make_default};
use comptoir_connectors::payment::Entry;
use comptoir_db::bank::debits::{self, DebitFilter};
use comptoir_db::bank::mandates;
use comptoir_db::payment_method_setups as setups;
use comptoir_db::payment_methods::{self, PaymentMethodRow as Method};
use comptoir_db::{Db, Outcome};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::payment_methods::SetupState;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{ClientId, PaymentMethodId, Problem};
use comptoir_storefront::pages::{
    AccountForm, DebitRow, Form, MandateRow, PaymentMethodRow, PaymentMethodsPage, WayToPay,
};
use std::collections::HashMap;

/// More than anybody has under way.
const ALL: i64 = 200;

/// What is kept.
pub async fn show(visit: &Visit) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    visit.page(&page(visit, visit.form()).await?)
}

/// Keeps one more.
pub async fn add(visit: &Visit) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    match keep(visit).await {
        Ok(202) => Ok(visit.see("account/payment-methods/go/")),
        Ok(_) => Ok(visit.see("account/payment-methods/?saved=yes")),
        Err(error) => {
            let form = visit.or_refused(error)?;
            visit.again(&page(visit, form).await?)
        }
    }
}

/// Forgets one; a mandate ends with its account.
pub async fn remove(visit: &Visit) -> Shown {
    let keepers = Keepers::of(&visit.desk.state);
    let forget = move |tx: &mut Db, ctx: &Ctx, id, client| {
        forget(tx, ctx, &keepers, (id, Some(client)), &IfMatch::Any).map(drop)
    };
    change(visit, forget).await
}

/// Has one used before the others.
pub async fn prefer(visit: &Visit) -> Shown {
    change(visit, |tx: &mut Db, ctx: &Ctx, id, client| make_default(tx, ctx, id, Some(client)).map(drop)).await
}

/// Does something to the one that a form names.
async fn change<F>(visit: &Visit, work: F) -> Shown
where
    F: Fn(&mut Db, &Ctx, PaymentMethodId, ClientId) -> Outcome<()> + Send + 'static,
{
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let client = visit.client()?;
    let id: PaymentMethodId = visit.fields.get("method").parse().map_err(|_| Problem::not_found())?;
    match visit.desk.change(move |tx, ctx| work(tx, ctx, id, client)).await {
        Ok(()) => Ok(visit.see("account/payment-methods/")),
        Err(error) => {
            let form = visit.or_refused(error)?;
            visit.again(&page(visit, form).await?)
        }
    }
}

/// Goes to the page where the client agrees that something is kept.
pub async fn go(visit: &Visit) -> Shown {
    let Some((_, client)) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let open = visit.desk.read(move |db, ctx| setups::open_of_client(db, ctx.scope, client)).await?;
    let Some(newest) = open.into_iter().next_back() else { return Ok(visit.see("account/payment-methods/")) };
    leave(visit, "account/payment-methods/go/", newest.redirect_to, newest.redirect_fields.0)
}

/// Comes back from it: a reason to ask about all that waits for the client.
pub async fn back(visit: &Visit) -> Shown {
    let Some((_, client)) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let open = visit.desk.read(move |db, ctx| setups::open_of_client(db, ctx.scope, client)).await?;
    let mut found = "";
    for row in open {
        visit.slowly()?;
        match confirm(visit.state(), &visit.desk.ctx, row.id, Some(client)).await {
            Ok(row) if row.state == SetupState::Done => found = "?saved=yes",
            Ok(row) if row.state == SetupState::Declined => found = "?refused=yes",
            Ok(_) => {}
            // what cannot be asked now is asked by the next run
            Err(error) => tracing::info!(setup = %row.id, ?error, "nothing heard of a method yet"),
        }
    }
    Ok(visit.see(&format!("account/payment-methods/{found}")))
}

/// The first gateway of the store that keeps cards, the first that keeps what clients agree to at its page, and the first that
/// debits accounts.
async fn keepers(visit: &Visit) -> Result<Vec<(GatewayCode, Ready)>, ApiError> {
    if !visit.desk.read(stores).await? {
        return Ok(Vec::new());
    }
    let keeps = |ready: &Ready, entry: Entry| ready.gateway.vault().is_some_and(|vault| vault.keeps().contains(&entry));
    let keeps_cards = |ready: &Ready| keeps(ready, Entry::Card);
    let debits = |ready: &Ready| ready.gateway.debits().is_some();
    let offered = offered(visit).await?;
    let first = |fits: &dyn Fn(&Ready) -> bool| offered.iter().find(|(_, ready)| fits(ready)).cloned();
    let found = [first(&keeps_cards), first(&by_page), first(&debits)];
    Ok(found.into_iter().flatten().collect())
}

/// Whether its page is the only place where something can be kept.
fn by_page(ready: &Ready) -> bool {
    let keeps = ready.gateway.vault().map_or(&[][..], |vault| vault.keeps());
    keeps.contains(&Entry::Page) && !keeps.contains(&Entry::Card)
}

/// Keeps what was entered; the status of the answer.
async fn keep(visit: &Visit) -> Result<u16, ApiError> {
    let wanted = visit.fields.get("gateway").to_string();
    let found = keepers(visit).await?.into_iter().find(|(code, _)| code.as_str() == wanted);
    let (code, ready) = found.ok_or_else(Problem::not_found)?;
    let debits = ready.gateway.debits();
    let is_card = debits.is_none() && !by_page(&ready);
    let method = MethodCreate {
        gateway: code.to_string(),
        card: if is_card { Some(card(visit)?) } else { None },
        token: None,
        account: debits.map(|_| account(visit)),
        mandate: debits.and_then(|debits| debits.scheme()).map(|_| signature(visit)),
        return_to: debits.is_none().then(|| visit.absolute("account/payment-methods/back/")),
    };
    let kept = store(&visit.once()?, visit.client()?, method).await;
    kept.map(|reply| reply.status).map_err(|error| ApiError { problem: as_typed(error.problem), ..error })
}

async fn page(visit: &Visit, form: Form) -> Result<PaymentMethodsPage, ApiError> {
    let client = visit.client()?;
    let (methods, debits) = visit.desk.read(move |db, ctx| read(db, ctx, client)).await?;
    let mut ways = Vec::new();
    for (code, ready) in keepers(visit).await? {
        let is_account = ready.gateway.debits().is_some();
        let account = if is_account { Some(AccountForm { mandate: mandate(visit, &ready).await? }) } else { None };
        let page_of = by_page(&ready).then(|| label(visit, code, &ready));
        ways.push(WayToPay { gateway: code.to_string(), account, page_of });
    }
    Ok(PaymentMethodsPage {
        client: visit.name().unwrap_or_default(),
        methods,
        debits,
        ways,
        saved: visit.fields.get("saved") == "yes",
        refused: visit.fields.get("refused") == "yes",
        once: visit.fresh_once(),
        form,
    })
}

fn read(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<(Vec<PaymentMethodRow>, Vec<DebitRow>)> {
    let methods = payment_methods::of_client(db, ctx.scope, client)?;
    let ids: Vec<_> = methods.iter().map(|row| row.id).collect();
    let signed = mandates::of_methods(db, ctx.scope, &ids)?;
    // the newest of an account stands last, and is the one that counts
    let mut signed: HashMap<_, _> = signed.into_iter().map(|row| (row.payment_method_id, row)).collect();
    let debits = coming(db, ctx, client, &methods)?;
    let shown = methods.into_iter().map(|row| {
        let mandate = signed.remove(&row.id).map(|row| MandateView::new(row, ctx.today()));
        PaymentMethodRow {
            works: row.works_on(ctx.today()),
            id: row.id.to_string(),
            label: row.label,
            is_default: row.is_default,
            until: row.expires_on.and_then(|end| end.pred_opt()),
            mandate: mandate.map(|mandate| MandateRow {
                reference: mandate.reference,
                signed_on: mandate.signed_on,
                state: mandate.state.to_string(),
                text: mandate.text,
            }),
        }
    });
    Ok((shown.collect(), debits))
}

/// The debits that the bank has not answered, the next one first.
fn coming(db: &mut Db, ctx: &Ctx, client: ClientId, methods: &[Method]) -> Outcome<Vec<DebitRow>> {
    let state = TransactionState::ALL.iter().copied().filter(|state| state.is_under_way()).collect();
    let filter = DebitFilter { client_id: Some(client), state, ..DebitFilter::default() };
    let under_way = debits::list(db, ctx.scope, &filter, &newest(ALL))?.rows;
    let ids: Vec<_> = under_way.iter().map(|row| row.id).collect();
    let days: HashMap<_, _> =
        debits::some(db, ctx.scope, &ids)?.into_iter().map(|row| (row.transaction_id, row)).collect();
    let label = |id: PaymentMethodId| methods.iter().find(|row| row.id == id).map(|row| row.label.clone());
    let mut coming: Vec<_> = under_way
        .iter()
        .filter_map(|row| {
            let debit = days.get(&row.id)?;
            let label = label(debit.payment_method_id).unwrap_or_default();
            Some(DebitRow { label, on: debit.collect_on, amount: row.amount() })
        })
        .collect();
    coming.sort_by_key(|debit| debit.on);
    Ok(coming)
}
