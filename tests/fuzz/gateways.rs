//! The gateways: how they are set up, what they post about a payment, and how they seal it.

use crate::change::{FORM, JSON, XML};
use crate::house::{House, Marks, Settings, card, card_of, field, form, noon, page, posted};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use comptoir_connectors::payment::{Callback, Payment, PaymentSource};
use comptoir_simulators::{
    authorizenet as anet, axerve, bluepay, fiserv, paypal, paypal_standard as ipn, redsys, sips, stripe, worldpay,
    worldpay_xml,
};

impl House for stripe::Stripe {
    const CODE: &'static str = "stripe";
    const MARKS: (Marks, Marks) = (JSON, JSON);
    const WAYS: &'static [Settings] =
        &[&[("secret_key", "sk_test_1"), ("publishable_key", "pk_test_1"), ("webhook_secret", "whsec_test_secret")]];

    fn open(_: Settings) -> Self {
        Self::new("sk_test_1", "whsec_test_secret", noon().seconds())
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        // the second one is disputed
        ["4242424242424242", "4000000000000259"].map(|number| PaymentSource::Token(self.token(number).into()))
    }

    fn told(&mut self, _: &Payment) -> Vec<Callback> {
        self.posts().into_iter().map(|post| posted(post.headers, post.body)).collect()
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let post = self.sign(inside);
        posted(post.headers, post.body)
    }
}

impl House for paypal::PayPal {
    const CODE: &'static str = "paypal";
    const MARKS: (Marks, Marks) = (JSON, JSON);
    const WAYS: &'static [Settings] = &[&[("client_id", "app"), ("client_secret", "s3cret"), ("webhook_id", "WH-9")]];

    fn open(_: Settings) -> Self {
        Self::new(&format!("Basic {}", BASE64_STANDARD.encode("app:s3cret")), "WH-9", noon().seconds())
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [PaymentSource::Saved(format!("paypal/{}", self.kept(paypal::Wallet::Pays)).into()), PaymentSource::HostedPage]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        self.visit(page(payment).0, Some(paypal::Wallet::Pays));
        self.posts().into_iter().map(|post| posted(post.headers, post.body)).collect()
    }

    fn later(&mut self, payment: &Payment) -> Vec<Callback> {
        self.dispute(payment.gateway_id.as_deref().unwrap(), "UNAUTHORISED");
        self.posts().into_iter().map(|post| posted(post.headers, post.body)).collect()
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let post = self.sign(inside);
        posted(post.headers, post.body)
    }
}

impl House for ipn::Judge {
    const CODE: &'static str = "paypal_standard";
    const MARKS: (Marks, Marks) = (FORM, FORM);
    const WAYS: &'static [Settings] = &[&[("business", "billing@hosting.example")]];

    fn open(_: Settings) -> Self {
        Self::default()
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [PaymentSource::HostedPage, PaymentSource::HostedPage]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        let fields = [
            ("payment_date", "05:00:00 Mar 31, 2026 PDT"),
            ("txn_type", "web_accept"),
            ("receiver_email", "billing@hosting.example"),
            ("txn_id", "8XY1"),
            ("payment_status", "Completed"),
            ("mc_gross", "11.00"),
            ("mc_currency", Self::CURRENCY),
            ("mc_fee", "1.30"),
            ("invoice", payment.reference.as_str()),
            ("test_ipn", "1"),
            ("charset", "windows-1252"),
        ];
        vec![posted(Vec::new(), self.post(&fields))]
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        self.send(inside.clone());
        posted(Vec::new(), inside)
    }
}

impl House for anet::AuthorizeNet {
    const CODE: &'static str = "authorizenet";
    const MARKS: (Marks, Marks) = (JSON, JSON);
    const CURRENCY: &'static str = "USD";
    const WAYS: &'static [Settings] = &[&[
        ("login", anet::LOGIN),
        ("transaction_key", anet::TRANSACTION_KEY),
        ("signature_key", ABABAB),
        ("currency", "USD"),
    ]];

    fn open(_: Settings) -> Self {
        Self::default()
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [card(), card()]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        let (headers, body) = self.post("authcapture.created", payment.gateway_id.as_deref().unwrap());
        vec![posted(headers, body)]
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let signature = format!("sha512={}", anet::sign(ABABAB.as_bytes(), &inside));
        posted(vec![("x-anet-signature".into(), signature)], inside)
    }
}

