//! How a payment looks on PayPal's page and on its receipt.

use crate::error::{ConnectorError, Result};
use crate::settings::Values;

/// What PayPal takes for a picture; another one has it refuse the whole order.
const PICTURES: &[&str] = &[".gif", ".jpg", ".jpeg", ".png"];

/// What a seller has settled; empty texts are not said.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// The name of the shop.
    pub(super) brand_name: String,
    /// What is read in the place of what is paid for.
    pub(super) item_name: String,
    /// The address of a picture of it.
    pub(super) image_url: String,
}

impl Look {
    /// What was filled in; a picture that PayPal would not take is refused here.
    pub(super) fn new(values: &Values) -> Result<Self> {
        let text = |name| values.text(name).to_string();
        let look = Self { brand_name: text("brand_name"), item_name: text("item_name"), image_url: text("image_url") };
        if look.image_url.is_empty() || is_picture(&look.image_url) {
            return Ok(look);
        }
        Err(ConnectorError::invalid("image_url", "PayPal wants https and a name that ends in gif, jpg, jpeg or png"))
    }
}

/// Their pattern: `https:`, then letters, digits, `_`, `/`, `.`, `|`, `-` and blanks, then one of the endings, in small
/// letters or in capitals.
fn is_picture(url: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_/.|- ".contains(letter);
    let rest = url.strip_prefix("https:").filter(|rest| rest.chars().all(is_plain));
    rest.is_some_and(|rest| PICTURES.iter().any(|end| rest.ends_with(end) || rest.ends_with(&end.to_uppercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_those_of_their_pattern() {
        for good in
            ["https://hosting.example/logo.png", "https://hosting.example/a-b/Logo_1.JPG", "https://x.example/l.jpeg"]
        {
            assert!(is_picture(good), "{good}");
        }
        for bad in [
            "http://hosting.example/logo.png",
            "https://hosting.example/logo.svg",
            "https://hosting.example/logo.Png",
            "https://hosting.example/logo.png?v=2",
            "https://hosting.example:8443/logo.png",
            "https://hosting.example/",
            "logo.png",
        ] {
            assert!(!is_picture(bad), "{bad}");
        }
    }
}
