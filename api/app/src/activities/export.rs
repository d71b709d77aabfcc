//! Moving old activities to files (SEL-13): JSON lines, one folder per seller, one file per batch.
//!
//! A batch is written to its file, safely, before its rows are removed. It starts with the oldest row and its file is
//! named after that row, so a run that was broken off in between writes the same file again: nothing is lost or doubled.

use super::read::ActivityView;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::handler::EventFailure;
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::activities::{self, ActivityRow};
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::Instant;
use comptoir_domain::events::ForeseenAction;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Facts in one file at most.
const BATCH: i64 = 5_000;

/// A line of a file: the fact as the API shows it, with its place in the order of all facts.
#[derive(serde::Serialize)]
struct Line {
    sequence: i64,
    #[serde(flatten)]
    fact: ActivityView,
}

/// Moves what is older than the setting says, of one seller or of all.
pub async fn process_action_log(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (mut moved, mut files) = (0, 0);
    for ctx in for_sellers(state, event).await? {
        while let Some(count) = move_batch(state, ctx.clone()).await? {
            moved += count;
            files += 1;
        }
    }
    Ok(json!({ "moved": moved, "files": files }))
}

/// How many facts would be moved.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let before = old(state, ctx);
    let count = activities::count_before(db, ctx.scope, before)?;
    if count > 0 {
        let summary = format!("{count} activities from before {before}");
        seen.add(ForeseenView::new(ctx.scope.seller(), ForeseenAction::Archive, summary))?;
    }
    Ok(())
}

/// What happened before this is moved.
fn old(state: &AppState, ctx: &Ctx) -> Instant {
    ctx.now.plus(-TimeDelta::days(state.settings.activity_days.into()))
}

async fn move_batch(state: &AppState, ctx: Ctx) -> Result<Option<usize>, EventFailure> {
    let before = old(state, &ctx);
    let scope = ctx.scope;
    let rows = state.store.read(move |db| activities::oldest(db, scope, before, BATCH)).await?;
    let Some((_, first)) = rows.first() else { return Ok(None) };
    let folder = state.settings.archive_folder.join("activities").join(scope.seller().to_string());
    let path = folder.join(format!("{}.jsonl", first.id));
    let ids: Vec<_> = rows.iter().map(|(_, row)| row.id).collect();
    let written = tokio::task::spawn_blocking(move || write(&path, rows)).await;
    let path = written
        .map_err(|error| EventFailure::passing(error.to_string()))?
        .map_err(|error| EventFailure::passing(format!("{}: {error}", folder.display())))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let count = ids.len();
    let remove = move |tx: &mut Db| {
        activities::remove(tx, scope, &ids)?;
        ctx.record(tx, "activities.moved", "", json!({ "file": name, "count": count }))
    };
    state.store.write_batch(remove).await?;
    Ok(Some(count))
}

/// Writes the lines beside the file, brings them to the disk, and puts them in its place.
fn write(path: &Path, rows: Vec<(i64, ActivityRow)>) -> std::io::Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let draft = path.with_extension("jsonl.part");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&draft)?);
    for (sequence, row) in rows {
        serde_json::to_writer(&mut file, &Line { sequence, fact: row.into() })?;
        file.write_all(b"\n")?;
    }
    file.into_inner()?.sync_all()?;
    std::fs::rename(&draft, path)?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(path.to_path_buf())
}
