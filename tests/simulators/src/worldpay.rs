//! Worldpay's Business Gateway as its page describes it: the form, its signature, payment responses, and the operations of
//! remote administration.

use crate::shell::{Asked, Fields, Said, Service};
use md5::{Digest, Md5};

pub const INSTALLATION: &str = "12345";
pub const ADMIN_INSTALLATION: &str = "12346";
pub const ADMIN_PASSWORD: &str = "admin secret";
pub const CALLBACK_PASSWORD: &str = "response password";
pub const MD5_SECRET: &str = "mySecret";

/// What was paid at the page.
#[derive(Clone, Debug)]
pub struct Paid {
    pub id: String,
    pub cart: String,
    pub cents: i64,
    pub currency: String,
    pub is_reserved: bool,
    pub refunded: i64,
}

/// The books.
#[derive(Default)]
pub struct Worldpay {
    pub paid: Vec<Paid>,
}

/// The page's signature, of values in the order of `signatureFields`.
pub fn sign(secret: &str, values: &[&str]) -> String {
    let text = format!("{secret}:{}", values.join(":"));
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Service for Worldpay {
    fn answer(&mut self, asked: &Asked) -> Said {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/wcc/purchase") => Said::text(200, "text/html", "<html>"),
            ("POST", "/wcc/itransaction") => Said::text(200, "text/plain", self.administer(&asked.form())),
            _ => Said::text(404, "text/html", "<html>"),
        }
    }
}

fn cents(amount: &str) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.')?;
    (fraction.len() == 2).then(|| format!("{whole}{fraction}").parse().ok())?
}

impl Worldpay {
    fn administer(&mut self, form: &Fields) -> String {
        if (form.text("instId"), form.text("authPW")) != (ADMIN_INSTALLATION, ADMIN_PASSWORD) {
            return "E,Not authorised".into();
        }
        let id = form.text("transId").to_string();
        let Some(paid) = self.paid.iter_mut().find(|paid| paid.id == id) else { return "E,Unknown transaction".into() };
        let part = cents(form.text("amount")).filter(|_| form.text("currency") == paid.currency);
        let back = match form.text("op") {
            "postAuth-full" if paid.is_reserved => {
                paid.is_reserved = false;
                return format!("A,{id},A,Authorised");
            }
            "refund-full" => Some(paid.cents),
            "refund-partial" => part,
            _ => None,
        };
        match back {
            Some(back) if !paid.is_reserved && paid.refunded + back <= paid.cents => {
                paid.refunded += back;
                format!("A,{id},A,Refunded")
            }
            _ => format!("A,{id},N,Refused"),
        }
    }

    /// A client posts the form and agrees or goes away; the payment response. `time` is in milliseconds.
    pub fn pay(&mut self, form: &[(String, String)], agreed: bool, time: i64) -> Vec<u8> {
        let form = Fields(form.to_vec());
        for name in ["instId", "cartId", "amount", "currency"] {
            assert!(!form.text(name).is_empty(), "{name} is missing");
        }
        assert_eq!((form.text("instId"), form.text("testMode")), (INSTALLATION, "100"));
        assert!(form.text("cartId").len() <= 255 && form.text("desc").chars().count() <= 255);
        assert!(["A", "E"].contains(&form.text("authMode")) && form.text("country").len() == 2);
        let values: Vec<_> = form.text("signatureFields").split(':').map(|name| form.text(name)).collect();
        assert_eq!(form.text("signature"), sign(MD5_SECRET, &values), "the page refuses a form that was changed");
        for name in ["amount", "currency", "instId", "cartId"] {
            assert!(form.text("signatureFields").split(':').any(|signed| signed == name), "{name} is not signed");
        }
        let id = format!("{}", 1_260_000_001 + self.paid.len());
        if agreed {
            self.paid.push(Paid {
                id: id.clone(),
                cart: form.text("cartId").into(),
                cents: cents(form.text("amount")).unwrap(),
                currency: form.text("currency").into(),
                is_reserved: form.text("authMode") == "E",
                refunded: 0,
            });
        }
        self.response(&form, agreed.then_some(id.as_str()), time)
    }

    /// The form that is posted to us.
    fn response(&self, form: &Fields, id: Option<&str>, time: i64) -> Vec<u8> {
        let mut posted = url::form_urlencoded::Serializer::new(String::new());
        for name in ["instId", "cartId", "desc", "amount", "currency", "testMode", "name", "country", "email"] {
            posted.append_pair(name, form.text(name));
        }
        for (name, value) in form.0.iter().filter(|(name, _)| name.starts_with("M_") || name.starts_with("MC_")) {
            posted.append_pair(name, value);
        }
        posted.append_pair("callbackPW", CALLBACK_PASSWORD).append_pair("transTime", &time.to_string());
        posted.append_pair("transStatus", if id.is_some() { "Y" } else { "C" }).append_pair("charenc", "UTF-8");
        if let Some(id) = id {
            posted.append_pair("transId", id).append_pair("rawAuthCode", "A").append_pair("AVS", "2222");
            posted.append_pair("rawAuthMessage", "cardbe.msg.authorised").append_pair("cardType", "Visa");
            posted.append_pair("authAmount", form.text("amount")).append_pair("authCurrency", form.text("currency"));
        }
        posted.finish().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's vector.
    #[test]
    fn signs_as_the_page_says() {
        assert_eq!(sign("mySecret", &["19.99", "GBP", "12345", "INV-1"]), "b2c69dd8397ad2ecf352809ab2d4bd3d");
    }
}
