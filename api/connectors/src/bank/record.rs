//! Records of fixed width, written field after field and read by position.

use super::batch::broken;
use comptoir_domain::Result;

/// A record being written. Positions count letters; each is one byte in the file.
pub(super) struct Record {
    letters: Vec<char>,
    fits: bool,
}

impl Record {
    /// Begins with a text as it is.
    pub(super) fn of(start: &str) -> Self {
        Self { letters: start.chars().collect(), fits: true }
    }

    /// A text, filled up with blanks, cut if it is longer.
    pub(super) fn text(mut self, width: usize, text: &str) -> Self {
        self.letters.extend(text.chars().chain(std::iter::repeat(' ')).take(width));
        self
    }

    /// A number, filled up with zeros; one that is longer spoils the record.
    pub(super) fn number(mut self, width: usize, number: impl std::fmt::Display) -> Self {
        let number = format!("{number:0>width$}", number = number.to_string());
        self.fits &= number.chars().count() == width;
        self.letters.extend(number.chars());
        self
    }

    /// Blanks.
    pub(super) fn blank(self, width: usize) -> Self {
        self.text(width, "")
    }

    /// The record, if it has that width and every number found its place.
    pub(super) fn done(self, width: usize) -> Result<String> {
        if self.fits && self.letters.len() == width {
            return Ok(self.letters.into_iter().collect());
        }
        Err(broken("a record does not have the width of its format"))
    }
}

/// The letters of a record from one position to another, counted from 1 as the norms do, without outer blanks.
pub(super) fn field(record: &str, from: usize, to: usize) -> String {
    let width = to.saturating_sub(from).saturating_add(1);
    let text: String = record.chars().skip(from.saturating_sub(1)).take(width).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_their_width() {
        let record = || Record::of("51").text(4, "ÑABCD").number(3, 7).blank(2);
        assert_eq!(record().done(11).as_deref(), Ok("51ÑABC007  "));
        assert!(record().done(12).is_err());
        assert!(Record::of("").number(2, 100).done(3).is_err());
        assert_eq!(field("51ÑABC007  ", 3, 6), "ÑABC");
        assert_eq!(field("51", 3, 6), "");
    }
}
