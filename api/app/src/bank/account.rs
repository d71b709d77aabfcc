//! Bank accounts of clients, as they come in and as they are kept: sealed like any other stored method.

use comptoir_domain::bank::{Bic, Ccc, GermanAccount, Iban, read};
use comptoir_domain::{Check, Problem};
use secrecy::{ExposeSecret, SecretString};

/// A bank account.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"holder": "Alice Martin", "iban": "ES91 2100 0418 4502 0005 1332"}))]
pub struct BankAccountCreate {
    /// Whose it is, as the bank knows it.
    #[schema(min_length = 1, max_length = 70)]
    pub holder: String,
    /// Its international number.
    #[schema(max_length = 50)]
    pub iban: Option<String>,
    /// Its bank; only accounts outside the European Economic Area need it.
    #[schema(max_length = 11)]
    pub bic: Option<String>,
    /// Instead of the IBAN, in Spain: the twenty digits of bank, branch, check and account.
    #[schema(max_length = 30)]
    pub ccc: Option<String>,
    /// Instead of the IBAN, in Germany: the eight digits of the bank.
    #[schema(max_length = 12)]
    pub bank_code: Option<String>,
    /// With `bank_code`: the account.
    #[schema(max_length = 12)]
    pub account_number: Option<String>,
}

/// Nothing of the number.
impl std::fmt::Debug for BankAccountCreate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("BankAccountCreate").finish_non_exhaustive()
    }
}

/// A bank account that can be debited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankAccount {
    /// Whose it is.
    pub holder: String,
    /// Its number.
    pub iban: Iban,
    /// Its bank, if that was told.
    pub bic: Option<Bic>,
}

/// How it is kept, before it is sealed.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    holder: String,
    iban: String,
    bic: Option<String>,
}

impl BankAccountCreate {
    /// Where its number stands.
    pub fn place(&self) -> &'static str {
        match (&self.iban, &self.ccc) {
            (Some(_), _) => "/iban",
            (None, Some(_)) => "/ccc",
            (None, None) => "/account_number",
        }
    }

    /// Understands it, whichever way it is named; notes every place that is wrong.
    pub fn understand(&self) -> Result<BankAccount, Problem> {
        let mut check = Check::new();
        check.text("/holder", &self.holder, 1..=70);
        let bic = self.bic.as_ref().and_then(|text| read::<Bic>(&mut check, "/bic", text));
        let iban = match (&self.iban, &self.ccc, &self.bank_code, &self.account_number) {
            (Some(text), None, None, None) => read::<Iban>(&mut check, "/iban", text),
            (None, Some(text), None, None) => {
                let ccc = read::<Ccc>(&mut check, "/ccc", text);
                ccc.and_then(|ccc| of_national(&mut check, "/ccc", ccc.iban()))
            }
            (None, None, Some(bank), Some(number)) => {
                let account = GermanAccount::parse(bank, number);
                let account = account.map_err(|found| check.refuse("/account_number", found.code, found.detail)).ok();
                account.and_then(|account| of_national(&mut check, "/account_number", account.iban("0000")))
            }
            (None, None, None, None) => {
                check.refuse("/iban", "required", "the number of the account");
                None
            }
            (None, None, Some(_), None) => {
                check.refuse("/account_number", "required", "the account at that bank");
                None
            }
            _ => {
                check.refuse("/iban", "one_of_several", "one way to name the account, not two");
                None
            }
        };
        if let (Some(bic), Some(iban)) = (&bic, &iban) {
            check.ensure(bic.fits(iban), "/bic", "other_country", "a bank of another country than the account's");
        }
        check.done()?;
        let iban = iban.ok_or_else(|| Problem::field("/iban", "required", "the number of the account"))?;
        Ok(BankAccount { holder: self.holder.clone(), iban, bic })
    }
}

fn of_national(
    check: &mut Check,
    pointer: &str,
    iban: Result<Iban, comptoir_domain::bank::Unreadable>,
) -> Option<Iban> {
    iban.map_err(|found| check.refuse(pointer, found.code, found.detail)).ok()
}

impl BankAccount {
    /// What may be shown of it.
    pub fn label(&self) -> String {
        self.iban.masked()
    }

    /// Its last four characters.
    pub fn last_four(&self) -> &str {
        let number = self.iban.as_str();
        number.get(number.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// The text that is sealed.
    pub fn secret(&self) -> String {
        let bic = self.bic.as_ref().map(|bic| bic.as_str().to_string());
        let kept = Kept { holder: self.holder.clone(), iban: self.iban.as_str().into(), bic };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Of the text that was sealed; nothing if it is not one.
    pub fn of_secret(secret: &SecretString) -> Option<Self> {
        let kept: Kept = serde_json::from_str(secret.expose_secret()).ok()?;
        let bic = kept.bic.map(|text| text.parse().ok());
        Some(Self { holder: kept.holder, iban: kept.iban.parse().ok()?, bic: bic.flatten() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(iban: Option<&str>, ccc: Option<&str>, german: Option<(&str, &str)>) -> BankAccountCreate {
        BankAccountCreate {
            holder: "Alice Martin".into(),
            iban: iban.map(str::to_string),
            bic: None,
            ccc: ccc.map(str::to_string),
            bank_code: german.map(|(bank, _)| bank.to_string()),
            account_number: german.map(|(_, number)| number.to_string()),
        }
    }

    /// The accounts are those of the registry's and the Bundesbank's own examples.
    #[test]
    fn whichever_way_it_is_named() {
        let spain = wanted(Some("es91 2100 0418 4502 0005 1332"), None, None).understand().unwrap();
        assert_eq!(spain.iban.as_str(), "ES9121000418450200051332");
        assert_eq!(wanted(None, Some("2100 0418 45 0200051332"), None).understand().unwrap(), spain);
        let germany = wanted(None, None, Some(("37040044", "532013000"))).understand().unwrap();
        assert_eq!(germany.iban.as_str(), "DE89370400440532013000");
        assert_eq!(germany.label(), "DE89 •••• •••• 3000");
        assert_eq!(BankAccount::of_secret(&germany.secret().into()), Some(germany));
        for token in ["pm_1NvVPz", "4242", r#"{"profile":"1","payment":"2"}"#, ""] {
            assert_eq!(BankAccount::of_secret(&token.to_string().into()), None);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let place = |wanted: BankAccountCreate| wanted.understand().unwrap_err().fields[0].pointer.clone();
        assert_eq!(place(wanted(None, None, None)), "/iban");
        assert_eq!(place(wanted(Some("ES9221000418450200051332"), None, None)), "/iban");
        assert_eq!(place(wanted(None, Some("2100 0418 46 0200051332"), None)), "/ccc");
        assert_eq!(place(wanted(Some("ES9121000418450200051332"), Some("1"), None)), "/iban");
        assert_eq!(
            place(BankAccountCreate { holder: String::new(), ..wanted(Some("ES9121000418450200051332"), None, None) }),
            "/holder"
        );
        let debug = format!("{:?}", wanted(Some("ES9121000418450200051332"), None, None));
        assert!(!debug.contains("2100"), "{debug}");
    }
}
