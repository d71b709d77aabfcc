//! Tax rules: one tax of one place, in a policy.

use crate::few::among;
use crate::schema::tax_rules;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice, rate};
use chrono::NaiveDate;
use comptoir_domain::taxes::{Area, Location, TaxRule, TaxStage};
use comptoir_domain::{Currency, Instant, Percent, SellerId, TaxPolicyId, TaxRuleId};
use diesel::prelude::*;

/// A rule. Parts of the place that do not matter are empty.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tax_rules, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct TaxRuleRow {
    pub seller_id: SellerId,
    pub id: TaxRuleId,
    pub tax_policy_id: TaxPolicyId,
    pub name: String,
    pub area: Area,
    pub state: String,
    pub county: String,
    pub city: String,
    pub stage: TaxStage,
    pub percent: Option<Percent>,
    pub fixed_minor: Option<i64>,
    pub fixed_currency: Option<Currency>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(tax_rules, TaxRuleRow, TaxRuleId);

impl TaxRuleRow {
    /// The row of a rule.
    pub fn new(scope: Scope, policy: TaxPolicyId, rule: TaxRule, now: Instant) -> Self {
        let (percent, fixed_minor, fixed_currency) = rate::columns(rule.rate);
        let text = |part: Option<String>| part.unwrap_or_default();
        Self {
            seller_id: scope.seller(),
            id: rule.id,
            tax_policy_id: policy,
            name: rule.name,
            area: rule.location.area,
            state: text(rule.location.state),
            county: text(rule.location.county),
            city: text(rule.location.city),
            stage: rule.stage,
            percent,
            fixed_minor,
            fixed_currency,
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            created_at: now,
            version: 1,
        }
    }

    /// The rule in the row.
    pub fn rule(&self) -> Outcome<TaxRule> {
        let part = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Ok(TaxRule {
            id: self.id,
            name: self.name.clone(),
            location: Location {
                area: self.area,
                state: part(&self.state),
                city: part(&self.city),
                county: part(&self.county),
            },
            rate: rate::read(self.percent, self.fixed_minor, self.fixed_currency)?,
            stage: self.stage,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

/// The rules of a seller, or of one policy.
pub fn list(db: &mut Db, scope: Scope, policy: Option<TaxPolicyId>, page: &Page) -> Outcome<Slice<TaxRuleRow>> {
    let mut query = tax_rules::table.filter(tax_rules::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(policy) = policy {
        query = query.filter(tax_rules::tax_policy_id.eq(policy));
    }
    Ok(keyset!(db, query, page, tax_rules::id: TaxRuleId, TaxRuleRow, { "name" => tax_rules::name: String = name }))
}

/// Whether any rule holds in a county only, so that it matters in which one a buyer is.
pub fn name_counties(db: &mut Db, scope: Scope) -> Outcome<bool> {
    let some = tax_rules::table.filter(tax_rules::seller_id.eq(scope.seller())).filter(tax_rules::county.ne(""));
    Ok(diesel::select(diesel::dsl::exists(some.filter(tax_rules::county.ne("*")))).get_result(db)?)
}

/// All rules of some policies, oldest first.
pub fn of_policies(db: &mut Db, scope: Scope, policies: &[TaxPolicyId]) -> Outcome<Vec<TaxRuleRow>> {
    let found = tax_rules::table
        .filter(tax_rules::seller_id.eq(scope.seller()))
        .filter(among(tax_rules::tax_policy_id, policies.to_vec()))
        .order(tax_rules::id);
    Ok(read_rows!(db, found, TaxRuleRow)?)
}

/// Some rules.
pub fn some(db: &mut Db, scope: Scope, ids: &[TaxRuleId]) -> Outcome<Vec<TaxRuleRow>> {
    let found =
        tax_rules::table.filter(tax_rules::seller_id.eq(scope.seller())).filter(tax_rules::id.eq_any(ids.to_vec()));
    Ok(found.select(TaxRuleRow::as_select()).load(db)?)
}

/// Writes many new rules.
pub fn insert_all(db: &mut Db, rows: &[TaxRuleRow]) -> Outcome<()> {
    insert_many!(db, tax_rules::table, rows);
    Ok(())
}

/// Gives some rules a last day.
pub fn end(db: &mut Db, scope: Scope, ids: &[TaxRuleId], last: NaiveDate) -> Outcome<()> {
    let rules =
        tax_rules::table.filter(tax_rules::seller_id.eq(scope.seller())).filter(tax_rules::id.eq_any(ids.to_vec()));
    let change = (tax_rules::valid_to.eq(Some(last)), tax_rules::version.eq(tax_rules::version + 1));
    diesel::update(rules).set(change).execute(db)?;
    Ok(())
}

/// Removes a rule.
pub fn delete(db: &mut Db, scope: Scope, id: TaxRuleId) -> Outcome<()> {
    diesel::delete(tax_rules::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// Removes all rules of a policy.
pub fn delete_of(db: &mut Db, scope: Scope, policy: TaxPolicyId) -> Outcome<()> {
    let rules =
        tax_rules::table.filter(tax_rules::seller_id.eq(scope.seller())).filter(tax_rules::tax_policy_id.eq(policy));
    diesel::delete(rules).execute(db)?;
    Ok(())
}
