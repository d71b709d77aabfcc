//! A visit to a store: which store, in which language, who, with what in the cart, and what was sent.

use super::Shown;
use super::basket::Basket;
use super::cookies::Jar;
use super::fields::Fields;
use super::shelf::Standing;
use crate::kernel::call::{Actor, Ctx, address, request_id, state_of, user_agent};
use crate::kernel::idempotency::{Once, check_name};
use crate::kernel::path::parameter;
use crate::kernel::{ApiError, AppState, Desk, keys};
use crate::sessions::authenticate::{Identity, by_session, touch};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use comptoir_db::sellers::SellerRow;
use comptoir_db::sessions::SessionRow;
use comptoir_db::stores::StoreRow;
use comptoir_db::{Failure, Scope};
use comptoir_domain::people::SellerStatus;
use comptoir_domain::{ClientId, Code, ContactId, Locale, Problem, SessionId};
use comptoir_storefront::pages::{Form, MessageKind, MessagePage, Page};
use comptoir_storefront::security;
use data_encoding::{BASE32HEX_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use std::cell::OnceCell;
use std::sync::Arc;

/// Days that a cart is kept.
const CART_DAYS: i64 = 30;

/// Whether a form has to show that it is ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Needed,
    NotNeeded,
}

/// A visit.
pub struct Visit {
    /// Where its use cases are run, as the contact who is signed in, or as someone who looks at the store.
    pub desk: Desk,
    pub seller: SellerRow,
    pub store: StoreRow,
    pub standing: Arc<Standing>,
    pub locale: Locale,
    /// The query of a GET, the form of a POST.
    pub fields: Fields,
    /// The cart.
    pub basket: Basket,
    /// Whether the address names a language that the store does not speak.
    lost: bool,
    jar: Jar,
    visitor: OnceCell<String>,
    request: HttpRequest,
    fingerprint: [u8; 32],
}

/// Answers a request with a page.
pub async fn serve(request: HttpRequest, body: &[u8], token: Token, page: impl AsyncFn(&Visit) -> Shown) -> Shown {
    let visit = Visit::open(request, body).await?;
    let shut = !visit.store.is_open && !visit.is_of_a_client();
    let shown = if visit.lost {
        visit.message(MessageKind::NotFound, StatusCode::NOT_FOUND)
    } else if shut || visit.seller.status == SellerStatus::Suspended {
        visit.message(MessageKind::Suspended, StatusCode::SERVICE_UNAVAILABLE)
    } else if token == Token::Needed && !visit.shows_token() {
        visit.message(MessageKind::Expired, StatusCode::FORBIDDEN)
    } else {
        page(&visit).await.unwrap_or_else(|error| visit.refusal(&error))
    };
    let mut shown = shown;
    visit.jar.answer(shown.headers_mut());
    Ok(shown)
}

impl Visit {
    async fn open(request: HttpRequest, body: &[u8]) -> Result<Self, ApiError> {
        let state = state_of(&request)?;
        let limit = format!("shop:{}", address(&state, &request));
        state.limits.check(&limit, state.settings.requests_per_minute)?;
        let (seller, store): (String, String) = (parameter(&request, "seller")?, parameter(&request, "store")?);
        let (seller, store, standing) = state.shelf.standing(&state, seller, store).await?;
        let own = &standing.shop.site().store;
        let asked = parameter::<Locale>(&request, "locale").ok().filter(|locale| own.locales.contains(locale));
        let locale = asked.unwrap_or(own.locale);
        let secure = state.settings.public_url.starts_with("https:");
        let jar = Jar::of(&request, *state.cookie_key(), store.id, &standing.shop.site().store.base_path, secure);
        let ctx = who(&state, &request, &jar, &seller, &store).await?;
        let fields = if body.is_empty() { request.query_string().as_bytes() } else { body };
        let digest = Sha256::new_with_prefix(request.uri().to_string()).chain_update(body).finalize();
        let fingerprint = state.fingerprint(&digest);
        Ok(Self {
            lost: asked.is_none(),
            fields: Fields::read(fields),
            basket: jar.open("cart").unwrap_or_default(),
            desk: Desk { state, ctx: Arc::new(ctx), once: None },
            seller,
            store,
            standing,
            locale,
            jar,
            visitor: OnceCell::new(),
            request,
            fingerprint,
        })
    }

