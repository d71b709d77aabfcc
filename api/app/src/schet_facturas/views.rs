//! What schet-facturas look like.

use crate::schet_facturas::form::{
    CurrencyNameView, Form, ReferenceView, SchetFacturaPartyView, SchetFacturaRowView, ShipmentView, SignaturesView,
};
use chrono::NaiveDate;
use comptoir_db::Outcome;
use comptoir_db::schet_facturas::SchetFacturaRow;
use comptoir_domain::schedule::Period;
use comptoir_domain::schet_facturas::SchetFacturaKind;
use comptoir_domain::{ClientId, Instant, Money, SchetFacturaId};

/// A schet-factura, with the lines of the form by number.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SchetFacturaView {
    /// The document.
    pub id: SchetFacturaId,
    /// Why it was written.
    pub kind: SchetFacturaKind,
    /// Line 1: its number.
    pub number: String,
    /// Line 1: its date.
    pub issued_on: NaiveDate,
    /// To whom.
    pub client_id: ClientId,
    /// The days on which what stands on it was delivered.
    pub period: Period,
    /// Lines 2 to 2б.
    pub seller: SchetFacturaPartyView,
    /// Line 5: the payments that came before the delivery.
    pub payments: Vec<ReferenceView>,
    /// Line 5а.
    pub shipment: ShipmentView,
    /// Lines 6 to 6б.
    pub buyer: SchetFacturaPartyView,
    /// Line 7.
    pub currency: CurrencyNameView,
    /// The table.
    pub rows: Vec<SchetFacturaRowView>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// Who signs.
    pub signatures: SignaturesView,
    /// SHA-256 of the frozen document.
    pub sha256: String,
    /// Since when.
    pub created_at: Instant,
}

list_of!(SchetFacturaList, SchetFacturaView);

impl SchetFacturaView {
    /// As it was frozen.
    pub fn new(row: SchetFacturaRow) -> Outcome<Self> {
        let form = Form::frozen(&row)?;
        Ok(Self {
            id: row.id,
            kind: row.kind,
            number: row.number,
            issued_on: row.issued_on,
            client_id: row.client_id,
            period: form.period,
            seller: form.seller,
            payments: form.payments,
            shipment: form.shipment,
            buyer: form.buyer,
            currency: form.currency,
            rows: form.rows,
            net: form.net,
            tax: form.tax,
            gross: form.gross,
            signatures: form.signatures,
            sha256: row.frozen_hash,
            created_at: row.created_at,
        })
    }
}
