//! The headers that pages are served with. Static pages carry the same policy in a `meta` element, where browsers
//! honour all of it but `frame-ancestors`.

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'";

/// The policy of a page. Browsers apply `form-action` to redirects after a form as well: pass the origins of the
/// payment pages that the checkout and an invoice may lead to.
pub fn content_security_policy(payment_origins: &[&str]) -> String {
    let origins: String = payment_origins.iter().map(|origin| format!(" {origin}")).collect();
    format!("{POLICY}; form-action 'self'{origins}; frame-ancestors 'none'")
}

/// The policy inside a static page.
pub(crate) fn static_policy() -> String {
    format!("{POLICY}; form-action 'self'")
}

/// Headers of every page besides its policy.
pub const HEADERS: &[(&str, &str)] = &[
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_is_the_agreed_one() {
        let plain = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        assert_eq!(content_security_policy(&[]), plain);
        assert!(content_security_policy(&["https://pay.example"]).contains("form-action 'self' https://pay.example;"));
    }
}
