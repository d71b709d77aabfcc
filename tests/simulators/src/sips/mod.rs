//! Worldline Sips: a simulation shop with Paypage and Office, as the page of the protocol has them. The last two digits of a card
//! are the response code.

pub mod seal;

use crate::shell::{Asked, Said, Service};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A Visa card that is accepted.
pub const CARD: &str = "4100000000000000";

/// The codes of the page; a card that ends otherwise is accepted.
const CODES: &[&str] = &[
    "02", "03", "05", "11", "12", "14", "17", "24", "25", "30", "34", "40", "51", "54", "60", "62", "63", "75", "90",
    "94", "97", "99",
];

/// By which ways an order can come.
const CHANNELS: &[&str] = &["INTERNET", "MOTO", "TELEPHONE_ORDER"];

/// One payment in the books.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    pub fields: BTreeMap<String, String>,
    pub amount: i64,
    /// What is left of it.
    pub left: i64,
    pub code: String,
    pub status: &'static str,
}

type Object = Map<String, Value>;

/// One shop.
pub struct Sips {
    pub merchant: String,
    pub key: String,
    pub algorithm: &'static str,
    pub payments: BTreeMap<String, Payment>,
    /// Wallets: their cards by their ids.
    pub wallets: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether answers carry a seal.
    pub sealed: bool,
    /// By how much the amounts in answers are wrong.
    pub skew: i64,
    /// The next answer is sealed by someone else.
    pub forge: bool,
}

impl Default for Sips {
    fn default() -> Self {
        Self {
            merchant: "002001000000001".into(),
            key: "002001000000001_KEY1".into(),
            algorithm: seal::HMAC,
            payments: BTreeMap::new(),
            wallets: BTreeMap::new(),
            sealed: true,
            skew: 0,
            forge: false,
        }
    }
}

fn code_of(card: &str) -> &str {
    let tail = &card[card.len() - 2..];
    if CODES.contains(&tail) { tail } else { "00" }
}

impl Service for Sips {
    fn answer(&mut self, asked: &Asked) -> Said {
        let Some(operation) = asked.path.strip_prefix("/rs-services/v2/") else {
            return Said::text(404, "text/html", "<html>404</html>");
        };
        let object: Object = serde_json::from_slice(&asked.body).unwrap_or_default();
        let mut said = match self.check(operation, &object) {
            Ok(wanted) => self.operate(operation, &wanted),
            Err(code) => json!({ "responseCode": code }),
        };
        said["keyVersion"] = json!("1");
        if self.sealed {
            let key = if std::mem::take(&mut self.forge) { "another" } else { &self.key };
            said["seal"] = json!(seal::of(self.algorithm, key, &seal::text(said.as_object().unwrap())));
        }
        Said::json(200, &said)
    }
}

/// Fields of a call or a form, containers with a dot.
type Wanted = BTreeMap<String, String>;

fn of<'a>(wanted: &'a Wanted, name: &str) -> &'a str {
    wanted.get(name).map_or("", String::as_str)
}

