//! The outbox: what is to be sent, never lost, each thing once (unique key).

use crate::schema::mails;
use crate::{Db, Json, Outcome};
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{Instant, Locale, MailId, SellerId};
use diesel::prelude::*;

/// A mail: its kind and variables; the text is made when it is sent.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails, treat_none_as_default_value = false)]
pub struct MailRow {
    pub seller_id: SellerId,
    pub id: MailId,
    pub unique_key: String,
    pub kind: String,
    pub locale: Locale,
    pub format: MailFormat,
    pub recipient: String,
    pub variables: Json<serde_json::Value>,
    pub state: MailState,
    pub attempts: i32,
    pub run_at: Instant,
    pub last_error: String,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
}

/// Puts a mail into the outbox unless one with its key is there; says whether it is new.
pub fn enqueue(db: &mut Db, row: &MailRow) -> Outcome<bool> {
    let written = on!(db, c => diesel::insert_into(mails::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}
