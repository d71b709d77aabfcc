//! BluePay as its page describes it: bp10emu with its seal and its redirect, the single transaction query, and stamped
//! notifications. In test mode whole dollars decide: odd ones are approved, even ones declined.

use crate::shell::{Asked, Fields, Said, Service};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256, Sha512};

pub const ACCOUNT: &str = "100000000001";
pub const SECRET: &str = "SECRETKEY";

/// The card that works where money is real; 4000000000000002 is declined, 4000000000000069 has expired.
const GOOD: &str = "4111111111111111";

#[derive(Clone, Debug, Default)]
struct Row {
    id: String,
    kind: String,
    status: &'static str,
    cents: i64,
    order: String,
    custom: String,
    master: String,
    card: String,
    message: String,
    voided: bool,
}

/// The books.
#[derive(Default)]
pub struct BluePay {
    rows: Vec<Row>,
    /// Takes this, whatever is asked.
    pub takes_instead: Option<&'static str>,
}

/// The page's table of seals.
pub fn seal(kind: &str, secret: &str, values: &str) -> String {
    let both = format!("{secret}{values}");
    match kind {
        "HMAC_SHA512" => {
            let mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).unwrap();
            HEXLOWER.encode(&mac.chain_update(values).finalize().into_bytes())
        }
        "HMAC_SHA256" => {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            HEXLOWER.encode(&mac.chain_update(values).finalize().into_bytes())
        }
        "SHA512" => HEXLOWER.encode(&Sha512::digest(both)),
        "SHA256" => HEXLOWER.encode(&Sha256::digest(both)),
        "MD5" => HEXLOWER.encode(&Md5::digest(both)),
        _ => String::new(),
    }
}

fn cents(amount: &str) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.')?;
    (fraction.len() == 2).then(|| format!("{whole}{fraction}").parse().ok())?
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Service for BluePay {
    fn answer(&mut self, asked: &Asked) -> Said {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/interfaces/bp10emu") => {
                let query = self.transact(&asked.form());
                let place = format!("https://secure.bluepay.com/interfaces/wlcatch?{query}");
                Said::text(302, "text/html", "").header("location", place)
            }
            ("POST", "/interfaces/stq") => Said::text(200, "text/plain", self.query(&asked.form())),
            _ => Said::text(404, "text/html", ""),
        }
    }
}

impl BluePay {
    fn transact(&mut self, asked: &Fields) -> String {
        let said = |result: &str, message: &str| form(&[("Result", result), ("MESSAGE", message)]);
        let missing: Vec<_> = ["MERCHANT", "TRANSACTION_TYPE", "MODE", "TAMPER_PROOF_SEAL"]
            .into_iter()
            .filter(|name| asked.text(name).is_empty())
            .collect();
        if !missing.is_empty() {
            return said("MISSING", &missing.join(","));
        }
        let parts = [
            "MERCHANT",
            "TRANSACTION_TYPE",
            "AMOUNT",
            "REBILLING",
            "REB_FIRST_DATE",
            "REB_EXPR",
            "REB_CYCLES",
            "REB_AMOUNT",
            "RRNO",
            "MODE",
        ];
        let values: String = parts.iter().map(|name| asked.text(name)).collect();
        let kind = asked.get("TPS_HASH_TYPE").unwrap_or("HMAC_SHA512");
        if asked.text("MERCHANT") != ACCOUNT || seal(kind, SECRET, &values) != asked.text("TAMPER_PROOF_SEAL") {
            return said("ERROR", "SECURITY ERROR");
        }
        match asked.text("TRANSACTION_TYPE") {
            kind @ ("SALE" | "AUTH") => self.charge(asked, kind),
            kind => self.follow(asked, kind),
        }
    }

