//! Certificate add-ons of hosting plans (CAT-10): they are bought in the same step, so they may be missing in no store, cycle
//! and currency of the plan.

use crate::kernel::call::Ctx;
use comptoir_db::certificates::{self, CertificateAddOnRow};
use comptoir_db::plans::links;
use comptoir_db::prices::{self, PriceRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::add_ons::check_certificate_offer;
use comptoir_domain::plans::{PlanType, Price};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{AddOnId, Check, PlanId, StoreId};

/// A plan as it is going to be.
pub struct Offering<'a> {
    pub kind: PlanType,
    pub add_ons: &'a [AddOnId],
    pub stores: &'a [StoreId],
    pub book: &'a [Price<Cycle>],
}

/// Notes certificate add-ons that are missing somewhere, each at the place of its number.
pub fn check_certificates(
    db: &mut Db,
    ctx: &Ctx,
    findings: &mut Check,
    plan: &Offering<'_>,
    place: impl Fn(usize) -> String,
) -> Outcome<()> {
    let ties = certificates::among(db, ctx.scope, plan.add_ons)?;
    if ties.is_empty() {
        return Ok(());
    }
    let were: Vec<PlanId> = ties.iter().map(|tie| tie.plan_id).collect();
    let stores = links::stores::of(db, ctx.scope, &were)?;
    let ids: Vec<AddOnId> = ties.iter().map(|tie| tie.add_on_id).collect();
    let books = prices::open_of_add_ons(db, ctx.scope, &ids, ctx.today())?;
    for (index, id) in plan.add_ons.iter().enumerate() {
        let Some(CertificateAddOnRow { plan_id, .. }) = ties.iter().find(|tie| tie.add_on_id == *id) else { continue };
        let place = place(index);
        if !plan.kind.has_hosting_properties() {
            findings.refuse(&place, "no_hosting", "the certificate is installed on hosting, and the plan is none");
            continue;
        }
        let theirs: Vec<StoreId> = stores.iter().filter(|(of, _)| of == plan_id).map(|(_, store)| *store).collect();
        let of_it = |price: &&PriceRow| price.add_on_id == Some(*id);
        let book: Vec<_> = books.iter().filter(of_it).map(PriceRow::price).collect();
        check_certificate_offer(findings, &place, (plan.stores, plan.book), (&theirs, &book));
    }
    Ok(())
}

/// Notes at `/store_ids` that a certificate plan leaves a store in which a hosting plan offers the add-on that it has become.
pub fn check_left_stores(
    db: &mut Db,
    ctx: &Ctx,
    findings: &mut Check,
    plan: PlanId,
    stores: &[StoreId],
) -> Outcome<()> {
    let Some(add_on) = certificates::became(db, ctx.scope, plan)? else { return Ok(()) };
    let offering = certificates::offering(db, ctx.scope, add_on)?;
    let theirs = links::stores::of(db, ctx.scope, &offering)?;
    let everywhere = theirs.iter().all(|(_, store)| stores.contains(store));
    findings.ensure(everywhere, "/store_ids", "missing_in_store", "plans of another store offer it as an add-on");
    Ok(())
}

/// What a plan offers now, and where.
pub fn offered(db: &mut Db, ctx: &Ctx, plan: PlanId) -> Outcome<(Vec<AddOnId>, Vec<StoreId>)> {
    let add_ons = links::add_ons::of(db, ctx.scope, &[plan])?.into_iter().map(|(_, add_on)| add_on).collect();
    let stores = links::stores::of(db, ctx.scope, &[plan])?.into_iter().map(|(_, store)| store).collect();
    Ok((add_ons, stores))
}
