//! `comptoir openapi`.

use crate::config::Failed;
use std::io::Write;

/// Prints the API document.
pub fn print() -> Result<(), Failed> {
    Ok(std::io::stdout().write_all(comptoir_app::http::document_text().as_bytes())?)
}
