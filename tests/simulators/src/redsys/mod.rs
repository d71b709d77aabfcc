//! Redsys: one terminal of a Spanish bank, with its page, its REST calls and its query, as the page of the protocol has them.

mod query;
pub mod seal;

use crate::shell::{Asked, Said, Service};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The card of the test terminal.
pub const CARD: &str = "4548812049400004";
pub const CVV: &str = "123";

/// One operation in the books.
#[derive(Clone, Debug)]
pub struct Operation {
    pub order: String,
    pub kind: String,
    pub amount: i64,
    pub currency: String,
    pub response: String,
    pub state: &'static str,
    pub data: String,
    pub notify: String,
    pub method: Option<String>,
}

/// One terminal.
pub struct Redsys {
    pub merchant: String,
    pub terminal: String,
    pub key: String,
    pub version: &'static str,
    pub operations: Vec<Operation>,
    /// Tokens and the network's name of their first charge.
    pub tokens: BTreeMap<String, String>,
    /// What the issuer says next instead of yes, and in which state that leaves the operation.
    pub next: Option<(&'static str, &'static str)>,
    /// By how much the amounts in answers are wrong.
    pub skew: i64,
    /// The next answer is signed by someone else.
    pub forge: bool,
    /// Date and hour in Madrid, for the stamps.
    pub now: (String, String),
}

impl Default for Redsys {
    fn default() -> Self {
        Self {
            merchant: "999008881".into(),
            terminal: "1".into(),
            key: "sq7HjrUOBfKmC576ILgskD5srU870gJ7".into(),
            version: seal::V1,
            operations: Vec::new(),
            tokens: BTreeMap::new(),
            next: None,
            skew: 0,
            forge: false,
            now: ("31/03/2026".into(), "14:00".into()),
        }
    }
}

/// What was asked, by names in capitals.
struct Wanted(BTreeMap<String, String>);

impl Wanted {
    fn text(&self, name: &str) -> &str {
        self.0.get(&format!("DS_MERCHANT_{name}")).map_or("", String::as_str)
    }
}

impl Service for Redsys {
    fn answer(&mut self, asked: &Asked) -> Said {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/sis/rest/trataPeticionREST") => self.rest(asked),
            ("POST", "/apl02/services/SerClsWSConsulta") => query::answer(self, &asked.text()),
            _ => Said::text(404, "text/html", "<html>404</html>"),
        }
    }
}

impl Redsys {
    fn rest(&mut self, asked: &Asked) -> Said {
        let three: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let text = |name: &str| three[name].as_str().unwrap_or_default().to_string();
        let done = self
            .open(&text("Ds_SignatureVersion"), &text("Ds_MerchantParameters"), &text("Ds_Signature"))
            .and_then(|wanted| self.operate(&wanted));
        match done {
            Ok(fields) => Said::json(200, &self.seal(&fields)),
            Err(code) => Said::json(200, &json!({ "errorCode": code })),
        }
    }

