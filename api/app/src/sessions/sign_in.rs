//! Signing in with e-mail and password.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, ApiError, AppState, Body, Reply, Visitor, keys, passwords, tokens};
use crate::sessions::views::TokensView;
use actix_web::post;
use chrono::TimeDelta;
use comptoir_db::sellers::SellerRow;
use comptoir_db::sessions::{Holder, SessionFilter, SessionRow};
use comptoir_db::{Db, Outcome, Page, Scope, administrators, clients, contacts, sellers, sessions};
use comptoir_domain::clients::may_sign_in;
use comptoir_domain::people::{AdministratorStatus, Audience, SellerStatus, normal_email};
use comptoir_domain::{AdministratorId, Code, Instant, Problem, SellerId, SessionId};
use std::borrow::Cow;

/// How long a session lasts, in days.
const SESSION_DAYS: i64 = 30;

/// Who wants in.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"audience": "admin", "email": "anna@example.com", "password": "correct horse battery"}))]
pub struct SignIn {
    /// As an administrator or as a client.
    pub audience: Audience,
    /// The code of the seller; the provider if absent.
    pub seller: Option<String>,
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// Ends the other sessions of someone who refuses parallel ones.
    #[serde(default)]
    pub end_others: bool,
}

/// Sign in
///
/// Gives an access token for ten minutes and a refresh token for the next pair.
#[utoipa::path(tag = "sessions", request_body = SignIn, security(()), responses((status = 201, body = TokensView, description = "Signed in")))]
#[post("/v1/sessions")]
pub async fn sign_in(visitor: Visitor, body: Body<SignIn>) -> Answer {
    let opening = enter(&visitor.state, body.into_inner(), visitor.ip.clone(), visitor.user_agent.clone()).await?;
    let tokens = opening.tokens(visitor.state.token_key())?;
    Ok(Reply::created(&tokens, format!("/v1/sessions/{}", tokens.session_id)))
}

/// Opens a session for whoever knows the password.
pub async fn enter(state: &AppState, wanted: SignIn, ip: String, user_agent: String) -> Result<Opening, ApiError> {
    let SignIn { audience, seller, email, password, end_others } = wanted;
    let email = normal_email(&email);
    let login = format!("login:{}:{email}", seller.as_deref().unwrap_or_default());
    state.limits.check(&login, state.settings.sign_ins_per_minute)?;
    let found = state.store.read(move |db| candidate(db, audience, seller.as_deref(), &email)).await?;
    let stored = found.as_ref().and_then(|found| found.password_hash.clone());
    let right = passwords::matches(stored, password).await;
    let outcome = if right { "right" } else { "wrong" };
    state.metrics.sign_ins.with_label_values(&[audience.as_str(), outcome]).inc();
    let refused = || Problem::new(Code::InvalidCredentials, "check the seller, the e-mail address and the password");
    let candidate = found.filter(|_| right).ok_or_else(refused)?;
    candidate.may_enter()?;
    let opening = Opening::new(&candidate, ip, user_agent, state.machine.now());
    let row = opening.row.clone();
    let write = move |tx: &mut Db| {
        candidate.refuse_parallel(tx, end_others, row.created_at)?;
        sessions::insert(tx, &row)
    };
    state.store.write(write).await?;
    Ok(opening)
}

/// Someone who may turn out to be who he says.
#[derive(Clone)]
pub struct Candidate {
    seller: SellerRow,
    holder: Holder,
    password_hash: Option<String>,
    barred: Option<Cow<'static, str>>,
    refuses_parallel: bool,
}

fn candidate(db: &mut Db, audience: Audience, code: Option<&str>, email: &str) -> Outcome<Option<Candidate>> {
    let seller = match code {
        Some(code) => sellers::by_code(db, code)?,
        None => sellers::provider(db)?,
    };
    let Some(seller) = seller else { return Ok(None) };
    let scope = Scope::of(seller.id);
    let suspended =
        (seller.status == SellerStatus::Suspended).then_some(Cow::Borrowed("the provider has suspended this seller"));
    if audience == Audience::Admin {
        return Ok(administrators::by_email(db, scope, email)?.map(|person| Candidate {
            seller,
            holder: Holder::Administrator(person.id),
            password_hash: person.password_hash,
            barred:
                suspended
                    .or((person.status == AdministratorStatus::Disabled)
                        .then_some("this administrator is disabled".into())),
            refuses_parallel: person.refuse_parallel_sessions,
        }));
    }
    if audience != Audience::Client {
        return Ok(None);
    }
    let Some(person) = contacts::by_email(db, scope, email)? else { return Ok(None) };
    let client = clients::find(db, scope, person.client_id)?;
    let shut_out = || {
        format!(
            "the client is {}: ask the seller",
            if client.archived_at.is_some() { "archived" } else { client.status.as_str() }
        )
    };
    let open = may_sign_in(client.status) && client.archived_at.is_none();
    Ok(Some(Candidate {
        seller,
        holder: Holder::Contact(person.id),
        password_hash: person.password_hash,
        barred: suspended.or_else(|| (!open).then(|| shut_out().into())),
        refuses_parallel: false,
    }))
}

