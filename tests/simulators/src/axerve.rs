//! Axerve (Banca Sella): one shop with both services and the page, as the page of the protocol has them.

use crate::shell::{Asked, Said, Service};
use roxmltree::Document;
use std::collections::BTreeMap;

/// The card of the sandbox.
pub const CARD: &str = "4775718800002026";

/// What must not stand in a value.
const FORBIDDEN: &str = "& §()*<>,;:/[]?=%~";

/// One payment in the books; amounts in hundredths.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    pub name: String,
    pub number: String,
    pub amount: i64,
    pub currency: String,
    pub result: &'static str,
    pub code: String,
    pub events: Vec<(&'static str, i64)>,
    pub token: Option<String>,
}

/// What an encrypted text stands for.
#[derive(Clone, Debug)]
enum Crypt {
    /// A payment to be made on the page.
    Wanted(BTreeMap<String, String>),
    /// What became of one.
    Told(Box<Payment>),
}

/// One shop.
pub struct Axerve {
    pub shop: String,
    pub key: String,
    pub namespace: &'static str,
    /// Whether the account reserves first.
    pub deferred: bool,
    pub payments: Vec<Payment>,
    /// Tokens and the cards behind them.
    pub tokens: BTreeMap<String, String>,
    /// The code that the next charge is refused with.
    pub next: Option<&'static str>,
    /// By how many hundredths the amounts in answers are wrong.
    pub skew: i64,
    crypts: BTreeMap<String, Crypt>,
}

impl Default for Axerve {
    fn default() -> Self {
        Self {
            shop: "GESPAY65987".into(),
            key: "a-key==".into(),
            namespace: "https://ecomm.sella.it/",
            deferred: false,
            payments: Vec::new(),
            tokens: BTreeMap::new(),
            next: None,
            skew: 0,
            crypts: BTreeMap::new(),
        }
    }
}

type Arguments = BTreeMap<String, String>;
type Refusal = &'static str;

fn of<'a>(arguments: &'a Arguments, name: &str) -> &'a str {
    arguments.get(name).map_or("", String::as_str)
}

fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 2 || whole.is_empty() || !format!("{whole}{part}").bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

fn written(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

impl Service for Axerve {
    fn answer(&mut self, asked: &Asked) -> Said {
        let root = match asked.path.as_str() {
            "/gestpay/GestPayWS/WSs2s.asmx" => "GestPayS2S",
            "/gestpay/GestPayWS/WsCryptDecrypt.asmx" => "GestPayCryptDecrypt",
            _ => return Said::text(404, "text/html", "<html>404</html>"),
        };
        let Some((operation, arguments)) = self.open(asked) else {
            return Said::text(500, "text/xml", "<soap:Fault/>");
        };
        let kind = match operation.as_str() {
            "Encrypt" => "ENCRYPT",
            "Decrypt" => "DECRYPT",
            "callPagamS2S" => "PAGAM",
            "callReadTrxS2S" => "QUERYTX",
            _ => "OTHER",
        };
        let inner = self.check(&arguments).and_then(|()| self.operate(&operation, &arguments)).unwrap_or_else(|code| {
            format!("<TransactionResult>KO</TransactionResult><ErrorCode>{code}</ErrorCode><ErrorDescription>no</ErrorDescription>")
        });
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope \
             xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
             <{operation}Response xmlns=\"{}\"><{operation}Result><{root} xmlns=\"\">\
             <TransactionType>{kind}</TransactionType>{inner}</{root}></{operation}Result></{operation}Response>\
             </soap:Body></soap:Envelope>",
            self.namespace
        );
        Said::text(200, "text/xml; charset=utf-8", body)
    }
}

impl Axerve {
    /// The operation and its arguments, if namespace and action fit.
    fn open(&self, asked: &Asked) -> Option<(String, Arguments)> {
        let text = asked.text();
        let document = Document::parse(&text).ok()?;
        let body = document.descendants().find(|node| node.tag_name().name() == "Body")?;
        let operation = body.first_element_child()?;
        let name = operation.tag_name().name();
        let action = format!("\"{}{name}\"", self.namespace);
        if operation.tag_name().namespace() != Some(self.namespace) || asked.header("soapaction") != action {
            return None;
        }
        let leaves = operation.descendants().filter(|node| node.is_element() && node.first_element_child().is_none());
        let pairs = leaves.map(|leaf| (leaf.tag_name().name().to_string(), leaf.text().unwrap_or("").to_string()));
        Some((name.to_string(), pairs.collect()))
    }

    /// Who calls, and what must not stand in a value.
    fn check(&self, arguments: &Arguments) -> Result<(), Refusal> {
        if of(arguments, "shopLogin") != self.shop {
            return Err("1131");
        }
        if of(arguments, "apikey") != self.key {
            return Err("1142");
        }
        for (name, value) in arguments.iter().filter(|(name, _)| !["apikey", "CryptedString"].contains(&name.as_str()))
        {
            if value.contains("--") || value.contains(|letter| FORBIDDEN.contains(letter)) || name.is_empty() {
                return Err("1105");
            }
        }
        Ok(())
    }