impl Sips {
    /// Seal, version and the shop.
    fn check(&self, operation: &str, object: &Object) -> Result<Wanted, &'static str> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        let versions =
            [("checkout/", "IR_WS_"), ("cashManagement/", "CR_WS_"), ("diagnostic/", "DR_WS_"), ("wallet/", "WR_WS_")];
        let version = versions.iter().find(|(group, _)| operation.starts_with(group)).ok_or("40")?.1;
        if text("merchantId") != self.merchant {
            return Err("03");
        }
        let algorithm = if text("sealAlgorithm").is_empty() { seal::HMAC } else { text("sealAlgorithm") };
        if text("keyVersion") != "1"
            || algorithm != self.algorithm
            || text("seal") != seal::of(algorithm, &self.key, &seal::text(object))
        {
            return Err("34");
        }
        if !text("interfaceVersion").starts_with(version) {
            return Err("12");
        }
        let mut wanted = Wanted::new();
        for (name, value) in object {
            match value {
                Value::String(text) => drop(wanted.insert(name.clone(), text.clone())),
                Value::Object(inner) => inner.iter().for_each(|(part, value)| {
                    wanted.insert(format!("{name}.{part}"), value.as_str().unwrap_or_default().into());
                }),
                _ => return Err("30"),
            }
        }
        Ok(wanted)
    }

    fn operate(&mut self, operation: &str, wanted: &Wanted) -> Value {
        let done = match operation {
            "checkout/cardOrder" => self.card_order(wanted),
            "checkout/walletOrder" => self.wallet_order(wanted),
            "diagnostic/getTransactionData" => self.diagnose(wanted),
            "cashManagement/validate" | "cashManagement/cancel" | "cashManagement/refund" => {
                self.cash(operation, wanted)
            }
            "wallet/addCard" => return self.add_card(wanted),
            "wallet/deletePaymentMean" => {
                let cards = self.wallets.get_mut(of(wanted, "merchantWalletId"));
                let gone = cards.and_then(|cards| cards.remove(of(wanted, "paymentMeanId")));
                return json!({ "walletResponseCode": if gone.is_some() { "00" } else { "01" } });
            }
            _ => Err("40"),
        };
        done.unwrap_or_else(|code| json!({ "responseCode": code }))
    }

    /// The fields that every payment has.
    fn payment(wanted: &Wanted) -> Result<(String, i64), &'static str> {
        let reference = of(wanted, "transactionReference");
        let is_plain = reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if reference.is_empty() || reference.len() > 35 || !is_plain {
            return Err("30");
        }
        let is_long = |name: &str, most: usize| of(wanted, name).len() > most;
        if is_long("orderId", 32)
            || is_long("customerId", 19)
            || is_long("returnContext", 255)
            || is_long("merchantWalletId", 21)
        {
            return Err("30");
        }
        if !["AUTHOR_CAPTURE", "VALIDATION", "IMMEDIATE", ""].contains(&of(wanted, "captureMode")) {
            return Err("12");
        }
        let number = |name: &str| of(wanted, name).parse::<i64>().ok().filter(|number| *number > 0);
        number("currencyCode").filter(|_| of(wanted, "currencyCode").len() == 3).ok_or("12")?;
        Ok((reference.into(), number("amount").ok_or("12")?))
    }

    fn card_order(&mut self, wanted: &Wanted) -> Result<Value, &'static str> {
        let (card, expiry) = (of(wanted, "cardNumber"), of(wanted, "cardExpiryDate"));
        let is_good = card.len() >= 12 && card.bytes().all(|it| it.is_ascii_digit());
        if !is_good || expiry.len() != 6 || !CHANNELS.contains(&of(wanted, "orderChannel")) {
            return Err("12");
        }
        if of(wanted, "orderChannel") == "INTERNET" && of(wanted, "cardCSCValue").is_empty() {
            return Err("14");
        }
        self.charge(wanted, card)
    }

    fn wallet_order(&mut self, wanted: &Wanted) -> Result<Value, &'static str> {
        let patterns = ["ONE_SHOT", "RECURRING_1", "RECURRING_N", "INSTALMENT"];
        let is_known =
            CHANNELS.contains(&of(wanted, "orderChannel")) && patterns.contains(&of(wanted, "paymentPattern"));
        if !is_known {
            return Err("12");
        }
        let cards = self.wallets.get(of(wanted, "merchantWalletId")).ok_or("25")?;
        let card = cards.get(of(wanted, "paymentMeanId")).ok_or("25")?.clone();
        self.charge(wanted, &card)
    }

    fn charge(&mut self, wanted: &Wanted, card: &str) -> Result<Value, &'static str> {
        let (reference, amount) = Self::payment(wanted)?;
        if self.payments.contains_key(&reference) {
            return Err("94");
        }
        let code = code_of(card).to_string();
        let status = match (code.as_str(), of(wanted, "captureMode")) {
            ("00", "VALIDATION") => "TO_VALIDATE",
            ("00", "IMMEDIATE") => "CAPTURED",
            ("00", _) => "TO_CAPTURE",
            ("60" | "62", _) => "TO_AUTHORIZE",
            _ => "REFUSED",
        };
        let mut fields = wanted.clone();
        fields.retain(|name, _| !["cardNumber", "cardCSCValue", "seal"].contains(&name.as_str()));
        fields.insert("maskedPan".into(), format!("{}##########{}", &card[..4], &card[card.len() - 2..]));
        let payment = Payment { fields, amount, left: amount, code, status };
        self.payments.insert(reference, payment.clone());
        Ok(json!(self.told(&payment)))
    }

    /// A payment as an answer or a notice tells it.
    fn told(&self, payment: &Payment) -> BTreeMap<String, String> {
        let names = ["currencyCode", "transactionReference", "captureMode", "returnContext", "orderId", "maskedPan"];
        let repeated = names.iter().map(|name| (name.to_string(), of(&payment.fields, name).to_string()));
        let own = [
            ("amount", (payment.amount + self.skew).to_string()),
            ("merchantId", self.merchant.clone()),
            ("responseCode", payment.code.clone()),
            ("acquirerResponseCode", payment.code.clone()),
            ("authorisationId", "12345".into()),
            ("transactionDateTime", "2026-03-31T14:00:00+02:00".into()),
            ("paymentMeanBrand", "VISA".into()),
            ("paymentMeanType", "CARD".into()),
            ("panExpiryDate", "203012".into()),
        ];
        repeated
            .chain(own.map(|(name, value)| (name.to_string(), value)))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    fn diagnose(&self, wanted: &Wanted) -> Result<Value, &'static str> {
        let payment = self.payments.get(of(wanted, "transactionReference")).ok_or("25")?;
        let mut told = json!(self.told(payment));
        told["responseCode"] = json!("00");
        told["transactionStatus"] = json!(payment.status);
        told["currentAmount"] = json!((payment.left + self.skew).to_string());
        Ok(told)
    }

    fn cash(&mut self, operation: &str, wanted: &Wanted) -> Result<Value, &'static str> {
        let payment = self.payments.get_mut(of(wanted, "transactionReference")).ok_or("25")?;
        let amount: i64 = of(wanted, "operationAmount").parse().map_err(|_| "12")?;
        if of(wanted, "currencyCode") != of(&payment.fields, "currencyCode") {
            return Err("12");
        }
        if amount > payment.left {
            return Err("51");
        }
        match (operation, payment.status) {
            ("cashManagement/validate", "TO_VALIDATE") => {
                payment.left = amount;
                payment.status = "TO_CAPTURE";
            }
            ("cashManagement/cancel", "TO_CAPTURE" | "TO_VALIDATE") => {
                payment.left -= amount;
                payment.status = if payment.left == 0 { "CANCELLED" } else { payment.status };
            }
            ("cashManagement/refund", "CAPTURED") => {
                payment.left -= amount;
                payment.status = if payment.left == 0 { "TO_CREDIT" } else { payment.status };
            }
            _ => return Err("24"),
        }
        Ok(json!({ "responseCode": "00", "newAmount": payment.left.to_string(), "newStatus": payment.status }))
    }

    fn add_card(&mut self, wanted: &Wanted) -> Value {
        let (wallet, card) = (of(wanted, "merchantWalletId"), of(wanted, "cardNumber"));
        let is_whole = !wallet.is_empty() && wallet.len() <= 21 && of(wanted, "cardExpiryDate").len() == 6;
        if !is_whole || card.len() < 12 || of(wanted, "paymentMeanBrand").is_empty() {
            return json!({ "walletResponseCode": "12" });
        }
        if code_of(card) != "00" {
            return json!({ "walletResponseCode": "14" });
        }
        json!({ "walletResponseCode": "00", "paymentMeanId": self.keep(wallet, card) })
    }

    fn keep(&mut self, wallet: &str, card: &str) -> String {
        let cards = self.wallets.entry(wallet.into()).or_default();
        let id = (cards.len() + 1).to_string();
        cards.insert(id.clone(), card.into());
        id
    }

    /// The night: what is accepted is taken.
    pub fn take(&mut self) {
        for payment in self.payments.values_mut().filter(|payment| payment.status == "TO_CAPTURE") {
            payment.status = "CAPTURED";
        }
    }

    /// A client comes to the page with a form and pays with a card; where the shop is told, and the body.
    pub fn visit(&mut self, form: &[(String, String)], card: &str) -> Result<(String, String), &'static str> {
        let value = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        let algorithm = if value("SealAlgorithm").is_empty() { seal::SHA } else { value("SealAlgorithm") };
        let data = value("Data");
        if algorithm != self.algorithm || value("Seal") != seal::of(algorithm, &self.key, data) {
            return Err("34");
        }
        if !value("InterfaceVersion").starts_with("HP_") {
            return Err("12");
        }
        let text = match value("Encode") {
            "" => data.to_string(),
            "base64" => String::from_utf8(BASE64_STANDARD.decode(data).map_err(|_| "30")?).map_err(|_| "30")?,
            _ => return Err("30"),
        };
        let pairs: Option<Wanted> =
            text.split('|').map(|pair| pair.split_once('=').map(|(name, it)| (name.into(), it.into()))).collect();
        let wanted = pairs.ok_or("30")?;
        if of(&wanted, "merchantId") != self.merchant || of(&wanted, "keyVersion") != "1" {
            return Err("03");
        }
        if of(&wanted, "normalReturnUrl").is_empty() {
            return Err("12");
        }
        self.charge(&wanted, card)?;
        let wallet = of(&wanted, "merchantWalletId").to_string();
        let payment = self.payments.get_mut(of(&wanted, "transactionReference")).unwrap();
        let is_kept = !wallet.is_empty() && payment.code == "00";
        let mut payment = payment.clone();
        if is_kept {
            payment.fields.insert("paymentMeanId".into(), self.keep(&wallet, card));
        }
        Ok((of(&wanted, "automaticResponseUrl").into(), self.notice(&payment)))
    }

    /// What is posted about a payment.
    pub fn notice(&self, payment: &Payment) -> String {
        let mut told = self.told(payment);
        for name in ["merchantWalletId", "paymentMeanId"] {
            if let Some(value) = payment.fields.get(name).filter(|_| payment.fields.contains_key("paymentMeanId")) {
                told.insert(name.into(), value.clone());
            }
        }
        let text: Vec<String> = told.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = text.join("|");
        let is_encoded = of(&payment.fields, "responseEncoding") == "base64";
        let data = if is_encoded { BASE64_STANDARD.encode(text) } else { text };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Data", &data);
        form.append_pair("Seal", &seal::of(self.algorithm, &self.key, &data));
        form.append_pair("InterfaceVersion", "HP_2.24");
        if is_encoded {
            form.append_pair("Encode", "base64");
        }
        form.finish()
    }
}
