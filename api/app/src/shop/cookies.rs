//! The cookies of a visit: sealed by us, kept from scripts, sent only to their own store.

use crate::kernel::seal;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use comptoir_domain::StoreId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;

/// What browsers are sure to keep of one cookie, with some room for its name and attributes.
const MOST: usize = 3800;

/// The cookies that came, and those to send back.
pub struct Jar {
    key: [u8; 32],
    store: StoreId,
    path: String,
    secure: bool,
    came: Vec<Cookie<'static>>,
    sent: RefCell<Vec<Cookie<'static>>>,
}

impl Jar {
    /// Of a request to the store that lives at `path`.
    pub fn of(request: &HttpRequest, key: [u8; 32], store: StoreId, path: &str, secure: bool) -> Self {
        let came = request.cookies().map(|cookies| cookies.to_vec()).unwrap_or_default();
        Self { key, store, path: path.into(), secure, came, sent: RefCell::default() }
    }

    /// What we have sealed into a cookie; nothing if it is absent or not of our making.
    pub fn open<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let sealed = self.came.iter().find(|cookie| cookie.name() == name)?.value();
        serde_json::from_slice(&seal::open(&self.key, &self.owner(name), sealed)?).ok()
    }

    /// Seals something into a cookie; says no if it does not fit into one.
    pub fn keep<T: Serialize>(&self, name: &'static str, value: &T, days: i64) -> bool {
        let text = serde_json::to_vec(value).ok().and_then(|text| seal::seal(&self.key, &self.owner(name), &text));
        let Some(text) = text.filter(|text| text.len() <= MOST) else { return false };
        self.send(self.cookie(name, text, days, true));
        true
    }

    /// A cookie that the store's own script may read.
    pub fn show(&self, name: &'static str, value: String, days: i64) {
        self.send(self.cookie(name, value, days, false));
    }

    /// Takes a cookie away.
    pub fn drop(&self, name: &'static str) {
        self.send(self.cookie(name, String::new(), 0, true));
    }

    /// Adds what was kept, shown and dropped to an answer.
    pub fn answer(&self, headers: &mut HeaderMap) {
        for cookie in self.sent.borrow().iter() {
            if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
                headers.append(SET_COOKIE, value);
            }
        }
    }

    fn send(&self, cookie: Cookie<'static>) {
        let mut sent = self.sent.borrow_mut();
        sent.retain(|earlier| earlier.name() != cookie.name());
        sent.push(cookie);
    }

    fn cookie(&self, name: &'static str, value: String, days: i64, hidden: bool) -> Cookie<'static> {
        Cookie::build(name, value)
            .path(self.path.clone())
            .max_age(Duration::days(days))
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .http_only(hidden)
            .finish()
    }

    /// A seal opens only for the cookie and the store it was made for.
    fn owner(&self, name: &str) -> String {
        format!("{}/{name}", self.store)
    }
}
