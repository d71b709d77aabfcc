//! Who calls: the extractor that every protected route has in its signature, and the context that every use case gets.
//!
//! `Call<may::WriteClients>` authenticates the bearer (access token or API key), checks that it is of the right audience,
//! holds the permission and does not call too often, and fixes the seller's scope. A route cannot forget any of it.

use crate::kernel::body::BodyHash;
use crate::kernel::clock::fresh;
use crate::kernel::desk::Desk;
use crate::kernel::idempotency::{Once, check_name};
use crate::kernel::middleware::RequestId;
use crate::kernel::problem::ApiError;
use crate::kernel::reply::Reply;
use crate::kernel::state::AppState;
use crate::kernel::tokens;
use crate::sessions::authenticate::Caller;
use crate::webhooks;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use comptoir_db::activities::ActivityRow;
use comptoir_db::events::Now;
use comptoir_db::sellers::SellerRow;
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::{Grants, Permission, Permit};
use comptoir_domain::{
    AdministratorId, ApiKeyId, ClientId, Code, ContactId, Country, Instant, Locale, Problem, SessionId, StoreId,
    TimeZone,
};
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actor {
    /// Someone who works for the seller.
    Administrator(AdministratorId),
    /// A person of a client.
    Contact(ContactId, ClientId),
    /// A program.
    Key(ApiKeyId),
    /// Whoever looks at a store.
    Shopper(StoreId),
    /// The system itself.
    System,
}

impl Actor {
    /// The kind and the id, as they are recorded.
    pub fn words(&self) -> (&'static str, String) {
        match self {
            Self::Administrator(id) => ("administrator", id.to_string()),
            Self::Contact(id, _) => ("contact", id.to_string()),
            Self::Key(id) => ("api_key", id.to_string()),
            Self::Shopper(store) => ("shopper", store.to_string()),
            Self::System => ("system", String::new()),
        }
    }
}

impl Actor {
    /// Whoever works for the seller and is recorded in these words.
    pub fn of_words(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "administrator" => id.parse().ok().map(Self::Administrator),
            "api_key" => id.parse().ok().map(Self::Key),
            _ => None,
        }
    }
}

/// What a use case knows about its caller and its time.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// The name of the actor, for the record.
    pub actor_name: String,
    /// What the actor may do.
    pub grants: Grants,
    /// Whose rows.
    pub scope: Scope,
    /// Whether that seller is at the root.
    pub seller_kind: SellerKind,
    /// The seller's zone, in which civil dates are.
    pub zone: TimeZone,
    /// The language of the caller.
    pub locale: Locale,
    /// The business clock at the start of the request.
    pub now: Instant,
    /// The machine clock at the start of the request.
    pub machine_now: Instant,
    /// The sign-in, if a person calls.
    pub session: Option<SessionId>,
    /// Where from.
    pub ip: String,
    /// From which country, if a proxy says so.
    pub country: Option<Country>,
    /// The name of the request in log and record.
    pub request_id: String,
    /// Set when an event was queued: a worker is woken after the commit.
    pub enqueued: Arc<AtomicBool>,
}

impl Ctx {
    /// The system at work for a seller, by order of an event or of a gateway's callback.
    pub fn system(state: &AppState, seller: &SellerRow, order: impl ToString) -> Self {
        Self::system_at(state.now(), seller, order)
    }

    /// The same at an instant.
    pub fn system_at(now: Now, seller: &SellerRow, order: impl ToString) -> Self {
        Self {
            actor: Actor::System,
            actor_name: "Comptoir".into(),
            grants: Grants::All,
            scope: Scope::of(seller.id),
            seller_kind: seller.kind,
            zone: seller.time_zone,
            locale: seller.locale,
            now: now.business,
            machine_now: now.machine,
            session: None,
            ip: String::new(),
            country: None,
            request_id: order.to_string(),
            enqueued: Arc::default(),
        }
    }

    /// The seller's civil date.
    pub fn today(&self) -> chrono::NaiveDate {
        self.now.date_in(self.zone)
    }

