//! How documents are numbered (INV-03): one scheme for all, and of each series the prefix, the digits and the next count.
//! A change holds from the next number on; what was issued keeps its number.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, IfMatch, Reply};
use actix_web::{get, put};
use chrono::NaiveDate;
use comptoir_db::{Db, Outcome, invoices};
use comptoir_domain::Check;
use comptoir_domain::invoices::numbering::{NumberScheme, Series, SeriesKind};
use comptoir_domain::invoices::renumber::{SeriesTerms, behind, renumber};
use comptoir_domain::permissions::may;
use serde_json::json;
use std::collections::BTreeMap;

/// Where a series stands.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SeriesView {
    /// What it counts.
    pub kind: SeriesKind,
    /// In front of the year.
    pub prefix: String,
    /// The count is filled with zeros to so many digits; 0 for none.
    pub width: u8,
    /// The next count.
    pub next: u64,
    /// The number that a document issued today would get.
    #[schema(example = "2026-1234")]
    pub next_number: String,
    /// No document will be dated before this day: the date of the last one, or the first day of the year for which `next` was
    /// chosen before there was one.
    pub last_on: Option<NaiveDate>,
}

/// How the seller numbers.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct NumberingView {
    /// Whether counts start again each year, and whether documents without tax are counted apart.
    pub scheme: NumberScheme,
    /// Those without tax count in the scheme `vatyear_seq` only.
    pub series: Vec<SeriesView>,
}

/// What a series is to be like.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesCreate {
    /// Which one.
    pub kind: SeriesKind,
    /// In front of the year: nothing, or capital letters, digits, dots, slashes and hyphens, a letter first. No two series
    /// have the same.
    #[schema(max_length = 12, pattern = "^([A-Z][A-Z0-9./-]*)?$")]
    pub prefix: String,
    /// The count is filled with zeros to so many digits; 0 for none.
    #[serde(default)]
    #[schema(maximum = 12)]
    pub width: u8,
    /// The next count, if it is to jump ahead: never below the one that is next. Counts that start again each year do so in
    /// the next one.
    #[schema(minimum = 1, maximum = 999999999999_i64)]
    pub next: Option<u64>,
}

/// How to number from now on.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scheme": "year_seq", "series": [{"kind": "invoice", "prefix": "FR", "width": 6, "next": 1000}]}))]
pub struct NumberingCreate {
    /// Whether counts start again each year, and whether documents without tax are counted apart.
    pub scheme: NumberScheme,
    /// Series that are left out keep their prefix and digits.
    #[serde(default)]
    #[schema(max_items = 4)]
    pub series: Vec<SeriesCreate>,
}

/// Get how you number documents
#[utoipa::path(tag = "invoices", responses((status = 200, body = NumberingView, description = "The scheme and the series")))]
#[get("/v1/numbering")]
pub async fn get_numbering(call: Call<may::ReadSeller>) -> Answer {
    call.read(|db, ctx| {
        let version = invoices::version(db, ctx.scope)?;
        let scheme = invoices::numbering(db, ctx.scope)?;
        let all = invoices::all_series(db, ctx.scope)?;
        Ok(Reply::ok(&view(scheme, &all, ctx.today())).version(version))
    })
    .await
}

/// Change how you number documents
///
/// From the next number on. Counts go up only; a jump behind the first number of a series shows in the report of gaps.
#[utoipa::path(tag = "invoices", request_body = NumberingCreate, responses((status = 200, body = NumberingView, description = "The scheme and the series as they are now")))]
#[put("/v1/numbering")]
pub async fn replace_numbering(call: Call<may::WriteSeller>, seen: IfMatch, body: Body<NumberingCreate>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let (all, version) = replace(tx, ctx, &wanted, &seen)?;
        Ok(Reply::ok(&view(wanted.scheme, &all, ctx.today())).version(version))
    })
    .await
}

fn replace(
    tx: &mut Db,
    ctx: &Ctx,
    wanted: &NumberingCreate,
    seen: &IfMatch,
) -> Outcome<(BTreeMap<SeriesKind, Series>, i64)> {
    // in the order in which issuing locks them
    let mut all = BTreeMap::new();
    for kind in SeriesKind::ALL {
        all.insert(*kind, invoices::lock_series(tx, ctx.scope, wanted.scheme, *kind)?);
    }
    let version = invoices::version(tx, ctx.scope)?;
    seen.check(version)?;
    let terms: Vec<_> = wanted.series.iter().cloned().map(SeriesTerms::from).collect();
    let mut changed = renumber(&all, wanted.scheme, &terms, ctx.today())?;
    let mut check = Check::new();
    for (kind, series) in &mut changed {
        if wanted.scheme == NumberScheme::YearId {
            *series = behind(series, invoices::highest_count(tx, ctx.scope, kind.as_str())?)?;
        }
        let others = invoices::has_number_like(tx, ctx.scope, &series.start(ctx.today()), *kind)?;
        let at = terms.iter().position(|terms| terms.kind == *kind).unwrap_or_default();
        check.ensure(!others, &format!("/series/{at}/prefix"), "taken", "another series has given such numbers");
    }
    check.done()?;
    for (kind, series) in &changed {
        invoices::save_series(tx, ctx.scope, *kind, series)?;
    }
    invoices::set_version(tx, ctx.scope, version + 1)?;
    let next = |series: &Series| next_number(series, ctx.today());
    let numbers: BTreeMap<_, _> = changed.iter().map(|(kind, series)| (kind.as_str(), next(series))).collect();
    let fact = json!({ "scheme": wanted.scheme, "next_numbers": numbers });
    ctx.record(tx, "numbering.changed", ctx.scope.seller(), fact)?;
    Ok((changed, version + 1))
}

fn view(scheme: NumberScheme, all: &BTreeMap<SeriesKind, Series>, today: NaiveDate) -> NumberingView {
    let one = |(kind, series): (&SeriesKind, &Series)| SeriesView {
        kind: *kind,
        prefix: series.prefix.clone(),
        width: series.width,
        next: series.on(today).next,
        next_number: next_number(series, today),
        last_on: series.last_on,
    };
    NumberingView { scheme, series: all.iter().map(one).collect() }
}

fn next_number(series: &Series, today: NaiveDate) -> String {
    let now = series.on(today);
    now.text(now.last_on.map_or(today, |last| last.max(today)), now.next)
}

impl From<SeriesCreate> for SeriesTerms {
    fn from(wanted: SeriesCreate) -> Self {
        let SeriesCreate { kind, prefix, width, next } = wanted;
        Self { kind, prefix, width, next }
    }
}