    fn operate(&mut self, operation: &str, arguments: &Arguments) -> Result<String, Refusal> {
        match operation {
            "Encrypt" => self.encrypt(arguments),
            "Decrypt" => match self.crypts.get(of(arguments, "CryptedString")) {
                Some(Crypt::Told(payment)) => Ok(self.told(payment)),
                _ => Err("1101"),
            },
            "callPagamS2S" => self.pagam(arguments),
            "callReadTrxS2S" => self.find(arguments).map(|payment| self.history(payment)),
            "callSettleS2S" => self.settle(arguments),
            "callDeleteS2S" => self.delete(arguments),
            "callRefundS2S" => self.refund(arguments),
            "CallRequestTokenS2S" => self.request_token(arguments),
            "callDeleteTokenS2S" => match self.tokens.remove(of(arguments, "tokenValue")) {
                Some(_) => Ok(good()),
                None => Err("1165"),
            },
            _ => Err("1141"),
        }
    }

    /// The fields that every payment begins with.
    fn wanted(arguments: &Arguments) -> Result<(String, i64, String), Refusal> {
        let (name, currency) = (of(arguments, "shopTransactionId"), of(arguments, "uicCode"));
        if name.is_empty() || name.len() > 50 {
            return Err("1115");
        }
        if currency.is_empty() {
            return Err("1110");
        }
        let amount = hundredths(of(arguments, "amount")).ok_or("1113")?;
        if amount < 10 { Err("1146") } else { Ok((name.into(), amount, currency.into())) }
    }

    fn encrypt(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        Self::wanted(arguments)?;
        let text = self.hide(Crypt::Wanted(arguments.clone()));
        Ok(format!("{}<CryptDecryptString>{text}</CryptDecryptString>", good()))
    }

    fn hide(&mut self, what: Crypt) -> String {
        let count = self.crypts.len() + 1;
        let text = format!("Q{count:03}x7Hs*{:016X}+k", count.wrapping_mul(0x9E37_79B9));
        self.crypts.insert(text.clone(), what);
        text
    }

    fn pagam(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        let (name, amount, currency) = Self::wanted(arguments)?;
        let number = match of(arguments, "tokenValue") {
            "" => of(arguments, "cardNumber").to_string(),
            token => self.tokens.get(token).cloned().ok_or("1165")?,
        };
        let is_typed = of(arguments, "tokenValue").is_empty();
        if is_typed && (of(arguments, "expiryMonth").len() != 2 || of(arguments, "expiryYear").len() != 2) {
            return Err("1138");
        }
        let code = self.next.take().unwrap_or(if number == CARD { "0" } else { "74" });
        let wants_token = of(arguments, "requestToken") == "MASKEDPAN";
        let payment = self.book(name, amount, currency, code, wants_token.then_some(number));
        Ok(self.told(&payment))
    }

    fn book(&mut self, name: String, amount: i64, currency: String, code: &str, keep: Option<String>) -> Payment {
        let is_good = code == "0";
        let mut events = if is_good { vec![("AUT", amount)] } else { Vec::new() };
        if is_good && !self.deferred {
            events.push(("MOV", amount));
        }
        let token = keep.filter(|_| is_good).map(|number| self.token(number));
        let number = format!("{}", 700 + self.payments.len());
        let result = if is_good { "OK" } else { "KO" };
        let payment = Payment { name, number, amount, currency, result, code: code.into(), events, token };
        self.payments.push(payment.clone());
        payment
    }

    fn token(&mut self, number: String) -> String {
        let token = format!("{}RSTV{:04}{}", &number[..2], self.tokens.len(), &number[number.len() - 4..]);
        self.tokens.insert(token.clone(), number);
        token
    }

    /// A payment as a charge or a decrypted text tells it.
    fn told(&self, payment: &Payment) -> String {
        let token = payment.token.as_ref().map_or(String::new(), |token| {
            let four = &token[token.len() - 4..];
            format!(
                "<MaskedPAN>47757188****{four}</MaskedPAN><TOKEN>{token}</TOKEN>\
                 <TokenExpiryMonth>05</TokenExpiryMonth><TokenExpiryYear>27</TokenExpiryYear>"
            )
        });
        format!(
            "<TransactionResult>{}</TransactionResult><ShopTransactionID>{}</ShopTransactionID>\
             <BankTransactionID>{}</BankTransactionID><AuthorizationCode>365530</AuthorizationCode>\
             <Currency>{}</Currency><Amount>{}</Amount><Country>ITALIA</Country><Buyer><BuyerName>x</BuyerName></Buyer>\
             <CustomInfo/><ErrorCode>{}</ErrorCode><ErrorDescription>said</ErrorDescription>\
             <VbV><VbVFlag>KO</VbVFlag><VbVBuyer/><VbVRisk/></VbV>{token}",
            payment.result,
            payment.name,
            payment.number,
            payment.currency,
            written(payment.amount + self.skew),
            payment.code
        )
    }

