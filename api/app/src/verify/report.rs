//! The checks over HTTP: what `comptoir verify` prints.

use crate::kernel::{Answer, Call, Reply};
use crate::verify::CHECKS;
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::SellerId;
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::may;

/// So many findings are shown; all are counted.
const MOST: usize = 1_000;

/// What the checks have found.
#[derive(Debug, Default, serde::Serialize, utoipa::ToSchema)]
pub struct VerificationView {
    /// Whether nothing is wrong.
    pub is_clean: bool,
    /// How many checks were made: each for each seller.
    pub checks: u64,
    /// How many things were looked at.
    pub looked_at: u64,
    /// How many are wrong.
    pub count: u64,
    /// The first thousand of them.
    pub findings: Vec<FindingView>,
}

/// Something that is wrong.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FindingView {
    /// Whose it is.
    pub seller_id: SellerId,
    /// The seller's code.
    #[schema(example = "north")]
    pub seller: String,
    /// The check that found it.
    #[schema(example = "sums")]
    pub check: String,
    /// What should hold.
    #[schema(example = "Lines sum to their documents")]
    pub title: String,
    /// The id or the number of the thing.
    pub subject: String,
    /// What is wrong with it.
    pub detail: String,
}

impl VerificationView {
    /// Before anything was looked at.
    pub fn nothing() -> Self {
        Self { is_clean: true, ..Self::default() }
    }

    /// With what was found for one more seller.
    pub fn add(&mut self, part: Self) {
        self.is_clean &= part.is_clean;
        self.checks += part.checks;
        self.looked_at += part.looked_at;
        self.count += part.count;
        let room = MOST.saturating_sub(self.findings.len());
        self.findings.extend(part.findings.into_iter().take(room));
    }
}

/// Check that what is stored can be true
///
/// Periods, sums, documents, the chain, numbers, books, credits, coupons and services: of all sellers for the provider, of its
/// own for a reseller. Each seller is read in one consistent state; nothing is changed. On a large house this takes its
/// time: `POST /v1/verify` does it in the background.
#[utoipa::path(tag = "verify", responses((status = 200, body = VerificationView, description = "What was found")))]
#[get("/v1/verify")]
pub async fn verify_house(call: Call<may::ReadSeller>) -> Answer {
    let mut report = VerificationView::nothing();
    for seller in call.read(|db, ctx| whose(db, ctx.scope)).await? {
        let part = call.read(move |db, ctx| check_one(db, &seller, ctx.now.date_in(seller.time_zone), &|| ()));
        report.add(part.await?);
    }
    Ok(Reply::ok(&report))
}

/// Whom a caller may check: the provider the whole house, everyone else itself.
pub fn whose(db: &mut Db, scope: Scope) -> Outcome<Vec<SellerRow>> {
    let own = sellers::own(db, scope)?;
    if own.kind == SellerKind::Provider { sellers::all(db) } else { Ok(vec![own]) }
}

/// All checks for one seller, for whom it is this day; `made` hears of each.
pub fn check_one(db: &mut Db, seller: &SellerRow, today: NaiveDate, made: &impl Fn()) -> Outcome<VerificationView> {
    let mut part = VerificationView::nothing();
    for check in CHECKS {
        let checked = check.run(db, Scope::of(seller.id), today)?;
        part.checks += 1;
        part.looked_at += u64::try_from(checked.count).unwrap_or(u64::MAX);
        part.count += u64::try_from(checked.findings.len()).unwrap_or(u64::MAX);
        part.findings.extend(checked.findings.into_iter().take(MOST).map(|finding| FindingView {
            seller_id: seller.id,
            seller: seller.code.clone(),
            check: check.name.into(),
            title: check.title.into(),
            subject: finding.subject,
            detail: finding.detail,
        }));
        made();
    }
    part.is_clean = part.count == 0;
    Ok(part)
}
