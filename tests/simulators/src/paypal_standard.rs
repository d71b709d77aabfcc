//! PayPal's older notifications (IPN) as their page describes them: posted as a form in windows-1252, and judged when the very same
//! bytes come back behind `cmd=_notify-validate&`.

use crate::shell::{Asked, Said, Service};

/// Posts notifications and knows what it has posted.
#[derive(Default)]
pub struct Judge {
    posted: Vec<Vec<u8>>,
}

impl Judge {
    /// The body of a notification with these fields.
    pub fn post(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let body = pairs.join("&").into_bytes();
        self.send(body.clone());
        body
    }

    /// Posts a body, whatever it is.
    pub fn send(&mut self, body: Vec<u8>) {
        self.posted.push(body);
    }
}

/// One byte a letter, as windows-1252 has it for those up to ÿ.
fn encoded(text: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter.to_string(),
        ' ' => "+".into(),
        other => format!("%{:02X}", u32::from(other)),
    };
    text.chars().map(letter).collect()
}

impl Service for Judge {
    fn answer(&mut self, asked: &Asked) -> Said {
        let is_asked =
            asked.method == "POST" && asked.path == "/cgi-bin/webscr" && !asked.header("user-agent").is_empty();
        match asked.body.strip_prefix(b"cmd=_notify-validate&") {
            Some(body) if is_asked && self.posted.iter().any(|posted| posted == body) => {
                Said::text(200, "text/html", "VERIFIED")
            }
            Some(_) if is_asked => Said::text(200, "text/html", "INVALID"),
            _ => Said::text(403, "text/html", "Forbidden"),
        }
    }
}
