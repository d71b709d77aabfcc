//! What stands on a schet-factura: the lines 1 to 8 of the form, its table, and who signs. This is what is frozen and hashed;
//! what services do not have (consigner, consignee, country of origin) is left to whoever prints it.

use crate::addresses::{Address, Addressed};
use crate::invoices::parties::BuyerView;
use crate::schet_facturas::decide::{Reported, Wanted, paid_time};
use crate::schet_facturas::issuer::Issuer;
use chrono::NaiveDate;
use comptoir_db::schet_facturas::{OpenLine, SchetFacturaRow};
use comptoir_db::{Failure, Outcome};
use comptoir_domain::invoices::frozen::Frozen;
use comptoir_domain::orders::first_invoice::without_days;
use comptoir_domain::schedule::Period;
use comptoir_domain::schet_facturas::{CurrencyName, EXCISE, Measure, Part, SchetFacturaKind, line_rate};
use comptoir_domain::{
    Currency, InvoiceId, InvoiceLineId, Money, Problem, Quantity, SchetFacturaId, SubscriptionId, UnitPrice,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// A party: lines 2 to 2б, and 6 to 6б.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SchetFacturaPartyView {
    /// The name.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// The taxpayer number (ИНН), or the VAT number of one who has none; empty for neither.
    pub inn: String,
    /// The registration reason code (КПП); empty for none.
    pub kpp: String,
}

/// A document that is referred to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferenceView {
    /// Its date.
    pub date: NaiveDate,
    /// Its number.
    pub number: String,
}

/// Line 5а: the document of delivery, which a schet-factura of services is itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShipmentView {
    /// Which of its rows: `1`, or `1-3`.
    #[schema(example = "1-3")]
    pub rows: String,
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
}

/// Line 7: the currency.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CurrencyNameView {
    /// The three letters.
    pub letters: Currency,
    /// The name.
    #[schema(example = "Российский рубль")]
    pub name: String,
    /// The three digits.
    #[schema(example = "643")]
    pub code: String,
}

/// A unit of measurement: columns 2 and 2а.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UnitView {
    /// By the classifier ОКЕИ: 362 is a month, 796 a piece.
    #[schema(example = "362")]
    pub code: String,
    /// As it is written.
    #[schema(example = "мес")]
    pub symbol: String,
}

/// A row of the table.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SchetFacturaRowView {
    /// Column 1: from one.
    pub position: i32,
    /// Column 1а: what was delivered.
    pub description: String,
    /// The days on which it was delivered; null for what is not for time.
    pub period: Option<Period>,
    /// Columns 2 and 2а: a part of a month counts as one.
    pub unit: UnitView,
    /// Column 3.
    pub quantity: Quantity,
    /// Column 4: without tax.
    pub unit_price: UnitPrice,
    /// Column 5: without tax.
    pub net: Money,
    /// Column 6.
    #[schema(example = "без акциза")]
    pub excise: String,
    /// Column 7.
    #[schema(example = "22%")]
    pub rate: String,
    /// Column 8: the tax.
    pub tax: Money,
    /// Column 9: with tax.
    pub gross: Money,
    /// The last document that says something of it, if this one corrects it.
    pub corrects: Option<ReferenceView>,
    /// The subscription that was delivered.
    pub subscription_id: Option<SubscriptionId>,
    /// The invoice that charges it.
    pub invoice_id: InvoiceId,
    /// The line of the invoice.
    pub invoice_line_id: InvoiceLineId,
}

/// Who signs; empty where nobody is named.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignaturesView {
    /// For the company.
    pub director: String,
    /// For its books.
    pub chief_accountant: String,
    /// The entrepreneur.
    pub entrepreneur: String,
    /// The entrepreneur's registration.
    pub entrepreneur_registration: String,
}

/// All of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Form {
    pub id: SchetFacturaId,
    pub kind: SchetFacturaKind,
    pub number: String,
    pub issued_on: NaiveDate,
    pub period: Period,
    pub seller: SchetFacturaPartyView,
    pub buyer: SchetFacturaPartyView,
    pub payments: Vec<ReferenceView>,
    pub shipment: ShipmentView,
    pub currency: CurrencyNameView,
    pub rows: Vec<SchetFacturaRowView>,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    pub signatures: SignaturesView,
}

/// What a document is called.
pub struct Title {
    /// Which one.
    pub id: SchetFacturaId,
    /// Its number.
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
}