/// The key of the page's vectors.
const ABABAB: &str = "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB";

impl House for redsys::Redsys {
    const CODE: &'static str = "redsys";
    const MARKS: (Marks, Marks) = (JSON, XML);
    const WAYS: &'static [Settings] = &[
        &[
            ("signature", redsys::seal::V1),
            ("merchant", "999008881"),
            ("terminal", "1"),
            ("key", REDSYS_KEY),
            ("cards", "true"),
        ],
        &[
            ("signature", redsys::seal::V2),
            ("merchant", "999008881"),
            ("terminal", "1"),
            ("key", REDSYS_KEY),
            ("cards", "true"),
        ],
    ];

    fn open(way: Settings) -> Self {
        Self { version: way[0].1, ..Self::default() }
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [card_of(redsys::CARD, 12, 2030), PaymentSource::HostedPage]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        vec![posted(Vec::new(), self.visit(page(payment).1, true).unwrap().1.into_bytes())]
    }

    fn inside(&self, callback: &Callback) -> Vec<u8> {
        let text = field(&callback.body, "Ds_MerchantParameters");
        redsys::seal::unpack(self.version, &text).unwrap().to_string().into_bytes()
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let read: serde_json::Value = serde_json::from_slice(&inside).unwrap_or_default();
        let order = read["Ds_Order"].as_str().unwrap_or_default();
        let text = match self.version {
            redsys::seal::V1 => BASE64_STANDARD.encode(&inside),
            _ => BASE64_URL_SAFE_NO_PAD.encode(&inside),
        };
        let signature = redsys::seal::sign(self.version, REDSYS_KEY, order, &text);
        let three =
            [("Ds_SignatureVersion", self.version), ("Ds_MerchantParameters", &text), ("Ds_Signature", &signature)];
        posted(Vec::new(), form(&three))
    }
}

const REDSYS_KEY: &str = "sq7HjrUOBfKmC576ILgskD5srU870gJ7";

impl House for sips::Sips {
    const CODE: &'static str = "sips";
    const MARKS: (Marks, Marks) = (FORM, JSON);
    const WAYS: &'static [Settings] = &[
        &[
            ("seal", sips::seal::HMAC),
            ("merchant", "002001000000001"),
            ("key", SIPS_KEY),
            ("key_version", "1"),
            ("cards", "true"),
        ],
        &[
            ("seal", sips::seal::SHA),
            ("merchant", "002001000000001"),
            ("key", SIPS_KEY),
            ("key_version", "1"),
            ("cards", "true"),
        ],
    ];

    fn open(way: Settings) -> Self {
        Self { algorithm: way[0].1, ..Self::default() }
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [card_of(sips::CARD, 12, 2030), PaymentSource::HostedPage]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        vec![posted(Vec::new(), self.visit(page(payment).1, sips::CARD).unwrap().1.into_bytes())]
    }

    fn inside(&self, callback: &Callback) -> Vec<u8> {
        BASE64_STANDARD.decode(field(&callback.body, "Data")).unwrap()
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let data = BASE64_STANDARD.encode(inside);
        let seal = sips::seal::of(self.algorithm, SIPS_KEY, &data);
        posted(Vec::new(), form(&[("Data", &data), ("Encode", "base64"), ("Seal", &seal)]))
    }
}

const SIPS_KEY: &str = "002001000000001_KEY1";

impl House for axerve::Axerve {
    const CODE: &'static str = "axerve";
    const MARKS: (Marks, Marks) = (FORM, XML);
    const WAYS: &'static [Settings] =
        &[&[("shop", "GESPAY65987"), ("key", "a-key=="), ("cards", "true"), ("deferred", "true")]];

    fn open(_: Settings) -> Self {
        let mut shop = Self::default();
        shop.deferred = true;
        shop
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [card_of(axerve::CARD, 5, 2027), PaymentSource::HostedPage]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        vec![Callback { query: self.visit(page(payment).0, "0").unwrap(), ..Callback::default() }]
    }

