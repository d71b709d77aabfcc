//! Taking reports of use: from panels and programs, and from the built-in host.
//!
//! A report that is sent again is the one that is there. Whoever reports takes the turn of the clients it concerns, as
//! everyone does who changes what a client pays, so that the billing run sees all of a report or nothing.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::todos::{Todo, raise};
use crate::usage::terms::lifetime;
use crate::usage::views::{UsageReport, UsageReportItem, UsageReportView};
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::services::ServiceRow;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::usage::{self, UsageRecordRow};
use comptoir_db::{Db, Outcome, Scope, clients, sellers};
use comptoir_domain::permissions::may;
use comptoir_domain::schedule::Period;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::usage::{Record, Report, Resource, begun_units, counted_in, standing, used};
use comptoir_domain::{Check, ClientId, Code, Instant, Problem, SellerId, SubscriptionId, UsageRecordId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Who the built-in host is as a source.
const HOST: &str = "host";

/// Report what was used
///
/// All reports are taken, or none. A report with a key that its source has used before must be the same, and counts once. A
/// report is never changed: a wrong one is corrected by another that replaces it. What is reported late is charged with the
/// next invoice.
#[utoipa::path(tag = "usage", request_body = UsageReport, responses((status = 200, body = UsageReportView, description = "Taken")))]
#[post("/v1/usage")]
pub async fn report_usage(call: Call<may::WriteUsage>, body: Body<UsageReport>) -> Answer {
    check(&body.0)?;
    call.write(move |tx, ctx| Ok(Reply::ok(&take(tx, ctx, &body.0)?))).await
}

/// What can be said about a report without looking at anything else.
fn check(report: &UsageReport) -> Result<(), Problem> {
    let mut check = Check::new();
    check.slug("/source", &report.source);
    check.ensure(report.source != HOST, "/source", "taken", "this is the name of the built-in host");
    check.ensure((1..=100).contains(&report.records.len()), "/records", "out_of_range", "from 1 to 100 reports");
    let mut keys = BTreeSet::new();
    for (at, item) in report.records.iter().enumerate() {
        let place = format!("/records/{at}/key");
        check.text(&place, &item.key, 1..=100);
        check.ensure(keys.insert(&item.key), &place, "duplicate", "each report has a key of its own");
    }
    check.done()
}

fn take(tx: &mut Db, ctx: &Ctx, report: &UsageReport) -> Outcome<UsageReportView> {
    let contracts = contracts(tx, ctx, report)?;
    let keys: Vec<String> = report.records.iter().map(|item| item.key.clone()).collect();
    let known = usage::by_keys(tx, ctx.scope, &report.source, &keys)?;
    let known: HashMap<String, UsageRecordRow> = known.into_iter().map(|row| (row.record_key.clone(), row)).collect();
    let corrected = corrected(tx, ctx, report)?;
    let mut findings = Check::new();
    let (mut rows, mut new, mut differing) = (Vec::new(), Vec::new(), None);
    for (at, item) in report.records.iter().enumerate() {
        let place = format!("/records/{at}");
        if let Some(row) = known.get(&item.key) {
            differing = differing.or_else(|| (!is_same(row, item)).then(|| format!("{place}/key")));
            rows.push(row.clone());
            continue;
        }
        corrected.check(&mut findings, &place, item);
        let of = contracts.get(&item.subscription_id).ok_or_else(Problem::not_found)?;
        let told = Report { period: item.period, amount: item.amount };
        if let Some(month) = counted_in(&mut findings, &place, told, &lifetime(of), ctx.today()) {
            let about = (of.id, item.resource, told, month);
            let row = row(ctx.scope, (&report.source, &item.key), about, ctx.today(), ctx.now);
            let row = UsageRecordRow { replaces_id: item.replaces, ..row };
            rows.push(row.clone());
            new.push(row);
        }
    }
    findings.done()?;
    if let Some(place) = differing {
        let detail = "this key names another report: give yours a new one; to correct the other, name it in replaces";
        return Err(Problem::new(Code::AlreadyExists, "see errors").at(place, "taken", detail).into());
    }
    if usage::insert(tx, &new)? < new.len() {
        return Err(Problem::new(Code::Conflict, "someone else reports the same: repeat the request").into());
    }
    if !new.is_empty() {
        ctx.record(tx, "usage.reported", ctx.scope.seller(), json!({ "source": report.source, "records": new.len() }))?;
    }
    tell_of_too_much(tx, ctx, &new)?;
    Ok(UsageReportView { new: new.len(), records: rows.iter().map(Into::into).collect() })
}

/// The subscriptions of a report, whose clients are kept from being billed meanwhile.
fn contracts(tx: &mut Db, ctx: &Ctx, report: &UsageReport) -> Outcome<HashMap<SubscriptionId, SubscriptionRow>> {
    let ids = BTreeSet::from_iter(report.records.iter().map(|item| item.subscription_id));
    let rows = subscriptions::find_many(tx, ctx.scope, &Vec::from_iter(ids.iter().copied()))?;
    if rows.len() != ids.len() {
        return Err(Problem::not_found().into());
    }
    let theirs: BTreeSet<ClientId> = rows.iter().map(|row| row.client_id).collect();
    clients::lock_many(tx, ctx.scope, &Vec::from_iter(theirs))?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn is_same(row: &UsageRecordRow, item: &UsageReportItem) -> bool {
    let told = (item.subscription_id, item.resource, item.period, i64::try_from(item.amount).ok(), item.replaces);
    (row.subscription_id, row.resource, row.period(), Some(row.amount), row.replaces_id) == told
}

/// The reports that are to be corrected, and which of them were before.
struct Corrected {
    rows: HashMap<UsageRecordId, UsageRecordRow>,
    before: BTreeSet<UsageRecordId>,
}

fn corrected(tx: &mut Db, ctx: &Ctx, report: &UsageReport) -> Outcome<Corrected> {
    let ids = BTreeSet::from_iter(report.records.iter().filter_map(|item| item.replaces));
    let ids = Vec::from_iter(ids);
    let rows = usage::find_many(tx, ctx.scope, &ids)?;
    let before = usage::corrected(tx, ctx.scope, &ids)?;
    Ok(Corrected { rows: rows.into_iter().map(|row| (row.id, row)).collect(), before })
}

impl Corrected {
    /// A correction is of the same resource and days, and the first of its report: the next one corrects the correction.
    fn check(&self, findings: &mut Check, place: &str, item: &UsageReportItem) {
        let Some(row) = item.replaces.and_then(|id| self.rows.get(&id)) else { return };
        let place = format!("{place}/replaces");
        let told = (item.subscription_id, item.resource, item.period);
        let same = (row.subscription_id, row.resource, row.period()) == told;
        findings.ensure(same, &place, "not_the_same", "it is about another subscription, resource or other days");
        let free = !self.before.contains(&row.id);
        findings.ensure(free, &place, "corrected", "it was corrected before: name its correction");
    }
}

/// A new report. It is charged when its month is over, or by the next run if it is already: today's has been.
fn row(
    scope: Scope,
    (source, key): (&str, &str),
    (subscription_id, resource, told, month): (SubscriptionId, Resource, Report, Period),
    today: NaiveDate,
    now: Instant,
) -> UsageRecordRow {
    UsageRecordRow {
        seller_id: scope.seller(),
        id: fresh(),
        subscription_id,
        resource,
        from_on: told.period.from,
        to_on: told.period.to,
        amount: i64::try_from(told.amount).unwrap_or(i64::MAX),
        month_from: month.from,
        month_to: month.to,
        due_on: month.to.max(today.succ_opt().unwrap_or(today)),
        is_counted: false,
        source: source.into(),
        record_key: key.into(),
        replaces_id: None,
        created_at: now,
    }
}

/// Where a correction says that less was used than was charged, a person has to give the difference back.
fn tell_of_too_much(tx: &mut Db, ctx: &Ctx, new: &[UsageRecordRow]) -> Outcome<()> {
    let corrections: Vec<_> = new.iter().filter(|row| row.replaces_id.is_some()).collect();
    let months = corrections.iter().map(|row| row.month_from);
    let Some((from, to)) = months.clone().min().zip(months.max()) else { return Ok(()) };
    let ids = BTreeSet::from_iter(corrections.iter().map(|row| row.subscription_id));
    let ids = Vec::from_iter(ids);
    let reports = usage::of_months(tx, ctx.scope, &ids, from, to)?;
    for month in usage::months_of(tx, ctx.scope, &ids, from, to)? {
        let key = (month.subscription_id, month.resource, month.from_on);
        let of_month = reports.iter().filter(|row| (row.subscription_id, row.resource, row.month_from) == key);
        let records: Vec<Record> = of_month.map(UsageRecordRow::record).collect();
        let amounts = standing(&records).map(|record| record.amount);
        let owed = begun_units(used(month.resource, amounts), &month.terms()?);
        let charged = u64::try_from(month.units).unwrap_or_default();
        if owed < charged {
            let todo = Todo {
                unique_key: format!("overuse_corrected:{}:{}:{}", key.0, key.1, key.2),
                kind: TodoKind::OveruseCorrected,
                title: "Less was used than was charged".into(),
                detail: format!(
                    "{} of the month from {}: {charged} units were charged, {owed} were used. Write a credit note over \
                     the difference.",
                    month.resource, month.from_on
                ),
                subject_id: month.subscription_id.to_string(),
            };
            raise(tx, ctx.scope, ctx.now, todo)?;
        }
    }
    Ok(())
}

/// What the built-in host has measured, as a report for today; the first one of a day stands.
pub fn record_disk<'a>(
    tx: &mut Db,
    measured: impl Iterator<Item = (&'a ServiceRow, i64)>,
    now: Instant,
) -> Outcome<()> {
    let mut by_seller: BTreeMap<SellerId, Vec<(&ServiceRow, i64)>> = BTreeMap::new();
    measured.for_each(|(row, bytes)| by_seller.entry(row.seller_id).or_default().push((row, bytes)));
    for (seller, measured) in by_seller {
        let scope = Scope::of(seller);
        let today = now.date_in(sellers::own(tx, scope)?.time_zone);
        let ids: Vec<_> = measured.iter().map(|(row, _)| row.subscription_id).collect();
        let contracts = subscriptions::find_many(tx, scope, &ids)?;
        let contracts: HashMap<_, _> = contracts.iter().map(|row| (row.id, row)).collect();
        let report = |(service, bytes): &(&ServiceRow, i64)| {
            let of = contracts.get(&service.subscription_id)?;
            let period = Period { from: today, to: today.succ_opt()? };
            let told = Report { period, amount: u64::try_from(*bytes).ok()? };
            // what is measured before the first day, or after the last one, is nobody's
            let mut findings = Check::new();
            let month = counted_in(&mut findings, "", told, &lifetime(of), today)?;
            findings.done().ok()?;
            let key = format!("{}:{today}", service.id);
            Some(row(scope, (HOST, &key), (of.id, Resource::DiskSpace, told, month), today, now))
        };
        let rows: Vec<UsageRecordRow> = measured.iter().filter_map(report).collect();
        usage::insert(tx, &rows)?;
    }
    Ok(())
}
