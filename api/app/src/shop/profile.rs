//! Name, address and sign-in of a client, changed by its own contact.

use super::Shown;
use super::checkout::{address, countries, kind_and_company};
use super::visit::Visit;
use crate::addresses::{Address, AddressPatch, Addressed};
use crate::administrators::update::PasswordChange;
use crate::clients::update::change;
use crate::clients::views::ClientPatch;
use crate::contacts::views::ContactPatch;
use crate::kernel::call::Ctx;
use crate::kernel::{ApiError, Change};
use crate::me::password::set_password;
use crate::me::profile::change_contact;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::contacts::{self, ContactFilter, ContactRow};
use comptoir_db::taxes::rules;
use comptoir_db::{Db, Outcome};
use comptoir_domain::{Check, ClientId, ContactId};
use comptoir_storefront::pages::{Form, ProfilePage};
use std::collections::BTreeMap;

/// More than anybody has.
const ALL: i64 = 200;

/// What is shown.
struct Profile {
    client: ClientRow,
    contact: ContactRow,
    all: Vec<ContactRow>,
    county_asked: bool,
}

/// The form with what is known.
pub async fn show(visit: &Visit) -> Shown {
    let Some(who) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let known = read(visit, who).await?;
    let mut form = visit.form();
    form.values = values(&known);
    let saved = visit.fields.get("saved") == "yes";
    visit.page(&page(visit, known, form, saved))
}

/// Writes what was typed.
pub async fn save(visit: &Visit) -> Shown {
    let Some(who) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    match write(visit, who).await {
        Ok(()) => Ok(visit.see("account/profile/?saved=yes")),
        Err(error) => {
            let form = visit.or_refused(error)?;
            let known = read(visit, who).await?;
            visit.again(&page(visit, known, form, false))
        }
    }
}

async fn read(visit: &Visit, (contact, client): (ContactId, ClientId)) -> Result<Profile, ApiError> {
    let work = move |db: &mut Db, ctx: &Ctx| -> Outcome<_> {
        let filter = ContactFilter { client_id: Some(client), ..ContactFilter::default() };
        let all = contacts::list(db, ctx.scope, &filter, &super::account::newest(ALL))?.rows;
        Ok(Profile {
            client: clients::find(db, ctx.scope, client)?,
            contact: contacts::find(db, ctx.scope, contact)?,
            all,
            county_asked: rules::name_counties(db, ctx.scope)?,
        })
    };
    visit.desk.read(work).await
}

fn page(visit: &Visit, known: Profile, form: Form, saved: bool) -> ProfilePage {
    let name = |row: &ContactRow| format!("{} {}", row.first_name, row.last_name).trim().to_string();
    let contact = |row: &ContactRow| comptoir_storefront::pages::ContactRow {
        name: name(row),
        email: row.email.clone(),
        role: None,
    };
    ProfilePage {
        client: name(&known.contact),
        countries: countries(visit.locale),
        county_asked: known.county_asked,
        contacts: known.all.iter().rev().map(contact).collect(),
        saved,
        form,
    }
}

fn values(known: &Profile) -> BTreeMap<String, String> {
    let (client, contact) = (&known.client, &known.contact);
    let Address { line1, city, state, county, postal_code, country, .. } = client.address();
    let pairs = [
        ("kind", client.kind.to_string()),
        ("company", client.company.clone()),
        ("vat_number", client.vat_number.clone()),
        ("first_name", contact.first_name.clone()),
        ("last_name", contact.last_name.clone()),
        ("email", contact.email.clone()),
        ("phone", contact.phone.clone()),
        ("street", line1),
        ("city", city),
        ("state", state),
        ("county", county),
        ("postal_code", postal_code),
        ("country", country.to_string()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

async fn write(visit: &Visit, (contact, client): (ContactId, ClientId)) -> Result<(), ApiError> {
    let (of_client, of_contact) = patches(visit)?;
    let hash = new_password(visit, contact).await?;
    let work = move |tx: &mut Db, ctx: &Ctx| {
        let mut row = clients::lock(tx, ctx.scope, client)?;
        change(tx, ctx, &mut row, of_client.clone())?;
        change_contact(tx, ctx, contact, |_| Ok(()), of_contact.clone())?;
        if let Some(hash) = &hash {
            set_password(tx, ctx, contact, hash.clone())?;
        }
        Ok(())
    };
    visit.desk.change(work).await
}

fn patches(visit: &Visit) -> Result<(ClientPatch, ContactPatch), ApiError> {
    let fields = &visit.fields;
    let text = |name: &str| Change::To(fields.get(name).to_string());
    let country = fields.get("country").parse();
    let mut check = Check::new();
    check.ensure(country.is_ok(), "/country", "required", "choose a country");
    for name in ["street", "city"] {
        check.ensure(!fields.get(name).is_empty(), &format!("/{name}"), "required", "please fill this in");
    }
    check.done()?;
    let (kind, company) = kind_and_company(visit);
    let country = country.map_err(|_| comptoir_domain::Problem::not_found())?;
    let typed = address(visit, country);
    let place = AddressPatch {
        line1: Change::To(typed.line1),
        line2: Change::Keep,
        city: Change::To(typed.city),
        state: Change::To(typed.state),
        county: match fields.all("county").next() {
            Some(_) => Change::To(typed.county),
            None => Change::Keep,
        },
        postal_code: Change::To(typed.postal_code),
        country: Change::To(typed.country),
    };
    let client = ClientPatch {
        kind: Change::To(kind),
        company: Change::To(company),
        vat_number: text("vat_number"),
        address: Change::To(place),
        locale: Change::Keep,
        group: Change::Keep,
        tax_exemption: Change::Keep,
    };
    let contact = ContactPatch {
        first_name: text("first_name"),
        last_name: text("last_name"),
        email: text("email"),
        phone: text("phone"),
        locale: Change::Keep,
        mail_format: Change::Keep,
    };
    Ok((client, contact))
}

/// The hash of a new password, if one was typed and the present one is right.
async fn new_password(visit: &Visit, contact: ContactId) -> Result<Option<String>, ApiError> {
    let new_password = visit.fields.raw("password").to_string();
    if new_password.is_empty() {
        return Ok(None);
    }
    let known = visit.desk.read(move |db, ctx| contacts::find(db, ctx.scope, contact)).await?;
    let current_password = visit.fields.raw("current_password").to_string();
    Ok(Some(PasswordChange { current_password, new_password }.hash(known.password_hash).await?))
}
