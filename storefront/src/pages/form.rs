//! A form that comes back: what was typed, what is wrong with it, and the token that proves it is ours.

use comptoir_domain::Problem;
use serde::Serialize;
use std::collections::BTreeMap;

/// State of a form. Passwords are never put into `values`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// What was typed, by field name.
    pub values: BTreeMap<String, String>,
    /// What is wrong.
    pub errors: Vec<FieldError>,
    /// The anti-forgery token, sent back in the hidden field `csrf`.
    pub csrf: String,
}

/// What is wrong with one field. The text is `error.{code}` of the language, or `detail` if there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name; empty for the form as a whole.
    pub field: String,
    /// A stable word such as `required`.
    pub code: String,
    /// An explanation in English.
    pub detail: String,
}

impl Form {
    /// An empty form.
    pub fn new(csrf: impl Into<String>) -> Self {
        Self { csrf: csrf.into(), ..Self::default() }
    }

    /// The form as it was sent, with the findings of a refusal. The pointer `/contact/email` is the field
    /// `contact.email`; a refusal without places concerns the form as a whole.
    pub fn refused(csrf: impl Into<String>, values: BTreeMap<String, String>, problem: &Problem) -> Self {
        let field = |place: &comptoir_domain::FieldProblem| FieldError {
            field: place.pointer.trim_start_matches('/').replace('/', "."),
            code: place.code.to_string(),
            detail: place.detail.clone(),
        };
        let mut errors: Vec<_> = problem.fields.iter().map(field).collect();
        if errors.is_empty() {
            let (code, detail) = (problem.code.word().to_string(), problem.detail.to_string());
            errors.push(FieldError { field: String::new(), code, detail });
        }
        Self { values, errors, csrf: csrf.into() }
    }
}

/// An entry of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A second line.
    pub note: Option<String>,
}

impl Choice {
    /// A choice of one line.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), note: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_domain::Code;

    #[test]
    fn pointers_become_field_names() {
        let problem = Problem::field("/contact/email", "invalid_email", "expected an address");
        let form = Form::refused("token", BTreeMap::new(), &problem);
        assert_eq!((form.errors[0].field.as_str(), form.errors[0].code.as_str()), ("contact.email", "invalid_email"));
        let whole = Form::refused("token", BTreeMap::new(), &Problem::new(Code::QuoteChanged, "it is dearer now"));
        assert_eq!((whole.errors[0].field.as_str(), whole.errors[0].code.as_str()), ("", "quote_changed"));
    }
}
