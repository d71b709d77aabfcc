//! A new client, with its primary contact, in one step (CLI-01).

use crate::addresses::Addressed;
use crate::client_groups::member::join;
use crate::clients::views::{ClientCreate, ClientView, check};
use crate::contacts::create::contact_row;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, ApiError, AppState, Body, Call, Reply, passwords};
use crate::orders::take::take;
use crate::payment_methods::Keepers;
use crate::payment_methods::create::{HandedOver, Stored, hand_over, keep_stored};
use crate::payment_methods::views::MethodCreate;
use crate::taxes::treat::TaxStanding;
use crate::taxes::vat_numbers::confirm_later;
use actix_web::post;
use comptoir_connectors::payment::Payer;
use comptoir_db::client_groups::Membership;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::contacts::{self, ContactRow};
use comptoir_db::{Db, Outcome, counters, sellers};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::permissions::{Permission, may};
use comptoir_domain::taxes::read_vat_number;
use comptoir_domain::{Check, ClientId, Problem};
use serde_json::json;
use std::slice;

/// The first number of a seller's clients.
const FIRST_NUMBER: i64 = 1001;

/// Create a client
///
/// An administrator's new client is active at once. With `payment_method` its card is kept at the gateway, with `order` its
/// first subscriptions come with it, or nothing does.
#[utoipa::path(tag = "clients", request_body = ClientCreate, responses((status = 201, body = ClientView, description = "Created")))]
#[post("/v1/clients")]
pub async fn create_client(call: Call<may::WriteClients>, body: Body<ClientCreate>) -> Answer {
    let mut wanted = body.into_inner();
    let hash = passwords::new_hash("/contact/password", wanted.contact.password.take()).await?;
    let stored = match wanted.payment_method.take() {
        Some(method) => {
            call.ctx().require(Permission::WritePayments)?;
            let handed_over = at_once(call.state(), call.ctx(), to_be(call.ctx(), &wanted), method).await;
            Some(handed_over.map_err(|error| ApiError { problem: error.problem.under("/payment_method"), ..error })?)
        }
        None => None,
    };
    let keepers = Keepers::of(call.state());
    call.write(move |tx, ctx| {
        let (client, contact, group) = create(tx, ctx, &wanted, hash.clone(), ClientStatus::Active)?;
        if let Some(stored) = &stored {
            let kept = keep_stored(tx, ctx, &keepers, client.id, stored);
            kept.map_err(|failure| failure.under("/payment_method"))?;
        }
        if let Some(order) = &wanted.order {
            ctx.require(Permission::WriteOrders)?;
            take(tx, ctx, &client, order)?;
        }
        let location = format!("/v1/clients/{}", client.id);
        let standing = TaxStanding::load(tx, ctx, slice::from_ref(&client))?;
        Ok(Reply::created(&ClientView::new(client, contact, Some(group), &standing), location).version(1))
    })
    .await
}

/// A method that needs nobody's word: whoever is only made cannot go to a page yet.
async fn at_once(state: &AppState, ctx: &Ctx, payer: Payer, method: MethodCreate) -> Result<Stored, ApiError> {
    let later = || Problem::field("/return_to", "not_wanted", "POST /v1/payment-methods sends a client to a page");
    if method.return_to.is_some() {
        return Err(later().into());
    }
    match hand_over(state, ctx, payer, method).await? {
        HandedOver::Stored(stored) => Ok(*stored),
        HandedOver::Waits(_) => Err(later().into()),
    }
}

/// Who will pay, before there is a client.
fn to_be(ctx: &Ctx, wanted: &ClientCreate) -> Payer {
    let (contact, address) = (&wanted.contact, &wanted.address);
    Payer {
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        company: wanted.company.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        street: address.line1.clone(),
        postcode: address.postal_code.clone(),
        city: address.city.clone(),
        region: address.state.clone(),
        country: address.country.to_string(),
        ip: ctx.ip.clone(),
        ..Payer::default()
    }
}

/// Writes a client, its primary contact and its place in a group.
pub fn create(
    tx: &mut Db,
    ctx: &Ctx,
    wanted: &ClientCreate,
    password_hash: Option<String>,
    status: ClientStatus,
) -> Outcome<(ClientRow, ContactRow, Membership)> {
    let locale = match wanted.locale {
        Some(locale) => locale,
        None => sellers::own(tx, ctx.scope)?.locale,
    };
    let mut client = ClientRow {
        seller_id: ctx.scope.seller(),
        id: fresh::<ClientId>(),
        number: 0,
        kind: wanted.kind,
        status,
        status_reason: String::new(),
        archived_at: None,
        company: wanted.company.clone(),
        vat_number: String::new(),
        address_line1: String::new(),
        address_line2: String::new(),
        city: String::new(),
        state: String::new(),
        county: String::new(),
        postal_code: String::new(),
        country: wanted.address.country,
        locale,
        created_at: ctx.now,
        version: 1,
        tax_exemption: wanted.tax_exemption.clone(),
    };
    client.set_address(wanted.address.clone());
    let contact = contact_row(ctx, client.id, locale, &wanted.contact, password_hash, true);
    let mut findings = Check::new();
    let (typed, country) = (&wanted.vat_number, client.country);
    client.vat_number = read_vat_number(&mut findings, "/vat_number", typed, country, ctx.today());
    check(&client, &mut findings);
    crate::contacts::views::check(&contact, &mut findings, "/contact");
    if let Some(group) = &wanted.group {
        group.check(&mut findings);
    }
    findings.done()?;
    client.number = counters::next(tx, ctx.scope, "clients", FIRST_NUMBER)?;
    clients::insert(tx, &client)?;
    contacts::insert(tx, &contact).map_err(|failure| failure.or_taken("/contact/email"))?;
    let group = join(tx, ctx, client.id, wanted.group.as_ref())?;
    confirm_later(tx, ctx, &client)?;
    ctx.record(tx, "client.created", client.id, json!({ "number": client.number, "status": client.status }))?;
    Ok((client, contact, group))
}
