//! Providers of certificates, what plans sell of theirs, and the add-ons that certificate plans have become (CAT-10, CAT-13).

use crate::schema::{certificate_add_ons, certificate_providers, plan_add_ons, plan_certificates, plans};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::certificates::{CertificateProduct, CertificateProviderKind, SoldCertificate};
use comptoir_domain::{AddOnId, CertificateProviderId, Instant, PlanId, SellerId};
use diesel::prelude::*;

/// An account with a provider.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificate_providers, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct CertificateProviderRow {
    pub seller_id: SellerId,
    pub id: CertificateProviderId,
    pub name: String,
    pub kind: CertificateProviderKind,
    pub is_enabled: bool,
    pub products: Json<Vec<CertificateProduct>>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(certificate_providers, CertificateProviderRow, CertificateProviderId);

/// The providers of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<CertificateProviderRow>> {
    let query = certificate_providers::table
        .filter(certificate_providers::seller_id.eq(scope.seller()))
        .into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, certificate_providers::id: CertificateProviderId, CertificateProviderRow, {
        "name" => certificate_providers::name: String = name,
    }))
}

/// The names of the plans that sell something of a provider.
pub fn plans_of(db: &mut Db, scope: Scope, provider: CertificateProviderId) -> Outcome<Vec<String>> {
    let selling = plan_certificates::table
        .filter(plan_certificates::seller_id.eq(scope.seller()))
        .filter(plan_certificates::provider_id.eq(provider));
    let ids: Vec<PlanId> = selling.select(plan_certificates::plan_id).load(db)?;
    let found = plans::table.filter(plans::seller_id.eq(scope.seller())).filter(plans::id.eq_any(ids));
    Ok(found.order(plans::id).select(plans::name).load(db)?)
}

/// Removes a provider of which no plan sells anything.
pub fn delete(db: &mut Db, scope: Scope, id: CertificateProviderId) -> Outcome<()> {
    diesel::delete(certificate_providers::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// What a plan sells.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_certificates)]
pub struct PlanCertificateRow {
    pub seller_id: SellerId,
    pub plan_id: PlanId,
    pub provider_id: CertificateProviderId,
    pub products: Json<Vec<SoldCertificate>>,
}

/// What a plan sells, if that was said.
pub fn of_plan(db: &mut Db, scope: Scope, plan: PlanId) -> Outcome<Option<PlanCertificateRow>> {
    let found = plan_certificates::table.find((scope.seller(), plan)).select(PlanCertificateRow::as_select());
    Ok(found.first(db).optional()?)
}

/// Says what a plan sells.
pub fn set_of_plan(db: &mut Db, row: &PlanCertificateRow) -> Outcome<()> {
    diesel::delete(plan_certificates::table.find((row.seller_id, row.plan_id))).execute(db)?;
    diesel::insert_into(plan_certificates::table).values(row).execute(db)?;
    Ok(())
}

/// Forgets what a plan sold that nobody ever bought.
pub fn delete_of_plan(db: &mut Db, scope: Scope, plan: PlanId) -> Outcome<()> {
    diesel::delete(plan_certificates::table.find((scope.seller(), plan))).execute(db)?;
    Ok(())
}

/// An add-on, and the certificate plan that it was.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_add_ons)]
pub struct CertificateAddOnRow {
    pub seller_id: SellerId,
    pub add_on_id: AddOnId,
    pub plan_id: PlanId,
}

/// Keeps what an add-on was.
pub fn insert_add_on(db: &mut Db, row: &CertificateAddOnRow) -> Outcome<()> {
    diesel::insert_into(certificate_add_ons::table).values(row).execute(db)?;
    Ok(())
}

/// Which of some add-ons were certificate plans.
pub fn among(db: &mut Db, scope: Scope, add_ons: &[AddOnId]) -> Outcome<Vec<CertificateAddOnRow>> {
    let found = certificate_add_ons::table
        .filter(certificate_add_ons::seller_id.eq(scope.seller()))
        .filter(certificate_add_ons::add_on_id.eq_any(add_ons.to_vec()))
        .order(certificate_add_ons::add_on_id);
    Ok(found.select(CertificateAddOnRow::as_select()).load(db)?)
}

/// The add-on that a certificate plan has become.
pub fn became(db: &mut Db, scope: Scope, plan: PlanId) -> Outcome<Option<AddOnId>> {
    let found = certificate_add_ons::table
        .filter(certificate_add_ons::seller_id.eq(scope.seller()))
        .filter(certificate_add_ons::plan_id.eq(plan));
    Ok(found.select(certificate_add_ons::add_on_id).first(db).optional()?)
}

/// The plans that offer an add-on.
pub fn offering(db: &mut Db, scope: Scope, add_on: AddOnId) -> Outcome<Vec<PlanId>> {
    let found = plan_add_ons::table
        .filter(plan_add_ons::seller_id.eq(scope.seller()))
        .filter(plan_add_ons::add_on_id.eq(add_on))
        .order(plan_add_ons::plan_id);
    Ok(found.select(plan_add_ons::plan_id).load(db)?)
}

/// Forgets what an add-on was that goes.
pub fn delete_add_on(db: &mut Db, scope: Scope, add_on: AddOnId) -> Outcome<()> {
    diesel::delete(certificate_add_ons::table.find((scope.seller(), add_on))).execute(db)?;
    Ok(())
}
