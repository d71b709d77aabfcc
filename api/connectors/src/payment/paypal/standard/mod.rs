//! PayPal Payments Standard, the older way: the client's browser takes a form to PayPal's page, and PayPal posts a notification
//! (IPN), which is sent back to it as it came, to hear whether it is genuine. Nothing can be asked or given back by it: for
//! sellers whose account has nothing else.

mod ipn;
#[cfg(test)]
mod tests;

use super::map::{is_taken, to_paypal};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Http, Method};
use crate::payment::registry::Site;
use crate::payment::{
    Callback, Callbacks, ClientAction, Entry, Outcome, Payment, PaymentEvent, PaymentGateway, PaymentRequest,
    PaymentSource, Take,
};
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};
use ipn::Receiver;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("business", "Main address of the PayPal account", FieldKind::Text(127), "billing@hosting.example"),
    optional("receivers", "Other addresses that may be paid, with commas", FieldKind::Text(1000), "eu@hosting.example"),
    optional("item_name", "What clients read, in the place of what is paid for", FieldKind::Text(127), "Web hosting"),
    optional("image_url", "Picture above what is paid for", FieldKind::Address, "https://hosting.example/shop.png"),
    optional("logo_url", "Logo beside it", FieldKind::Address, "https://hosting.example/logo.png"),
    optional("address", "Where notifications are verified", FieldKind::Address, "https://ipnpb.paypal.com"),
];

const PAGES: [&str; 2] = ["https://www.sandbox.paypal.com/cgi-bin/webscr", "https://www.paypal.com/cgi-bin/webscr"];
const JUDGES: [&str; 2] = ["https://ipnpb.sandbox.paypal.com", "https://ipnpb.paypal.com"];

/// One address at PayPal.
pub struct Standard {
    judge: Http,
    page: &'static str,
    business: String,
    item_name: String,
    image_url: String,
    logo_url: String,
    notify_url: String,
    receiver: Receiver,
}

impl Standard {
    /// Gets ready, for real money or for the sandbox.
    pub fn new(site: &Site, values: &Values) -> Result<Self> {
        let of_world = |[test, live]: [&'static str; 2]| if site.live { live } else { test };
        let text = |name| values.text(name).to_string();
        let others = text("receivers");
        let addresses = others.split(',').chain([values.text("business")]).map(|address| address.trim().to_lowercase());
        Ok(Self {
            judge: Http::new(values.or("address", of_world(JUDGES)), site.reach)?,
            page: of_world(PAGES),
            business: text("business"),
            item_name: text("item_name"),
            image_url: text("image_url"),
            logo_url: text("logo_url"),
            notify_url: site.callback_url.clone(),
            receiver: Receiver {
                addresses: addresses.filter(|address| !address.is_empty()).collect(),
                live: site.live,
            },
        })
    }

    /// Whether PayPal has sent it. It is given back byte for byte: its encoding is not ours to know.
    async fn is_genuine(&self, notification: &[u8]) -> Result<bool> {
        let body = [b"cmd=_notify-validate&", notification].concat();
        let call = Call::new(Method::Post, "/cgi-bin/webscr").body("application/x-www-form-urlencoded", body);
        let answer = self.judge.send(call).await;
        let unavailable = |message: String| ConnectorError::new(Kind::Unavailable, "not_verified", message);
        let answer = answer.map_err(|error| unavailable(error.message))?;
        match (answer.status, answer.text().trim()) {
            (200, "VERIFIED") => Ok(true),
            (200, "INVALID") => Ok(false),
            (status, _) => Err(unavailable(format!("PayPal answered {status}, and neither yes nor no"))),
        }
    }

    /// The form that the browser takes to the page.
    fn form(&self, request: &PaymentRequest) -> Result<Vec<(String, String)>> {
        let described = if self.item_name.is_empty() { &request.description } else { &self.item_name };
        let fields = [
            ("cmd", "_xclick".to_string()),
            ("business", self.business.clone()),
            ("item_name", described.chars().filter(|letter| !letter.is_control()).take(127).collect()),
            ("amount", to_paypal(request.amount)?),
            ("currency_code", request.amount.currency().as_str().to_string()),
            ("invoice", request.reference.to_string()),
            ("notify_url", self.notify_url.clone()),
            ("return", request.return_to.clone()),
            ("cancel_return", request.return_to.clone()),
            ("image_url", self.image_url.clone()),
            ("cpp_logo_image", self.logo_url.clone()),
            ("no_shipping", "1".into()),
            ("rm", "1".into()),
            ("charset", "utf-8".into()),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        Ok(filled.map(|(name, value)| (name.to_string(), value)).collect())
    }
}

#[async_trait]
impl PaymentGateway for Standard {
    fn takes(&self, currency: Currency) -> bool {
        is_taken(currency)
    }

    fn entries(&self) -> &'static [Entry] {
        &[Entry::Page]
    }

    /// What PayPal has never sent it calls invalid, if it is there.
    async fn probe(&self, _: Instant) -> Result<()> {
        self.is_genuine(b"").await.map(drop)
    }

    /// Nothing is sent from here: the browser does that.
    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries())?;
        if !matches!(request.source, PaymentSource::HostedPage) || request.take == Take::Reserve {
            return Err(ConnectorError::invalid("source", "it is paid at PayPal's page, and at once"));
        }
        let action = ClientAction { redirect_to: self.page.into(), fields: self.form(request)? };
        Ok(Payment {
            reference: request.reference.clone(),
            gateway_id: None,
            amount: request.amount,
            outcome: Outcome::ActionNeeded(action),
            refunded: Money::zero(request.amount.currency()),
            saved: None,
            card_country: None,
            raw: String::new(),
        })
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

#[async_trait]
impl Callbacks for Standard {
    async fn verify(&self, callback: &Callback, _: Instant) -> Result<Option<PaymentEvent>> {
        if !self.is_genuine(&callback.body).await? {
            return Err(ConnectorError::new(Kind::Auth, "forged_callback", "PayPal has not sent this"));
        }
        ipn::read(&callback.body, &self.receiver)
    }
}
