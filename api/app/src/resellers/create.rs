//! A new seller: the provider's reseller, or the provider itself when the house is opened.

use crate::addresses::{Address, Addressed};
use crate::client_groups::create as client_groups;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply, passwords};
use crate::sellers::views::{SellerView, check};
use crate::stores::create as stores;
use crate::taxes::policies::create as taxes;
use crate::tlds::predefined::open_default as open_tlds;
use actix_web::post;
use comptoir_db::administrators::{self, AdministratorRow};
use comptoir_db::roles::{self, RoleRow};
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::{Db, Json, Outcome, clients};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::people::{AdministratorStatus, SellerKind, SellerStatus, normal_email};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Code, Currency, Instant, Locale, Problem, SellerId, TimeZone};
use serde_json::json;

/// The first administrator of a seller, with full access.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    #[schema(min_length = 10)]
    pub password: String,
}

/// A new reseller.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s",
    "seller": {"code": "dupont", "company": "Dupont Hosting", "email": "hello@dupont.example",
        "address": {"line1": "1 rue de la Paix", "city": "Lyon", "postal_code": "69001", "country": "FR"},
        "currency": "EUR", "locale": "fr-FR", "time_zone": "Europe/Paris"},
    "owner": {"name": "Jean Dupont", "email": "jean@dupont.example", "password": "correct horse battery"}}))]
pub struct ResellerCreate {
    /// The client of yours that it is; one client is one reseller at most.
    pub client_id: ClientId,
    /// Its profile as a seller.
    pub seller: SellerCreate,
    /// Its first administrator, with full access.
    pub owner: Owner,
}

/// The profile of a new seller.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerCreate {
    /// Names the seller at sign-in and in store addresses.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
    pub code: String,
    /// The company's name.
    #[schema(min_length = 1, max_length = 120)]
    pub company: String,
    /// Where it sits.
    pub address: Address,
    /// Where it is written to.
    pub email: String,
    /// The currency of its books and of new stores.
    pub currency: Currency,
    /// Its language.
    pub locale: Locale,
    /// The zone of its civil dates.
    pub time_zone: TimeZone,
}

/// Create a reseller
#[utoipa::path(tag = "resellers", request_body = ResellerCreate, responses((status = 201, body = SellerView, description = "Created")))]
#[post("/v1/resellers")]
pub async fn create_reseller(call: Call<may::WriteResellers>, body: Body<ResellerCreate>) -> Answer {
    call.ctx().require_provider()?;
    let wanted = body.into_inner();
    let hash = passwords::new_hash("/owner/password", Some(wanted.owner.password.clone())).await?.unwrap_or_default();
    call.write(move |tx, ctx| {
        let client = clients::lock(tx, ctx.scope, wanted.client_id)?;
        if client.status != ClientStatus::Active || client.archived_at.is_some() {
            return Err(Problem::new(Code::WrongState, "only an active client can become a reseller")
                .at("/client_id", "wrong_state", "activate the client first")
                .into());
        }
        let row = reseller_row(ctx, &wanted);
        open(tx, &row, &wanted.owner, hash.clone())?;
        ctx.record(tx, "reseller.created", row.id, json!({ "code": row.code, "client_id": client.id }))?;
        let location = format!("/v1/resellers/{}", row.id);
        Ok(Reply::created(&SellerView::from(row), location).version(1))
    })
    .await
}

fn reseller_row(ctx: &Ctx, wanted: &ResellerCreate) -> SellerRow {
    let mut row = seller_row(&wanted.seller, SellerKind::Reseller, ctx.now);
    row.parent_seller_id = Some(ctx.scope.seller());
    row.parent_client_id = Some(wanted.client_id);
    row
}

/// The row of a new seller.
pub fn seller_row(wanted: &SellerCreate, kind: SellerKind, now: Instant) -> SellerRow {
    let mut row = SellerRow {
        id: fresh::<SellerId>(),
        kind,
        code: wanted.code.clone(),
        status: SellerStatus::Active,
        parent_seller_id: None,
        parent_client_id: None,
        company: wanted.company.clone(),
        address_line1: String::new(),
        address_line2: String::new(),
        city: String::new(),
        state: String::new(),
        county: String::new(),
        postal_code: String::new(),
        country: wanted.address.country,
        email: normal_email(&wanted.email),
        phone: String::new(),
        website: String::new(),
        vat_number: String::new(),
        currency: wanted.currency,
        locale: wanted.locale,
        time_zone: wanted.time_zone,
        access_urls: Json(Vec::new()),
        created_at: now,
        version: 1,
    };
    row.set_address(wanted.address.clone());
    row
}

/// Writes a seller with its role of full access, its first administrator, tax policy, client group and store.
pub fn open(tx: &mut Db, row: &SellerRow, owner: &Owner, password_hash: String) -> Outcome<()> {
    let mut findings = Check::new();
    check(row, &mut findings, "/seller");
    findings.text("/owner/name", &owner.name, 1..=120);
    findings.email("/owner/email", &normal_email(&owner.email));
    findings.done()?;
    taken(tx, row)?;
    sellers::insert(tx, row)?;
    let role = RoleRow {
        seller_id: row.id,
        id: fresh(),
        name: "Owner".into(),
        full_access: true,
        permissions: Json(Vec::new()),
        created_at: row.created_at,
        version: 1,
    };
    roles::insert(tx, &role)?;
    let administrator = AdministratorRow {
        seller_id: row.id,
        id: fresh(),
        email: normal_email(&owner.email),
        name: owner.name.clone(),
        locale: row.locale,
        country: row.country,
        status: AdministratorStatus::Active,
        role_id: role.id,
        refuse_parallel_sessions: false,
        password_hash: Some(password_hash),
        password_changed_at: Some(row.created_at),
        created_at: row.created_at,
        version: 1,
    };
    administrators::insert(tx, &administrator)?;
    taxes::open_default(tx, row)?;
    client_groups::open_default(tx, row)?;
    stores::open_default(tx, row)?;
    open_tlds(tx, row)
}

/// Two unique indexes can refuse the row; this says which.
fn taken(tx: &mut Db, row: &SellerRow) -> Outcome<()> {
    let exists =
        |pointer: &str, detail: &str| Problem::new(Code::AlreadyExists, "see errors").at(pointer, "taken", detail);
    if sellers::by_code(tx, &row.code)?.is_some() {
        return Err(exists("/seller/code", "another seller has this code").into());
    }
    if let (Some(parent), Some(client)) = (row.parent_seller_id, row.parent_client_id)
        && sellers::of_client(tx, parent, client)?.is_some()
    {
        return Err(exists("/client_id", "this client is a reseller already").into());
    }
    Ok(())
}
