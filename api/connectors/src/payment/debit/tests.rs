//! Each plug-in set up with its examples, and what its file then says; positions are those of the format pages.

use super::*;
use crate::bank::{Batch, Creditor, Debit, Payer, SignedMandate};
use crate::http::Reach;
use crate::payment::PaymentSource;
use crate::payment::contract;
use crate::payment::registry::{self, Site};
use crate::settings::{Field, Values};
use crate::{Kind, Retry};
use comptoir_domain::Money;
use comptoir_domain::bank::Sequence;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn fields(plugin: &str) -> &'static [Field] {
    registry::find(plugin).unwrap().fields
}

fn built(plugin: &str, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let reach = Reach { limit: Duration::from_secs(1), local: false };
    let site = Site { live: true, callback_url: "https://shop.example".into(), reach };
    (registry::find(plugin).unwrap().build)(&site, values)
}

/// The examples, with some settings changed or, if empty, left out.
fn with(plugin: &str, changes: &[(&str, &str)]) -> Result<Arc<dyn PaymentGateway>> {
    let mut values: BTreeMap<String, Value> =
        fields(plugin).iter().map(|field| (field.name.into(), field.example.into())).collect();
    for (name, value) in changes {
        assert!(values.remove(*name).is_some(), "{plugin} has no {name}");
        if !value.is_empty() {
            values.insert((*name).into(), (*value).into());
        }
    }
    built(plugin, &Values::new(&values))
}

/// Only what is required.
fn bare(plugin: &str) -> Arc<dyn PaymentGateway> {
    let needed = fields(plugin).iter().filter(|field| field.required);
    let values = needed.map(|field| (field.name.to_string(), field.example.into())).collect();
    built(plugin, &Values::new(&values)).unwrap()
}

/// Two debits as the caller makes them: the creditor and the texts are the plug-in's.
fn batch(debits: &dyn Debits, accounts: [&str; 2]) -> Batch {
    let (account, bic) = debits.account().unwrap();
    let debit = |(number, account): (usize, &str)| {
        let reference = format!("TX2026{number}");
        let invoice = format!("A-2026-00004{number}");
        let values =
            [("invoice", invoice.as_str()), ("reference", &reference), ("client", "1042"), ("name", "Eva Ruiz")];
        let mandate = SignedMandate {
            reference: format!("MND-1042-{number}"),
            signed_on: "2026-01-05".parse().unwrap(),
            sequence: Sequence::Recurring,
            amendment: None,
        };
        Debit {
            amount: Money::from_minor(1210, Currency::EUR),
            collection_date: "2026-11-30".parse().unwrap(),
            payer: Payer { name: "Eva Ruiz".into(), number: Some(format!("104{number}")), address: None },
            account: Iban::parse(account).unwrap(),
            bic: None,
            mandate: debits.scheme().map(|_| mandate),
            texts: debits.texts().iter().map(|text| fill(text, &values)).collect(),
            reference: None,
            end_to_end_id: reference,
        }
    };
    Batch {
        id: "B-7".into(),
        created: "2026-11-23T10:00:00".parse().unwrap(),
        creditor: Creditor { name: debits.creditor_name().into(), account, bic, address: None, on_behalf_of: None },
        debits: (1..).zip(accounts).map(debit).collect(),
    }
}

const SPANISH: [&str; 2] = ["ES5200491500061234567890", "ES3101822370430201502345"];
const GERMAN: [&str; 2] = ["DE75512108001245126199", "DE12500105170648489890"];

fn written(gateway: &dyn PaymentGateway, accounts: [&str; 2]) -> String {
    let debits = gateway.debits().unwrap();
    let file = debits.file().write(&batch(debits, accounts)).unwrap();
    String::from_utf8(file.bytes).unwrap()
}