impl Form {
    /// Fills it in. What corrects something says what has been written about it.
    pub fn new(
        issuer: &Issuer,
        buyer: SchetFacturaPartyView,
        wanted: &Wanted,
        payments: Vec<ReferenceView>,
        title: Title,
        reported: &HashMap<InvoiceLineId, Reported>,
    ) -> Result<Self, Problem> {
        let (net, tax) = wanted.sums()?;
        let pairs = (1..).zip(wanted.missing.parts.iter().zip(&wanted.lines));
        let rows = pairs.map(|(position, (part, line))| row(position, part, line, corrected(wanted, part, reported)));
        let name = CurrencyName::of(wanted.currency);
        let count = wanted.missing.parts.len();
        let rows_text = if count == 1 { "1".to_string() } else { format!("1-{count}") };
        Ok(Self {
            kind: wanted.missing.kind,
            period: wanted.missing.period,
            seller: seller(issuer),
            buyer,
            payments,
            shipment: ShipmentView { rows: rows_text, number: title.number.clone(), date: title.issued_on },
            currency: CurrencyNameView { letters: wanted.currency, name: name.name, code: name.code },
            rows: rows.collect::<Result<_, Problem>>()?,
            net,
            tax,
            gross: net.plus(tax)?,
            signatures: signatures(issuer),
            id: title.id,
            number: title.number,
            issued_on: title.issued_on,
        })
    }

    /// As it was frozen.
    pub fn frozen(row: &SchetFacturaRow) -> Outcome<Self> {
        serde_json::from_str(&row.frozen).map_err(|error| Failure::Corrupt(format!("the form of {}: {error}", row.id)))
    }

    /// Freezes it: maps of JSON are sorted by their names.
    pub fn freeze(&self) -> Outcome<Frozen> {
        let value = serde_json::to_value(self).map_err(|error| Failure::Corrupt(error.to_string()))?;
        Ok(Frozen::new(&value)?)
    }
}

/// What a row corrects.
pub fn corrected<'a>(
    wanted: &Wanted,
    part: &Part,
    reported: &'a HashMap<InvoiceLineId, Reported>,
) -> Option<&'a Reported> {
    reported.get(&part.line).filter(|_| wanted.missing.kind == SchetFacturaKind::Correction)
}

fn row(
    position: i32,
    part: &Part,
    line: &OpenLine,
    corrected: Option<&Reported>,
) -> Result<SchetFacturaRowView, Problem> {
    let measure = Measure::of(part.net, line.quantity, paid_time(line).is_some());
    let description = line.period().map_or(&*line.description, |period| without_days(&line.description, period));
    Ok(SchetFacturaRowView {
        position,
        description: description.into(),
        period: part.period,
        unit: UnitView { code: measure.unit.as_str().into(), symbol: measure.unit.symbol().into() },
        quantity: measure.quantity,
        unit_price: measure.unit_price,
        net: part.net,
        excise: EXCISE.into(),
        rate: line_rate(line.tax_policy_id, &line.taxes.0),
        tax: part.tax,
        gross: part.net.plus(part.tax)?,
        corrects: corrected.map(|one| ReferenceView { date: one.issued_on, number: one.number.clone() }),
        subscription_id: line.subscription_id,
        invoice_id: line.invoice_id,
        invoice_line_id: line.id,
    })
}

fn seller(issuer: &Issuer) -> SchetFacturaPartyView {
    let (seller, settings) = (&issuer.seller, &issuer.settings);
    SchetFacturaPartyView {
        name: seller.company.clone(),
        address: seller.address(),
        inn: if settings.inn.is_empty() { seller.vat_number.clone() } else { settings.inn.clone() },
        kpp: settings.kpp.clone(),
    }
}

fn signatures(issuer: &Issuer) -> SignaturesView {
    let settings = &issuer.settings;
    SignaturesView {
        director: settings.director.clone(),
        chief_accountant: settings.chief_accountant.clone(),
        entrepreneur: settings.entrepreneur.clone(),
        entrepreneur_registration: settings.entrepreneur_registration.clone(),
    }
}

/// A buyer, with its numbers if its properties have them.
pub fn buyer(client: BuyerView, inn: Option<&str>, kpp: Option<&str>) -> SchetFacturaPartyView {
    SchetFacturaPartyView {
        name: client.name,
        address: client.address,
        inn: inn.map_or(client.vat_number, String::from),
        kpp: kpp.unwrap_or_default().into(),
    }
}
