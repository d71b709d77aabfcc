//! Cards that are kept: as the transactions in which they were seen.

use super::map::{self, Verdict};
use super::{BluePay, Vault};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Entry, KeepRequest, Kept, PaymentSource};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};
use secrecy::SecretString;

#[async_trait]
impl Vault for BluePay {
    fn keeps(&self) -> &'static [Entry] {
        &[Entry::Card]
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let PaymentSource::Card(_) = request.source else {
            return Err(ConnectorError::invalid("source", "this gateway keeps cards"));
        };
        let nothing = Money::zero(self.currency).decimal().to_string();
        let mut form = map::means(&request.source)?;
        form.push(("TRANSACTION_TYPE", "AUTH".into()));
        form.push(("AMOUNT", nothing));
        form.push(("NAME", map::cut(format!("{} {}", request.payer.first_name, request.payer.last_name).trim(), 64)));
        let told = self.transact(form).await?;
        match map::verdict(&told) {
            Verdict::Done(_) | Verdict::Twice if !told.text("RRNO").is_empty() => {
                Ok(Kept::Saved(map::saved(&told, &request.source)))
            }
            Verdict::Declined(decline) => Err(ConnectorError::new(Kind::Declined, decline.code, decline.message)),
            Verdict::Failed(error) => Err(error),
            _ => Err(ConnectorError::new(Kind::Unavailable, "duplicate", "the card was tried a moment ago")),
        }
    }

    /// A token is the number of a past transaction: there is nothing over there to be forgotten.
    async fn forget(&self, _: &SecretString, _: Instant) -> Result<()> {
        Ok(())
    }
}
