//! What is done with a card and with what was done before: charged, captured, voided, given back.

use super::{
    AuthorizeNet, CARDS, LOGIN, NONCE, Transaction, cents, good, last_four, refused, sign, signature_key, text,
};
use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::{Value, json};

impl AuthorizeNet {
    fn said(&self, transaction: &Transaction, code: &str, reason: &str, words: &str) -> Value {
        let key = HEXLOWER_PERMISSIVE.decode(signature_key().as_bytes()).unwrap();
        let amount = transaction.authorised.max(transaction.settled);
        let signed = format!("^{LOGIN}^{}^{}.{:02}^", transaction.id, amount / 100, amount % 100);
        let hash = if self.is_unsigned { String::new() } else { sign(&key, signed.as_bytes()) };
        let mut response = json!({
            "responseCode": code, "authCode": "G5Z2KS", "avsResultCode": "Y", "cvvResultCode": "P",
            "transId": transaction.id, "refTransID": transaction.refers_to, "transHashSha2": hash,
            "accountNumber": format!("XXXX{}", last_four(&transaction.card)), "accountType": transaction.brand,
            "networkTransId": "123456789NNNH",
        });
        if code == "1" || code == "4" {
            response["messages"] = json!([{"code": reason, "description": words}]);
            return good(json!({ "transactionResponse": response }));
        }
        response["errors"] = json!([{"errorCode": reason, "errorText": words}]);
        let mut answer = refused("E00027", "The transaction was unsuccessful.");
        answer["transactionResponse"] = response;
        answer
    }

    /// A failure that leaves nothing in the books.
    fn failed(&self, reason: &str, words: &str) -> Value {
        self.said(&Transaction { id: "0".into(), ..Transaction::default() }, "3", reason, words)
    }

    pub(super) fn card(&self, asked: &Value) -> Option<(String, String)> {
        let number = match text(asked, "/payment/opaqueData/dataValue") {
            NONCE => "4111111111111111",
            _ => text(asked, "/payment/creditCard/cardNumber"),
        };
        CARDS.iter().find(|(known, _)| *known == number).map(|(number, brand)| (number.to_string(), brand.to_string()))
    }

    pub(super) fn charge(&mut self, asked: &Value, kind: &str) -> Value {
        let amount = self.takes_instead.take().unwrap_or(text(asked, "/amount"));
        let Some(amount) = cents(amount).filter(|amount| *amount > 0) else {
            return self.failed("5", "A valid amount is required.");
        };
        if text(asked, "/currencyCode") != "USD" {
            return refused("E00013", "the currency is not the account's");
        }
        let known = text(asked, "/profile/customerProfileId");
        let (card, brand) = if known.is_empty() {
            let expires = text(asked, "/payment/creditCard/expirationDate");
            let is_card = asked.pointer("/payment/creditCard").is_some();
            if is_card && (expires.len() != 7 || expires.as_bytes()[4] != b'-') {
                return self.failed("7", "Credit card expiration date is invalid.");
            }
            match self.card(asked) {
                Some(card) => card,
                None => return self.failed("6", "The credit card number is invalid."),
            }
        } else {
            let method = text(asked, "/profile/paymentProfile/paymentProfileId");
            let found = self.profiles.iter().find(|profile| profile.id == known && format!("9{known}") == method);
            match found {
                Some(profile) => (profile.card.clone(), profile.brand.clone()),
                None => return refused("E00040", "The record cannot be found."),
            }
        };
        let [invoice, description, customer] = ["/order/invoiceNumber", "/order/description", "/customer/id"]
            .map(|pointer| text(asked, pointer).to_string());
        let is_twin = |other: &Transaction| {
            (other.authorised, &other.card, &other.invoice, &other.customer) == (amount, &card, &invoice, &customer)
        };
        if self.transactions.iter().any(is_twin) {
            return self.failed("11", "A duplicate transaction has been submitted.");
        }
        let id = format!("{}", 60_000_000_001_u64 + self.transactions.len() as u64);
        let is_declined = text(asked, "/billTo/zip") == "46282";
        let status = match kind {
            _ if is_declined => "declined",
            "authOnlyTransaction" => "authorizedPendingCapture",
            _ if self.settles.is_some_and(|start| description.starts_with(start)) => "settledSuccessfully",
            _ => "capturedPendingSettlement",
        };
        let settled = if is_declined || kind == "authOnlyTransaction" { 0 } else { amount };
        let reason = if is_declined { 2 } else { 1 };
        let (kind, status) = (kind.to_string(), status.to_string());
        let authorised = amount;
        let transaction = Transaction {
            id,
            kind,
            status,
            reason,
            authorised,
            settled,
            invoice,
            description,
            customer,
            card,
            brand,
            ..Transaction::default()
        };
        self.transactions.push(transaction.clone());
        if is_declined {
            return self.said(&transaction, "2", "2", "This transaction has been declined.");
        }
        let mut answer = self.said(&transaction, "1", "1", "This transaction has been approved.");
        if asked.pointer("/profile/createProfile") == Some(&json!(true)) {
            let id = self.add_profile(&transaction.customer, &transaction.card, &transaction.brand);
            answer["transactionResponse"]["profile"] =
                json!({"customerProfileId": id, "customerPaymentProfileIdList": [format!("9{id}")]});
        }
        answer
    }