    /// Refuses who may not do what a part of the request asks for.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.grants.allow(permission) {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden, format!("this needs the permission {permission}")))
    }

    /// Refuses everyone but the provider.
    pub fn require_provider(&self) -> Result<(), Problem> {
        match self.seller_kind {
            SellerKind::Provider => Ok(()),
            SellerKind::Reseller => Err(Problem::new(Code::Forbidden, "only the provider has resellers")),
        }
    }

    /// The store that a shopper looks at.
    pub fn store(&self) -> Result<StoreId, Problem> {
        match self.actor {
            Actor::Shopper(store) => Ok(store),
            _ => Err(Problem::new(Code::WrongAudience, "only stores have this")),
        }
    }

    /// The client that a contact acts for.
    pub fn client(&self) -> Result<(ContactId, ClientId), Problem> {
        match self.actor {
            Actor::Contact(contact, client) => Ok((contact, client)),
            _ => Err(Problem::new(Code::WrongAudience, "only contacts of clients have this")),
        }
    }

    /// Appends a fact to the activity log, in the transaction that makes it true.
    pub fn record(&self, tx: &mut Db, kind: &str, subject: impl ToString, payload: serde_json::Value) -> Outcome<()> {
        webhooks::append(tx, &[self.fact(kind, subject, payload)])
    }

    /// A fact that is appended together with others.
    pub fn fact(&self, kind: &str, subject: impl ToString, payload: serde_json::Value) -> ActivityRow {
        let (actor_kind, actor_id) = self.actor.words();
        ActivityRow {
            seller_id: self.scope.seller(),
            id: fresh(),
            happened_at: self.now,
            actor_kind: actor_kind.into(),
            actor_id,
            actor_name: self.actor_name.clone(),
            ip: self.ip.clone(),
            request_id: self.request_id.clone(),
            kind: kind.into(),
            subject_id: subject.to_string(),
            payload: Json(payload),
        }
    }
}

/// An authenticated, permitted call.
pub struct Call<P> {
    ctx: Arc<Ctx>,
    state: web::Data<AppState>,
    request: HttpRequest,
    permit: PhantomData<P>,
}

impl<P> Call<P> {
    /// Who calls.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The house.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// The house, for use cases that look at more than rows.
    pub fn shared_state(&self) -> web::Data<AppState> {
        self.state.clone()
    }

    /// Runs a use case that only reads.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db, &Ctx) -> Outcome<T> + Send + 'static,
    {
        let ctx = Arc::clone(&self.ctx);
        Ok(self.state.store.read(move |db| work(db, &ctx)).await?)
    }

    /// Runs a use case in one transaction; with an `Idempotency-Key`, once.
    pub async fn write<F>(&self, work: F) -> Result<Reply, ApiError>
    where
        F: Fn(&mut Db, &Ctx) -> Outcome<Reply> + Send + 'static,
    {
        self.desk()?.write(work).await
    }

    /// Where use cases of several steps are run.
    pub fn desk(&self) -> Result<Desk, ApiError> {
        Ok(Desk { state: self.state.clone(), ctx: Arc::clone(&self.ctx), once: self.once()? })
    }

    /// The same where money or the outside moves: without an `Idempotency-Key` it is refused.
    pub async fn write_once<F>(&self, work: F) -> Result<Reply, ApiError>
    where
        F: Fn(&mut Db, &Ctx) -> Outcome<Reply> + Send + 'static,
    {
        self.require_key()?;
        self.write(work).await
    }

    /// Refuses a call that moves money or reaches outside and has no `Idempotency-Key`.
    pub fn require_key(&self) -> Result<(), Problem> {
        if self.request.headers().contains_key("idempotency-key") {
            return Ok(());
        }
        Err(Problem::new(
            Code::IdempotencyKeyRequired,
            "send a key of your own making; if no answer comes, repeat the request with the same key",
        ))
    }

