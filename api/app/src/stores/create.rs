//! A new store, and the one that every seller begins with (ORD-02).

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply, keys};
use crate::stores::gateways::check_gateways;
use crate::stores::views::{StoreCreate, StoreView, check};
use actix_web::post;
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::stores::{self, StoreRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::orders::DomainOption;
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::StoreKind;
use comptoir_domain::quotes::PriceBasis;
use comptoir_domain::stores::{Landing, Theme};
use comptoir_domain::taxes::in_union;
use comptoir_domain::{Code, Instant, Problem};
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

/// What a publishable key begins with.
const KEY_PREFIX: &str = "pk";

/// Create a store
///
/// It is open at once and offers nothing until plans are put into it.
#[utoipa::path(tag = "stores", request_body = StoreCreate, responses((status = 201, body = StoreView, description = "Created")))]
#[post("/v1/stores")]
pub async fn create_store(call: Call<may::WriteStores>, body: Body<StoreCreate>) -> Answer {
    let gateways = call.state().gateways.clone();
    call.write(move |tx, ctx| {
        let seller = sellers::own(tx, ctx.scope)?;
        let row = row(ctx, &seller, body.0.clone());
        check(&row)?;
        check_kind(&seller, row.kind)?;
        check_gateways(tx, ctx, &gateways, &row)?;
        stores::insert(tx, &row).map_err(|failure| failure.or_taken("/code"))?;
        ctx.record(tx, "store.created", row.id, json!({ "code": row.code, "currency": row.currency }))?;
        let location = format!("/v1/stores/{}", row.id);
        Ok(Reply::created(&StoreView::from(row), location).version(1))
    })
    .await
}

/// Resellers are one level deep.
fn check_kind(seller: &SellerRow, kind: StoreKind) -> Result<(), Problem> {
    match (seller.kind, kind) {
        (SellerKind::Reseller, StoreKind::Reseller) => {
            Err(Problem::field("/kind", "not_allowed", "only the provider sells to resellers"))
        }
        _ => Ok(()),
    }
}

fn row(ctx: &Ctx, seller: &SellerRow, wanted: StoreCreate) -> StoreRow {
    StoreRow {
        seller_id: seller.id,
        id: fresh(),
        code: wanted.code,
        name: wanted.name,
        kind: wanted.kind,
        is_default: false,
        is_open: true,
        currency: wanted.currency,
        locales: Json(wanted.locales),
        price_basis: wanted.price_basis,
        gateways: Json(wanted.gateways),
        domain_options: Json(wanted.domain_options),
        require_vat_number: wanted.require_vat_number.unwrap_or_else(|| needs_vat_numbers(seller, ctx.now)),
        terms: Json(wanted.terms),
        theme: wanted.theme,
        landing: wanted.landing,
        publishable_key: keys::secret(KEY_PREFIX),
        created_at: ctx.now,
        version: 1,
    }
}

/// A seller of the European Union asks businesses for their VAT number unless it decides otherwise (TAX-04).
fn needs_vat_numbers(seller: &SellerRow, now: Instant) -> bool {
    in_union(seller.country, now.date_in(seller.time_zone))
}

/// Writes the store that a new seller begins with: American English and dollars, whatever the seller's own are (ORD-02).
/// It takes what needs no contract with anyone: cheques and transfers, and domain names that the shopper has.
pub fn open_default(tx: &mut Db, seller: &SellerRow) -> Outcome<()> {
    let row = StoreRow {
        seller_id: seller.id,
        id: fresh(),
        code: "default".into(),
        name: seller.company.chars().take(80).collect::<String>().trim().into(),
        kind: StoreKind::Client,
        is_default: true,
        is_open: true,
        currency: ours("USD")?,
        locales: Json(vec![ours("en-US")?]),
        price_basis: PriceBasis::Net,
        gateways: Json(vec![GatewayCode::TRANSFER, GatewayCode::CHEQUE]),
        domain_options: Json(vec![DomainOption::UseOwn]),
        require_vat_number: needs_vat_numbers(seller, seller.created_at),
        terms: Json(BTreeMap::new()),
        theme: Theme::default(),
        landing: Landing::default(),
        publishable_key: keys::secret(KEY_PREFIX),
        created_at: seller.created_at,
        version: 1,
    };
    stores::insert(tx, &row)
}

/// A value that is written in this file.
fn ours<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(Code::Internal, format!("{text} is not understood")))
}
