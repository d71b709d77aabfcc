//! Who a bearer is: an access token leads to a session and its person, an API key to itself. Everything is looked up on
//! each call, so that ending a session, disabling a person or suspending a seller takes effect at once.

use crate::kernel::call::{Actor, Ctx, address, bearer, claims, country, request_id};
use crate::kernel::problem::ApiError;
use crate::kernel::state::AppState;
use crate::kernel::{keys, tokens};
use actix_web::HttpRequest;
use comptoir_db::sellers::SellerRow;
use comptoir_db::sessions::SessionRow;
use comptoir_db::stores::StoreRow;
use comptoir_db::{Db, Outcome, Scope, administrators, api_keys, clients, contacts, roles, sellers, sessions, stores};
use comptoir_domain::clients::may_sign_in;
use comptoir_domain::people::{AdministratorStatus, Audience, SellerStatus};
use comptoir_domain::permissions::Grants;
use comptoir_domain::{Code, Instant, Locale, Problem, SessionId};
use std::sync::Arc;

/// An authenticated caller.
pub struct Caller {
    /// Who a token speaks for.
    pub audience: Audience,
    /// How often it may call.
    pub requests_per_minute: u32,
    /// The rest.
    pub ctx: Ctx,
}

/// The person or program behind a credential.
pub struct Identity {
    /// Who acts.
    pub actor: Actor,
    /// The name, for the record.
    pub name: String,
    grants: Grants,
    locale: Locale,
    seller: SellerRow,
    /// The sign-in, if it is a person.
    pub session: Option<SessionRow>,
    requests_per_minute: Option<u32>,
}

/// Keys are told from tokens by their prefix.
pub const KEY_PREFIX: &str = "ck_";

/// The publishable key of a store: it stands in web pages and opens what shoppers may see.
pub const STORE_PREFIX: &str = "pk_";

/// The caller of a request.
pub async fn caller(state: &AppState, request: &HttpRequest) -> Result<Caller, ApiError> {
    let credential = bearer(request)?;
    let machine_now = state.machine.now();
    let (audience, identity) = if credential.starts_with(KEY_PREFIX) {
        let hash = keys::hash(&credential);
        (Audience::Admin, state.store.read(move |db| by_key(db, &hash, machine_now)).await?)
    } else if credential.starts_with(STORE_PREFIX) {
        (Audience::Store, state.store.read(move |db| by_publishable_key(db, &credential)).await?)
    } else {
        let claims = claims(state, &credential)?;
        (claims.aud, state.store.read(move |db| by_token(db, &claims, machine_now)).await?)
    };
    touch(state, identity.session.as_ref(), machine_now);
    let requests_per_minute = identity.requests_per_minute.unwrap_or(state.settings.requests_per_minute);
    Ok(Caller { audience, requests_per_minute, ctx: identity.ctx(state, request) })
}

impl Identity {
    /// Whoever looks at a store.
    pub fn shopper(store: &StoreRow, seller: SellerRow) -> Self {
        Self {
            actor: Actor::Shopper(store.id),
            name: store.name.clone(),
            grants: Grants::Some(Default::default()),
            locale: store.locales.0.first().copied().unwrap_or(seller.locale),
            seller,
            session: None,
            requests_per_minute: None,
        }
    }

    /// What a use case knows about this caller.
    pub fn ctx(self, state: &AppState, request: &HttpRequest) -> Ctx {
        Ctx {
            actor: self.actor,
            actor_name: self.name,
            grants: self.grants,
            scope: Scope::of(self.seller.id),
            seller_kind: self.seller.kind,
            zone: self.seller.time_zone,
            locale: self.locale,
            now: state.business.now(),
            machine_now: state.machine.now(),
            session: self.session.map(|session| session.id),
            ip: address(state, request),
            country: country(state, request),
            request_id: request_id(request),
            enqueued: Arc::default(),
        }
    }
}

