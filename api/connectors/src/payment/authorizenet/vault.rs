//! Cards that are kept: each in a customer profile of its own, so that forgetting one takes nothing else along and no profile
//! ever fills up. And the page, on which a card is entered at the gateway's.

use super::ask::Effect;
use super::map::{self, cut, setting};
use super::wire::{CreateProfile, Created, Held, HostedPage, NewPaymentProfile, NewProfile, OfProfile, Page, Settings};
use super::{AuthorizeNet, LIVE, TEST, Vault};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{ClientAction, Entry, KeepRequest, Kept, Outcome, Payment, PaymentRequest, PaymentSource};
use async_trait::async_trait;
use comptoir_domain::Instant;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

#[async_trait]
impl Vault for AuthorizeNet {
    fn keeps(&self) -> &'static [Entry] {
        &[Entry::Card, Entry::Token]
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let unfit = || ConnectorError::invalid("source", "this gateway keeps cards");
        let payment = map::means(&request.source).ok_or_else(unfit)?;
        let profile = NewProfile {
            merchant_customer_id: profile_name(request),
            description: "Comptoir",
            email: cut(&request.payer.email, 255),
            payment_profiles: NewPaymentProfile { bill_to: map::bill_to(&request.payer), payment },
        };
        // a card is tried with nothing, or a cent that is released, where money is real
        let validation_mode = if self.live { "liveMode" } else { "testMode" };
        let request_body = CreateProfile { profile, validation_mode };
        let created = self.ask::<Created>("createCustomerProfileRequest", &request_body, Effect::None).await;
        let id = match created {
            Ok(created) => created.customer_profile_id,
            Err(error) => self.held_already(&error).ok_or(error)?,
        };
        let name = "getCustomerProfileRequest";
        let held: Held = self.ask(name, &OfProfile { customer_profile_id: &id }, Effect::None).await?;
        let empty = || ConnectorError::new(Kind::Unavailable, "profile", "the profile holds no card");
        let method = held.profile.payment_profiles.into_iter().next().ok_or_else(empty)?;
        let card = method.payment.credit_card.unwrap_or_default();
        let number = &method.customer_payment_profile_id;
        Ok(Kept::Saved(map::saved(&id, number, &card.card_type, &card.card_number, map::card(&request.source))))
    }

    async fn forget(&self, token: &SecretString, _: Instant) -> Result<()> {
        let (customer_profile_id, _) = map::ids(token)?;
        let request = OfProfile { customer_profile_id };
        let done = self.ask::<serde_json::Value>("deleteCustomerProfileRequest", &request, Effect::None).await;
        match done {
            Err(error) if error.kind != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The same request again gets the same profile, and another card another one.
fn profile_name(request: &KeepRequest) -> String {
    let card = match &request.source {
        PaymentSource::Card(card) => {
            format!("{} {} {}", map::last_four(card.number.expose_secret()), card.expiry_month, card.expiry_year)
        }
        PaymentSource::Token(nonce) => nonce.expose_secret().into(),
        _ => String::new(),
    };
    map::digest(&format!("{} {} {card}", request.at, request.payer.id)).chars().take(20).collect()
}

impl AuthorizeNet {
    /// The profile that is named where one like it exists.
    fn held_already(&self, error: &ConnectorError) -> Option<String> {
        let id: String = error.message.chars().skip_while(|letter| !letter.is_ascii_digit()).collect();
        let id: String = id.chars().take_while(char::is_ascii_digit).collect();
        (error.code == "E00039" && !id.is_empty()).then_some(id)
    }

    /// A page for one payment, for a quarter of an hour.
    pub(super) async fn page(&self, request: &PaymentRequest) -> Result<Payment> {
        let back = json!({"showReceipt": false, "url": request.return_to, "cancelUrl": request.return_to});
        let setting = vec![setting("hostedPaymentReturnOptions", back.to_string())];
        let transaction_request = map::bill(request, self.currency.as_str());
        let page = HostedPage { transaction_request, hosted_payment_settings: Settings { setting } };
        let page: Page = self.ask("getHostedPaymentPageRequest", &page, Effect::None).await?;
        let [_, address] = if self.live { LIVE } else { TEST };
        let action = ClientAction { redirect_to: address.into(), fields: vec![("token".into(), page.token)] };
        Ok(self.begun(request, Outcome::ActionNeeded(action)))
    }
}
