//! What was typed into a form or stands in a query, and the way from a refusal of the API back to the fields of the page.

use comptoir_domain::Problem;
use comptoir_storefront::pages::{FieldError, Form};
use std::collections::BTreeMap;

/// Names and values, as sent.
#[derive(Default)]
pub struct Fields(Vec<(String, String)>);

/// Never shown again once typed, and what is ours rather than the shopper's.
const NEVER_BACK: [&str; 8] = ["password", "current_password", "number", "code", "csrf", "quote", "once", "token"];

/// What the API calls otherwise than the pages.
const NAMES: &[(&str, &str)] = &[
    ("line1", "street"),
    ("gateway", "payment"),
    ("accept_terms", "accept"),
    ("new_password", "password"),
    ("quote_token", ""),
];

impl Fields {
    /// Reads a query or the body of a form.
    pub fn read(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// A value as it was typed.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A value without the blanks around it; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// What may be shown again.
    pub fn values(&self) -> BTreeMap<String, String> {
        let shown = self.0.iter().filter(|(name, _)| !NEVER_BACK.contains(&name.as_str()));
        shown.map(|(name, value)| (name.clone(), value.trim().to_string())).collect()
    }

    /// The form as it was sent, with what is wrong with it.
    pub fn refused(&self, csrf: String, problem: &Problem) -> Form {
        Form { values: self.values(), errors: errors(problem), csrf }
    }
}

/// The findings of a refusal at the fields of a page: `/client/address/line1` is the field `street`. What has no field
/// concerns the form as a whole.
pub fn errors(problem: &Problem) -> Vec<FieldError> {
    let mut form = Form::refused(String::new(), BTreeMap::new(), problem);
    for error in &mut form.errors {
        let last = error.field.rsplit('.').next().unwrap_or_default();
        let renamed = NAMES.iter().find(|(ours, _)| *ours == last).map_or(last, |(_, theirs)| theirs);
        error.field = renamed.to_string();
    }
    form.errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_secrets_stay() {
        let fields = Fields::read(b"email=+a%40b.example+&add_on=1&add_on=2&password=+x+&csrf=t");
        assert_eq!((fields.get("email"), fields.raw("password"), fields.get("none")), ("a@b.example", " x ", ""));
        assert_eq!(fields.all("add_on").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.values().into_keys().collect::<Vec<_>>(), ["add_on", "email"]);
    }

    #[test]
    fn places_become_fields() {
        let problem = Problem::field("/client/address/line1", "too_long", "")
            .at("/client/contact/email", "taken", "")
            .at("/gateway", "not_offered", "")
            .at("/quote_token", "invalid", "");
        let fields: Vec<_> = errors(&problem).into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["street", "email", "payment", ""]);
    }
}