    /// Checks the three values and the fields that every operation has.
    fn open(&self, version: &str, parameters: &str, signature: &str) -> Result<Wanted, &'static str> {
        if version != self.version {
            return Err("SIS0429");
        }
        let object = seal::unpack(self.version, parameters).ok_or("SIS0430")?;
        let pairs = object.as_object().ok_or("SIS0431")?;
        let texts = pairs.iter().map(|(name, value)| Some((name.to_uppercase(), value.as_str()?.to_string())));
        let wanted = Wanted(texts.collect::<Option<_>>().ok_or("SIS0431")?);
        let order = wanted.text("ORDER");
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        if !(4..=12).contains(&order.len())
            || !is_number(&order[..4])
            || !order.bytes().all(|it| it.is_ascii_alphanumeric())
        {
            return Err("SIS0432");
        }
        if seal::plain(signature) != seal::plain(&seal::sign(self.version, &self.key, order, parameters)) {
            return Err("SIS0042");
        }
        let is_whole = ["AMOUNT", "CURRENCY", "TRANSACTIONTYPE"].iter().all(|name| is_number(wanted.text(name)));
        if !is_whole || wanted.text("MERCHANTCODE") != self.merchant || wanted.text("TERMINAL") != self.terminal {
            return Err("SIS0433");
        }
        Ok(wanted)
    }

    fn seal(&mut self, fields: &Value) -> Value {
        let text = seal::pack(self.version, fields);
        let key = if std::mem::take(&mut self.forge) { "A".repeat(32) } else { self.key.clone() };
        let signature = seal::sign(self.version, &key, fields["Ds_Order"].as_str().unwrap(), &text);
        json!({ "Ds_SignatureVersion": self.version, "Ds_MerchantParameters": text, "Ds_Signature": signature })
    }

    fn operate(&mut self, wanted: &Wanted) -> Result<Value, &'static str> {
        let (order, amount) = (wanted.text("ORDER"), wanted.text("AMOUNT").parse::<i64>().unwrap());
        let response = match wanted.text("TRANSACTIONTYPE") {
            "0" | "1" | "7" if self.of(order).next().is_some() => return Err("SIS0051"),
            "0" | "1" | "7" => self.charge(wanted)?,
            "2" => {
                let reserved = self.done(order, "1").ok_or("SIS0059")?;
                match self.is_ended(order) {
                    true => return Err("SIS0222"),
                    false if amount > reserved.amount => return Err("SIS0062"),
                    false => "0900".into(),
                }
            }
            "3" => {
                let paid = self.done(order, "0").or(self.done(order, "2")).ok_or("SIS0054")?;
                let back: i64 = self.of(order).filter(|it| it.kind == "3").map(|it| it.amount).sum();
                if back + amount > paid.amount {
                    return Err("SIS0057");
                }
                "0900".into()
            }
            "9" => {
                self.done(order, "1").ok_or("SIS0225")?;
                if self.is_ended(order) {
                    return Err("SIS0222");
                }
                "0400".into()
            }
            _ => return Err("SIS0434"),
        };
        let method = self.method(wanted, &response);
        Ok(self.book(wanted, response, method))
    }

    fn of<'a>(&'a self, order: &'a str) -> impl Iterator<Item = &'a Operation> {
        self.operations.iter().filter(move |it| it.order == order)
    }

    fn done(&self, order: &str, kind: &str) -> Option<Operation> {
        let is_good = |it: &&Operation| it.kind == kind && (it.response.as_str() < "0100" || it.response == "0900");
        self.of(order).find(is_good).cloned()
    }

    fn is_ended(&self, order: &str) -> bool {
        self.of(order).any(|it| it.kind == "2" || it.kind == "9")
    }

    /// What the issuer says to a card or a token.
    fn charge(&mut self, wanted: &Wanted) -> Result<String, &'static str> {
        let number = wanted.text("PAN");
        let identifier = wanted.text("IDENTIFIER");
        if number.is_empty() {
            // a token goes without a page only if that is said, and with the name of its first charge
            let Some(network) = self.tokens.get(identifier) else { return Err("SIS0093") };
            let is_later = wanted.text("COF_INI") == "N" && wanted.text("COF_TXNID") == network;
            if wanted.text("DIRECTPAYMENT") != "true" || !is_later || wanted.text("COF_TYPE").is_empty() {
                return Err("SIS0435");
            }
        } else if !luhn(number) {
            return Err("SIS0093");
        } else if wanted.text("EXPIRYDATE").len() != 4 || !["", "MOTO"].contains(&wanted.text("DIRECTPAYMENT")) {
            return Err("SIS0435");
        } else if wanted.text("CVV2") != CVV {
            return Ok("0129".into());
        }
        if let Some((response, _)) = self.next {
            return Ok(response.into());
        }
        let is_declined = wanted.text("AMOUNT").ends_with("96") || (!number.is_empty() && number != CARD);
        Ok(if is_declined { "0190" } else { "0000" }.into())
    }

    /// A token, where one was asked for and the card is good.
    fn method(&mut self, wanted: &Wanted, response: &str) -> Option<String> {
        let is_first = wanted.text("IDENTIFIER") == "REQUIRED" && wanted.text("COF_INI") == "S";
        if !is_first || response != "0000" {
            return None;
        }
        let count = self.tokens.len() + 1;
        let token = format!("{count:040x}");
        self.tokens.insert(token.clone(), format!("9990000{count:08}"));
        Some(token)
    }

    fn book(&mut self, wanted: &Wanted, response: String, method: Option<String>) -> Value {
        let state = self.next.take().map_or("F", |(_, state)| state);
        let text = |name: &str| wanted.text(name).to_string();
        let operation = Operation {
            order: text("ORDER"),
            kind: text("TRANSACTIONTYPE"),
            amount: wanted.text("AMOUNT").parse().unwrap(),
            currency: text("CURRENCY"),
            response,
            state,
            data: text("MERCHANTDATA"),
            notify: text("MERCHANTURL"),
            method,
        };
        self.operations.push(operation.clone());
        self.fields(&operation)
    }

    /// An operation as answers and notifications tell it.
    pub fn fields(&self, operation: &Operation) -> Value {
        let escaped = |text: &str| text.replace('/', "%2F").replace(':', "%3A");
        let mut fields = json!({
            "Ds_Date": escaped(&self.now.0),
            "Ds_Hour": escaped(&self.now.1),
            "Ds_Amount": (operation.amount + self.skew).to_string(),
            "Ds_Currency": operation.currency,
            "Ds_Order": operation.order,
            "Ds_MerchantCode": self.merchant,
            "Ds_Terminal": format!("{:0>3}", self.terminal),
            "Ds_Response": operation.response,
            "Ds_TransactionType": operation.kind,
            "Ds_SecurePayment": "1",
            "Ds_MerchantData": operation.data,
            "Ds_AuthorisationCode": format!("{:06}", self.operations.len()),
            "Ds_Card_Country": "724",
            "Ds_Card_Brand": "1",
        });
        if let Some(token) = &operation.method {
            fields["Ds_Merchant_Identifier"] = json!(token);
            fields["Ds_Merchant_Cof_Txnid"] = json!(self.tokens[token]);
            fields["Ds_ExpiryDate"] = json!("3012");
        }
        fields
    }

    /// What is posted about an operation: where, and the body.
    pub fn notification(&mut self, operation: &Operation) -> (String, String) {
        let fields = self.fields(operation);
        let three = self.seal(&fields);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for name in ["Ds_SignatureVersion", "Ds_MerchantParameters", "Ds_Signature"] {
            form.append_pair(name, three[name].as_str().unwrap());
        }
        (operation.notify.clone(), form.finish())
    }

    /// A client comes to the page with a form, and agrees or leaves; what is then posted to the shop.
    pub fn visit(&mut self, form: &[(String, String)], agrees: bool) -> Result<(String, String), &'static str> {
        let text = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        let wanted = self.open(text("Ds_SignatureVersion"), text("Ds_MerchantParameters"), text("Ds_Signature"))?;
        if self.done(wanted.text("ORDER"), "0").or(self.done(wanted.text("ORDER"), "1")).is_some() {
            return Err("SIS0051");
        }
        if !["0", "1"].contains(&wanted.text("TRANSACTIONTYPE")) || wanted.text("MERCHANTURL").is_empty() {
            return Err("SIS0434");
        }
        let response = if agrees { "0000" } else { "9915" }.to_string();
        let method = self.method(&wanted, &response);
        self.book(&wanted, response, method);
        let operation = self.operations.last().cloned().unwrap();
        Ok(self.notification(&operation))
    }
}

fn luhn(number: &str) -> bool {
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits: Option<Vec<u32>> = number.chars().rev().map(|it| it.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let sum: u32 =
            digits.iter().enumerate().map(|(at, digit)| if at % 2 == 1 { double(*digit) } else { *digit }).sum();
        digits.len() > 11 && sum.is_multiple_of(10)
    })
}
