//! Own colours of a store: parsed, so that nothing else can reach the style sheet, and always readable.

use std::{fmt, str::FromStr};

/// An opaque colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

impl FromStr for Colour {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| ())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// Black or white, whichever can be read better on this colour. Luminance as in WCAG 2.2 with the gamma taken as 2,
    /// in whole numbers; the two contrasts are equal at a luminance of 0.179.
    pub(crate) fn ink(self) -> &'static str {
        let [red, green, blue] = self.0.map(u32::from).map(|part| part * part);
        let luminance = 2126 * red + 7152 * green + 722 * blue;
        if luminance > 1790 * 255 * 255 { "#000000" } else { "#ffffff" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert_eq!("#0B6E4F".parse::<Colour>().unwrap().to_string(), "#0b6e4f");
        for text in ["", "#fff", "0b6e4f", "#0b6e4", "#0b6e4g", "#+b6e4f", "red", "#0b6e4f;}", "url(x)"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    /// Contrast by the WCAG formula: white on #767676 4.54 and black 4.63; white on #0b6e4f 6.2; black on #ffd166 14.5.
    #[test]
    fn ink_is_readable() {
        for (colour, ink) in
            [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#0b6e4f", "#ffffff"), ("#ffd166", "#000000")]
        {
            assert_eq!(colour.parse::<Colour>().unwrap().ink(), ink, "{colour}");
        }
    }
}
