//! A dry run over HTTP (EVT-06): what recurring work would do for the caller's seller.

use crate::events::foresee::{ForeseenView, can_be_foreseen, foresee};
use crate::events::request::known;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use chrono::{Days, NaiveDate};
use comptoir_domain::events::EventKind;
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Instant, Money, Problem};

/// How far one can look ahead.
const AHEAD: Days = Days::new(366);

/// What to look at.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "process_invoices"}))]
pub struct EventPreview {
    /// Which recurring kind.
    pub kind: EventKind,
    /// As if it were noon of this day, at most 366 days ahead; now if absent. What is there is what is there now: nothing
    /// that would happen until then is taken for done. Work that goes by the machine's clock is looked at as of now.
    pub as_of: Option<NaiveDate>,
    /// So many pieces at most; all are counted.
    #[serde(default = "hundred")]
    #[schema(minimum = 1, maximum = 1000)]
    pub limit: u16,
}

fn hundred() -> u16 {
    100
}

/// What a run would do.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EventPreviewView {
    /// What was looked at.
    pub kind: EventKind,
    /// The instant of the business for which it holds.
    pub as_of: Instant,
    /// How many pieces there are.
    pub count: u64,
    /// What their amounts come to, one sum for each currency.
    pub amounts: Vec<Money>,
    /// The pieces, in the order in which they would be done.
    pub items: Vec<ForeseenView>,
}

/// See what recurring work would do
///
/// For you alone, and by the same decisions as the run itself. Nothing is written and nobody is called, so what follows
/// from a gateway's or a panel's answer is not in it.
#[utoipa::path(tag = "events", request_body = EventPreview, responses((status = 200, body = EventPreviewView, description = "What would be done")))]
#[post("/v1/events/preview")]
pub async fn preview_event(call: Call<may::WriteEvents>, body: Body<EventPreview>) -> Answer {
    let wanted = body.into_inner();
    known(call.state(), wanted.kind)?;
    if !can_be_foreseen(wanted.kind) {
        return Err(Problem::field("/kind", "not_available", "this cannot be looked at beforehand").into());
    }
    if call.ctx().seller_kind != SellerKind::Provider && !wanted.kind.is_for_sellers() {
        return Err(Problem::new(Code::Forbidden, "this concerns the whole house: only the provider sees it").into());
    }
    let now = check(&wanted, call.ctx())?;
    let state = call.shared_state();
    let seen = call.read(move |db, ctx| {
        let then = Ctx { now, ..ctx.clone() };
        foresee(db, &state, &then, wanted.kind, wanted.limit.into())
    });
    let seen = seen.await?;
    let amounts = seen.amounts.into_values().collect();
    Ok(Reply::ok(&EventPreviewView { kind: wanted.kind, as_of: now, count: seen.count, amounts, items: seen.items }))
}

/// The instant to look at.
fn check(wanted: &EventPreview, ctx: &Ctx) -> Result<Instant, Problem> {
    let mut check = Check::new();
    check.ensure((1..=1000).contains(&wanted.limit), "/limit", "out_of_range", "1 to 1000");
    let today = ctx.today();
    let last = today.checked_add_days(AHEAD).unwrap_or(today);
    let near = wanted.as_of.is_none_or(|day| (today..=last).contains(&day));
    check.ensure(near, "/as_of", "out_of_range", "today or one of the next 366 days");
    check.done()?;
    let then = wanted.as_of.filter(|day| *day != today).and_then(|day| Instant::noon_of(day, ctx.zone));
    Ok(then.unwrap_or(ctx.now))
}
