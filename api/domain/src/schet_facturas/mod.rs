//! Schet-facturas (INV-12): the documents by which a Russian seller certifies what was delivered. An invoice asks for money,
//! often ahead; a schet-factura says, month by month and whenever a service ends, what of that money has been earned.
//!
//! Like billing, this is derived and compared: from what was invoiced and how far it is documented already follow the
//! documents that are missing up to a day. Nothing else is remembered, so nothing is written twice or forgotten.

mod derive;
mod form;
mod settings;
#[cfg(test)]
mod tests;

pub use derive::{Charge, Credit, Documented, Missing, Part, Terms, missing};
pub use form::{CurrencyName, EXCISE, Measure, Unit, line_rate};
pub use settings::{SchetFacturaSettings, is_inn, is_kpp};

text_enum! {
    /// Why a schet-factura was written.
    pub enum SchetFacturaKind {
        /// A month is over: everything that was delivered in it.
        Month = "month",
        /// A service has ended, by another plan, another number of add-ons or a cancellation: its rest, at once.
        Ended = "ended",
        /// More was documented than stays charged: the difference, below nothing.
        Correction = "correction",
    }
}
