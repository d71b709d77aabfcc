//! Leaving for the page of a gateway or a bank, and coming back from it. What happened there the gateway tells us itself; who
//! comes back is a reason to ask, and no proof.

use super::Shown;
use super::pay::{Bill, of_invoice, of_order};
use super::visit::Visit;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use crate::payments::check::check;
use comptoir_db::Db;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_storefront::pages::LeavePage;
use url::Url;

/// Goes to pay an order.
pub async fn go_for_order(visit: &Visit) -> Shown {
    go(visit, of_order(visit).await).await
}

/// Goes to pay an invoice.
pub async fn go_for_invoice(visit: &Visit) -> Shown {
    go(visit, of_invoice(visit).await).await
}

/// Comes back from paying an order.
pub async fn back_to_order(visit: &Visit) -> Shown {
    back(visit, of_order(visit).await).await
}

/// Comes back from paying an invoice.
pub async fn back_to_invoice(visit: &Visit) -> Shown {
    back(visit, of_invoice(visit).await).await
}

/// The payment of a bill that has yet to be decided.
async fn under_way(visit: &Visit, bill: &Bill) -> Result<Option<TransactionRow>, ApiError> {
    let id = bill.invoice;
    let all = visit.desk.read(move |db: &mut Db, ctx: &Ctx| payments::of_invoice(db, ctx.scope, id)).await?;
    Ok(all.into_iter().rev().find(|row| row.state.is_under_way()))
}

async fn go(visit: &Visit, bill: Result<Bill, ApiError>) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let bill = bill?;
    let detail = under_way(visit, &bill).await?.map(|row| row.detail.0);
    let Some((leave_to, leave_with)) = detail.and_then(|it| Some((it.redirect_to?, it.redirect_fields))) else {
        return Ok(visit.see(&bill.after));
    };
    leave(visit, &format!("{}go/", bill.address), leave_to, leave_with)
}

/// The page, living at an address, from which one goes on to a gateway's.
pub fn leave(visit: &Visit, address: &str, leave_to: String, leave_with: Vec<(String, String)>) -> Shown {
    // a browser lets a form go only where the page says it may
    let origin = Url::parse(&leave_to).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    visit.page_leading_to(&LeavePage { address: address.into(), leave_to, leave_with }, &origin)
}

async fn back(visit: &Visit, bill: Result<Bill, ApiError>) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let bill = bill?;
    if let Some(row) = under_way(visit, &bill).await? {
        visit.slowly()?;
        // what cannot be asked now is told by the gateway, or asked by the next run
        if let Err(error) = check(visit.state(), &visit.desk.ctx, row.id).await {
            tracing::info!(transaction = %row.id, ?error, "nothing heard of a payment yet");
        }
    }
    Ok(visit.see(&bill.after))
}
