//! Texts in the few letters that banks' formats have. Other scripts and accents become plain letters (crate `any_ascii`).

/// What SEPA takes beside letters and digits.
const SEPA_SIGNS: &str = "/-?:().,'+ ";

/// The same of Norma19, and the percent sign, which lines about taxes need.
const NORMA_SIGNS: &str = ".,-/()&+:'% ";

/// The same of DTAUS.
const DTAUS_SIGNS: &str = " .,&-/+*$%";

/// German letters that are written with two others, and signs that have a usual stand-in.
const SPELLED: &[(char, &str)] =
    &[('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('Ä', "Ae"), ('Ö', "Oe"), ('Ü', "Ue"), ('ß', "ss")];

/// For SEPA: `Müller & Söhne` is `Mueller + Soehne`; what has no letters becomes a point.
pub(super) fn sepa(text: &str) -> String {
    fold(text, |letter| match letter {
        '&' => "+".into(),
        letter => spelled(letter).map_or_else(|| plain(letter), str::to_owned),
    })
    .map(|letter| if letter.is_ascii_alphanumeric() || SEPA_SIGNS.contains(letter) { letter } else { '.' })
    .collect()
}

/// For Norma19: capitals without accents, `Ñ` as it is; what has no letters becomes a blank.
pub(super) fn norma19(text: &str) -> String {
    let upper = text.to_uppercase();
    fold(&upper, |letter| match letter {
        'Ñ' => "Ñ".into(),
        '·' => ".".into(),
        letter => plain(letter).to_ascii_uppercase(),
    })
    .map(
        |letter| {
            if letter.is_ascii_alphanumeric() || letter == 'Ñ' || NORMA_SIGNS.contains(letter) { letter } else { ' ' }
        },
    )
    .collect()
}

/// For DTAUS: capitals; umlauts as two letters, or as the four signs that stand for them (DIN 66003). What has no letters
/// becomes a blank.
pub(super) fn dtaus(text: &str, din_66003: bool) -> String {
    let signs = [('ä', '['), ('Ä', '['), ('ö', '\\'), ('Ö', '\\'), ('ü', ']'), ('Ü', ']'), ('ß', '~')];
    let replaced = |letter: char| signs.iter().find(|(from, _)| din_66003 && *from == letter).map(|(_, to)| *to);
    fold(text, |letter| match replaced(letter) {
        // what stands for umlauts cannot stand for itself
        None if "[\\]~".contains(letter) => " ".into(),
        None => spelled(letter).map_or_else(|| plain(letter), str::to_owned).to_ascii_uppercase(),
        Some(sign) => sign.into(),
    })
    .map(|letter| {
        let umlaut = din_66003 && "[\\]~".contains(letter);
        if letter.is_ascii_alphanumeric() || umlaut || DTAUS_SIGNS.contains(letter) { letter } else { ' ' }
    })
    .collect()
}

fn fold(text: &str, replace: impl Fn(char) -> String) -> impl Iterator<Item = char> {
    let letters: Vec<char> = text.chars().flat_map(|letter| replace(letter).chars().collect::<Vec<_>>()).collect();
    letters.into_iter()
}

fn spelled(letter: char) -> Option<&'static str> {
    SPELLED.iter().find(|(from, _)| *from == letter).map(|(_, to)| *to)
}

/// A letter in ASCII. Signs that would become a whole word, such as pictures, become nothing that any format has.
fn plain(letter: char) -> String {
    if letter.is_ascii() {
        return if letter.is_ascii_control() { " ".into() } else { letter.into() };
    }
    let ascii = any_ascii::any_ascii_char(letter);
    if letter.is_alphanumeric() || ascii.len() <= 3 { ascii.into() } else { "_".into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_of_each_format() {
        assert_eq!(sepa("Müller & Söhne GmbH, Straße"), "Mueller + Soehne GmbH, Strasse");
        assert_eq!(sepa("Crème brûlée – 5 € [x]"), "Creme brulee - 5 EUR .x.");
        assert_eq!(sepa("a\nb\tc😀"), "a b c.");
        assert_eq!(norma19("María López Nuñez, C/ Mayor nº 2ª · Çà"), "MARIA LOPEZ NUÑEZ, C/ MAYOR NO 2A . CA");
        assert_eq!(norma19("pingüino@casa\n"), "PINGUINO CASA ");
        assert_eq!(dtaus("Jürgen Großmann [x] é", false), "JUERGEN GROSSMANN  X  E");
        assert_eq!(dtaus("Jürgen Großmann ÄÖ", true), "J]RGEN GRO~MANN [\\");
        assert_eq!(dtaus("a[b]~\\", true), "A B   ");
    }

    proptest! {
        #[test]
        fn nothing_else_comes_out(text in "\\PC{0,60}") {
            prop_assert!(sepa(&text).chars().all(|letter| letter.is_ascii_alphanumeric() || SEPA_SIGNS.contains(letter)));
            prop_assert!(norma19(&text).chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == 'Ñ' || NORMA_SIGNS.contains(letter)));
            prop_assert!(dtaus(&text, true).bytes().all(|byte| (0x20..0x7f).contains(&byte) && !byte.is_ascii_lowercase()));
        }
    }
}