    fn enter(&mut self, row: Row, result: &str) -> String {
        let id = format!("{}", 100_000_000_100_u64 + self.rows.len() as u64);
        let masked = format!("xxxxxxxxxxxx{}", row.card.get(12..).unwrap_or_default());
        let said = form(&[
            ("Result", result),
            ("MESSAGE", &row.message),
            ("RRNO", &id),
            ("AUTH_CODE", "ABCDEF"),
            ("AVS", "Y"),
            ("CVV2", "M"),
            ("PAYMENT_ACCOUNT", &masked),
            ("CARD_TYPE", "VISA"),
        ]);
        self.rows.push(Row { id, ..row });
        said
    }

    fn charge(&mut self, asked: &Fields, kind: &str) -> String {
        let amount = self.takes_instead.take().unwrap_or(asked.text("AMOUNT"));
        let Some(cents) = cents(amount) else { return form(&[("Result", "ERROR"), ("MESSAGE", "INVALID AMOUNT")]) };
        let master = asked.text("RRNO");
        let card = match self.rows.iter().find(|row| !master.is_empty() && row.id == master) {
            Some(row) => row.card.clone(),
            None if !master.is_empty() => return form(&[("Result", "ERROR"), ("MESSAGE", "INVALID RRNO")]),
            None => asked.text("CC_NUM").to_string(),
        };
        if asked.text("CC_EXPIRES").len() != 4 && master.is_empty() {
            return form(&[("Result", "MISSING"), ("MESSAGE", "CC_EXPIRES")]);
        }
        let is_test = asked.text("MODE") == "TEST";
        let is_even = cents / 100 % 2 == 0 && cents > 0;
        let (status, message) = match card.as_str() {
            _ if is_test && is_even => ("0", "DECLINED"),
            GOOD => ("1", "APPROVED"),
            _ if is_test => ("1", "APPROVED"),
            "4000000000000069" => ("0", "EXPIRED CARD"),
            _ => ("0", "DECLINED"),
        };
        let [kind, order, message] = [kind, asked.text("ORDER_ID"), message].map(str::to_string);
        let custom = asked.text("CUSTOM_ID").to_string();
        let is_twin = |row: &&Row| (&row.card, row.cents, &row.order) == (&card, cents, &order) && row.status == "1";
        if let Some(twin) = self.rows.iter().find(is_twin).filter(|_| cents > 0) {
            return form(&[("Result", "APPROVED"), ("MESSAGE", "DUPLICATE"), ("RRNO", &twin.id)]);
        }
        let row = Row { kind, status, cents, order, custom, card, message, ..Row::default() };
        self.enter(row, if status == "1" { "APPROVED" } else { "DECLINED" })
    }

    fn follow(&mut self, asked: &Fields, kind: &str) -> String {
        let id = asked.text("RRNO").to_string();
        let Some(master) = self.rows.iter().find(|row| row.id == id && row.status == "1").cloned() else {
            return form(&[("Result", "ERROR"), ("MESSAGE", "INVALID RRNO")]);
        };
        let of = |kind: &str| {
            self.rows.iter().filter(|row| row.master == id && row.kind == kind).map(|row| row.cents).sum::<i64>()
        };
        let (captured, back) = (of("CAPTURE"), of("REFUND"));
        let taken = if master.kind == "AUTH" { captured } else { master.cents };
        let asked_for = asked.get("AMOUNT").and_then(cents);
        let (amount, is_fine) = match kind {
            "CAPTURE" => {
                let amount = asked_for.unwrap_or(master.cents);
                (amount, master.kind == "AUTH" && captured == 0 && !master.voided && amount <= master.cents)
            }
            "REFUND" => {
                let amount = asked_for.unwrap_or(taken - back);
                (amount, amount > 0 && back + amount <= taken)
            }
            "VOID" => (master.cents, !master.voided && back == 0),
            _ => (0, false),
        };
        if kind == "VOID" && is_fine {
            self.rows.iter_mut().filter(|row| row.id == id).for_each(|row| row.voided = true);
        }
        let status = if is_fine { "1" } else { "0" };
        let message = if is_fine { "APPROVED" } else { "DECLINED" }.to_string();
        let [order, custom] = ["ORDER_ID", "CUSTOM_ID"].map(|name| asked.text(name).to_string());
        let (kind, card) = (kind.to_string(), master.card);
        let row = Row {
            kind,
            status,
            cents: amount,
            order,
            custom,
            master: id,
            card,
            message: message.clone(),
            ..Row::default()
        };
        self.enter(row, &message)
    }