#[test]
fn sepa_writes_what_its_settings_say() {
    let xml = written(&*with("sepa_debit", &[]).unwrap(), SPANISH);
    for part in [
        "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08",
        "<InitgPty><Nm>Hosting Ejemplo SL</Nm><Id><PrvtId><Othr><Id>ES11000B12345674</Id>",
        "<BtchBookg>true</BtchBookg>",
        "<LclInstrm><Cd>CORE</Cd></LclInstrm>",
        "<Cdtr><Nm>Hosting Ejemplo SL</Nm></Cdtr>",
        "<CdtrAcct><Id><IBAN>ES9121000418450200051332</IBAN></Id>",
        "<BICFI>CAIXESBBXXX</BICFI>",
        "<UltmtCdtr><Nm>Alojamiento Ejemplo SL</Nm></UltmtCdtr>",
        "<Ustrd>Invoice A-2026-000041</Ustrd>",
        "<Ustrd>Invoice A-2026-000042</Ustrd>",
    ] {
        assert!(plain(&xml).contains(part), "{part}\n{xml}");
    }
    let changes = [
        ("version", "pain.008.001.02"),
        ("scheme", "b2b"),
        ("batch_booking", "false"),
        ("identify_sender", ""),
        ("on_behalf_of", ""),
        ("text", ""),
    ];
    let other = plain(&written(&*with("sepa_debit", &changes).unwrap(), SPANISH));
    for part in ["pain.008.001.02", "<BtchBookg>false", "<Cd>B2B</Cd>", "<BIC>CAIXESBBXXX", "<Ustrd>A-2026-000041<"] {
        assert!(other.contains(part), "{part}\n{other}");
    }
    assert!(!other.contains("UltmtCdtr") && !other.contains("<InitgPty><Nm>Hosting Ejemplo SL</Nm><Id>"), "{other}");
}

/// Without what stands between elements.
fn plain(xml: &str) -> String {
    xml.lines().map(str::trim).collect()
}

#[test]
fn a_batch_that_says_on_whose_behalf_it_is_keeps_that() {
    let gateway = with("sepa_debit", &[]).unwrap();
    let debits = gateway.debits().unwrap();
    let mut batch = batch(debits, SPANISH);
    batch.creditor.on_behalf_of = Some("Otra Casa SL".into());
    let xml = String::from_utf8(debits.file().write(&batch).unwrap().bytes).unwrap();
    assert!(plain(&xml).contains("<UltmtCdtr><Nm>Otra Casa SL</Nm>") && !xml.contains("Alojamiento"), "{xml}");
}

/// Positions counted from 1: code of the client 5-16, name 29-68, account 69-88, texts 115-154 and three times 40 from 29.
#[test]
fn norma19_writes_what_its_settings_say() {
    let text = written(&*with("norma19", &[]).unwrap(), SPANISH);
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    let at = |line: usize, from: usize, to: usize| lines[line][from - 1..to].trim_end();
    assert_eq!((at(0, 1, 16), at(0, 29, 68), at(0, 89, 96)), ("5180B12345674001", "HOSTING EJEMPLO, S.L.", "21000418"));
    assert_eq!((at(1, 1, 16), at(1, 69, 88)), ("5380B12345674001", "21000418450200051332"));
    assert_eq!((at(2, 1, 4), at(2, 115, 154)), ("5680", "FACTURA A-2026-000041"));
    // 16 texts: five more records for each of two debits, 2 × 6 + 4
    assert_eq!(lines.len(), 16);
    // 5682 has the texts 5, 6 and 7
    assert_eq!((at(4, 1, 4), at(4, 69, 108)), ("5682", "CLIENTE 1042"));
    assert_eq!((at(7, 1, 4), at(7, 69, 108), at(7, 109, 148)), ("5685", "REF. TX20261", "GRACIAS"));
    let changes = [("line_end", "none"), ("suffix", ""), ("issuer_name", "Muñoz"), ("charset", "ascii")];
    let other = written(&*with("norma19", &changes).unwrap(), SPANISH);
    assert_eq!((other.len(), &other[4..16]), (16 * 162, "B12345674000"));
    assert_eq!(other[28..68].trim_end(), "MUNOZ");
}

/// Offsets from 0: kind 5, bank 7, name 23, account 60; in a payment the key 44, in its second block the text 27, and the
/// further ones 59 and 88, each behind its kind.
#[test]
fn dtaus_writes_what_its_settings_say() {
    let text = written(&*with("dtaus", &[]).unwrap(), GERMAN);
    let at = |block: usize, from: usize, width: usize| text[block * 128 + from..][..width].trim_end();
    assert_eq!((at(0, 5, 2), at(0, 7, 8), at(0, 60, 10)), ("LK", "37040044", "0532013000"));
    assert_eq!((at(0, 23, 27), at(2, 0, 27)), ("HOSTING BEISPIEL GMBH", "HOSTING BEISPIEL GMBH"));
    assert_eq!((at(1, 44, 5), at(2, 27, 27)), ("05000", "TX20261"));
    assert_eq!((at(2, 59, 29), at(2, 88, 29)), ("02RECHNUNG A-2026-000041", "02KUNDE 1042"));
    let changes = [("order", "ordered_debit"), ("din_66003", "true"), ("merchant_name", "Möbel Groß"), ("text_2", "")];
    let other = written(&*with("dtaus", &changes).unwrap(), GERMAN);
    assert_eq!((&other[23..50], &other[128 + 44..128 + 49]), ("M\\BEL GRO~                 ", "04000"));
}

