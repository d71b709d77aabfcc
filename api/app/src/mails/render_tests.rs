//! Every shipped template, in every language and form, with a value for every variable of its kind.

use super::*;
use crate::mails::bodies::{BODIES, LANGUAGES};
use comptoir_domain::mails::common_variables;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// A value that can be found again in the text: its own name, an amount or a date.
fn sample(name: &str) -> Json {
    match name {
        _ if name.ends_with("Amount") || name.ends_with("AmountPaid") || name == "packagePrice" => {
            json!({"amount": "1234.50", "currency": "EUR"})
        }
        _ if (name.contains("Date") && name != "currentDateTime") || name.starts_with("period") => json!("2028-02-29"),
        "link" => json!("https://shop.example/x?a=1&b=2"),
        "orderAccepted" => json!(true),
        _ => json!(format!("«{name}»")),
    }
}

fn samples(kind: MailKind) -> Map<String, Json> {
    let mut values: Map<String, Json> =
        kind.variables().chain(common_variables()).map(|name| (name.to_string(), sample(name))).collect();
    if values.contains_key("lineItems") {
        let line = |item: &str| json!({"lineItemQuantity": "2", "lineItemDescription": item, "lineItemTaxAmount": {"amount": "1.10", "currency": "EUR"}, "lineItemTotalAmount": {"amount": "-12.10", "currency": "EUR"}});
        values.insert("lineItems".into(), json!([line("<Web & more>"), line("Domain")]));
    }
    values
}

fn shipped() -> impl Iterator<Item = MailKind> {
    MailKind::ALL.iter().copied().filter(|kind| missing(*kind, "en").next().is_none())
}

fn locale(text: &str) -> Locale {
    text.parse().unwrap()
}

#[test]
fn every_template_uses_the_variables_of_its_kind() {
    let ours: BTreeSet<&str> = ["lang", "subject"].into();
    for (name, _) in BODIES {
        let env = environment("en", locale("en"), UndefinedBehavior::Strict);
        let kind: MailKind = name.split(['/', '.']).nth(1).unwrap().parse().unwrap();
        let known: BTreeSet<&str> = kind.variables().chain(common_variables()).chain(ours.clone()).collect();
        for used in env.get_template(name).unwrap().undeclared_variables(false) {
            assert!(known.contains(used.as_str()) || used == "box" || used == "button", "{name} uses {used}");
        }
    }
}

/// What a seller has not said about itself leaves no comma behind.
#[test]
fn the_footer_says_what_there_is() {
    let footers = [
        (("1 Main Street", "", "10000", "Town"), "\nActs\n1 Main Street, 10000 Town\n"),
        (("1 Main Street", "Back door", "", "Town"), "\nActs\n1 Main Street, Back door, Town\n"),
        (("", "", "", ""), "\nActs\nhttps://acts.example"),
    ];
    for ((line1, line2, zip, city), wanted) in footers {
        let mut values = samples(MailKind::Invoice);
        let said = [line1, line2, zip, city, "Acts", "https://acts.example"];
        let names = ["companyAddress1", "companyAddress2", "companyZip", "companyCity", "companyName", "companyURL"];
        values.extend(names.iter().zip(said).map(|(name, said)| (name.to_string(), json!(said))));
        let mail = render(MailKind::Invoice, locale("en-US"), MailFormat::Text, &values, locale("en-US")).unwrap();
        assert!(mail.text.contains(wanted), "{}", mail.text);
    }
}

