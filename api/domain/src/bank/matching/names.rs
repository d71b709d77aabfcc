//! Names of payers as banks write them: in plain letters, in capitals or not, the family name first or last.

use any_ascii::any_ascii;
use std::collections::BTreeSet;

/// Letters that some write as two others, and whoever leaves their signs away as one.
const TWOFOLD: &[(char, &str)] = &[('Ä', "AE"), ('Ö', "OE"), ('Ü', "UE"), ('Ø', "OE"), ('Å', "AA")];

/// The ways in which a name is looked for: its words in plain capitals, in the order of the alphabet. Two names are taken
/// for the same if they have a way in common. None for what has no letters.
pub(super) fn spellings(name: &str) -> Vec<String> {
    let capitals = name.to_uppercase();
    let twofold = |letter: char| match TWOFOLD.iter().find(|(signed, _)| *signed == letter) {
        Some((_, two)) => (*two).to_owned(),
        None => letter.to_string(),
    };
    let ways = BTreeSet::from([in_order(&capitals), in_order(&capitals.chars().map(twofold).collect::<String>())]);
    ways.into_iter().filter(|words| !words.is_empty()).collect()
}

fn in_order(capitals: &str) -> String {
    // O'Neill and ONEILL are one word, S.L. and SL too; Anne-Marie and ANNE MARIE are two
    let apart = any_ascii(capitals).to_uppercase().replace(['\'', '`', '.'], "");
    let words: BTreeSet<&str> = apart.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let ways = spellings(other);
        spellings(one).iter().any(|way| ways.contains(way))
    }

    #[test]
    fn as_banks_write_them() {
        for (ours, theirs) in [
            ("Carla Martin", "MARTIN, CARLA"),
            ("María López Núñez", "Maria Lopez Nunez"),
            ("Jürgen Groß", "JUERGEN GROSS"),
            ("Jürgen Groß", "Jurgen Gross"),
            ("Jürgen Groß", "JU\u{308}RGEN GROSS"),
            ("Søren Ågård", "SOEREN AAGAARD"),
            ("Anne-Marie O'Neill", "Oneill Anne Marie"),
            ("Łukasz Đorđević", "LUKASZ DORDEVIC"),
            ("Example & Sons Ltd.", "EXAMPLE SONS LTD"),
            ("Núñez, S.L.", "NUNEZ SL"),
        ] {
            assert!(same(ours, theirs), "{ours}: {:?}, {theirs}: {:?}", spellings(ours), spellings(theirs));
        }
        for (ours, theirs) in [("Carla Martin", "Carlo Martin"), ("Carla Martin", "Martin"), ("", ""), ("...", "-")] {
            assert!(!same(ours, theirs), "{ours}: {:?}, {theirs}: {:?}", spellings(ours), spellings(theirs));
        }
    }
}