#[test]
fn what_is_said_of_each() {
    for (code, plugin, name) in [
        ("sepa_debit", DebitPlugin::SepaDebit, "Hosting Ejemplo SL"),
        ("norma19", DebitPlugin::Norma19, "Hosting Ejemplo, S.L."),
        ("dtaus", DebitPlugin::Dtaus, "Hosting Beispiel GmbH"),
    ] {
        let gateway = with(code, &[]).unwrap();
        let debits = gateway.debits().unwrap();
        assert_eq!((debits.plugin(), debits.plugin().as_str(), debits.creditor_name()), (plugin, code, name));
        let is_sepa = plugin == DebitPlugin::SepaDebit;
        assert_eq!((debits.scheme().is_some(), debits.creditor_id().is_some()), (is_sepa, is_sepa));
        assert!(gateway.takes(Currency::EUR) && !gateway.takes("USD".parse().unwrap()));
        assert_eq!(gateway.entries(), [Entry::Account]);
        let able = registry::find(code).unwrap().abilities().unwrap();
        assert!(able.debits && !(able.lookup || able.refunds || able.captures || able.voids || able.vault));
        assert!(!able.callbacks);
    }
    let gateway = with("sepa_debit", &[("sequence_first", "true"), ("approve_on_acsc", "true")]).unwrap();
    let debits = gateway.debits().unwrap();
    assert!(debits.name_first() && debits.approve_on_acsc());
    assert!(!bare("sepa_debit").debits().unwrap().name_first());
    // the numbers of the examples
    let time = |text: &str| Some(text.parse().unwrap());
    let terms = BankTerms { lead_days: 2, cut_off: time("15:00:00"), notice_days: 14 };
    assert_eq!((debits.terms(), debits.settle_days()), (terms, Some(5)));
}

/// The usual terms are those of the page: the interbank deadline is one day ahead, businesses' banks want three, notice is
/// given 14 days ahead. The account is the administrator's, and only a person says that money is there.
#[test]
fn what_is_usual() {
    let noon = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0);
    for (plugin, lead_days, cut_off, notice_days, texts) in [
        ("sepa_debit", 1, noon(15), 14, vec!["{invoice}"]),
        ("norma19", 2, None, 0, vec!["{invoice}"]),
        ("dtaus", 1, None, 0, vec!["{reference}", "{invoice}"]),
    ] {
        let gateway = bare(plugin);
        let debits = gateway.debits().unwrap();
        assert_eq!(debits.terms(), BankTerms { lead_days, cut_off, notice_days }, "{plugin}");
        assert_eq!(debits.texts(), texts);
        assert_eq!((debits.account(), debits.settle_days(), debits.approve_on_acsc()), (None, None, false));
    }
    let business = with("sepa_debit", &[("scheme", "b2b"), ("lead_days", "")]).unwrap();
    let debits = business.debits().unwrap();
    assert_eq!((debits.scheme(), debits.terms().lead_days), (Some(SddScheme::B2b), 3));
}

#[test]
fn accounts_by_number_or_by_their_parts() {
    let account = |plugin: &str, changes: &[(&str, &str)]| {
        let (iban, _) = with(plugin, changes).unwrap().debits().unwrap().account().unwrap();
        iban.as_str().to_owned()
    };
    let own = "ES9121000418450200051332";
    assert_eq!(account("norma19", &[("account", "")]), own);
    let parts = [("bank_code", ""), ("branch", ""), ("check_digits", ""), ("account_number", "")];
    assert_eq!(account("norma19", &parts), own);
    assert_eq!(account("dtaus", &[]), "DE89370400440532013000");
    let (iban, bic) = with("sepa_debit", &[]).unwrap().debits().unwrap().account().unwrap();
    assert_eq!((iban.as_str(), bic.as_ref().map(Bic::as_str)), (own, Some("CAIXESBBXXX")));
}