    /// Whether the page is for those who have ordered already: it stays when the store is closed.
    fn is_of_a_client(&self) -> bool {
        let here = self.below();
        ["account/", "checkout/pay/", "checkout/result/"].iter().any(|start| here.starts_with(start))
    }

    /// The address below the language. It is not compared with the one that people see, of which a proxy or the way into
    /// a sandbox may have taken the beginning off.
    fn below(&self) -> &str {
        let here = format!("/stores/{}/{}/{}/", self.seller.code, self.store.code, self.locale);
        self.request.path().strip_prefix(&here).unwrap_or_default()
    }

    /// Lets few tries a minute through: what is slow or could be guessed.
    pub fn slowly(&self) -> Result<(), ApiError> {
        let limit = format!("ip:{}", self.desk.ctx.ip);
        self.state().limits.check(&limit, self.state().settings.sign_ins_per_minute)
    }

    /// The house.
    pub fn state(&self) -> &AppState {
        &self.desk.state
    }

    /// The contact who is signed in, and for which client.
    pub fn signed_in(&self) -> Option<(ContactId, ClientId)> {
        self.desk.ctx.client().ok()
    }

    /// The client of the contact who is signed in; `not_found` for everybody else.
    pub fn client(&self) -> Result<ClientId, Problem> {
        self.signed_in().map(|(_, client)| client).ok_or_else(Problem::not_found)
    }

    /// The name of the contact who is signed in.
    pub fn name(&self) -> Option<String> {
        self.signed_in().map(|_| self.desk.ctx.actor_name.clone())
    }

    /// A part of the address.
    pub fn part(&self, name: &str) -> Result<String, ApiError> {
        parameter(&self.request, name)
    }

    /// A desk that does what a form asks for once, however often the form is sent.
    pub fn once(&self) -> Result<Desk, Problem> {
        let name = self.fields.get("once").to_string();
        check_name(&name)?;
        let (kind, id) = self.desk.ctx.actor.words();
        let once = Once {
            seller: self.seller.id,
            actor: format!("{kind}:{id}"),
            name,
            fingerprint: self.fingerprint,
            now: self.desk.ctx.machine_now,
        };
        Ok(Desk { state: self.desk.state.clone(), ctx: Arc::clone(&self.desk.ctx), once: Some(once) })
    }

    /// A fresh name for what a form asks for.
    pub fn fresh_once(&self) -> String {
        keys::secret("once")
    }

    /// An empty form.
    pub fn form(&self) -> Form {
        Form::new(self.csrf())
    }

    /// The form that was sent, with what is wrong with it.
    pub fn refused(&self, problem: &Problem) -> Form {
        self.fields.refused(self.csrf(), problem)
    }

    /// The form that was sent, if the refusal is about what was typed; everything else goes on being refused.
    pub fn or_refused(&self, error: ApiError) -> Result<Form, ApiError> {
        match error.problem.code.status() {
            402 | 409 | 422 | 429 => Ok(self.refused(&error.problem)),
            _ => Err(error),
        }
    }

    /// A text of the store.
    pub fn text(&self, key: &str, parts: &[(&str, String)]) -> String {
        self.standing.shop.text(self.locale, key, parts)
    }

    /// The anti-forgery token: it belongs to this browser and this sign-in.
    pub fn csrf(&self) -> String {
        let visitor = self.visitor.get_or_init(|| {
            let known: Option<String> = self.jar.open("visitor");
            known.unwrap_or_else(|| {
                let fresh = BASE32HEX_NOPAD.encode(&keys::random::<20>());
                self.jar.keep("visitor", &fresh, CART_DAYS);
                fresh
            })
        });
        HEXLOWER.encode(&keys::sign(self.state().form_key(), &self.token_text(visitor)))
    }

    fn token_text(&self, visitor: &str) -> Vec<u8> {
        let session = self.desk.ctx.session.map(|session| session.to_string()).unwrap_or_default();
        format!("{}/{visitor}/{session}", self.store.id).into_bytes()
    }

    fn shows_token(&self) -> bool {
        let Some(visitor) = self.jar.open::<String>("visitor") else { return false };
        let sent = HEXLOWER.decode(self.fields.get("csrf").as_bytes()).unwrap_or_default();
        keys::verify(self.state().form_key(), &self.token_text(&visitor), &sent)
    }

    /// Keeps a cart; says no if it has become too large.
    pub fn keep(&self, basket: &Basket) -> bool {
        let kept = self.jar.keep("cart", basket, CART_DAYS);
        if kept {
            self.jar.show("cart_items", basket.lines.len().to_string(), CART_DAYS);
        }
        kept
    }

