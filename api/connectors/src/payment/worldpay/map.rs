//! Our words and Worldpay's, both ways; pure.

use crate::payment::{PaymentRequest, Take};
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};

/// What the signature is made over, in this order.
const SIGNED: [&str; 4] = ["amount", "currency", "instId", "cartId"];

/// Our own field, which comes back with the payment response: whether the payment is taken or reserved.
pub(super) const TAKE: &str = "M_take";

/// One line of at most so many letters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    text.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(most).collect()
}

/// The fields of the form that begins a payment, but for its signature.
pub(super) fn form(request: &PaymentRequest, installation: &str, live: bool) -> Vec<(String, String)> {
    let payer = &request.payer;
    let mode = if request.take == Take::Now { "A" } else { "E" };
    let name = format!("{} {}", payer.first_name, payer.last_name);
    let (amount, currency) = (request.amount.decimal().to_string(), request.amount.currency());
    let fields = [
        ("instId", installation, 20),
        ("cartId", request.reference.as_str(), 255),
        ("amount", &amount, 20),
        ("currency", currency.as_str(), 3),
        ("desc", &request.description, 255),
        ("testMode", if live { "0" } else { "100" }, 3),
        ("authMode", mode, 1),
        (TAKE, mode, 1),
        ("name", name.trim(), 40),
        ("address1", &payer.street, 84),
        ("town", &payer.city, 30),
        ("region", &payer.region, 30),
        ("postcode", &payer.postcode, 12),
        ("country", &payer.country, 2),
        ("tel", &payer.phone, 30),
        ("email", &payer.email, 80),
    ];
    let field = |(name, value, most): (&str, &str, usize)| (name.to_string(), one_line(value, most));
    fields.into_iter().map(field).filter(|(_, value)| !value.is_empty()).collect()
}

/// Signs a form, so that a browser cannot change what is to be paid.
pub(super) fn signature(form: &[(String, String)], secret: &SecretString) -> [(String, String); 2] {
    let value = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let text = SIGNED.iter().fold(secret.expose_secret().to_string(), |text, name| format!("{text}:{}", value(name)));
    let tag = HEXLOWER.encode(&Md5::digest(text));
    [("signatureFields".into(), SIGNED.join(":")), ("signature".into(), tag)]
}

/// What a line of remote administration says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    Done,
    Refused,
    Unclear,
}

/// `A,id,A,words` was done; `A,id,N…` and `E,words` were not.
pub(super) fn verdict(line: &str) -> Verdict {
    let mut parts = line.split(',').map(str::trim);
    match (parts.next(), parts.nth(1)) {
        (Some("A"), Some("A")) => Verdict::Done,
        (Some("A"), Some(said)) if said.starts_with('N') => Verdict::Refused,
        (Some("E"), _) => Verdict::Refused,
        _ => Verdict::Unclear,
    }
}