    fn once(&self) -> Result<Option<Once>, ApiError> {
        let given = self.request.headers().get("idempotency-key");
        let Some(given) = given.filter(|_| self.request.method() == actix_web::http::Method::POST) else {
            return Ok(None);
        };
        let name = given.to_str().unwrap_or_default().to_string();
        check_name(&name)?;
        let (kind, id) = self.ctx.actor.words();
        let mut digest = Sha256::new_with_prefix(self.request.uri().to_string());
        if let Some(body) = self.request.extensions().get::<BodyHash>() {
            digest.update(body.0);
        }
        let fingerprint = self.state().fingerprint(&digest.finalize());
        Ok(Some(Once {
            seller: self.ctx.scope.seller(),
            actor: format!("{kind}:{id}"),
            name,
            fingerprint,
            now: self.ctx.machine_now,
        }))
    }
}

impl<P: Permit> FromRequest for Call<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::permitted(request))
    }
}

impl<P: Permit> Call<P> {
    /// Takes up what the middleware has found out. Nothing is awaited here, so that who may not call hears that first,
    /// whatever else is wrong with the request.
    fn permitted(request: &HttpRequest) -> Result<Self, ApiError> {
        let state = state_of(request)?;
        let found = request.extensions_mut().remove::<Authentication>();
        let missing =
            || Problem::new(Code::Unauthenticated, "send Authorization: Bearer with an access token or an API key");
        let caller = found.map(|found| found.0).unwrap_or_else(|| Err(missing().into()))?;
        if caller.audience != P::AUDIENCE {
            let detail = format!("this is for {} tokens, yours is for {}", P::AUDIENCE, caller.audience);
            return Err(Problem::new(Code::WrongAudience, detail).into());
        }
        let limited = match caller.ctx.actor {
            // everyone who looks at a store shares its key
            Actor::Shopper(_) => format!("shop:{}", caller.ctx.ip),
            _ => caller.ctx.actor.words().1,
        };
        state.limits.check(&limited, caller.requests_per_minute)?;
        if let Some(permission) = P::PERMISSION {
            caller.ctx.require(permission)?;
        }
        Ok(Self { ctx: Arc::new(caller.ctx), state, request: request.clone(), permit: PhantomData })
    }
}

/// What the middleware has found out about the bearer of a credential.
pub struct Authentication(pub Result<Caller, ApiError>);

/// A call by someone who has not signed in: limited by address.
pub struct Visitor {
    /// The house.
    pub state: web::Data<AppState>,
    /// Where from.
    pub ip: String,
    /// With which program.
    pub user_agent: String,
    /// The name of the request in log and record.
    pub request_id: String,
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = || {
            let state = state_of(request)?;
            let ip = address(&state, request);
            state.limits.check(&format!("ip:{ip}"), state.settings.sign_ins_per_minute)?;
            Ok(Self { state, ip, user_agent: user_agent(request), request_id: request_id(request) })
        };
        ready(visitor())
    }
}

/// The bearer's credential, if one was sent.
pub fn bearer(request: &HttpRequest) -> Result<String, Problem> {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")));
    token.map(|token| token.trim().to_string()).ok_or_else(|| {
        Problem::new(Code::Unauthenticated, "send Authorization: Bearer with an access token or an API key")
    })
}

/// The claims of an access token.
pub fn claims(state: &AppState, token: &str) -> Result<tokens::Claims, Problem> {
    tokens::read(state.token_key(), token, state.machine.now())
}

pub(crate) fn state_of(request: &HttpRequest) -> Result<web::Data<AppState>, ApiError> {
    let missing = || Problem::new(Code::Internal, "the server has no state");
    request.app_data::<web::Data<AppState>>().cloned().ok_or_else(|| missing().into())
}

/// The caller's address.
pub fn address(state: &AppState, request: &HttpRequest) -> String {
    let info = request.connection_info();
    let address = if state.settings.trust_proxy { info.realip_remote_addr() } else { info.peer_addr() };
    address.unwrap_or_default().to_string()
}

/// The caller's country, by the header in which a proxy names it.
pub fn country(state: &AppState, request: &HttpRequest) -> Option<Country> {
    let name = state.settings.country_header.as_deref().filter(|_| state.settings.trust_proxy)?;
    request.headers().get(name)?.to_str().ok()?.parse().ok()
}

/// The caller's program, cut to what fits a column.
pub fn user_agent(request: &HttpRequest) -> String {
    let text = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(200).collect()
}

/// The name of the request.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}
