//! Worldpay's payment service as its page describes it: XML in the order of its DTD, orders that exist once, modifications
//! that are received and shown later, notifications, and card holders that steer what happens.

use crate::shell::{Asked, Said, Service};
use base64::{Engine, prelude::BASE64_STANDARD};
use roxmltree::{Document, Node, ParsingOptions};

pub const MERCHANT: &str = "MYSHOP";
pub const USER: &str = "XMLUSER1";
pub const PASSWORD: &str = "xml secret";

const DOCTYPE: &str = r#"<!DOCTYPE paymentService PUBLIC "-//Worldpay//DTD Worldpay PaymentService v1//EN" "http://dtd.worldpay.com/paymentService_v1.dtd">"#;

const CARDS: [(&str, &str); 3] =
    [("4444333322221111", "VISA-SSL"), ("5555555555554444", "ECMC-SSL"), ("4917610000000000", "VISA-SSL")];

/// What may stand in an element, in this order.
const ORDERS: &[(&str, &[&str])] = &[
    (
        "order",
        &[
            "description",
            "amount",
            "orderContent",
            "paymentMethodMask",
            "paymentDetails",
            "shopper",
            "createToken",
            "dynamicInteractionType",
        ],
    ),
    ("paymentDetails", &["CARD-SSL", "TOKEN-SSL", "session", "storedCredentials"]),
    ("CARD-SSL", &["cardNumber", "expiryDate", "cardHolderName", "cvc", "cardAddress"]),
    ("createToken", &["tokenEventReference", "tokenReason"]),
];

#[derive(Clone, Debug)]
struct Order {
    code: String,
    minor: i64,
    currency: String,
    exponent: String,
    method: String,
    event: String,
    reason: &'static str,
    refunded: i64,
}

/// The books.
#[derive(Default)]
pub struct WorldpayXml {
    orders: Vec<Order>,
    tokens: Vec<(String, String)>,
    /// Whether what is authorised or changed shows at once, not after a while.
    pub is_quick: bool,
    /// Takes this many minor units, whatever is asked.
    pub takes_instead: Option<i64>,
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.descendants().find(|node| node.has_tag_name(name))
}

fn text(node: Node<'_, '_>, name: &str) -> String {
    child(node, name).and_then(|node| node.text()).unwrap_or_default().into()
}

fn wrap(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>{DOCTYPE}<paymentService version="1.4" merchantCode="{MERCHANT}">{inside}</paymentService>"#
    )
}