    pub(super) fn find(&mut self, id: &str) -> Option<&mut Transaction> {
        self.transactions.iter_mut().find(|transaction| transaction.id == id)
    }

    pub(super) fn capture(&mut self, asked: &Value) -> Value {
        let amount = cents(text(asked, "/amount")).unwrap_or_default();
        let Some(held) = self.find(text(asked, "/refTransId")) else {
            return self.failed("16", "The transaction cannot be found.");
        };
        match held.status.as_str() {
            "authorizedPendingCapture" if amount > held.authorised => {
                self.failed("47", "The amount requested for settlement cannot be greater than the original amount.")
            }
            "authorizedPendingCapture" => {
                held.settled = amount;
                held.status = "capturedPendingSettlement".into();
                let held = Transaction { authorised: 0, ..held.clone() };
                self.said(&held, "1", "1", "This transaction has been approved.")
            }
            _ => self.failed("311", "This transaction has already been captured."),
        }
    }

    pub(super) fn void(&mut self, id: &str) -> Value {
        let Some(held) = self.find(id) else { return self.failed("16", "The transaction cannot be found.") };
        match held.status.as_str() {
            "authorizedPendingCapture" | "capturedPendingSettlement" => {
                held.status = "voided".into();
                held.settled = 0;
                let held = held.clone();
                self.said(&held, "1", "1", "This transaction has been approved.")
            }
            "voided" => self.failed("310", "This transaction has already been voided."),
            _ => self.failed("16", "The transaction cannot be found."),
        }
    }

    pub(super) fn refund(&mut self, asked: &Value) -> Value {
        let amount = cents(text(asked, "/amount")).unwrap_or_default();
        let id = text(asked, "/refTransId").to_string();
        let back: i64 = self.transactions.iter().filter(|other| other.refers_to == id).map(|other| other.settled).sum();
        let Some(held) = self.find(&id).map(|held| held.clone()) else {
            return self.failed("16", "The transaction cannot be found.");
        };
        let is_same_card = text(asked, "/payment/creditCard/cardNumber") == last_four(&held.card)
            && text(asked, "/payment/creditCard/expirationDate") == "XXXX";
        if held.status != "settledSuccessfully" || !is_same_card || amount <= 0 || back + amount > held.settled {
            return self.failed("54", "The referenced transaction does not meet the criteria for issuing a credit.");
        }
        let refund = Transaction {
            id: format!("{}", 60_000_000_001_u64 + self.transactions.len() as u64),
            refers_to: id,
            kind: "refundTransaction".into(),
            status: "refundPendingSettlement".into(),
            reason: 1,
            settled: amount,
            invoice: text(asked, "/order/invoiceNumber").into(),
            description: text(asked, "/order/description").into(),
            ..held
        };
        let refund = Transaction { authorised: 0, ..refund };
        self.transactions.push(refund.clone());
        self.said(&refund, "1", "1", "This transaction has been approved.")
    }
}
