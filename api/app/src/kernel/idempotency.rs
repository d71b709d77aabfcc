//! `Idempotency-Key`: a POST that is repeated with the same key is done once and answered twice. The record is written
//! in the transaction that does the work, so there is no moment at which one exists without the other; a request that was
//! refused leaves no record, so repeating it after mending is right.

use crate::kernel::reply::Reply;
use comptoir_db::idempotency_keys::{self, IdempotencyRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::{Code, Instant, Problem, SellerId};

/// A key given with a request.
#[derive(Clone, Debug)]
pub struct Once {
    /// Whose keys these are.
    pub seller: SellerId,
    /// Who gave it; two people may use the same text.
    pub actor: String,
    /// The key.
    pub name: String,
    /// What the request was: method, address and body.
    pub fingerprint: [u8; 32],
    /// The machine clock.
    pub now: Instant,
}

/// A key is 1 to 255 visible ASCII characters.
pub fn check_name(name: &str) -> Result<(), Problem> {
    if (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Problem::new(Code::InvalidHeader, "Idempotency-Key must be 1 to 255 visible ASCII characters"))
}

impl Once {
    /// Does the work, or answers as the first time.
    pub fn run(&self, tx: &mut Db, work: impl FnOnce(&mut Db) -> Outcome<Reply>) -> Outcome<Reply> {
        let mut row = IdempotencyRow {
            seller_id: self.seller,
            actor: self.actor.clone(),
            name: self.name.clone(),
            fingerprint: self.fingerprint.to_vec(),
            status: 0,
            headers: Json(Vec::new()),
            body: String::new(),
            created_at: self.now,
        };
        if !idempotency_keys::take(tx, &row)? {
            let first = idempotency_keys::find(tx, self.seller, &self.actor, &self.name)?;
            if first.fingerprint != self.fingerprint {
                return Err(Problem::new(Code::IdempotencyKeyReused, "take a new key for a new request").into());
            }
            return Ok(Reply::replayed(u16::try_from(first.status).unwrap_or(200), first.headers.0, first.body));
        }
        let reply = work(tx)?;
        row.status = i32::from(reply.status);
        row.headers = Json(reply.headers.clone());
        row.body = reply.memory().to_string();
        idempotency_keys::answer(tx, &row)?;
        Ok(reply)
    }
}