impl Candidate {
    /// Said only to someone who knows the password.
    fn may_enter(&self) -> Result<(), Problem> {
        self.barred.clone().map_or(Ok(()), |why| Err(Problem::new(Code::Forbidden, why)))
    }

    fn refuse_parallel(&self, tx: &mut Db, end_others: bool, now: Instant) -> Outcome<()> {
        let Holder::Administrator(id) = self.holder else { return Ok(()) };
        if !self.refuses_parallel {
            return Ok(());
        }
        let scope = Scope::of(self.seller.id);
        // two sign-ins at once take turns at the row of the person
        administrators::lock(tx, scope, id)?;
        if end_others {
            sessions::end_all(tx, scope, &[self.holder], None, now)?;
            return Ok(());
        }
        let filter = SessionFilter { administrator_id: Some(id), live_at: Some(now), ..SessionFilter::default() };
        let first = Page { limit: 1, sort: String::new(), descending: true, after: None };
        match sessions::list(tx, scope, &filter, &first)?.rows.first() {
            Some(other) => {
                let detail = format!(
                    "you are signed in from {} since {}; send end_others to end that session",
                    other.ip, other.created_at
                );
                Err(Problem::new(Code::Conflict, detail).into())
            }
            None => Ok(()),
        }
    }
}

/// A session about to be opened, with the secrets that only its owner gets.
#[derive(Clone)]
pub struct Opening {
    /// The row to write.
    pub row: SessionRow,
    refresh_token: String,
}

impl Opening {
    fn new(candidate: &Candidate, ip: String, user_agent: String, now: Instant) -> Self {
        Self::of(candidate.seller.id, candidate.holder, None, ip, user_agent, now)
    }

    /// A session of anyone; `impersonated_by` names the administrator who opens it in a contact's place.
    pub fn of(
        seller: SellerId,
        holder: Holder,
        impersonated_by: Option<AdministratorId>,
        ip: String,
        user_agent: String,
        now: Instant,
    ) -> Self {
        let refresh_token = keys::secret("cr");
        let (audience, administrator_id, contact_id) = match holder {
            Holder::Administrator(id) => (Audience::Admin, Some(id), None),
            Holder::Contact(id) => (Audience::Client, None, Some(id)),
        };
        let row = SessionRow {
            seller_id: seller,
            id: fresh::<SessionId>(),
            audience,
            administrator_id,
            contact_id,
            impersonated_by,
            ip,
            user_agent,
            refresh_hash: keys::hash(&refresh_token),
            previous_refresh_hash: None,
            created_at: now,
            last_used_at: now,
            // an administrator who looks around as someone else does so for an hour
            expires_at: now.plus(if impersonated_by.is_some() {
                TimeDelta::hours(1)
            } else {
                TimeDelta::days(SESSION_DAYS)
            }),
            ended_at: None,
        };
        Self { row, refresh_token }
    }

    /// The tokens of the session.
    pub fn tokens(&self, key: &[u8]) -> Result<TokensView, Problem> {
        tokens_of(&self.row, self.refresh_token.clone(), key, self.row.created_at)
    }
}

/// A fresh access token of a session, beside a refresh token.
pub fn tokens_of(row: &SessionRow, refresh_token: String, key: &[u8], now: Instant) -> Result<TokensView, Problem> {
    let subject = row.administrator_id.map(|id| id.to_string()).or_else(|| row.contact_id.map(|id| id.to_string()));
    let claims = tokens::Claims {
        sub: subject.unwrap_or_default(),
        sel: row.seller_id,
        aud: row.audience,
        sid: row.id,
        iat: now.seconds(),
        exp: now.seconds() + tokens::LIFETIME,
    };
    let access_token = tokens::issue(key, &claims)?;
    Ok(TokensView { session_id: row.id, access_token, expires_in: tokens::LIFETIME, refresh_token })
}