    fn query(&self, asked: &Fields) -> String {
        let (start, end) = (asked.text("REPORT_START_DATE"), asked.text("REPORT_END_DATE"));
        let values = format!("{}{start}{end}", asked.text("ACCOUNT_ID"));
        let kind = asked.get("TPS_HASH_TYPE").unwrap_or("HMAC_SHA512");
        if asked.text("ACCOUNT_ID") != ACCOUNT || seal(kind, SECRET, &values) != asked.text("TAMPER_PROOF_SEAL") {
            return form(&[("status", "E"), ("message", "SECURITY ERROR")]);
        }
        // everything here happens on the last day of March
        let is_in = start <= "2026-03-31" && "2026-03-31" <= end;
        let wanted = |row: &&Row| is_in && (row.order == asked.text("order_id") || row.id == asked.text("id"));
        self.rows.iter().rev().find(wanted).map(|row| form(&told(row, &amount(row)))).unwrap_or_default()
    }

    /// The notification of the last transaction of an order id, stamped over these fields.
    pub fn notify(&self, order: &str, kind: &str, stamped: &str) -> Vec<u8> {
        let row = self.rows.iter().rev().find(|row| row.order == order).unwrap();
        let amount = amount(row);
        let fields = [
            ("trans_id", row.id.as_str()),
            ("trans_status", row.status),
            ("trans_type", &row.kind),
            ("amount", &amount),
            ("order_id", &row.order),
            ("master_id", &row.master),
        ];
        let value = |name: &str| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        let values: String = stamped.split(' ').map(value).collect();
        let stamp = seal(kind, SECRET, &values).to_uppercase();
        let mut all = fields.to_vec();
        all.extend([("BP_STAMP_DEF", stamped), ("TPS_HASH_TYPE", kind), ("BP_STAMP", &stamp)]);
        form(&all).into_bytes()
    }

    /// How many transactions of a kind went well, and their sum in cents.
    pub fn sum(&self, kind: &str) -> (usize, i64) {
        let good: Vec<_> =
            self.rows.iter().filter(|row| row.kind == kind && row.status == "1").map(|row| row.cents).collect();
        (good.len(), good.iter().sum())
    }
}

fn amount(row: &Row) -> String {
    format!("{}.{:02}", row.cents / 100, row.cents % 100)
}

fn told<'a>(row: &'a Row, amount: &'a str) -> [(&'static str, &'a str); 8] {
    [
        ("id", &row.id),
        ("status", row.status),
        ("trans_type", &row.kind),
        ("amount", amount),
        ("order_id", &row.order),
        ("custom_id", &row.custom),
        ("master_id", &row.master),
        ("message", &row.message),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's vectors.
    #[test]
    fn seals_as_the_page_says() {
        let values = "100000000001SALE3.00TEST";
        let hmac = "9901b9f763f98ccdfa0fd6fadc57db4107bf2244c2c48b9adb07c4cf8727261b80ab42f4105bf178a86b68dbb3742ebad7c375f77435298bd9f1cfd232822f31";
        assert_eq!(seal("HMAC_SHA512", SECRET, values), hmac);
        let sha = "5fdd43194c054c1b89c84314b98c7fedf4ef0b45e69e8e8d970f74072976649c";
        assert_eq!(seal("SHA256", SECRET, values), sha);
        let legacy = ["100000000001", "SALE", "3.00", "", "John", "4111111111111111"].concat();
        assert_eq!(seal("MD5", SECRET, &legacy), "5bf65e9597204b5a5d38d5532289b4a2");
    }
}
