//! Bringing the rules of a policy up to date with a table of rates.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::taxes::rules::views::TaxRuleView;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::taxes::rules::{self, TaxRuleRow};
use comptoir_db::{Outcome, taxes};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::{built_in_taxes, read_tax_table, refresh};
use comptoir_domain::{Check, TaxPolicyId, TaxRuleId};
use serde_json::json;
use std::collections::BTreeMap;

/// The longest table, in characters.
const LONGEST_TABLE: usize = 100_000;

/// By which table.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"table": "country,state,name,percent,valid_from,source\nFR,,VAT,20,,CGI art. 278\n"}))]
pub struct TaxRefresh {
    /// A table as CSV, with the columns country, state, name, percent, valid_from and source; the built-in one if absent.
    /// A rate ends the day before the next one of the same country, state and name begins.
    #[schema(max_length = 100_000)]
    pub table: Option<String>,
}

/// What was brought up to date.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxRefreshView {
    /// The new rules.
    pub added: Vec<TaxRuleView>,
    /// Rules that have a last day now.
    pub ended: Vec<TaxRuleView>,
}

/// Bring a policy up to date
///
/// Taxes that the policy has from the table get the rates that are missing, and those that have ended a last day. Rules of
/// your own stay as they are.
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), request_body = TaxRefresh, responses((status = 200, body = TaxRefreshView, description = "What was brought up to date")))]
#[post("/v1/tax-policies/{id}/refresh")]
pub async fn refresh_tax_policy(call: Call<may::WriteTaxes>, id: Id<TaxPolicyId>, body: Body<TaxRefresh>) -> Answer {
    let table = match &body.0.table {
        Some(text) => {
            let mut check = Check::new();
            check.ensure(text.chars().count() <= LONGEST_TABLE, "/table", "too_long", "at most 100000 characters");
            check.done()?;
            read_tax_table(text)?
        }
        None => built_in_taxes().to_vec(),
    };
    call.write(move |tx, ctx| {
        let policy = taxes::lock(tx, ctx.scope, id.0)?;
        let rows = rules::of_policies(tx, ctx.scope, &[policy.id])?;
        let known = rows.iter().map(TaxRuleRow::rule).collect::<Outcome<Vec<_>>>()?;
        let found = refresh(&known, &table);
        let new = found.missing.iter().map(|row| TaxRuleRow::new(ctx.scope, policy.id, row.rule(fresh()), ctx.now));
        let new: Vec<_> = new.collect();
        for row in &new {
            crate::taxes::rules::views::check(&row.rule()?).map_err(|problem| problem.under("/table"))?;
        }
        rules::insert_all(tx, &new)?;
        let mut by_day: BTreeMap<NaiveDate, Vec<TaxRuleId>> = BTreeMap::new();
        found.ending.iter().for_each(|(id, day)| by_day.entry(*day).or_default().push(*id));
        for (day, ids) in &by_day {
            rules::end(tx, ctx.scope, ids, *day)?;
        }
        let ended: Vec<_> = by_day.into_values().flatten().collect();
        let ended = rules::some(tx, ctx.scope, &ended)?;
        let fact = json!({ "added": new.len(), "ended": ended.len(), "built_in": body.0.table.is_none() });
        ctx.record(tx, "tax_policy.refreshed", policy.id, fact)?;
        let views = |rows: &[TaxRuleRow]| rows.iter().map(TaxRuleView::new).collect::<Outcome<_>>();
        Ok(Reply::ok(&TaxRefreshView { added: views(&new)?, ended: views(&ended)? }))
    })
    .await
}
