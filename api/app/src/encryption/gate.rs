//! Showing the PIN or the pass-phrase. Each try is counted before it is looked at, so that many at once are no more tries than
//! many one by one; too many wrong ones, and none is taken for a time.

use crate::encryption::data_key::DataKey;
use crate::encryption::views::Typed;
use crate::kernel::call::Ctx;
use crate::kernel::{ApiError, Desk, passwords};
use comptoir_db::encryption::{self, EncryptionKeyRow, EncryptionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::encryption::{EncryptionMode, pause_after};
use comptoir_domain::{Code, Instant, Problem};
use serde_json::json;

/// What was entered.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The PIN.
    pub pin: Option<Typed>,
    /// The pass-phrase.
    pub pass_phrase: Option<Typed>,
}

/// Which of them was right.
pub enum Passed {
    /// Neither is wanted here.
    Nothing,
    /// The PIN.
    Pin,
    /// The pass-phrase, which opens this key.
    Phrase(DataKey),
}

/// Lets through who shows what the seller's way of keeping the key asks for; also how it is kept.
pub async fn pass(desk: &Desk, shown: Shown) -> Result<(EncryptionRow, Passed), ApiError> {
    let look = |db: &mut Db, ctx: &Ctx| Ok((encryption::read(db, ctx.scope)?, encryption::keys(db, ctx.scope)?));
    let (row, keys) = desk.read(look).await?;
    match (row.mode, row.pin_hash.clone()) {
        (EncryptionMode::House, Some(hash)) => {
            let pin = shown.pin.ok_or_else(|| Problem::field("/pin", "required", "the PIN"))?;
            count(desk).await?;
            let right = passwords::matches(Some(hash), pin.into_text()).await;
            judge(desk, right, "/pin").await?;
            Ok((row, Passed::Pin))
        }
        (EncryptionMode::PassPhrase, _) => {
            let phrase =
                shown.pass_phrase.ok_or_else(|| Problem::field("/pass_phrase", "required", "the pass-phrase"))?;
            count(desk).await?;
            let key = opened(keys.into_iter().next(), phrase.into_text()).await;
            judge(desk, key.is_some(), "/pass_phrase").await?;
            let missing = || Problem::new(Code::Internal, "the key is not there");
            Ok((row, Passed::Phrase(key.ok_or_else(missing)?)))
        }
        (EncryptionMode::House | EncryptionMode::Off, _) => Ok((row, Passed::Nothing)),
    }
}

/// The key that a phrase opens.
async fn opened(row: Option<EncryptionKeyRow>, phrase: String) -> Option<DataKey> {
    let row = row?;
    let wrapping = DataKey::of_phrase(phrase, row.stretching?.0).await?;
    wrapping.unwrap(&row.wrapped, row.seller_id, row.key_version)
}

/// Counts a try as if it were wrong.
async fn count(desk: &Desk) -> Result<(), ApiError> {
    let blocked: Option<Instant> = desk
        .change(|tx, ctx| {
            let mut row = encryption::lock(tx, ctx.scope)?;
            if let Some(until) = row.blocked_until.filter(|until| ctx.machine_now < *until) {
                return Ok(Some(until));
            }
            row.wrong_tries = row.wrong_tries.saturating_add(1);
            row.blocked_until = pause_after(row.wrong_tries).map(|pause| ctx.machine_now.plus(pause));
            encryption::save(tx, &mut row)?;
            Ok(None)
        })
        .await?;
    let Some(until) = blocked else { return Ok(()) };
    let wait = u64::try_from(until.seconds() - desk.ctx.machine_now.seconds()).unwrap_or_default() + 1;
    let problem = Problem::new(Code::TooManyRequests, format!("too many were wrong: none is taken until {until}"));
    Err(ApiError { problem, retry_after: Some(wait) })
}

/// A right one makes the wrong ones forgotten; a wrong one is put on record.
async fn judge(desk: &Desk, right: bool, place: &'static str) -> Result<(), ApiError> {
    desk.change(move |tx, ctx| if right { forgive(tx, ctx) } else { put_on_record(tx, ctx, place) }).await?;
    if right { Ok(()) } else { Err(Problem::field(place, "wrong", "this is not the right one").into()) }
}

fn forgive(tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
    let mut row = encryption::lock(tx, ctx.scope)?;
    (row.wrong_tries, row.blocked_until) = (0, None);
    encryption::save(tx, &mut row)
}

fn put_on_record(tx: &mut Db, ctx: &Ctx, place: &str) -> Outcome<()> {
    let tries = encryption::read(tx, ctx.scope)?.wrong_tries;
    let fact = json!({ "shown": place.trim_start_matches('/'), "in_a_row": tries });
    ctx.record(tx, "encryption.refused", ctx.scope.seller(), fact)
}