    /// Signs someone in.
    pub fn remember(&self, session: &SessionRow) {
        let days = (session.expires_at.seconds() - session.created_at.seconds()) / 86_400;
        self.jar.keep("account", &session.id, days);
    }

    /// Signs out.
    pub fn forget(&self) {
        self.jar.drop("account");
    }

    /// Where the visitor comes from and with what.
    pub fn origin(&self) -> (String, String) {
        (self.desk.ctx.ip.clone(), user_agent(&self.request))
    }

    /// An address of the store in this language.
    pub fn path(&self, path: &str) -> String {
        format!("{}{}/{path}", self.standing.shop.site().store.base_path, self.locale)
    }

    /// The same with scheme and host, for others who send people back.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{}", self.standing.shop.site().store.origin, self.path(path))
    }

    /// Goes on at another page of the store.
    pub fn see(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((header::LOCATION, self.path(path))).finish()
    }

    /// Asks to sign in first, and comes back.
    pub fn sign_in_first(&self) -> HttpResponse {
        let next: String = url::form_urlencoded::byte_serialize(self.below().as_bytes()).collect();
        self.see(&format!("account/sign-in/?next={next}"))
    }

    /// A page.
    pub fn page(&self, page: &impl Page) -> Shown {
        Ok(self.html(page, StatusCode::OK))
    }

    /// A page from which a form leads to another site.
    pub fn page_leading_to(&self, page: &impl Page, origin: &str) -> Shown {
        let mut answer = self.html(page, StatusCode::OK);
        let policy = header::HeaderValue::from_str(&security::content_security_policy(&[origin]));
        if let Ok(policy) = policy {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        Ok(answer)
    }

    /// A page whose form was refused.
    pub fn again(&self, page: &impl Page) -> Shown {
        Ok(self.html(page, StatusCode::UNPROCESSABLE_ENTITY))
    }

    /// A page that only says something.
    pub fn message(&self, kind: MessageKind, status: StatusCode) -> HttpResponse {
        let reference = status.is_server_error().then(|| request_id(&self.request));
        self.html(&MessagePage { kind, reference }, status)
    }

    fn refusal(&self, error: &ApiError) -> HttpResponse {
        let status = StatusCode::from_u16(error.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = match error.problem.code {
            Code::NotFound => MessageKind::NotFound,
            Code::TooManyRequests | Code::Busy => MessageKind::Busy,
            _ => MessageKind::Error,
        };
        if kind == MessageKind::Error {
            tracing::warn!(problem = %error.problem, path = self.request.path(), "a page was refused");
        }
        self.message(kind, status)
    }

    fn html(&self, page: &impl Page, status: StatusCode) -> HttpResponse {
        match self.standing.shop.render(self.locale, page) {
            Ok(html) => html_answer(status, html, "no-store"),
            Err(error) => {
                tracing::error!(%error, path = self.request.path(), "a page could not be made");
                HttpResponse::InternalServerError().content_type("text/plain; charset=utf-8").body("out of order\n")
            }
        }
    }
}

/// HTML with the headers that protect it.
pub fn html_answer(status: StatusCode, html: impl Into<Vec<u8>>, cache: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    for (name, value) in security::HEADERS {
        answer.insert_header((*name, *value));
    }
    answer.insert_header((header::CONTENT_SECURITY_POLICY, security::content_security_policy(&[])));
    answer.insert_header((header::CACHE_CONTROL, cache));
    answer.content_type("text/html; charset=utf-8").body(html.into())
}

/// The contact of the session in the cookie, or else someone who looks at the store. A session that has ended is
/// forgotten.
async fn who(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    jar: &Jar,
    seller: &SellerRow,
    store: &StoreRow,
) -> Result<Ctx, ApiError> {
    if let Some(session) = jar.open::<SessionId>("account") {
        let (scope, now) = (Scope::of(seller.id), state.machine.now());
        match state.store.read(move |db| by_session(db, scope, session, now)).await {
            Ok(identity) if matches!(identity.actor, Actor::Contact(..)) => {
                touch(state, identity.session.as_ref(), now);
                return Ok(identity.ctx(state, request));
            }
            Ok(_) | Err(Failure::Refused(_)) => jar.drop("account"),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(Identity::shopper(store, seller.clone()).ctx(state, request))
}