#[test]
fn texts_stay_in_their_places() {
    let names: Vec<String> = (1..=16).map(|number| format!("field_{number}")).collect();
    let mut changes: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    changes[2].1 = "{client}";
    let gateway = with("norma19", &changes).unwrap();
    assert_eq!(gateway.debits().unwrap().texts(), ["", "", "{client}"]);
    let all = with("norma19", &[]).unwrap();
    let texts = all.debits().unwrap().texts();
    assert_eq!((texts.len(), texts[9].as_str(), texts[15].as_str()), (16, "{country}", "Gracias"));
}

#[test]
fn every_wrong_setting_names_itself() {
    for (plugin, setting, value) in [
        ("sepa_debit", "creditor_name", "\u{301}"),
        ("sepa_debit", "creditor_id", "ES12000B12345674"),
        ("sepa_debit", "creditor_id", ""),
        ("sepa_debit", "scheme", "cor1"),
        ("sepa_debit", "account", "ES9121000418450200051333"),
        // a right number, of a country that debits do not reach
        ("sepa_debit", "account", "TR330006100519786457841326"),
        ("sepa_debit", "bic", "CAIX"),
        ("sepa_debit", "version", "pain.008.003.02"),
        ("sepa_debit", "lead_days", "0"),
        ("sepa_debit", "lead_days", "+2"),
        ("sepa_debit", "cut_off", "25:00"),
        ("sepa_debit", "cut_off", "3 pm"),
        ("sepa_debit", "notice_days", "91"),
        ("sepa_debit", "settle_days", "x"),
        ("sepa_debit", "settle_days", "401"),
        ("sepa_debit", "text", "{invoce}"),
        // 36 umlauts are 72 letters
        ("sepa_debit", "creditor_name", &"Ä".repeat(36)),
        ("sepa_debit", "on_behalf_of", &"Ä".repeat(36)),
        ("norma19", "tax_id", "B12345675"),
        ("norma19", "suffix", "1"),
        ("norma19", "issuer_name", ""),
        ("norma19", "bank_code", "210"),
        ("norma19", "branch", ""),
        ("norma19", "check_digits", "46"),
        ("norma19", "account_number", "020005133X"),
        ("norma19", "account", "DE89370400440532013000"),
        // another account in Spain
        ("norma19", "account", "ES5200491500061234567890"),
        ("norma19", "charset", "utf8"),
        ("norma19", "line_end", "cr"),
        ("norma19", "lead_days", "11"),
        ("norma19", "field_16", "{mandate}"),
        ("dtaus", "merchant_name", ""),
        ("dtaus", "bank_code", "97040044"),
        ("dtaus", "bank_code", ""),
        ("dtaus", "account_number", "0"),
        ("dtaus", "account_number", ""),
        ("dtaus", "order", "transfer"),
        ("dtaus", "cut_off", "14.00"),
        ("dtaus", "settle_days", "-1"),
        ("dtaus", "text_1", "{Invoice} {invoices}"),
    ] {
        let error = with(plugin, &[(setting, value)]).err().expect(setting);
        assert_eq!((error.kind, error.code.as_ref()), (Kind::InvalidRequest, setting), "{plugin} {value}: {error}");
    }
    let error = with("sepa_debit", &[("account", "")]).err().unwrap();
    assert_eq!(error.code, "bic", "a bank without an account");
}

/// The words of a choice are those that are understood.
#[test]
fn each_word_of_a_choice_is_known() {
    for plugin in ["sepa_debit", "norma19", "dtaus"] {
        for field in fields(plugin) {
            let crate::settings::FieldKind::Choice(words) = field.kind else { continue };
            assert_eq!(words.iter().find(|word| with(plugin, &[(field.name, word)]).is_err()), None);
        }
    }
}

#[tokio::test]
async fn nothing_is_collected_one_by_one() {
    let gateway = with("sepa_debit", &[]).unwrap();
    let request = contract::request("r-1", "12.10", "EUR", PaymentSource::Saved("token".into()));
    gateway.probe(request.at).await.unwrap();
    let error = gateway.start(&request).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_ref(), error.retry), (Kind::InvalidRequest, "by_file", Retry::Never));
}