    /// The same as a query tells it.
    fn history(&self, payment: &Payment) -> String {
        let event = |(what, amount): &(&str, i64)| {
            let amount = written(amount + self.skew);
            format!("<Event><EventType>{what}</EventType><EventAmount>{amount}</EventAmount></Event>")
        };
        format!(
            "<TransactionResult>{}</TransactionResult><ShopTransactionID>{}</ShopTransactionID>\
             <BankTransactionID>{}</BankTransactionID><Currency>{}</Currency><ErrorCode>{}</ErrorCode>\
             <ErrorDescription>said</ErrorDescription><TransactionState>{}</TransactionState><Events>{}</Events>",
            payment.result,
            payment.name,
            payment.number,
            payment.currency,
            payment.code,
            payment.events.last().map_or("REQ", |(what, _)| what),
            payment.events.iter().map(event).collect::<String>()
        )
    }

    fn at(&self, arguments: &Arguments) -> Result<usize, Refusal> {
        let any =
            |names: [&str; 2]| names.iter().map(|name| of(arguments, name)).find(|it| !it.is_empty()).unwrap_or("");
        let (name, number) = (any(["shopTransactionId", "shopTransID"]), any(["bankTransactionId", "bankTransID"]));
        let fits = |it: &Payment| (name.is_empty() || it.name == name) && (number.is_empty() || it.number == number);
        let all: Vec<usize> = (0..self.payments.len()).filter(|at| fits(&self.payments[*at])).collect();
        match all[..] {
            [] => Err("2011"),
            [one] => Ok(one),
            _ => Err("2012"),
        }
    }

    fn find(&self, arguments: &Arguments) -> Result<&Payment, Refusal> {
        self.at(arguments).map(|at| &self.payments[at])
    }

    fn settle(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        let at = self.at(arguments)?;
        let amount = hundredths(of(arguments, "amount")).ok_or("1113")?;
        let payment = &mut self.payments[at];
        if payment.events.len() != 1 || of(arguments, "uicCode") != payment.currency {
            return Err("2019");
        }
        if amount > payment.amount {
            return Err("58");
        }
        payment.events.push(("MOV", amount));
        Ok(good())
    }

    fn delete(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        let at = self.at(arguments)?;
        let payment = &mut self.payments[at];
        if payment.events.len() != 1 {
            return Err("2017");
        }
        payment.events.push(("CAN", payment.amount));
        Ok(good())
    }

    fn refund(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        let at = self.at(arguments)?;
        let amount = hundredths(of(arguments, "amount")).ok_or("1113")?;
        let payment = &mut self.payments[at];
        let sum = |what: &str| payment.events.iter().filter(|it| it.0 == what).map(|it| it.1).sum::<i64>();
        let (taken, back) = (sum("MOV"), sum("STO"));
        if taken == 0 || of(arguments, "uicCode") != payment.currency {
            return Err("2018");
        }
        if back + amount > taken {
            return Err("2014");
        }
        payment.events.push(("STO", amount));
        Ok(good())
    }

    fn request_token(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        let number = of(arguments, "cardNumber");
        if of(arguments, "requestToken") != "MASKEDPAN" || number != CARD || of(arguments, "withAuth") != "Y" {
            return Err("74");
        }
        let token = self.token(number.into());
        Ok(format!(
            "<TransactionResult>OK</TransactionResult><TransactionErrorCode>0</TransactionErrorCode>\
             <TransactionErrorDescription>said</TransactionErrorDescription><Token>{token}</Token>\
             <TokenExpiryMonth>05</TokenExpiryMonth><TokenExpiryYear>27</TokenExpiryYear>"
        ))
    }

    /// A client comes to the page with what the address says, and pays with that outcome; what is then called at the shop.
    pub fn visit(&mut self, address: &str, code: &str) -> Option<String> {
        let url = url::Url::parse(address).ok()?;
        let value =
            |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        if !url.path().ends_with("/pagam/pagam.aspx") || value("a")? != self.shop {
            return None;
        }
        let Some(Crypt::Wanted(arguments)) = self.crypts.get(&value("b")?).cloned() else { return None };
        let (name, amount, currency) = Self::wanted(&arguments).ok()?;
        let keep = (of(&arguments, "requestToken") == "MASKEDPAN").then(|| CARD.to_string());
        let payment = self.book(name, amount, currency, code, keep);
        Some(self.notice(&payment))
    }

    /// The query of a call to the shop about a payment.
    pub fn notice(&mut self, payment: &Payment) -> String {
        let text = self.hide(Crypt::Told(Box::new(payment.clone())));
        let pairs = [("a", &self.shop), ("b", &text)];
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

fn good() -> String {
    "<TransactionResult>OK</TransactionResult><ErrorCode>0</ErrorCode><ErrorDescription>said</ErrorDescription>".into()
}
