//! Checkout: one form for who, where and how to pay. Someone new becomes a client by ordering, in one transaction.

use super::Shown;
use super::bill::{Bill, moved};
use super::gateways::payments;
use super::visit::Visit;
use crate::addresses::Address;
use crate::clients::views::ClientCreate;
use crate::contacts::views::ContactFields;
use crate::kernel::call::Ctx;
use crate::kernel::{ApiError, Desk, Reply, passwords};
use crate::orders::checkout::{NewWish, accepted, order_as_known, order_as_someone_new};
use crate::orders::place::Wish;
use crate::orders::views::{OrderView, ShopperOrder};
use crate::quotes::token::QuoteToken;
use crate::sessions::sign_in::Opening;
use crate::taxes::vat_numbers::{confirm_for_client, confirm_for_shopper};
use actix_web::HttpResponse;
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Failure, Outcome, clients, contacts};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::people::{ClientKind, MailFormat};
use comptoir_domain::taxes::{Buyer, read_vat_number};
use comptoir_domain::{Check, ClientId, Code, Country, Locale, Problem};
use comptoir_storefront::pages::{CheckoutPage, Choice, Form};

/// The form.
pub async fn show(visit: &Visit) -> Shown {
    let buyer = visit.buyer().await?;
    let country = buyer.place.country.to_string();
    let bill = visit.bill(visit.basket.clone(), buyer).await?;
    if bill.basket != visit.basket {
        visit.keep(&bill.basket);
    }
    if !bill.errors.is_empty() || bill.totals.is_none() || bill.lines.iter().any(|line| line.needs_domain) {
        return Ok(visit.see("cart/"));
    }
    let mut form = visit.form();
    form.values.insert("country".into(), country);
    let page = page(visit, bill, form, payments(visit).await?);
    page.map_or_else(|| Ok(visit.see("cart/")), |page| visit.page(&page))
}

fn page(visit: &Visit, bill: Bill, form: Form, payments: Vec<Choice>) -> Option<CheckoutPage> {
    Some(CheckoutPage {
        lines: bill.lines,
        totals: bill.totals?,
        once: visit.fresh_once(),
        quote: bill.token,
        signed_in: visit.name(),
        countries: countries(visit.locale),
        county_asked: bill.county_asked,
        payments,
        vat_number_required: visit.store.require_vat_number,
        custom_fields: Vec::new(),
        form,
    })
}

/// All countries, by name.
pub fn countries(locale: Locale) -> Vec<Choice> {
    Country::list_in(locale).iter().map(|(country, name)| Choice::new(country.to_string(), *name)).collect()
}

/// Orders what was quoted. Whatever is wrong comes back beside the fields, with the price as it is now.
pub async fn order(visit: &Visit) -> Shown {
    match place_order(visit).await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            let form = visit.or_refused(error)?;
            let buyer = match (visit.signed_in(), visit.fields.get("country").parse()) {
                (None, Ok(country)) => typed_buyer(visit, country),
                _ => visit.buyer().await?,
            };
            let bill = visit.bill(visit.basket.clone(), buyer).await?;
            let mut form = form;
            form.errors.extend(bill.errors.iter().cloned());
            let page = page(visit, bill, form, payments(visit).await?);
            page.map_or_else(|| Ok(visit.see("cart/")), |page| visit.again(&page))
        }
    }
}

async fn place_order(visit: &Visit) -> Result<HttpResponse, ApiError> {
    let (gateway, new) = typed(visit)?;
    let token = QuoteToken::open(visit.state().quote_key(), visit.fields.get("quote"))?;
    if token.store != visit.store.id {
        return Err(Problem::field("/quote_token", "invalid", "this quote is of another store").into());
    }
    let desk = visit.once()?;
    let reply = match (visit.signed_in(), new) {
        (Some((_, client)), _) => order_known(visit, &desk, token, gateway, client).await?,
        (None, Some(new)) => order_new(visit, &desk, token, gateway, new).await?,
        (None, None) => return Err(Problem::new(Code::Internal, "nobody orders").into()),
    };
    let placed: Placed = serde_json::from_str(&reply.body)
        .map_err(|error| Problem::new(Code::Internal, format!("an order was not remembered: {error}")))?;
    if visit.signed_in().is_none() {
        sign_in(visit, placed.client_id).await?;
    }
    visit.keep(&Default::default());
    let by_card = !gateway.is_awaited() && placed.state == "waiting_for_payment";
    let next = if by_card { "checkout/pay" } else { "checkout/result" };
    Ok(visit.see(&format!("{next}/{}/", placed.number)))
}

/// What is read of the order that was placed, be it now or by the same form before.
#[derive(serde::Deserialize)]
struct Placed {
    number: i64,
    client_id: ClientId,
    state: String,
}

/// How to pay and who orders, if it is someone new; or everything that is missing, at once.
fn typed(visit: &Visit) -> Result<(GatewayCode, Option<(ClientCreate, String)>), Problem> {
    let gateway = visit.fields.get("payment").parse::<GatewayCode>();
    let terms = visit.standing.shop.site().store.legal.iter().any(|text| text.accept);
    let gateway = gateway.map_err(|_| Problem::field("/payment", "required", "choose how to pay"));
    let agreed = accepted(!terms || visit.fields.get("accept") == "yes");
    let new = if visit.signed_in().is_some() { Ok(None) } else { someone_new(visit).map(Some) };
    match (gateway, agreed, new) {
        (Ok(gateway), Ok(()), Ok(new)) => Ok((gateway, new)),
        (gateway, agreed, new) => Err(together([new.err(), gateway.err(), agreed.err()])),
    }
}

