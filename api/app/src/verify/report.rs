//! The checks over HTTP, for the owner of the house: what `comptoir verify` prints.

use crate::kernel::{Answer, Call, Reply};
use crate::verify::CHECKS;
use actix_web::get;
use comptoir_db::{Db, Outcome, Scope, sellers};
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, SellerId};

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

/// Check that what is stored can be true
///
/// For the provider: periods, sums, documents, the chain, numbers, books, credits, coupons and services of all sellers. Each
/// seller is read in one consistent state; nothing is changed. On a large house this takes its time.
#[utoipa::path(tag = "verify", responses((status = 200, body = VerificationView, description = "What was found")))]
#[get("/v1/verify")]
pub async fn verify_house(call: Call<may::ReadSeller>) -> Answer {
    if call.ctx().seller_kind != SellerKind::Provider {
        return Err(Problem::new(Code::Forbidden, "this concerns the whole house: only the provider sees it").into());
    }
    let mut report = VerificationView { is_clean: true, ..VerificationView::default() };
    for seller in call.read(|db, _| sellers::all(db)).await? {
        let (id, code) = (seller.id, seller.code);
        let part = call.read(move |db, _| check_one(db, id, &code)).await?;
        report.is_clean &= part.is_clean;
        report.checks += part.checks;
        report.looked_at += part.looked_at;
        report.count += part.count;
        let room = MOST.saturating_sub(report.findings.len());
        report.findings.extend(part.findings.into_iter().take(room));
    }
    Ok(Reply::ok(&report))
}

fn check_one(db: &mut Db, id: SellerId, code: &str) -> Outcome<VerificationView> {
    let mut part = VerificationView::default();
    for check in CHECKS {
        let checked = check.run(db, Scope::of(id))?;
        part.checks += 1;
        part.looked_at += u64::try_from(checked.count).unwrap_or(u64::MAX);
        part.count += u64::try_from(checked.findings.len()).unwrap_or(u64::MAX);
        part.findings.extend(checked.findings.into_iter().take(MOST).map(|finding| FindingView {
            seller_id: id,
            seller: code.into(),
            check: check.name.into(),
            title: check.title.into(),
            subject: finding.subject,
            detail: finding.detail,
        }));
    }
    part.is_clean = part.count == 0;
    Ok(part)
}