    fn inside(&self, callback: &Callback) -> Vec<u8> {
        callback.query.clone().into_bytes()
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        Callback { query: String::from_utf8_lossy(&inside).into_owned(), ..Callback::default() }
    }
}

impl House for bluepay::BluePay {
    const CODE: &'static str = "bluepay";
    const MARKS: (Marks, Marks) = (FORM, FORM);
    const CURRENCY: &'static str = "USD";
    const WAYS: &'static [Settings] =
        &[&[("account", bluepay::ACCOUNT), ("secret_key", bluepay::SECRET), ("hash_type", "HMAC_SHA512")]];

    fn open(_: Settings) -> Self {
        Self::default()
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [card(), card()]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        vec![posted(Vec::new(), self.notify(payment.reference.as_str(), "HMAC_SHA512", STAMPED))]
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let values: String = STAMPED.split(' ').map(|name| field(&inside, name)).collect();
        let stamp = bluepay::seal("HMAC_SHA512", bluepay::SECRET, &values);
        let proof = form(&[("BP_STAMP_DEF", STAMPED), ("TPS_HASH_TYPE", "HMAC_SHA512"), ("BP_STAMP", &stamp)]);
        posted(Vec::new(), [inside.as_slice(), b"&", &proof].concat())
    }
}

const STAMPED: &str = "trans_id trans_status trans_type amount order_id";

impl House for worldpay::Worldpay {
    const CODE: &'static str = "worldpay";
    const MARKS: (Marks, Marks) = (FORM, FORM);
    const CURRENCY: &'static str = "GBP";
    const WAYS: &'static [Settings] = &[&[
        ("installation", worldpay::INSTALLATION),
        ("callback_password", worldpay::CALLBACK_PASSWORD),
        ("md5_secret", worldpay::MD5_SECRET),
        ("admin_installation", worldpay::ADMIN_INSTALLATION),
        ("admin_password", worldpay::ADMIN_PASSWORD),
    ]];

    fn open(_: Settings) -> Self {
        Self::default()
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [PaymentSource::HostedPage, PaymentSource::HostedPage]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        vec![posted(Vec::new(), self.pay(page(payment).1, true, noon().micros() / 1000))]
    }

    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        let proof = form(&[("callbackPW", worldpay::CALLBACK_PASSWORD), ("instId", worldpay::INSTALLATION)]);
        posted(Vec::new(), [proof.as_slice(), b"&", &inside].concat())
    }

    fn has_password(&self, callback: &Callback) -> bool {
        let mut fields = url::form_urlencoded::parse(&callback.body);
        fields.any(|(name, value)| name == "callbackPW" && value == worldpay::CALLBACK_PASSWORD)
    }
}

impl House for worldpay_xml::WorldpayXml {
    const CODE: &'static str = "worldpay_xml";
    const MARKS: (Marks, Marks) = (XML, XML);
    const WAYS: &'static [Settings] =
        &[&[("merchant", worldpay_xml::MERCHANT), ("user", worldpay_xml::USER), ("password", worldpay_xml::PASSWORD)]];
    const ONLY_NAMES: bool = true;

    fn open(_: Settings) -> Self {
        let mut service = Self::default();
        service.is_quick = true;
        service
    }

    fn means(&mut self) -> [PaymentSource; 2] {
        [card_of("4444333322221111", 7, 2030), card_of("4444333322221111", 7, 2030)]
    }

    fn told(&mut self, payment: &Payment) -> Vec<Callback> {
        vec![posted(Vec::new(), self.notify(payment.gateway_id.as_deref().unwrap()))]
    }
}

impl House for fiserv::Fiserv {
    const CODE: &'static str = "fiserv";
    const MARKS: (Marks, Marks) = (JSON, JSON);
    const CURRENCY: &'static str = "USD";
    const WAYS: &'static [Settings] = &[&[
        ("api_key", fiserv::API_KEY),
        ("api_secret", fiserv::API_SECRET),
        ("merchant", fiserv::MERCHANT),
        ("terminal", fiserv::TERMINAL),
    ]];

    fn open(_: Settings) -> Self {
        Self::default()
    }

    fn told(&mut self, _: &Payment) -> Vec<Callback> {
        Vec::new()
    }
}