/// Several refusals as one.
fn together<const N: usize>(problems: [Option<Problem>; N]) -> Problem {
    let mut all = Problem::new(Code::ValidationFailed, "some fields have wrong values");
    all.fields = problems.into_iter().flatten().flat_map(|problem| problem.fields).collect();
    all
}

async fn order_known(
    visit: &Visit,
    desk: &Desk,
    token: QuoteToken,
    gateway: GatewayCode,
    client: ClientId,
) -> Result<Reply, ApiError> {
    let quote_key = visit.state().quote_key().to_vec();
    confirm_for_client(visit.state(), &visit.desk.ctx, token.store, client).await?;
    let work = move |tx: &mut Db, ctx: &Ctx| {
        let client = clients::lock(tx, ctx.scope, client)?;
        let wish = Wish { token: &token, client: &client, gateway, quote_key: &quote_key };
        Ok(Reply::ok(&OrderView::from(&order_as_known(tx, ctx, &wish)?)))
    };
    desk.write(work).await
}

async fn order_new(
    visit: &Visit,
    desk: &Desk,
    token: QuoteToken,
    gateway: GatewayCode,
    (client, password): (ClientCreate, String),
) -> Result<Reply, ApiError> {
    visit.slowly()?;
    let hash = passwords::new_hash("/password", Some(password)).await?;
    let (country, quote_key) = (client.address.country, visit.state().quote_key().to_vec());
    let buyer = typed_buyer(visit, country);
    confirm_for_shopper(visit.state(), &visit.desk.ctx, visit.store.id, &buyer).await?;
    let quote_token = visit.fields.get("quote").to_string();
    let wanted = ShopperOrder { quote_token, gateway, accept_terms: true, client };
    let work = move |tx: &mut Db, ctx: &Ctx| {
        let token = moved(tx, ctx, &token, &buyer, None)?;
        let wish = NewWish { token: &token, wanted: &wanted, password_hash: hash.clone(), quote_key: &quote_key };
        let (_, placed) = order_as_someone_new(tx, ctx, wish)?;
        Ok(Reply::ok(&OrderView::from(&placed)))
    };
    desk.write(work).await
}

/// The client to be, as typed; what the API leaves open but an invoice needs is asked for here.
fn someone_new(visit: &Visit) -> Result<(ClientCreate, String), Problem> {
    let fields = &visit.fields;
    let country = fields.get("country").parse::<Country>();
    let (kind, company) = kind_and_company(visit);
    let password = fields.raw("password").to_string();
    let mut check = Check::new();
    for name in ["first_name", "last_name", "email", "street", "city"] {
        check.ensure(!fields.get(name).is_empty(), &format!("/{name}"), "required", "please fill this in");
    }
    check.ensure(country.is_ok(), "/country", "required", "choose a country");
    check.password("/password", &password);
    let typed = if kind == ClientKind::Company { fields.get("vat_number") } else { "" };
    let vat_number = match &country {
        Ok(country) => read_vat_number(&mut check, "/vat_number", typed, *country, visit.desk.ctx.today()),
        Err(_) => String::new(),
    };
    check.done()?;
    let country = country.map_err(|_| Problem::field("/country", "required", "choose a country"))?;
    let contact = ContactFields {
        first_name: fields.get("first_name").into(),
        last_name: fields.get("last_name").into(),
        email: fields.get("email").into(),
        phone: fields.get("phone").into(),
        locale: Some(visit.locale),
        mail_format: MailFormat::Html,
        password: None,
    };
    let address = address(visit, country);
    Ok((
        ClientCreate {
            kind,
            company,
            vat_number,
            address,
            locale: Some(visit.locale),
            contact,
            group: None,
            payment_method: None,
            order: None,
            tax_exemption: String::new(),
        },
        password,
    ))
}

/// A person has no company, whatever stands in the field.
pub fn kind_and_company(visit: &Visit) -> (ClientKind, String) {
    match visit.fields.get("kind").parse() {
        Ok(ClientKind::Company) => (ClientKind::Company, visit.fields.get("company").into()),
        _ => (ClientKind::Person, String::new()),
    }
}

/// Who buys, as typed. A number that is none is refused when the client is made.
fn typed_buyer(visit: &Visit, country: Country) -> Buyer {
    let (typed, today) = (visit.fields.get("vat_number"), visit.desk.ctx.today());
    let number = read_vat_number(&mut Check::new(), "", typed, country, today);
    Buyer::new(address(visit, country).place(), kind_and_company(visit).0, &number, false)
}

/// The address as typed.
pub fn address(visit: &Visit, country: Country) -> Address {
    let text = |name: &str| visit.fields.get(name).to_string();
    Address {
        line1: text("street"),
        line2: String::new(),
        city: text("city"),
        state: text("state"),
        county: text("county"),
        postal_code: text("postal_code"),
        country,
    }
}

/// Whoever has ordered is signed in. A form that is sent twice signs in twice: both times it held the password.
async fn sign_in(visit: &Visit, client: ClientId) -> Result<(), ApiError> {
    let (ip, user_agent) = visit.origin();
    let work = move |tx: &mut Db, ctx: &Ctx| -> Outcome<_> {
        let contact = contacts::primary_of(tx, ctx.scope, &[client])?.into_iter().next();
        let contact = contact.ok_or_else(|| Failure::Corrupt(format!("{client} has no primary contact")))?;
        let holder = Holder::Contact(contact.id);
        let seller = ctx.scope.seller();
        let opening = Opening::of(seller, holder, None, ip.clone(), user_agent.clone(), ctx.machine_now);
        sessions::insert(tx, &opening.row)?;
        Ok(opening.row)
    };
    visit.remember(&visit.desk.change(work).await?);
    Ok(())
}