fn ended() -> Problem {
    Problem::new(Code::SessionEnded, "the session was ended, or its owner may no longer sign in")
}

fn by_token(db: &mut Db, claims: &tokens::Claims, now: Instant) -> Outcome<Identity> {
    by_session(db, Scope::of(claims.sel), claims.sid, now)
}

/// The person of a session, unless it has ended or the person may no longer sign in.
pub fn by_session(db: &mut Db, scope: Scope, id: SessionId, now: Instant) -> Outcome<Identity> {
    let session = sessions::find(db, scope, id).map_err(|_| ended())?;
    if session.ended_at.is_some() || session.expires_at <= now {
        return Err(ended().into());
    }
    let seller = working_seller(db, scope)?;
    if let Some(id) = session.administrator_id {
        let person = administrators::find(db, scope, id)?;
        if person.status != AdministratorStatus::Active {
            return Err(ended().into());
        }
        let grants = roles::find(db, scope, person.role_id)?.grants();
        let (actor, name, locale) = (Actor::Administrator(id), person.name, person.locale);
        return Ok(Identity { actor, name, grants, locale, seller, session: Some(session), requests_per_minute: None });
    }
    let person = contacts::find(db, scope, session.contact_id.ok_or_else(ended)?)?;
    let client = clients::find(db, scope, person.client_id)?;
    if !may_sign_in(client.status) || client.archived_at.is_some() {
        return Err(ended().into());
    }
    let name = format!("{} {}", person.first_name, person.last_name);
    let actor = Actor::Contact(person.id, person.client_id);
    let grants = Grants::Some(Default::default());
    Ok(Identity {
        actor,
        name,
        grants,
        locale: person.locale,
        seller,
        session: Some(session),
        requests_per_minute: None,
    })
}

fn by_key(db: &mut Db, hash: &[u8], now: Instant) -> Outcome<Identity> {
    let unknown = || Problem::new(Code::Unauthenticated, "no such API key");
    let key = api_keys::by_secret_hash(db, hash)?.ok_or_else(unknown)?;
    if key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= now) {
        return Err(Problem::new(Code::Unauthenticated, "the API key was revoked or has expired").into());
    }
    let seller = working_seller(db, Scope::of(key.seller_id))?;
    Ok(Identity {
        actor: Actor::Key(key.id),
        name: key.name,
        grants: Grants::Some(key.permissions.0.into_iter().collect()),
        locale: seller.locale,
        seller,
        session: None,
        requests_per_minute: key.requests_per_minute.and_then(|rate| u32::try_from(rate).ok()),
    })
}

fn by_publishable_key(db: &mut Db, key: &str) -> Outcome<Identity> {
    let unknown = || Problem::new(Code::Unauthenticated, "no store has this key");
    let store = stores::by_publishable_key(db, key)?.ok_or_else(unknown)?;
    let seller = working_seller(db, Scope::of(store.seller_id))?;
    Ok(Identity::shopper(&store, seller))
}

fn working_seller(db: &mut Db, scope: Scope) -> Outcome<SellerRow> {
    let seller = sellers::own(db, scope).map_err(|_| ended())?;
    match seller.status {
        SellerStatus::Active => Ok(seller),
        SellerStatus::Suspended => Err(Problem::new(Code::Forbidden, "the provider has suspended this seller").into()),
    }
}

/// Notes the use of a session at most once a minute, behind the request's back.
pub fn touch(state: &AppState, session: Option<&SessionRow>, now: Instant) {
    let Some(session) = session.filter(|session| now.seconds() - session.last_used_at.seconds() >= 60) else {
        return;
    };
    let (store, scope, id) = (state.store.clone(), Scope::of(session.seller_id), session.id);
    actix_web::rt::spawn(async move {
        if let Err(failure) = store.write_batch(move |tx| sessions::touch(tx, scope, id, now)).await {
            tracing::warn!(%failure, "the use of a session was not noted");
        }
    });
}
