//! The query string: every name must be known, every value understood. Lists take `limit`, `sort` and `cursor` besides
//! their own filters.

use crate::kernel::problem::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use comptoir_db::{Cursor, Page, Slice};
use comptoir_domain::{Code, Problem};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};
use std::str::FromStr;

/// A query string of type `T`, which must deny unknown fields.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(request).and_then(|pairs| understand(&pairs)).map(Self).map_err(ApiError::from))
    }
}

/// The filters of a list: which names it may be sorted by besides `created_at`.
pub trait Filters: DeserializeOwned + 'static {
    /// Names after `sort=`; a leading minus reverses.
    const SORTS: &'static [&'static str] = &[];
}

/// A list request: filters of type `F`, and which part is wanted.
pub struct List<F> {
    /// What restricts the list.
    pub filters: F,
    /// Which part of it.
    pub page: Page,
    /// What the cursors of this list belong to: its sorting and filters.
    fingerprint: String,
}

/// The parameters that every list takes.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by hand below; this is their description")]
pub struct ListParameters {
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// By what to sort; a minus in front reverses. The newest come first by default.
    #[param(example = "-created_at")]
    sort: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl<F: Filters> FromRequest for List<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(request).and_then(Self::parse).map_err(ApiError::from))
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Token {
    /// What it belongs to.
    f: String,
    /// The sort value of the last row.
    v: String,
    /// The id of the last row.
    i: String,
}

impl<F: Filters> List<F> {
    fn parse(mut pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut take = |name: &str| {
            let at = pairs.iter().position(|(key, _)| key == name);
            at.map(|at| pairs.remove(at).1)
        };
        let limit = match take("limit").map(|text| text.parse::<i64>()) {
            None => 20,
            Some(Ok(limit @ 1..=100)) => limit,
            Some(_) => return Err(wrong("limit", "expected a number from 1 to 100")),
        };
        let sort = take("sort").unwrap_or_else(|| "-created_at".into());
        let cursor = take("cursor");
        let (descending, name) = sort.strip_prefix('-').map_or((false, sort.as_str()), |name| (true, name));
        if name != "created_at" && !F::SORTS.contains(&name) {
            let known: Vec<_> = F::SORTS.iter().chain(&["created_at"]).copied().collect();
            return Err(wrong("sort", format!("expected one of: {}", known.join(", "))));
        }
        let filters = understand(&pairs)?;
        pairs.sort();
        let described = serde_json::to_vec(&(&sort, &pairs)).unwrap_or_default();
        let fingerprint = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(described).get(..9).unwrap_or_default());
        let after = cursor.map(|text| read_cursor(&text, &fingerprint)).transpose()?;
        let page = Page { limit, sort: name.into(), descending, after };
        Ok(Self { filters, page, fingerprint })
    }

    /// The text of the cursor that continues after a page.
    pub fn next_cursor<T>(&self, slice: &Slice<T>) -> Option<String> {
        self.cursor_text(slice.next.as_ref())
    }

    /// The same, where the rows have become views already.
    pub fn cursor_text(&self, next: Option<&Cursor>) -> Option<String> {
        let next = next?;
        let token = Token { f: self.fingerprint.clone(), v: next.value.clone(), i: next.id.clone() };
        Some(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default()))
    }
}

fn read_cursor(text: &str, fingerprint: &str) -> Result<Cursor, Problem> {
    let refuse = || {
        Problem::new(Code::InvalidCursor, "take next_cursor from the same list with the same filters and sort").at(
            "?cursor",
            "invalid",
            "not of this list",
        )
    };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refuse())?;
    let token: Token = serde_json::from_slice(&bytes).map_err(|_| refuse())?;
    if token.f != fingerprint {
        return Err(refuse());
    }
    Ok(Cursor { value: token.v, id: token.i })
}

fn wrong(name: &str, detail: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidParameter, "see errors").at(format!("?{name}"), "invalid", detail)
}

fn pairs(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let text = request.query_string();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
            return Err(wrong(&name, "not UTF-8"));
        }
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(wrong(&name, "given twice; separate several values by commas"));
        }
        pairs.push((name.into_owned(), value.into_owned()));
    }
    Ok(pairs)
}

fn understand<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let from = serde::de::value::MapDeserializer::new(pairs.iter().map(|(name, value)| (name.as_str(), Text(value))));
    serde_path_to_error::deserialize::<_, T>(from).map_err(
        |error: serde_path_to_error::Error<serde::de::value::Error>| {
            let detail = error.inner().to_string();
            if let Some(rest) = detail.strip_prefix("unknown field `") {
                let name = rest.split('`').next().unwrap_or_default();
                return Problem::new(Code::UnknownParameter, "see errors").at(
                    format!("?{name}"),
                    "unknown",
                    detail.clone(),
                );
            }
            wrong(&error.path().to_string(), detail)
        },
    )
}

/// A value of the query, read as whatever the field is: text, number, yes or no.
struct Text<'a>(&'a str);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Text<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> serde::Deserializer<'de> for Text<'de> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bool<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(serde::de::Error::custom("expected true or false")),
        }
    }

    fn deserialize_i64<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_i64(self.0.parse().map_err(|_| serde::de::Error::custom("expected a whole number"))?)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::IntoDeserializer;
        self.0.into_deserializer().deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// Several values in one parameter, separated by commas: any of them will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyOf<T>(pub Vec<T>);

impl<T> Default for AnyOf<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: FromStr<Err: std::fmt::Display>> serde::Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let values: Result<Vec<T>, _> = text.split(',').map(str::parse).collect();
        values.map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_domain::clients::ClientStatus;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default)]
        status: AnyOf<ClientStatus>,
        archived: Option<bool>,
        number: Option<i64>,
    }
    impl Filters for Sample {
        const SORTS: &'static [&'static str] = &["number"];
    }

    fn list(text: &str) -> Result<List<Sample>, Problem> {
        let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        List::parse(pairs)
    }

    #[test]
    fn filters_sort_and_limit() {
        let list = list("status=active,pending&archived=true&number=7&sort=-number&limit=100").unwrap();
        assert_eq!(list.filters.status.0, [ClientStatus::Active, ClientStatus::Pending]);
        assert_eq!((list.filters.archived, list.filters.number), (Some(true), Some(7)));
        assert_eq!(list.page, Page { limit: 100, sort: "number".into(), descending: true, after: None });
    }

    #[test]
    fn refusals_name_the_parameter() {
        for (text, pointer, code) in [
            ("colour=red", "?colour", Code::UnknownParameter),
            ("status=happy", "?status", Code::InvalidParameter),
            ("archived=maybe", "?archived", Code::InvalidParameter),
            ("number=seven", "?number", Code::InvalidParameter),
            ("limit=0", "?limit", Code::InvalidParameter),
            ("limit=101", "?limit", Code::InvalidParameter),
            ("sort=password", "?sort", Code::InvalidParameter),
            ("cursor=zzz", "?cursor", Code::InvalidCursor),
        ] {
            let problem = list(text).err().unwrap();
            assert_eq!((problem.code, problem.fields[0].pointer.as_str()), (code, pointer), "{text}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_its_filters() {
        let first = list("status=active").unwrap();
        let slice = Slice { rows: vec![()], next: Some(Cursor { value: String::new(), id: "cli_1".into() }) };
        let cursor = first.next_cursor(&slice).unwrap();
        assert_eq!(list(&format!("status=active&cursor={cursor}")).unwrap().page.after, slice.next);
        assert!(list(&format!("status=pending&cursor={cursor}")).is_err());
        assert!(list(&format!("status=active&sort=number&cursor={cursor}")).is_err());
    }
}