fn error(code: u8, words: &str) -> String {
    format!(r#"<reply><error code="{code}"><![CDATA[{words}]]></error></reply>"#)
}

fn order_error(order: &str, code: u8, words: &str) -> String {
    format!(
        r#"<reply><orderStatus orderCode="{order}"><error code="{code}"><![CDATA[{words}]]></error></orderStatus></reply>"#
    )
}

/// Whether the children of an element are those that may stand in it, in their order.
fn is_ordered(node: Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    let Some((_, wanted)) = ORDERS.iter().find(|(known, _)| *known == name) else { return true };
    let places: Vec<_> = node
        .children()
        .filter(Node::is_element)
        .map(|child| wanted.iter().position(|name| child.has_tag_name(*name)))
        .collect();
    places.iter().all(Option::is_some) && places.windows(2).all(|pair| pair[0] < pair[1])
}

impl Service for WorldpayXml {
    fn answer(&mut self, asked: &Asked) -> Said {
        let pair = format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")));
        if asked.header("authorization") != pair {
            return Said::text(401, "text/html", "<html>");
        }
        if (asked.method.as_str(), asked.path.as_str()) != ("POST", "/jsp/merchant/xml/paymentService.jsp") {
            return Said::text(404, "text/html", "<html>");
        }
        Said::text(200, "text/xml", wrap(&self.reply(asked)))
    }
}

impl WorldpayXml {
    fn reply(&mut self, asked: &Asked) -> String {
        let body = asked.text();
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let Ok(document) = Document::parse_with_options(&body, options) else { return error(2, "Invalid XML") };
        let root = document.root_element();
        let is_service = root.has_tag_name("paymentService") && root.attribute("version") == Some("1.4");
        if !body.contains(DOCTYPE) || !is_service || asked.header("content-type") != "text/xml" {
            return error(2, "Invalid XML");
        }
        if root.attribute("merchantCode") != Some(MERCHANT) {
            return error(4, "Security violation");
        }
        if !root.descendants().all(is_ordered) {
            return error(2, "The content of an element does not match its type");
        }
        let code = |node: Node<'_, '_>| node.attribute("orderCode").unwrap_or_default().to_string();
        if let Some(order) = child(root, "order") {
            return self.submit(order, code(order));
        }
        if let Some(inquiry) = child(root, "orderInquiry") {
            let found = self.orders.iter().find(|order| order.code == code(inquiry) && order.method != "page");
            return match found {
                Some(order) => self.status(order, ""),
                None => order_error(&code(inquiry), 5, "Could not find payment for order"),
            };
        }
        match child(root, "orderModification") {
            Some(modification) => self.modify(modification, &code(modification)),
            None => error(2, "Invalid XML"),
        }
    }

    fn status(&self, order: &Order, token: &str) -> String {
        format!(
            r#"<reply><orderStatus orderCode="{}">{}{token}</orderStatus></reply>"#,
            order.code,
            self.payment(order)
        )
    }

    fn payment(&self, order: &Order) -> String {
        let amount = |minor: i64| {
            let (currency, exponent) = (&order.currency, &order.exponent);
            format!(
                r#"<amount value="{minor}" currencyCode="{currency}" exponent="{exponent}" debitCreditIndicator="credit"/>"#
            )
        };
        let reason = match order.reason {
            "" => String::new(),
            code => format!(r#"<ISO8583ReturnCode code="{code}" description="REFUSED"/>"#),
        };
        format!(
            r#"<payment><paymentMethod>{}</paymentMethod>{}<lastEvent>{}</lastEvent><AuthorisationId id="666"/>{reason}<balance accountType="IN_PROCESS_CAPTURED">{}</balance></payment>"#,
            order.method,
            amount(order.minor),
            order.event,
            amount(order.minor - order.refunded),
        )
    }

    fn submit(&mut self, node: Node<'_, '_>, code: String) -> String {
        if code.is_empty() || code.len() > 64 || text(node, "description").is_empty() {
            return error(6, "Mandatory field is missing");
        }
        if self.orders.iter().any(|order| order.code == code) {
            return order_error(&code, 5, "Duplicate Order");
        }
        let amount = child(node, "amount").unwrap();
        let attribute = |name| amount.attribute(name).unwrap_or_default().to_string();
        let Some(minor) = attribute("value").parse().ok().filter(|minor| *minor > 0) else {
            return error(3, "Invalid amount");
        };
        let interaction = child(node, "dynamicInteractionType").map(|it| it.attribute("type").unwrap_or_default());
        if interaction.is_some_and(|it| !["ECOMMERCE", "MOTO", "CONT_AUTH"].contains(&it)) {
            return error(2, "The type of the interaction is none");
        }
        let minor = self.takes_instead.take().unwrap_or(minor);
        let (currency, exponent) = (attribute("currencyCode"), attribute("exponent"));
        let mut order = Order {
            code,
            minor,
            currency,
            exponent,
            method: String::new(),
            event: String::new(),
            reason: "",
            refunded: 0,
        };
        if child(node, "paymentMethodMask").is_some() {
            order.method = "page".into();
            let page =
                format!("https://payments-test.worldpay.com/app/hpp/integration?OrderKey={MERCHANT}%5E{}", order.code);
            let page = page.replace('&', "&amp;");
            let reply = format!(
                r#"<reply><orderStatus orderCode="{}"><reference id="3000000001">{page}</reference></orderStatus></reply>"#,
                order.code
            );
            self.orders.push(order);
            return reply;
        }
        let number = match child(node, "TOKEN-SSL") {
            Some(token) if token.attribute("tokenScope") == Some("merchant") => {
                let id = text(token, "paymentTokenID");
                self.tokens.iter().find(|(known, _)| *known == id).map(|(_, number)| number.clone())
            }
            _ => Some(text(node, "cardNumber")),
        };
        let known = CARDS.iter().find(|(known, _)| Some(*known) == number.as_deref());
        let Some((number, method)) = known else { return order_error(&order.code, 7, "Invalid payment details") };
        let (holder, is_reserved) = (text(node, "cardHolderName"), node.attribute("captureDelay") == Some("OFF"));
        if holder == "3D" && interaction != Some("MOTO") {
            return format!(
                r#"<reply><orderStatus orderCode="{}"><challengeRequired/></orderStatus></reply>"#,
                order.code
            );
        }
        let (event, reason) = match holder.as_str() {
            "REFUSED" => ("REFUSED", "5"),
            "REFUSED51" => ("REFUSED", "51"),
            "REFUSED41" => ("REFUSED", "41"),
            _ => ("AUTHORISED", ""),
        };
        (order.method, order.event, order.reason) = (method.to_string(), event.into(), reason);
        let mut token = String::new();
        if child(node, "createToken").is_some() && reason.is_empty() {
            let id = format!("99{}", 1_000_000 + self.tokens.len());
            token = format!("<token><tokenDetails><paymentTokenID>{id}</paymentTokenID></tokenDetails></token>");
            self.tokens.push((id, number.to_string()));
        }
        let reply = self.status(&order, &token);
        if self.is_quick && reason.is_empty() && !is_reserved {
            order.event = "CAPTURED".into();
        }
        self.orders.push(order);
        reply
    }

    fn modify(&mut self, node: Node<'_, '_>, code: &str) -> String {
        let is_quick = self.is_quick;
        let Some(order) = self.orders.iter_mut().find(|order| order.code == code) else {
            return error(5, "Order not found");
        };
        let wish = node.children().find(Node::is_element).unwrap();
        let minor: i64 =
            child(wish, "amount").and_then(|it| it.attribute("value")).and_then(|it| it.parse().ok()).unwrap_or(0);
        let is_captured = ["CAPTURED", "SENT_FOR_REFUND"].contains(&order.event.as_str());
        let received = match wish.tag_name().name() {
            "capture" if order.event == "AUTHORISED" && minor <= order.minor => {
                if is_quick {
                    (order.event, order.minor) = ("CAPTURED".into(), minor);
                }
                "captureReceived"
            }
            "cancel" if order.event == "AUTHORISED" => {
                order.event = "CANCELLED".into();
                "cancelReceived"
            }
            "refund" if is_captured && order.refunded + minor <= order.minor => {
                (order.event, order.refunded) = ("SENT_FOR_REFUND".into(), order.refunded + minor);
                "refundReceived"
            }
            "cancelOrRefund" if order.event == "AUTHORISED" => {
                order.event = "CANCELLED".into();
                "voidReceived"
            }
            "cancelOrRefund" if order.event == "CAPTURED" => {
                (order.event, order.refunded) = ("SENT_FOR_REFUND".into(), order.minor);
                "voidReceived"
            }
            _ => return error(5, "Requested operation is not allowed"),
        };
        let amount = match minor {
            0 => String::new(),
            _ => {
                format!(r#"<amount value="{minor}" currencyCode="{}" exponent="{}"/>"#, order.currency, order.exponent)
            }
        };
        format!(r#"<reply><ok><{received} orderCode="{code}">{amount}</{received}></ok></reply>"#)
    }

    /// A client at the page pays or refuses; the notification.
    pub fn pay(&mut self, page: &str, agreed: bool) -> Vec<u8> {
        let url = url::Url::parse(page).unwrap();
        let value =
            |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        for name in ["successURL", "failureURL", "cancelURL"] {
            assert!(value(name).is_some_and(|back| back.starts_with("https://shop.example/")), "{name}");
        }
        let key = value("OrderKey").unwrap();
        let code = key.strip_prefix(&format!("{MERCHANT}^")).unwrap();
        let order = self.orders.iter_mut().find(|order| order.code == code && order.method == "page").unwrap();
        order.method = "VISA-SSL".into();
        (order.event, order.reason) = if agreed { ("AUTHORISED".into(), "") } else { ("REFUSED".into(), "5") };
        let code = code.to_string();
        self.notify(&code)
    }

    /// The notification of how an order stands.
    pub fn notify(&self, code: &str) -> Vec<u8> {
        let order = self.orders.iter().find(|order| order.code == code).unwrap();
        let journal = format!(
            r#"<journal journalType="{}"><bookingDate><date dayOfMonth="31" month="03" year="2026"/></bookingDate></journal>"#,
            order.event
        );
        let event =
            format!(r#"<orderStatusEvent orderCode="{code}">{}{journal}</orderStatusEvent>"#, self.payment(order));
        wrap(&format!("<notify>{event}</notify>")).into_bytes()
    }

    /// What happens in the course of days.
    pub fn set(&mut self, code: &str, event: &str) {
        self.orders.iter_mut().find(|order| order.code == code).unwrap().event = event.into();
    }

    /// How many orders there are.
    pub fn count(&self) -> usize {
        self.orders.len()
    }
}
