//! What sessions look like.

use comptoir_db::sessions::SessionRow;
use comptoir_domain::people::Audience;
use comptoir_domain::{AdministratorId, ContactId, Instant, SessionId};

/// Tokens of a session.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TokensView {
    /// The session.
    pub session_id: SessionId,
    /// Send it as `Authorization: Bearer`.
    pub access_token: String,
    /// Seconds for which the access token is good.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// Gives the next pair of tokens, once.
    pub refresh_token: String,
}

/// A sign-in.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// Whether it is an administrator's or a client's.
    pub audience: Audience,
    /// The administrator, if it is one.
    pub administrator_id: Option<AdministratorId>,
    /// The contact, if it is one.
    pub contact_id: Option<ContactId>,
    /// The administrator who signed in as the contact.
    pub impersonated_by: Option<AdministratorId>,
    /// Where from.
    pub ip: String,
    /// With which program.
    pub user_agent: String,
    /// Since when.
    pub created_at: Instant,
    /// The last call, to the minute.
    pub last_used_at: Instant,
    /// When it ends by itself.
    pub expires_at: Instant,
    /// When it was ended.
    pub ended_at: Option<Instant>,
    /// Whether it is the one that asks.
    pub current: bool,
}

list_of!(SessionList, SessionView);

impl SessionView {
    /// The view, seen from a session.
    pub fn new(row: SessionRow, asking: Option<SessionId>) -> Self {
        Self {
            current: asking == Some(row.id),
            id: row.id,
            audience: row.audience,
            administrator_id: row.administrator_id,
            contact_id: row.contact_id,
            impersonated_by: row.impersonated_by,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}