#[test]
fn every_kind_is_written_in_both_languages() {
    let amounts = [("en-GB", "€1,234.50", "29 February 2028"), ("fr-FR", "1\u{202f}234,50\u{a0}€", "29 février 2028")];
    let mut seen = 0;
    for kind in shipped() {
        for (reader, amount, date) in amounts {
            let mail = render(kind, locale(reader), MailFormat::Html, &samples(kind), locale("de")).unwrap();
            assert_eq!(mail.undefined, None, "{kind} {reader}");
            let html = mail.html.unwrap();
            assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{kind}");
            assert!(mail.text.contains("«contactFirstName»,\n") && html.contains("«contactFirstName»,</p>"), "{kind}");
            assert!(
                html.contains(&format!("<html lang=\"{}\">", &reader[..2])) && html.trim_end().ends_with("</html>")
            );
            for whole in [&mail.subject, &mail.text, &html] {
                for trace in ["{{", "{%", "undefined", " none", "[object", "2028-02-29"] {
                    assert!(!whole.contains(trace), "{kind} {reader}: {trace} in {whole}");
                }
            }
            let uses = |name: &str| find(&format!("{}/{kind}.txt", &reader[..2])).unwrap().contains(name);
            if uses("| money") {
                assert!(mail.text.contains(amount) && html.contains(amount), "{kind} {reader}: {}", mail.text);
            }
            if uses("| date") {
                assert!(mail.text.contains(date) && html.contains(date), "{kind} {reader}: {}", mail.text);
            }
            if uses("{{ link }}") {
                assert!(mail.text.contains("\nhttps://shop.example/x?a=1&b=2\n"), "{kind}: {}", mail.text);
                let href = "href=\"https:&#x2f;&#x2f;shop.example&#x2f;x?a=1&amp;b=2\"";
                assert!(html.contains(href), "{kind}: {html}");
            }
            if uses("lineItems") {
                assert!(
                    html.contains("2 × &lt;Web &amp; more&gt;") && mail.text.contains("- 2 × <Web & more>"),
                    "{kind}"
                );
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 56, "28 kinds in {LANGUAGES:?}");
}

/// French puts a no-break space before the high signs.
#[test]
fn french_typography() {
    for (name, source) in BODIES.iter().filter(|(name, _)| name.starts_with("fr/")) {
        for wrong in [" :", " ;", " !", " ?"] {
            assert!(!source.contains(wrong), "{name} has {wrong:?}");
        }
        let letters: Vec<char> = source.chars().collect();
        let typed =
            letters.windows(3).any(|three| three[1] == '\'' && three[0].is_alphabetic() && three[2].is_alphabetic());
        assert!(!typed, "{name} has a typewriter's apostrophe");
    }
}

#[test]
fn the_reader_then_the_seller_then_english() {
    let subject = |reader: &str, seller: &str| {
        let kind = MailKind::LostPassword;
        render(kind, locale(reader), MailFormat::Text, &samples(kind), locale(seller)).unwrap().subject
    };
    let (english, french) = ("Set a new password", "Définir un nouveau mot de passe");
    assert_eq!(subject("fr-CA", "en"), french);
    assert_eq!(subject("de-DE", "fr-FR"), french);
    assert_eq!(subject("de-DE", "es"), english);
    let error = render(MailKind::Report, locale("en"), MailFormat::Text, &Map::new(), locale("en"));
    assert!(matches!(error, Err(Unwritten::NoTemplate(MailKind::Report))));
}

#[test]
fn plain_mail_has_no_layout_and_what_is_missing_is_empty() {
    let mut values = samples(MailKind::Invoice);
    values.remove("invoiceNumber");
    let mail = render(MailKind::Invoice, locale("en-US"), MailFormat::Text, &values, locale("en")).unwrap();
    assert_eq!((mail.html, mail.subject.as_str()), (None, "Invoice : €1,234.50"));
    assert!(mail.undefined.is_some());
}

#[test]
fn a_value_cannot_break_the_subject() {
    let mut values = samples(MailKind::TodoAssigned);
    values.insert("todoTitle".into(), json!("a\r\nBcc: b@c.example"));
    let mail = render(MailKind::TodoAssigned, locale("en"), MailFormat::Text, &values, locale("en")).unwrap();
    assert_eq!(mail.subject, "To do: a Bcc: b@c.example");
}
