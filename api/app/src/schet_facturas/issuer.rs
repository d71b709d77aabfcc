//! A seller that writes schet-facturas. Whoever makes them or shows them asks for one first.

use crate::kernel::call::Ctx;
use chrono::{Datelike, NaiveDate};
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::{Db, Outcome, settings, watermarks};
use comptoir_domain::events::EventKind;
use comptoir_domain::schet_facturas::{SchetFacturaSettings, Terms};
use comptoir_domain::usage::Recipients;
use comptoir_domain::{Code, Problem};

/// A seller that writes them.
pub struct Issuer {
    /// Who it is.
    pub seller: SellerRow,
    /// What it has settled about them.
    pub settings: SchetFacturaSettings,
    /// Who gets the documents of its clients.
    pub recipients: Recipients,
    /// When they are written.
    pub terms: Terms,
    /// The last day before they are written, if that has to be remembered yet.
    pub to_remember: Option<NaiveDate>,
}

impl Issuer {
    /// The seller, if it writes them.
    pub fn read(db: &mut Db, ctx: &Ctx) -> Outcome<Option<Self>> {
        let all = settings::read(db, ctx.scope)?.value.0;
        let settings = all.schet_facturas;
        if settings.enabled == Some(false) {
            return Ok(None);
        }
        let seller = sellers::own(db, ctx.scope)?;
        if !settings.is_on(seller.country) {
            return Ok(None);
        }
        let begun = watermarks::read(db, ctx.scope, EventKind::ProcessSchetFacturas)?;
        let this_month = ctx.today().with_day(1).unwrap_or(ctx.today());
        let remembered = begun.and_then(|day| day.succ_opt()).unwrap_or(this_month);
        let starts_on = settings.starts_on.unwrap_or(remembered);
        let to_remember = this_month.pred_opt().filter(|_| begun.is_none());
        let terms = Terms { starts_on, day_of_month: settings.day_of_month };
        Ok(Some(Self { seller, settings, recipients: all.billing.recipients, terms, to_remember }))
    }

    /// The same for those who want to see some.
    pub fn find(db: &mut Db, ctx: &Ctx) -> Outcome<Self> {
        let off = "schet-facturas are switched off: switch them on with `schet_facturas.enabled` of PUT /v1/settings";
        Self::read(db, ctx)?.ok_or_else(|| Problem::new(Code::NotFound, off).into())
    }
}
