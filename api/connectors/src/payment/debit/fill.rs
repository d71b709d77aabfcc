//! Texts with variables, as sellers write them for their payers.

/// What can be filled in.
pub const VARIABLES: &[&str] = &[
    "invoice",
    "company",
    "name",
    "client",
    "amount",
    "address",
    "city",
    "postal_code",
    "country",
    "email",
    "phone",
    "vat_number",
    "due_on",
    "reference",
    "store",
    "seller",
];

/// A part of a text.
enum Piece<'a> {
    /// What stands as it is.
    Text(&'a str),
    /// The name of a variable, without its braces.
    Variable(&'a str),
}

/// Puts values in the places of `{variables}`, each a name and its value. Those that are not among them stay as they are, and
/// what looks like a variable within a value is left alone. Control characters become one blank where they part something.
pub fn fill(template: &str, variables: &[(&str, &str)]) -> String {
    let value = |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let filled: String = pieces(template)
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Variable(name) => value(name).map_or_else(|| format!("{{{name}}}"), str::to_owned),
        })
        .collect();
    filled.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The first variable that nobody fills in.
pub(super) fn unknown(template: &str) -> Option<&str> {
    pieces(template).find_map(|piece| match piece {
        Piece::Variable(name) => Some(name).filter(|name| !VARIABLES.contains(name)),
        Piece::Text(_) => None,
    })
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let inside = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        if let Some((name, behind)) = inside.filter(|(name, _)| is_name(name)) {
            rest = behind;
            return Some(Piece::Variable(name));
        }
        // up to the next brace; one that begins no variable is text
        let end = rest.char_indices().skip(1).find(|(_, letter)| *letter == '{').map_or(rest.len(), |(at, _)| at);
        let (text, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(Piece::Text(text)).filter(|_| !text.is_empty())
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn variables_are_filled_in_once() {
        let values = [("invoice", "A-42"), ("name", "{invoice} Ünal"), ("empty", "")];
        for (template, want) in [
            ("{invoice}", "A-42"),
            ("Rechnung {invoice}, {name}", "Rechnung A-42, {invoice} Ünal"),
            ("{invoice}{invoice}", "A-42A-42"),
            ("[{empty}]", "[]"),
            ("", ""),
            ("{city} {invoice}", "{city} A-42"),
            ("{{invoice}}", "{A-42}"),
            ("{invoice", "{invoice"),
            ("{ invoice } {} } {é}", "{ invoice } {} } {é}"),
            ("{Invoice} ñ{invoice}ñ", "{Invoice} ñA-42ñ"),
        ] {
            assert_eq!(fill(template, &values), want, "{template}");
        }
    }

    #[test]
    fn control_characters_go() {
        let values = [("address", "Calle Mayor 12\r\n3 B\n"), ("name", "a\u{7f}\u{85}b\0")];
        assert_eq!(fill("{address}", &values), "Calle Mayor 12 3 B");
        assert_eq!(fill("{name}\t{name}", &values), "a b a b");
        // blanks stay: some formats are laid out by them
        assert_eq!(fill("IVA  21%", &values), "IVA  21%");
    }

    #[test]
    fn what_nobody_fills_in() {
        assert_eq!(unknown("{invoice} {invoce} {x}"), Some("invoce"));
        assert_eq!(unknown("{ invoice} {} {"), None);
        for name in VARIABLES {
            assert_eq!(unknown(&format!("a{{{name}}}")), None);
            assert!(super::super::TEXT_LABEL.contains(&format!("{{{name}}}")), "{name}");
        }
    }

    proptest! {
        #[test]
        fn without_values_nothing_changes(text in "[{}a-z_ é]{0,40}") {
            prop_assert_eq!(fill(&text, &[]), text);
        }
    }
}
